"""What the residents' face knows of talks: whether a code counts now, and the mark of a trial report."""

from __future__ import annotations

from forms_api.reports.service import utc_now
from forms_api.store import talks as rows
from forms_api.store.database import Database

TALK = rows.TALK


def is_talk_open(database: Database, code: str) -> bool:
    """Tell whether a talk with this code is being held. Raises StorageError."""
    with database.read() as connection:
        return rows.is_open(connection, code, now=utc_now())
