"""The database, read from any thread and written through one queue.

Writes wait in a queue and share a commit. A thread of its own takes all that wait, runs them in
one transaction and tells every caller after the commit is on disk. On SQLite this replaces the
busy handler, which sleeps and retries unfairly; on both engines it makes one sync serve many
reports, and it gives the audit chain its order. Between processes the same order is kept by a
file lock (SQLite) or an advisory lock (PostgreSQL).
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from forms_api.errors import StorageError

Result = TypeVar("Result")
Work = Callable[[Connection], Result]

log = logging.getLogger(__name__)

BUSY_SECONDS = 10
MAX_BATCH = 64
WRITE_TIMEOUT_SECONDS = 60
_ADVISORY_LOCK = 0x5A11  # any constant; only our own writers take it


class Database:
    """One engine with its queue of writers; safe to share between threads, not across a fork."""

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _make_engine(self.url)
        self._writing_engine = self.engine.execution_options(writing=True)
        self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._start_lock = threading.Lock()
        self._writer: threading.Thread | None = None

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
        self._ensure_writer()
        self._queue.put((work, future))
        try:
            return future.result(timeout=WRITE_TIMEOUT_SECONDS)
        except TimeoutError:
            if future.cancel():
                raise StorageError("the write waited too long") from None
            return future.result()

    def close(self) -> None:
        """Finish the waiting writes and close every connection."""
        with self._start_lock:
            writer, self._writer = self._writer, None
        if writer is not None:
            self._queue.put(None)
            writer.join()
        self.engine.dispose()

    def _ensure_writer(self) -> None:
        """Start the writer thread; a thread does not outlive a fork, so look each time."""
        writer = self._writer
        if writer is not None and writer.is_alive():
            return
        with self._start_lock:
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write_loop, name="writer", daemon=True)
                self._writer.start()

    def _write_loop(self) -> None:
        while True:
            batch, stopping = self._take_batch()
            if batch:
                self._commit(batch)
            if stopping:
                return

    def _take_batch(self) -> tuple[list[tuple[Work[Any], Future[Any]]], bool]:
        """Wait for one write, then take all others that wait with it."""
        batch: list[tuple[Work[Any], Future[Any]]] = []
        item = self._queue.get()
        while item is not None:
            if item[1].set_running_or_notify_cancel():
                batch.append(item)
            if len(batch) >= MAX_BATCH or self._queue.empty():
                return batch, False
            item = self._queue.get()
        return batch, True

    def _commit(self, batch: list[tuple[Work[Any], Future[Any]]]) -> None:
        """Commit `batch` together; if anything fails, each write alone, so that one harms no other."""
        try:
            with self.transaction() as connection:
                results = [work(connection) for work, _ in batch]
        except Exception as error:  # noqa: BLE001 - handed to the callers, each its own
            if len(batch) == 1:
                batch[0][1].set_exception(_as_storage_error(error))
                return
            for item in batch:
                self._commit([item])
            return
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection that commits at the end, alone among all processes."""
        with self._file_lock(), self._writing_engine.begin() as connection:
            if not self.is_sqlite:
                connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            yield connection

    @contextlib.contextmanager
    def _file_lock(self) -> Iterator[None]:
        """Queue SQLite's writers between processes: flock wakes waiters in order, SQLite does not."""
        if self.file is None:
            yield
            return
        descriptor = os.open(f"{self.file}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _as_storage_error(error: Exception) -> Exception:
    if isinstance(error, SQLAlchemyError | OSError):
        log.error("the database refused: %s", type(error).__name__)
        storage_error = StorageError(type(getattr(error, "orig", error)).__name__)
        storage_error.__cause__ = error
        return storage_error
    return error


def _make_engine(url: URL) -> Engine:
    # Values never stand in error texts or logs: they may be sealed content or keys.
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url, pool_pre_ping=True, pool_size=8, max_overflow=16, hide_parameters=True
        )
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


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
