"""Limits are counted in one place, whoever counts; a window ends, and nothing of it is left."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from limits import parse
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import func, select

from forms_api.public_app.limit_storage import DatabaseStorage
from forms_api.reports.retention import drop_ended_counters
from forms_api.reports.service import utc_now
from forms_api.store import counters
from forms_api.store.backup import back_up, restore
from forms_api.store.database import Database
from forms_api.store.schema import limit_counters

PROCESSES, HITS = 4, 25
KEY = "LIMITER/0f1e2d/report.send/240/1/hour"

HITTING = """
import sys
from forms_api.public_app.limit_storage import DatabaseStorage
from forms_api.store.database import Database

database = Database(sys.argv[1])
storage = DatabaseStorage(database=database)
sys.stdin.read(1)
for _ in range(int(sys.argv[3])):
    storage.incr(sys.argv[2], 3600)
database.close()
"""


def ends(*, seconds: int) -> dt.datetime:
    """Return the moment so many seconds from now."""
    return utc_now() + dt.timedelta(seconds=seconds)


def add(database: Database, *, ends_at: dt.datetime, amount: int = 1) -> int:
    """Add to the counter under test."""
    now = utc_now()
    return database.write(lambda c: counters.add(c, KEY, amount, now=now, ends_at=ends_at))


def count_rows(database: Database) -> int:
    """Return how many counters there are."""
    with database.read() as connection:
        query = select(func.count()).select_from(limit_counters)
        return int(connection.execute(query).scalar_one())


def test_what_several_processes_count_at_once_is_one_number(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", HITTING, url, KEY, str(HITS)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[1] for process in running]

    assert [process.returncode for process in running] == [0] * PROCESSES, said
    assert DatabaseStorage(database=database).get(KEY) == PROCESSES * HITS


def test_a_window_keeps_its_end_and_is_begun_anew_after_it(database: Database) -> None:
    first_end = ends(seconds=60)
    assert add(database, ends_at=first_end) == 1
    assert add(database, ends_at=ends(seconds=600)) == 2
    with database.read() as connection:
        counted = counters.read(connection, KEY, now=utc_now())
        later = counters.read(connection, KEY, now=first_end)

    assert counted == (2, first_end)
    assert later is None
    add(database, ends_at=ends(seconds=60), amount=5)
    database.write(lambda c: c.execute(limit_counters.update().values(ends_at=utc_now())).rowcount)
    second_end = ends(seconds=60)
    assert add(database, ends_at=second_end) == 1
    with database.read() as connection:
        assert counters.read(connection, KEY, now=utc_now()) == (1, second_end)


def test_no_row_tells_when_somebody_first_came(database: Database) -> None:
    storage = DatabaseStorage(database=database)
    for _ in range(2):
        storage.incr(KEY, 600)

    end = storage.get_expiry(KEY)
    assert end % 600 == 0
    assert 0 < end - utc_now().timestamp() <= 600


def test_the_library_s_fixed_window_counts_with_it(database: Database) -> None:
    limiter, limit = FixedWindowRateLimiter(DatabaseStorage(database=database)), parse("3/hour")

    hits = [limiter.hit(limit, "network") for _ in range(5)]

    assert hits == [True, True, True, False, False]
    assert limiter.hit(limit, "another network")
    stats = limiter.get_window_stats(limit, "network")
    assert stats.remaining == 0
    assert 0 < stats.reset_time - utc_now().timestamp() <= 3600
    limiter.clear(limit, "network")
    assert limiter.hit(limit, "network")
    assert limiter.storage.reset() == 2
    assert count_rows(database) == 0


def test_the_worker_clears_away_what_counts_no_more_and_nothing_else(database: Database) -> None:
    add(database, ends_at=ends(seconds=-1))
    database.write(lambda c: counters.add(c, "open", 1, now=utc_now(), ends_at=ends(seconds=3600)))

    assert drop_ended_counters(database) == 1
    with database.read() as connection:
        assert list(connection.execute(select(limit_counters.c.key)).scalars()) == ["open"]


def test_a_database_that_does_not_answer_is_told_to_the_limiter(database: Database) -> None:
    storage = DatabaseStorage(database=database)
    assert storage.check()
    database.close()
    limit_counters.drop(database.engine)

    assert not storage.check()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_backup_holds_a_counter(database: Database, tmp_path: Path) -> None:
    add(database, ends_at=ends(seconds=3600))
    target = tmp_path / "queue.jsonl.gz"
    summary = back_up(database, target)
    other = Database(f"sqlite:///{tmp_path}/other.sqlite3")
    restore(other, target)

    assert "limit_counters" not in summary.counts
    assert count_rows(other) == 0
    other.close()
