"""Deleted content leaves the database's files, not only its tables."""

from __future__ import annotations

import contextlib

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from forms_api.errors import StorageError
from forms_api.store.database import Database
from forms_api.store.schema import (
    attachment_parts,
    attachments,
    external_numbers,
    messages,
    notes,
    reports,
)

_ERASED_FROM = (reports, attachments, attachment_parts, messages, notes, external_numbers)


def forget_deleted(database: Database) -> bool:
    """Let go of what deleted rows left in the database's files and tell whether all of it is gone.

    SQLite overwrites deleted content in its main file (`secure_delete`), and its write-ahead log
    still holds older pages until it is emptied: here. That fails, harmlessly, while somebody
    reads. PostgreSQL's VACUUM frees the space for new rows, and only they overwrite it: False.

    Raises StorageError.

    Source: https://sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    try:
        if not database.is_sqlite:
            autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
            with autocommit.connect() as connection:
                names = ", ".join(table.name for table in _ERASED_FROM)
                connection.execute(text(f"VACUUM {names}"))
            return False
        # Not through SQLAlchemy's connection: that begins a transaction, in which nothing is emptied.
        with contextlib.closing(database.engine.raw_connection()) as raw:
            row = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except SQLAlchemyError as error:
        raise StorageError(type(error.__cause__ or error).__name__) from error
    return row is not None and row[0] == 0
