"""Rows of talks and of the trial reports that were sent there; plain SQL, no decisions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from forms_api.store.reports import CLEAR_COLUMNS, Row
from forms_api.store.schema import reports, talks

TALK = "talk"
"""The mark, in a report's `trial`, of one that was sent at a talk."""


def is_of_talk() -> ColumnElement[bool]:
    """Return the condition that a report was sent at a talk."""
    return reports.c.trial == TALK


def is_not_of_talk() -> ColumnElement[bool]:
    """Return the condition that a report is a real one, or a sample."""
    return or_(reports.c.trial.is_(None), reports.c.trial != TALK)


def is_open(connection: Connection, code: str, *, now: dt.datetime) -> bool:
    """Tell whether a talk with this code is being held."""
    query = select(talks.c.code).where(talks.c.code == code, talks.c.ends_at > now)
    return connection.execute(query).first() is not None


def insert_talk(connection: Connection, row: dict[str, Any]) -> None:
    """Insert a talk; the caller gives every column but `sequence`."""
    connection.execute(insert(talks), row)


def end(connection: Connection, code: str, *, by: str, now: dt.datetime) -> bool:
    """End a talk that is being held; tell whether there was one with this code."""
    statement = (
        update(talks)
        .where(talks.c.code == code, talks.c.ends_at > now)
        .values(ends_at=now, ended_by=by)
    )
    return connection.execute(statement).rowcount == 1


def held_or_newest(connection: Connection, *, now: dt.datetime, newest: int) -> list[Row]:
    """Return the talks that are being held and so many of the newest, newest first."""
    last = select(func.max(talks.c.sequence)).scalar_subquery()
    query = select(talks).where(or_(talks.c.ends_at > now, talks.c.sequence > last - newest))
    return list(connection.execute(query.order_by(talks.c.sequence.desc())).mappings())


def open_talks(connection: Connection, *, now: dt.datetime) -> list[Row]:
    """Return the talks that are being held, newest first."""
    query = select(talks).where(talks.c.ends_at > now).order_by(talks.c.sequence.desc())
    return list(connection.execute(query).mappings())


def trial_rows(connection: Connection) -> list[Row]:
    """Return the clear rows of all reports that were sent at talks, oldest first."""
    query = select(*CLEAR_COLUMNS).where(is_of_talk()).order_by(reports.c.sequence)
    return list(connection.execute(query).mappings())
