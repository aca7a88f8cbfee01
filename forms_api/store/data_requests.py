"""Rows of what people asked about their own data: plain SQL, no decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, literal, or_, select, update

from forms_api.store.reports import Row
from forms_api.store.schema import data_requests

# What the residents' face may read: see deploy/postgres-roles.sql.
_FOLLOWED = (
    data_requests.c.id,
    data_requests.c.kind,
    data_requests.c.asked_at,
    data_requests.c.answer_due_at,
    data_requests.c.done_due_at,
    data_requests.c.answered_at,
    data_requests.c.extended_at,
    data_requests.c.ended_at,
    data_requests.c.outcome,
    data_requests.c.refusal,
)
_MOMENT = data_requests.c.answered_at.type
_IS_OPEN = data_requests.c.ended_at.is_(None)


def insert_request(connection: Connection, row: dict[str, Any]) -> None:
    """Keep a request; the caller gives what is known when it is asked, but `sequence`."""
    connection.execute(insert(data_requests), row)


def followed(connection: Connection, report_id: str) -> list[Row]:
    """Return a report's requests as their reporter may see them, oldest first."""
    query = select(*_FOLLOWED).where(data_requests.c.report_id == report_id)
    return list(connection.execute(query.order_by(data_requests.c.sequence)).mappings())


def of_reports(connection: Connection, report_ids: Sequence[str]) -> list[Row]:
    """Return all requests about these reports, oldest first."""
    query = select(data_requests).where(data_requests.c.report_id.in_(report_ids))
    return list(connection.execute(query.order_by(data_requests.c.sequence)).mappings())


def change(connection: Connection, request_id: str, **values: object) -> bool:
    """Change a request that has not ended; tell whether it had not."""
    statement = update(data_requests).where(data_requests.c.id == request_id, _IS_OPEN)
    return connection.execute(statement.values(**values)).rowcount == 1


def end_open(
    connection: Connection,
    report_ids: Sequence[str],
    *,
    kinds: Sequence[str],
    outcome: str,
    by: str,
    at: dt.datetime,
) -> list[Row]:
    """End the open requests of these kinds and return id, report_id and kind of each."""
    statement = (
        update(data_requests)
        .where(data_requests.c.report_id.in_(report_ids), data_requests.c.kind.in_(kinds), _IS_OPEN)
        .values(
            ended_at=at,
            ended_by=by,
            outcome=outcome,
            answered_at=func.coalesce(data_requests.c.answered_at, literal(at, _MOMENT)),
            answered_by=func.coalesce(data_requests.c.answered_by, by),
        )
        .returning(data_requests.c.id, data_requests.c.report_id, data_requests.c.kind)
    )
    return list(connection.execute(statement).mappings())


def is_late(at: dt.datetime) -> ColumnElement[bool]:
    """Return the condition that an open request should have been answered, or done, before `at`."""
    unanswered = and_(data_requests.c.answered_at.is_(None), data_requests.c.answer_due_at < at)
    return and_(_IS_OPEN, or_(unanswered, data_requests.c.done_due_at < at))


def count_late(connection: Connection, *, at: dt.datetime) -> int:
    """Return how many open requests were late at `at`."""
    query = select(func.count()).select_from(data_requests).where(is_late(at))
    return int(connection.execute(query).scalar_one())
