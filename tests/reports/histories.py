"""Reports with a past, written straight into the tables: what happened, when, to which report."""

from __future__ import annotations

import datetime as dt
import itertools
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert

from forms_api.reports.lifecycle import Status
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.schema import reports

NOON = dt.datetime(2026, 11, 18, 5, tzinfo=dt.UTC)
"""A Wednesday at noon in Vietnam."""


@dataclass(frozen=True)
class Happening:
    """One audit event of a report."""

    after: dt.timedelta
    action: str
    actor: str = "officer:lan"
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class History:
    """A report's clear columns and what happened to it."""

    received_at: dt.datetime = NOON
    category: str | None = "khac"
    area: str | None = None
    channel: str = "web"
    link: str | None = None
    anonymous: bool = True
    urgent: bool = False
    status: Status = Status.NEW
    claimed_by: str | None = None
    due_at: dt.datetime | None = None
    satisfaction: str | None = None
    trial: str | None = None
    quarantined: str | None = None
    trashed_at: dt.datetime | None = None
    happened: tuple[Happening, ...] = ()

    def then(self, action: str, *, days: float, actor: str = "officer:lan") -> History:
        """Return this history with one more event, so many days after it came."""
        happening = Happening(dt.timedelta(days=days), action, actor)
        return replace(self, happened=(*self.happened, happening))

    def moved(self, to: Status, *, days: float) -> History:
        """Return this history with one more move, so many days after it came."""
        details = (("from", self.status.value), ("to", to.value))
        happening = Happening(dt.timedelta(days=days), "moved", details=details)
        return replace(self, status=to, happened=(*self.happened, happening))

    def finished(self, *, days: float, as_: Status = Status.RESOLVED) -> History:
        """Return this history, taken over at once and finished after so many days."""
        taken = self if self.status is not Status.NEW else replace(self, status=Status.RECEIVED)
        return taken.moved(as_, days=days)


_numbers = itertools.count(1)


def write_histories(database: Database, histories: Iterable[History]) -> list[str]:
    """Keep the reports and their events and return their ids."""
    kept = list(histories)
    rows = [_row(history) for history in kept]

    def store(connection: Connection) -> None:
        if rows:
            connection.execute(insert(reports), rows)
        for row, history in zip(rows, kept, strict=True):
            audit.append(
                connection,
                [audit.Event("reporter", "received", row["id"])],
                at=history.received_at,
            )
            for one in history.happened:
                event = audit.Event(one.actor, one.action, row["id"], dict(one.details))
                audit.append(connection, [event], at=history.received_at + one.after)

    database.write(store)
    return [row["id"] for row in rows]


def many(history: History, *, every: dt.timedelta, count: int) -> Sequence[History]:
    """Return so many like this one, coming one after the other."""
    return [replace(history, received_at=history.received_at + n * every) for n in range(count)]


def _row(history: History) -> dict[str, Any]:
    number = next(_numbers)
    columns = {
        name: value
        for name, value in vars(history).items()
        if name not in {"happened", "status", "received_at"}
    }
    return {
        **columns,
        "id": f"{number:032x}",
        "reference": f"XG-{number:06}",
        "submission_key": secrets.token_bytes(16),
        "content_digest": b"",
        "lookup_key": secrets.token_bytes(16),
        "reply_recipient": "age1",
        "form_id": "phan-anh-antt",
        "form_version": "1",
        "consent_version": "1",
        "status": history.status.value,
        "version": 1,
        "received_at": history.received_at,
        "updated_at": history.received_at,
        "sealed": b"sealed" * 300,
        "sealed_bytes": 1800,
        "attachment_count": 0,
    }
