"""How the notices stand, for everybody at the desk: whether anybody is told when something comes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from forms_api.store import outbox
from forms_api.store.database import Database
from forms_api.store.heartbeat import SILENT_AFTER, worker_seen_at


@dataclass(frozen=True)
class NoticeState:
    """When the worker was last at work, since when a notice waits, how many were given up."""

    seen_at: dt.datetime | None
    is_silent: bool
    waits_since: dt.datetime | None
    dead: int


def notice_state(database: Database, *, now: dt.datetime) -> NoticeState:
    """Return how the notices stand now; it says nothing about any report."""
    with database.read() as connection:
        seen = worker_seen_at(connection)
        return NoticeState(
            seen_at=seen,
            is_silent=seen is None or now - seen > SILENT_AFTER,
            waits_since=outbox.oldest_waiting(connection),
            dead=outbox.dead_letters(connection),
        )
