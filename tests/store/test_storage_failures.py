"""A store that cannot take a report says so, keeps what it had, and heals by itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.engine import make_url

from forms_api.errors import StorageError
from forms_api.store import database as database_module
from forms_api.store.database import Database
from forms_api.store.installation import migrate
from forms_api.store.schema import facts
from tests.store.facts import keep, kept
from tests.store.servers import OwnServer


@pytest.fixture
def impatient(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The same database, by a process that waits one second for a lock."""
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 1)
    opened = Database(database.url.render_as_string(hide_password=False))
    yield opened
    opened.close()


@contextlib.contextmanager
def locked(database: Database) -> Iterator[None]:
    """Hold what every writer needs, from a connection of somebody else."""
    if database.file is not None:
        somebody = sqlite3.connect(database.file, isolation_level=None)
        somebody.execute("BEGIN EXCLUSIVE")
        yield
        somebody.execute("ROLLBACK")
        somebody.close()
        return
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [database_module._ADVISORY_LOCK])
        yield
        connection.rollback()


def test_a_locked_database_is_refused_and_heals_when_released(impatient: Database) -> None:
    with locked(impatient), pytest.raises(StorageError, match=r"^(SQLITE_BUSY|55P03)$"):
        impatient.write(keep("while locked"))

    impatient.write(keep("released"))
    assert kept(impatient) == {"released"}


def test_many_writes_behind_a_lock_share_one_wait(impatient: Database) -> None:
    waits: list[object] = []
    event.listen(impatient.engine, "begin", waits.append)

    with locked(impatient), ThreadPoolExecutor(30) as pool:
        answers = [pool.submit(impatient.write, keep(f"fact {number}")) for number in range(30)]
        refused = [answer.exception() for answer in answers]

    assert {type(error) for error in refused} == {StorageError}
    assert len({id(error) for error in refused}) == 30  # a traceback for each thread
    assert len(waits) < 10  # far fewer than one wait for each write
    assert kept(impatient) == set()


def test_a_folder_that_is_not_there_is_a_storage_error(tmp_path: Path) -> None:
    missing = Database(f"sqlite:///{tmp_path / 'missing' / 'forms.sqlite3'}")

    with pytest.raises(StorageError):
        missing.write(keep("nowhere"))
    with pytest.raises(StorageError), missing.read():
        pass


def test_a_file_that_is_no_database_is_a_storage_error(tmp_path: Path) -> None:
    file = tmp_path / "forms.sqlite3"
    file.write_bytes(b"not a database at all" * 100)
    broken = Database(f"sqlite:///{file}")

    with pytest.raises(StorageError):
        broken.write(keep("nowhere"))
    with pytest.raises(StorageError):
        migrate(broken)


def test_every_sqlite_connection_waits_for_the_disk_and_reads_beside_writers(
    tmp_path: Path,
) -> None:
    opened = Database(f"sqlite:///{tmp_path / 'forms.sqlite3'}")
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "trusted_schema")

    def values(execute: Connection) -> list[object]:
        return [execute.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]

    with opened.read() as reading:
        assert values(reading) == ["wal", 2, 1, 1, 0]
    assert opened.write(values) == ["wal", 2, 1, 1, 0]
    opened.close()


def test_what_a_connection_needs_is_set_whatever_sqlite_was_built_with(tmp_path: Path) -> None:
    """Builds differ in their defaults: ours may overwrite deleted content by itself, another not."""
    wanted = {"secure_delete": 1, "foreign_keys": 1, "synchronous": 2, "trusted_schema": 0}
    opened = Database(f"sqlite:///{tmp_path / 'forms.sqlite3'}")

    def build_with_other_defaults(connection: sqlite3.Connection, _record: object) -> None:
        for name, value in wanted.items():
            connection.execute(f"PRAGMA {name} = {0 if value else 1}")

    event.listen(opened.engine, "connect", build_with_other_defaults, insert=True)
    with opened.read() as reading:
        found = {name: reading.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    opened.close()

    assert found == wanted


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_postgresql_session_waits_for_the_disk_even_where_the_server_does_not(
    empty_database_url: str,
) -> None:
    address = make_url(empty_database_url)
    admin = psycopg.connect(
        address.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    )
    for setting in ("synchronous_commit = off", "default_transaction_isolation = 'serializable'"):
        admin.execute(f"ALTER DATABASE {address.database} SET {setting}".encode())
    admin.close()

    opened = Database(empty_database_url)
    with opened.transaction() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
    opened.close()


def test_the_database_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        opened = Database(f"sqlite:///{tmp_path / 'forms.sqlite3'}")
        migrate(opened)
        files = sorted(tmp_path.iterdir())
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in files}
        opened.close()
    finally:
        os.umask(before)

    assert set(modes) == {f"forms.sqlite3{end}" for end in ("", "-wal", "-shm", ".lock")}
    assert set(modes.values()) == {0o600}


LIMITED = """
import resource, sys
from sqlalchemy import select
from forms_api.errors import StorageError
from forms_api.store.database import Database
from forms_api.store.installation import write_fact
from forms_api.store.schema import facts

database = Database(sys.argv[1])
present = max(path.stat().st_size for path in database.file.parent.glob(f"{database.file.name}*"))
resource.setrlimit(resource.RLIMIT_FSIZE, (present + 200_000, resource.RLIM_INFINITY))
acknowledged, refusals = [], 0
for number in range(40):
    try:
        database.write(lambda c, n=number: write_fact(c, f"fact {n}", "x" * 20_000))
        acknowledged.append(f"fact {number}")
    except StorageError:
        refusals += 1
assert acknowledged and refusals, (len(acknowledged), refusals)
with database.read() as connection:
    kept = set(connection.execute(select(facts.c.name)).scalars()) - {"queue_recipient"}
assert kept == set(acknowledged), kept ^ set(acknowledged)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
database.write(lambda c: write_fact(c, "healed", ""))
with database.read() as connection:
    assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
"""


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_file_that_may_not_grow_acknowledges_nothing_it_cannot_keep(database: Database) -> None:
    address = database.url.render_as_string(hide_password=False)

    done = subprocess.run(
        [sys.executable, "-c", LIMITED, address],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert "healed" in kept(database)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of one megabyte of its own; only root may have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine lets us mount no small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_refuses_keeps_what_it_had_and_heals(small_disk: Path) -> None:
    opened = Database(f"sqlite:///{small_disk / 'forms.sqlite3'}")
    migrate(opened)
    opened.write(keep("earlier"))
    filling = small_disk / "filling"
    with contextlib.suppress(OSError), filling.open("wb", buffering=0) as out:
        while True:
            out.write(bytes(512))
    assert shutil.disk_usage(small_disk).free == 0

    refusals = []
    for number in range(200):
        try:
            opened.write(keep(f"fact {number}" + "x" * 4000))
        except StorageError as error:
            refusals.append(str(error))
    held = kept_beside(opened)
    filling.unlink()
    opened.write(keep("later"))

    assert set(refusals) == {"SQLITE_FULL"}
    assert len(held) == 200 - len(refusals) + 1
    assert "earlier" in held
    assert kept_beside(opened) == held | {"later"}
    opened.close()


def kept_beside(database: Database) -> set[str]:
    """Return the names of the facts as they can be read even where no file can grow."""
    with database.read() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        return set(connection.execute(select(facts.c.name)).scalars())


def test_a_server_that_goes_away_is_refused_and_found_again(own_server: OwnServer) -> None:
    opened = Database(own_server.url)
    migrate(opened)
    opened.write(keep("before"))

    own_server.stop_at_once()
    with pytest.raises(StorageError):
        opened.write(keep("meanwhile"))
    with pytest.raises(StorageError), opened.read():
        pass
    own_server.start()

    opened.write(keep("after"))
    assert kept(opened) == {"before", "after"}
    opened.close()
