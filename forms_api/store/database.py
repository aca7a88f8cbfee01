"""The database, read from any thread and written through one queue.

Writes wait in a queue and share a commit. A thread of its own waits for its turn, takes all that
wait by then, runs them in one transaction and tells every caller after the commit is on disk. On
SQLite this replaces the busy handler, which sleeps and retries unfairly; on both engines it makes
one sync serve many reports, and it gives the audit chain its order. Between processes the same
order is kept by a file lock (SQLite) or an advisory lock (PostgreSQL).
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import queue
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from forms_api.errors import AlreadyThereError, StorageError
from forms_api.store.deferred import insert_deferred

if TYPE_CHECKING:
    import psycopg

Result = TypeVar("Result")
Work = Callable[[Connection], Result]

log = logging.getLogger(__name__)

BUSY_SECONDS = 10
MAX_BATCH = 64
GATHER_SECONDS = 0.01
WRITE_TIMEOUT_SECONDS = 60
NETWORK_TIMEOUT_SECONDS = 30
_ADVISORY_LOCK = 0x5A11  # any constant; only our own writers take it
_TURN = select(func.pg_advisory_xact_lock(_ADVISORY_LOCK))


@dataclass(frozen=True)
class _Write:
    """One waiting write: what to run, and where its caller waits for the outcome."""

    work: Work[Any]
    future: Future[Any]


class Database:
    """One engine with its queue of writers; safe to share between threads and to inherit by fork."""

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _make_engine(self.url)
        self._writing_engine = self.engine.execution_options(writing=True)
        self._lock_path = f"{self.file}.lock" if self.file else None
        self._fork_lock = threading.RLock()
        self._reset_writer()
        _OPEN.add(self)

    def _reset_writer(self) -> None:
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._queue_lock = threading.Lock()
        self._writer: threading.Thread | None = None
        self._closed = False
        self._emptied = False

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading.

        Raises StorageError when the database does not answer.
        """
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise _as_storage_error(error) from error

    def write(self, work: Work[Result]) -> Result:
        """Run `work` in a transaction and return its result once that is durable on disk.

        `work` may run twice (its batch failed, and it is tried alone), so it must touch nothing
        but its connection. What it raises reaches the caller, and nothing of it is kept.

        Raises StorageError when the database does not take the write.
        """
        future: Future[Result] = Future()
        self._enqueue(_Write(work, future))
        try:
            return future.result(timeout=WRITE_TIMEOUT_SECONDS)
        except TimeoutError:
            if future.cancel():
                raise StorageError("the write waited too long") from None
            # It has begun: only its outcome can say whether it is kept.
            return future.result()

    def close(self) -> None:
        """Finish the waiting writes and close every connection; later writes are refused."""
        with self._queue_lock:
            writer, self._writer = self._writer, None
            self._closed = True
            self._queue.put(None)
        if writer is not None:
            writer.join()
        self.engine.dispose()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection that commits at the end, alone among all processes.

        Raises StorageError when the database does not take it.
        """
        try:
            with self._fork_lock, self._file_lock(), self._writing_engine.begin() as connection:
                if not self.is_sqlite:
                    connection.execute(_TURN)
                yield connection
                insert_deferred(connection)
        except (SQLAlchemyError, OSError) as error:
            raise _as_storage_error(error) from error

    def _enqueue(self, write: _Write) -> None:
        """Put `write` into the queue, with a thread that empties it. One lock, so that none is left behind."""
        with self._queue_lock:
            if self._closed:
                raise StorageError("the database is closed")
            if self._writer is None:
                self._writer = threading.Thread(target=self._write_loop, name="writer", daemon=True)
                self._writer.start()
            self._queue.put(write)

    def _write_loop(self) -> None:
        """Commit what waits, again and again, until `close`.

        Where writes came together, the next are given a moment to do so too; a lone one never waits.
        """
        batch: list[_Write] = []
        while not self._emptied and (write := self._queue.get()) is not None:
            if len(batch) > 1:
                time.sleep(GATHER_SECONDS)
            batch = [write]
            self._commit(batch)

    def _commit(self, batch: list[_Write]) -> None:
        """Commit `batch`, and all that wait when its turn comes, and tell every caller.

        1. Wait for the turn. Callers that gave up meanwhile drop out, and nothing of theirs runs.
           Where no turn comes, all are told at once: one by one, each would wait as long again.
        2. Run all in one transaction and commit.
        3. If that fails, run each in its own, so that one harms no other.
        """
        running: list[_Write] | None = None
        try:
            with self.transaction() as connection:
                running = self._take_waiting(batch)
                results = [item.work(connection) for item in running]
        except BaseException as error:  # noqa: BLE001 - a dead writer would leave its callers waiting
            if running is None:
                _fail(self._take_waiting(batch), error)
            elif len(running) == 1:
                _fail(running, error)
            else:
                self._commit_each(running)
            return
        for item, result in zip(running, results, strict=True):
            item.future.set_result(result)

    def _take_waiting(self, batch: list[_Write]) -> list[_Write]:
        """Return `batch` and all that wait behind it, without those whose callers gave up."""
        while len(batch) < MAX_BATCH and not self._queue.empty() and not self._emptied:
            following = self._queue.get()
            if following is None:
                self._emptied = True
            else:
                batch.append(following)
        return [item for item in batch if item.future.set_running_or_notify_cancel()]

    def _commit_each(self, batch: Sequence[_Write]) -> None:
        for place, item in enumerate(batch):
            begun = False
            try:
                with self.transaction() as connection:
                    begun = True
                    result = item.work(connection)
            except BaseException as error:  # noqa: BLE001 - as above
                if not begun:
                    _fail(batch[place:], error)
                    return
                _fail([item], error)
            else:
                item.future.set_result(result)

    @contextlib.contextmanager
    def _file_lock(self) -> Iterator[None]:
        """Queue SQLite's writers between processes: flock wakes waiters in order, SQLite does not."""
        if self._lock_path is None:
            yield
            return
        descriptor = os.open(self._lock_path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _before_fork(self) -> None:
        """Let the running transaction end, and close what no child may inherit.

        SQLite remembers in memory which locks its process holds. A child that inherits an open
        connection believes to hold them too, and then writes without any
        (https://sqlite.org/howtocorrupt.html, section 2.6).
        """
        self._fork_lock.acquire()
        self.engine.dispose()

    def _after_fork_in_parent(self) -> None:
        self._fork_lock.release()

    def _after_fork_in_child(self) -> None:
        """Begin anew: threads do not outlive a fork, nor do the locks that they held."""
        self._fork_lock = threading.RLock()
        self.engine.dispose(close=False)
        self._reset_writer()


_OPEN: weakref.WeakSet[Database] = weakref.WeakSet()
_forking: list[Database] = []


def _before_fork() -> None:
    opened = sorted(_OPEN, key=id)  # always in one order, so that two forks cannot block each other
    for database in opened:
        database._before_fork()  # noqa: SLF001 - this module's own class
    _forking[:] = opened


def _after_fork_in_parent() -> None:
    forked = _forking.copy()
    _forking.clear()
    for database in forked:
        database._after_fork_in_parent()  # noqa: SLF001


def _after_fork_in_child() -> None:
    forked = _forking.copy()
    _forking.clear()
    for database in forked:
        database._after_fork_in_child()  # noqa: SLF001


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)


def _fail(writes: Sequence[_Write], error: BaseException) -> None:
    for item in writes:
        own = type(error)(*error.args) if isinstance(error, StorageError) else error
        own.__cause__ = error.__cause__
        item.future.set_exception(own)


def _as_storage_error(error: SQLAlchemyError | OSError) -> StorageError:
    """Return what callers see: the engine's code for the fact, never its words, which may hold values."""
    cause = getattr(error, "orig", None) or error
    named = (getattr(cause, name, None) for name in ("sqlite_errorname", "sqlstate"))
    fact = next(filter(None, named), type(cause).__name__)
    if isinstance(error, IntegrityError):
        return AlreadyThereError(fact)
    log.error("the database refused: %s", fact)
    return StorageError(fact)


def _make_engine(url: URL) -> Engine:
    # Values never stand in error texts or logs: they may be sealed content or keys.
    if url.get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=16,
            hide_parameters=True,
            connect_args={
                "connect_timeout": BUSY_SECONDS,
                "tcp_user_timeout": NETWORK_TIMEOUT_SECONDS * 1000,
            },
        )
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "do_connect", _create_private_file)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(connection: psycopg.Connection[Any], _record: object) -> None:
    # A receipt is shown only for what survives a power failure, whatever the server's default.
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )
    # Every statement sees what was committed before it: the audit chain reads its head so.
    connection.execute("SET default_transaction_isolation = 'read committed'")
    connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    connection.commit()


def _create_private_file(
    _dialect: Dialect, _record: object, arguments: tuple[Any, ...], _options: object
) -> None:
    """Make the file before SQLite does, which would let everybody on the machine read it.

    Only a file that is not there: to open and close one that SQLite uses would drop its locks.
    """
    with contextlib.suppress(OSError):  # it exists, or SQLite says itself what is wrong
        os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, below
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # a receipt is shown only for what survives a power failure
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
