"""The rows from which deadlines are computed, and the column that keeps what came out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, func, or_, select
from sqlalchemy import update as sql_update

from forms_api.store.schema import events, reports

# A row that somebody changed meanwhile is left alone: its new event makes it be computed anew.
_SET = (
    sql_update(reports)
    .where(reports.c.id == bindparam("report"), reports.c.version == bindparam("seen"))
    .values(due_at=bindparam("due"))
)


def timed_reports(
    connection: Connection, *, ended: Sequence[str], report_ids: Sequence[str] | None
) -> list[RowMapping]:
    """Return id, version, category and due_at of these reports; of None, all that may have a deadline."""
    query = select(reports.c.id, reports.c.version, reports.c.category, reports.c.due_at)
    return list(connection.execute(query.where(_chosen(ended, report_ids))).mappings())


def histories(
    connection: Connection,
    *,
    actions: Sequence[str],
    ended: Sequence[str],
    report_ids: Sequence[str] | None,
) -> list[RowMapping]:
    """Return the events of these actions of the reports that `timed_reports` returns."""
    query = select(
        events.c.report_id,
        events.c.sequence,
        events.c.at,
        events.c.actor,
        events.c.action,
        events.c.details,
    ).where(events.c.action.in_(actions))
    if report_ids is None:
        chosen = select(reports.c.id).where(_chosen(ended, None))
        query = query.where(events.c.report_id.in_(chosen))
    else:
        query = query.where(events.c.report_id.in_(report_ids))
    return list(connection.execute(query).mappings())


def set_due(connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Keep each row's `due` for the `report` that is still as `seen`; return how many were."""
    return int(connection.execute(_SET, list(rows)).rowcount)


def reports_touched_since(
    connection: Connection, sequence: int, *, actions: Sequence[str]
) -> tuple[list[str], int]:
    """Return the reports that these actions touched after the event `sequence`, and the newest event."""
    newest = connection.execute(select(func.max(events.c.sequence))).scalar() or 0
    query = (
        select(events.c.report_id)
        .where(
            events.c.sequence > sequence,
            events.c.sequence <= newest,
            events.c.action.in_(actions),
            events.c.report_id.is_not(None),
        )
        .distinct()
    )
    return list(connection.execute(query).scalars()), int(newest)


def count_late(connection: Connection, *, ended: Sequence[str], at: dt.datetime) -> int:
    """Return how many reports that somebody works on were due before `at`."""
    query = select(func.count()).where(
        reports.c.due_at < at,
        reports.c.status.not_in(ended),
        reports.c.quarantined.is_(None),
        reports.c.trial.is_(None),
        reports.c.trashed_at.is_(None),
    )
    return int(connection.execute(query).scalar_one())


def _chosen(ended: Sequence[str], report_ids: Sequence[str] | None) -> ColumnElement[bool]:
    if report_ids is not None:
        return reports.c.id.in_(report_ids)
    return or_(reports.c.status.not_in(ended), reports.c.due_at.is_not(None))
