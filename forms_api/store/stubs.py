"""Rows of printed stubs, and of the codes that take the place of theirs: plain SQL, no decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from forms_api.store.reports import Row
from forms_api.store.schema import messages, reports, stubs


def insert_stubs(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert stubs; the caller gives every column but `sequence` and `entered_at`."""
    connection.execute(insert(stubs), rows)


def taken(connection: Connection, references: Collection[str]) -> set[str]:
    """Return those of the numbers that a stub or a report has."""
    found: set[str] = set()
    for table in (stubs, reports):
        query = select(table.c.reference).where(table.c.reference.in_(references))
        found.update(connection.execute(query).scalars())
    return found


def find(connection: Connection, reference: str) -> Row | None:
    """Return the stub with this number."""
    query = select(stubs).where(stubs.c.reference == reference)
    return connection.execute(query).mappings().first()


def enter(connection: Connection, reference: str, *, at: dt.datetime) -> bool:
    """Note that a stub's report is there now; tell whether the stub was free."""
    statement = (
        update(stubs)
        .where(stubs.c.reference == reference, stubs.c.entered_at.is_(None))
        .values(entered_at=at)
    )
    return connection.execute(statement).rowcount == 1


def is_entered(connection: Connection, lookup_key: bytes) -> bool:
    """Tell whether this is the code of a stub whose report is there."""
    query = select(stubs.c.reference).where(
        stubs.c.lookup_key == lookup_key, stubs.c.entered_at.is_not(None)
    )
    return connection.execute(query).first() is not None


def forget(connection: Connection, lookup_key: bytes) -> None:
    """Delete the stub with this code."""
    connection.execute(delete(stubs).where(stubs.c.lookup_key == lookup_key))


def give_code(
    connection: Connection, report_id: str, *, lookup_key: bytes, reply_recipient: str
) -> None:
    """Let another code open a report, and answers be sealed to its key."""
    connection.execute(
        update(reports)
        .where(reports.c.id == report_id)
        .values(lookup_key=lookup_key, reply_recipient=reply_recipient)
    )


def replace_message(connection: Connection, message_id: str, sealed: bytes) -> None:
    """Put a message's content in its place, sealed anew."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(sealed=sealed))


def sheets(connection: Connection) -> list[Row]:
    """Return each sheet with when it was made, how many stubs are `free` and `entered`, oldest first."""
    query = (
        select(
            stubs.c.sheet,
            func.min(stubs.c.issued_at, type_=stubs.c.issued_at.type).label("issued_at"),
            (func.count() - func.count(stubs.c.entered_at)).label("free"),
            func.count(stubs.c.entered_at).label("entered"),
        )
        .group_by(stubs.c.sheet)
        .order_by(func.min(stubs.c.sequence))
    )
    return list(connection.execute(query).mappings())


def drop_free(connection: Connection, sheet: str) -> int:
    """Delete the stubs of a sheet that no report has yet; return how many."""
    statement = delete(stubs).where(stubs.c.sheet == sheet, stubs.c.entered_at.is_(None))
    return int(connection.execute(statement).rowcount)
