"""Writes wait in one queue, share commits, and harm one another in nothing."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import pytest
from sqlalchemy import Connection, event

from forms_api.errors import NotFoundError, StorageError
from forms_api.store import database as database_module
from forms_api.store import outbox
from forms_api.store.database import Database
from forms_api.store.installation import write_fact
from forms_api.store.schema import facts
from tests.store.facts import keep, kept
from tests.store.waiting import wait_until

WRITES = 50


@dataclass
class Gate:
    """Holds the writer inside a transaction of its own until a number of writes wait behind it."""

    database: Database
    _open: threading.Event = field(default_factory=threading.Event)
    _entered: threading.Event = field(default_factory=threading.Event)

    def hold(self, pool: ThreadPoolExecutor) -> Future[None]:
        """Put a write before all others that ends when `release` lets it."""
        held = pool.submit(self.database.write, self._work)
        assert self._entered.wait(30)
        return held

    def release(self, *, when_waiting: int) -> None:
        """Let the writer go on as soon as so many writes wait."""
        wait_until(lambda: self.database._queue.qsize() == when_waiting)
        self._open.set()

    def _work(self, _connection: Connection) -> None:
        self._entered.set()
        assert self._open.wait(30)


def test_writes_of_fifty_threads_are_all_kept_and_share_commits(database: Database) -> None:
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    gate = Gate(database)
    names = {f"fact {number}" for number in range(WRITES)}

    with ThreadPoolExecutor(WRITES + 1) as pool:
        gate.hold(pool)
        answers = [pool.submit(database.write, keep(name)) for name in names]
        gate.release(when_waiting=WRITES)
        answered = {answer.result() for answer in answers}

    assert answered == names
    assert kept(database) == names
    assert len(commits) == 2  # the gate's own, and one for all that waited behind it


def test_writes_are_given_a_moment_to_come_together_only_where_the_last_ones_did(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments: list[float] = []
    monkeypatch.setattr(time, "sleep", moments.append)
    gate = Gate(database)
    for number in range(3):
        database.write(keep(f"alone {number}"))
    alone = len(moments)

    with ThreadPoolExecutor(3) as pool:
        gate.hold(pool)
        answers = [pool.submit(database.write, keep(name)) for name in ("a", "b")]
        monkeypatch.undo()
        gate.release(when_waiting=2)
        assert {answer.result() for answer in answers} == {"a", "b"}
    monkeypatch.setattr(time, "sleep", moments.append)
    for name in ("after two", "after one"):
        database.write(keep(name))

    assert alone == 0
    assert moments == [database_module.GATHER_SECONDS]


def test_deferred_rows_of_all_work_in_a_commit_go_in_with_one_statement(database: Database) -> None:
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *on: statements.append(on[2]))
    gate = Gate(database)
    moment = dt.datetime(2026, 11, 20, 21, 0, 0, 1, tzinfo=dt.UTC)

    with ThreadPoolExecutor(6) as pool:
        gate.hold(pool)
        for number in range(5):
            pool.submit(
                database.write, partial(outbox.post, topic=f"{number}%", report_id=None, at=moment)
            )
        gate.release(when_waiting=5)

    inserts = [statement for statement in statements if statement.startswith("INSERT INTO outbox")]
    with database.read() as connection:
        notices = outbox.due(connection, now=moment, limit=10)
    assert len(inserts) == 1
    assert {(row["topic"], row["due_at"]) for row in notices} == {
        (f"{number}%", moment) for number in range(5)
    }


def test_a_failing_write_reaches_its_caller_only_and_harms_no_other(database: Database) -> None:
    def refused(connection: Connection) -> str:
        write_fact(connection, "half", "never kept")
        raise NotFoundError("mine")

    gate = Gate(database)
    names = {f"fact {number}" for number in range(10)}
    with ThreadPoolExecutor(12) as pool:
        gate.hold(pool)
        answers = [pool.submit(database.write, keep(name)) for name in names]
        failing = pool.submit(database.write, refused)
        gate.release(when_waiting=11)
        answered = {answer.result() for answer in answers}

    with pytest.raises(NotFoundError, match="mine"):
        failing.result()
    assert answered == names
    assert kept(database) == names


def test_a_write_the_database_refuses_harms_no_other_in_its_batch(database: Database) -> None:
    database.write(keep("taken"))
    gate = Gate(database)
    with ThreadPoolExecutor(4) as pool:
        gate.hold(pool)
        first, second, third = (
            pool.submit(database.write, keep(name)) for name in ("before", "taken", "after")
        )
        gate.release(when_waiting=3)
        assert (first.result(), third.result()) == ("before", "after")
        with pytest.raises(StorageError):
            second.result()

    assert kept(database) == {"taken", "before", "after"}


def test_a_write_that_ends_its_thread_leaves_no_caller_waiting(database: Database) -> None:
    def leave(_connection: Connection) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        database.write(leave)

    assert database.write(keep("after")) == "after"


def test_closing_finishes_what_waits_and_refuses_what_comes_later(empty_database_url: str) -> None:
    opened = Database(empty_database_url)
    with opened.transaction() as connection:
        facts.create(connection)
    gate = Gate(opened)
    with ThreadPoolExecutor(12) as pool:
        gate.hold(pool)
        answers = [pool.submit(opened.write, keep(f"fact {number}")) for number in range(10)]
        wait_until(lambda: opened._queue.qsize() == 10)
        closing = pool.submit(opened.close)
        gate.release(when_waiting=11)
        closing.result()

    assert all(answer.done() for answer in answers)
    assert kept(opened) == {answer.result() for answer in answers}
    with pytest.raises(StorageError):
        opened.write(keep("too late"))


def test_a_write_that_waits_too_long_is_given_up_and_never_runs(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(database)
    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(database.write, gate._work)
        assert gate._entered.wait(30)
        monkeypatch.setattr(database_module, "WRITE_TIMEOUT_SECONDS", 0.05)
        with pytest.raises(StorageError):
            database.write(keep("given up"))
        gate._open.set()
        held.result()

    monkeypatch.undo()
    database.write(keep("later"))
    assert kept(database) == {"later"}


FORKING = """
import os, sys, threading
from sqlalchemy import select
from forms_api.store.database import Database
from forms_api.store.installation import write_fact
from forms_api.store.schema import facts

database = Database(sys.argv[1])
database.write(lambda c: write_fact(c, "before", ""))
with database.read() as connection:
    connection.execute(select(facts)).all()
entered, go_on = threading.Event(), threading.Event()

def hold(connection):
    write_fact(connection, "held", "")
    entered.set()
    go_on.wait(30)

holding = threading.Thread(target=database.write, args=(hold,))
holding.start()
entered.wait(30)
threading.Timer(0.2, go_on.set).start()
child = os.fork()  # the writer is in the middle of a transaction
if child == 0:
    for number in range(5):
        database.write(lambda c, n=number: write_fact(c, f"child {n}", ""))
    with database.read() as connection:
        found = set(connection.execute(select(facts.c.name)).scalars())
    os._exit(0 if {"before", "held", "child 4"} <= found else 1)
holding.join()
for number in range(5):
    database.write(lambda c, n=number: write_fact(c, f"parent {n}", ""))
_, status = os.waitpid(child, 0)
database.write(lambda c: write_fact(c, "after", ""))
database.close()
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_parent_and_child_both_write_after_a_fork_in_the_middle_of_a_write(
    database: Database,
) -> None:
    address = database.url.render_as_string(hide_password=False)

    done = subprocess.run(
        [sys.executable, "-c", FORKING, address],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (done.returncode, done.stderr) == (0, "")
    numbered = {f"{who} {number}" for who in ("child", "parent") for number in range(5)}
    assert kept(database) == {"before", "held", "after"} | numbered
