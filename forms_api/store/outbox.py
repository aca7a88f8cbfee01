"""Notices that wait to go out: written with the event they tell of, sent at least once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from forms_api.store.deferred import at_commit
from forms_api.store.schema import outbox

FIRST_RETRY = dt.timedelta(minutes=1)
LAST_RETRY = dt.timedelta(hours=6)
MAX_ATTEMPTS = 20

_INSERT = insert(outbox).returning(outbox.c.sequence)  # all rows in one statement


def post(connection: Connection, topic: str, *, report_id: str | None, at: dt.datetime) -> None:
    """Put a notice into the caller's transaction. It names a report by id and holds no content."""
    notice = {
        "topic": topic,
        "report_id": report_id,
        "created_at": at,
        "due_at": at,
        "attempts": 0,
        "sent_at": None,
        "failure": None,
    }
    at_commit(connection, _insert, [notice])


def _insert(connection: Connection, notices: list[dict[str, Any]]) -> None:
    connection.execute(_INSERT, notices)


def due(connection: Connection, *, now: dt.datetime, limit: int) -> list[RowMapping]:
    """Return the notices that should go out now, oldest first."""
    query = (
        select(outbox)
        .where(outbox.c.sent_at.is_(None), outbox.c.due_at <= now, outbox.c.attempts < MAX_ATTEMPTS)
        .order_by(outbox.c.sequence)
        .limit(limit)
    )
    return list(connection.execute(query).mappings())


def mark_sent(connection: Connection, sequences: list[int], *, at: dt.datetime) -> None:
    """Note that these notices went out."""
    connection.execute(
        update(outbox).where(outbox.c.sequence.in_(sequences)).values(sent_at=at, failure=None)
    )


def mark_failed(
    connection: Connection, rows: list[RowMapping], *, at: dt.datetime, why: str
) -> None:
    """Put these notices off, twice as long each time; after MAX_ATTEMPTS they are dead letters."""
    for row in rows:
        wait = min(FIRST_RETRY * 2 ** min(row["attempts"], 16), LAST_RETRY)
        connection.execute(
            update(outbox)
            .where(outbox.c.sequence == row["sequence"])
            .values(attempts=row["attempts"] + 1, due_at=at + wait, failure=why)
        )


def dead_letters(connection: Connection) -> int:
    """Return how many notices were given up."""
    query = select(func.count()).where(
        outbox.c.sent_at.is_(None), outbox.c.attempts >= MAX_ATTEMPTS
    )
    return int(connection.execute(query).scalar_one())
