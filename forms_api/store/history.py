"""What happened to a report, read back from the audit log."""

from __future__ import annotations

from sqlalchemy import Connection, select

from forms_api.store.reports import Row
from forms_api.store.schema import events

READINGS = ("opened", "attachment opened", "identity revealed", "printed", "renewed")
"""Events that change nothing for anybody else."""


def report_events(connection: Connection, report_id: str) -> list[Row]:
    """Return what happened to a report, oldest first."""
    query = (
        select(events.c.at, events.c.actor, events.c.action, events.c.details)
        .where(events.c.report_id == report_id)
        .order_by(events.c.sequence)
    )
    return list(connection.execute(query).mappings())


def last_change(connection: Connection, report_id: str) -> Row | None:
    """Return the newest event of a report that was more than a reading."""
    query = (
        select(events.c.at, events.c.actor, events.c.action)
        .where(events.c.report_id == report_id, events.c.action.not_in(READINGS))
        .order_by(events.c.sequence.desc())
        .limit(1)
    )
    return connection.execute(query).mappings().first()
