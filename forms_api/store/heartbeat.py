"""The sign of life that the worker leaves, by which others see that nobody sends notices any more."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection

from forms_api.store.database import Database
from forms_api.store.installation import change_fact, read_fact

WORKER_SEEN_AT = "worker_seen_at"
SILENT_AFTER = dt.timedelta(minutes=10)


def note_worker(connection: Connection, *, at: dt.datetime) -> None:
    """Keep that the worker was at work at this moment."""
    change_fact(connection, WORKER_SEEN_AT, at.isoformat())


def worker_seen_at(connection: Connection) -> dt.datetime | None:
    """Return when the worker was last at work, None when it never was."""
    seen = read_fact(connection, WORKER_SEEN_AT)
    return None if seen is None else dt.datetime.fromisoformat(seen)


def worker_is_silent(database: Database, now: dt.datetime) -> bool:
    """Tell whether the worker has not been at work for ten minutes, or never: the notice loop is dead."""
    with database.read() as connection:
        seen = worker_seen_at(connection)
    return seen is None or now - seen > SILENT_AFTER
