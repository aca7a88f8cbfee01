"""Rows of the limits' counters: added to, read, cleared away; plain SQL, no decisions."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, case, delete, insert, literal, select, update

from forms_api.store.schema import limit_counters
from forms_api.store.table_base import UtcTime


class Counted(NamedTuple):
    """How much was counted within a window that is still open, and when it ends."""

    number: int
    ends_at: dt.datetime


def add(
    connection: Connection, key: str, amount: int, *, now: dt.datetime, ends_at: dt.datetime
) -> int:
    """Add to a counter, begun anew where its window has ended, and return what it stands at.

    Writers come one after another (`Database.write`), so that nobody adds in between.
    """
    is_open = limit_counters.c.ends_at > now
    adding = (
        update(limit_counters)
        .where(limit_counters.c.key == key)
        .values(
            count=case((is_open, limit_counters.c.count + amount), else_=amount),
            ends_at=case((is_open, limit_counters.c.ends_at), else_=literal(ends_at, UtcTime)),
        )
        .returning(limit_counters.c.count)
    )
    count: int | None = connection.execute(adding).scalar()
    if count is None:
        connection.execute(insert(limit_counters).values(key=key, count=amount, ends_at=ends_at))
        return amount
    return count


def read(connection: Connection, key: str, *, now: dt.datetime) -> Counted | None:
    """Return a counter whose window is open, None where nothing counts any more."""
    query = select(limit_counters.c.count, limit_counters.c.ends_at).where(
        limit_counters.c.key == key, limit_counters.c.ends_at > now
    )
    row = connection.execute(query).first()
    return None if row is None else Counted(*row)


def clear(connection: Connection, key: str | None = None) -> int:
    """Forget one counter, or all of them, and return how many there were."""
    statement = delete(limit_counters)
    if key is not None:
        statement = statement.where(limit_counters.c.key == key)
    return int(connection.execute(statement).rowcount)


def drop_ended(connection: Connection, *, now: dt.datetime) -> int:
    """Delete the counters whose window has ended and return how many there were."""
    return int(
        connection.execute(delete(limit_counters).where(limit_counters.c.ends_at <= now)).rowcount
    )
