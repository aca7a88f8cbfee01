"""Notices that wait to go out: written with the event they tell of, sent at least once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, or_, select, update

from forms_api.store.deferred import at_commit, insert_rows
from forms_api.store.schema import outbox

FIRST_RETRY = dt.timedelta(minutes=1)
LAST_RETRY = dt.timedelta(hours=6)
MAX_ATTEMPTS = 20

_NOT_SENT = outbox.c.sent_at.is_(None)


def post(
    connection: Connection,
    topic: str,
    *,
    report_id: str | None,
    at: dt.datetime,
    once_key: str | None = None,
) -> None:
    """Put a notice into the caller's transaction. It names a report by id and holds no content.

    A second notice with the same `once_key` makes the transaction fail: look with `was_posted`.
    """
    notice = {
        "topic": topic,
        "report_id": report_id,
        "created_at": at,
        "due_at": at,
        "attempts": 0,
        "sent_at": None,
        "failure": None,
        "once_key": once_key,
    }
    at_commit(connection, _insert, [notice])


def _insert(connection: Connection, notices: list[dict[str, Any]]) -> None:
    insert_rows(connection, outbox, notices)


def was_posted(connection: Connection, once_key: str) -> bool:
    """Tell whether there is a notice with this key, sent or not."""
    query = select(outbox.c.sequence).where(outbox.c.once_key == once_key)
    return connection.execute(query).first() is not None


def due(
    connection: Connection,
    *,
    now: dt.datetime,
    limit: int,
    held_after: dt.datetime | None = None,
    never_held: Collection[str] = (),
) -> list[RowMapping]:
    """Return the notices that should go out now, oldest first.

    Those posted later than `held_after` wait, but for the topics that are `never_held`.
    """
    query = select(outbox).where(
        _NOT_SENT, outbox.c.due_at <= now, outbox.c.attempts < MAX_ATTEMPTS
    )
    if held_after is not None:
        released = or_(outbox.c.created_at <= held_after, outbox.c.topic.in_(never_held))
        query = query.where(released)
    return list(connection.execute(query.order_by(outbox.c.sequence).limit(limit)).mappings())


def mark_sent(connection: Connection, sequences: Sequence[int], *, at: dt.datetime) -> None:
    """Note that these notices went out."""
    connection.execute(
        update(outbox).where(outbox.c.sequence.in_(sequences)).values(sent_at=at, failure=None)
    )


def mark_failed(
    connection: Connection, rows: Sequence[RowMapping], *, at: dt.datetime, why: str
) -> None:
    """Put these notices off, twice as long each time; after MAX_ATTEMPTS they are dead letters."""
    by_attempts: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        by_attempts[row["attempts"]].append(row["sequence"])
    for attempts, sequences in by_attempts.items():
        wait = min(FIRST_RETRY * 2 ** min(attempts, 16), LAST_RETRY)
        connection.execute(
            update(outbox)
            .where(outbox.c.sequence.in_(sequences))
            .values(attempts=attempts + 1, due_at=at + wait, failure=why)
        )


def unsent(connection: Connection) -> list[RowMapping]:
    """Return every notice that has not gone out, oldest first: waiting ones and dead letters."""
    query = select(outbox).where(_NOT_SENT).order_by(outbox.c.sequence)
    return list(connection.execute(query).mappings())


def oldest_waiting(connection: Connection) -> dt.datetime | None:
    """Return when the oldest notice that still should go out was posted, None without any."""
    query = select(func.min(outbox.c.created_at)).where(_NOT_SENT, outbox.c.attempts < MAX_ATTEMPTS)
    found: dt.datetime | None = connection.execute(query).scalar()
    return found


def dead_letters(connection: Connection) -> int:
    """Return how many notices were given up."""
    query = select(func.count()).where(_NOT_SENT, outbox.c.attempts >= MAX_ATTEMPTS)
    return int(connection.execute(query).scalar_one())


def revive(connection: Connection, sequences: Sequence[int], *, at: dt.datetime) -> None:
    """Let these notices go out as if they were new."""
    connection.execute(
        update(outbox)
        .where(outbox.c.sequence.in_(sequences), _NOT_SENT)
        .values(attempts=0, due_at=at, failure=None)
    )


def discard(connection: Connection, sequences: Sequence[int]) -> None:
    """Delete these notices unsent."""
    connection.execute(delete(outbox).where(outbox.c.sequence.in_(sequences), _NOT_SENT))
