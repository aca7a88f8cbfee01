"""What an actor can get hold of: reports within the own part of the work, and colleagues.

What is out of reach is not found: nobody learns that it is there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission, Role, officer_actor
from forms_api.errors import NotFoundError
from forms_api.store import casework
from forms_api.store import reports as rows
from forms_api.store.database import Database

OFFICER = "officer:"


@dataclass(frozen=True)
class Colleague:
    """Somebody to give a report to."""

    name: str
    full_name: str | None


def find(connection: Connection, actor: Actor, report_id: str, *, sealed: bool = False) -> rows.Row:
    """Return a report that the actor sees and that is not in the trash. Raises NotFoundError."""
    report = rows.get(connection, report_id, sealed=sealed)
    if report is None or report["trashed_at"] is not None or not actor.sees(report):
        raise NotFoundError
    return report


def find_to_read(connection: Connection, actor: Actor, report_id: str) -> rows.Row:
    """Return a report whole; one in the trash is there for those who decide about the trash.

    Raises NotFoundError.
    """
    report = rows.get(connection, report_id, sealed=True)
    if report is None or not actor.sees(report):
        raise NotFoundError
    if report["trashed_at"] is not None and not actor.may(Permission.TRASH):
        raise NotFoundError
    return report


def is_anothers(actor: Actor, report: rows.Row, now: dt.datetime) -> bool:
    """Tell whether somebody else's lease on the report runs."""
    leased = report["lease_until"] is not None and report["lease_until"] >= now
    return bool(leased and report["claimed_by"] != actor.name)


def officer_named(connection: Connection, name: str) -> Actor:
    """Return the actor that an officer is, whose account is not shut. Raises NotFoundError."""
    row = casework.find_active_officer(connection, name)
    if row is None:
        raise NotFoundError(name)
    return _actor(row)


def officer_id(connection: Connection, actor: Actor) -> str:
    """Return the id of the officer who acts. Raises NotFoundError when no officer does."""
    name = actor.name.removeprefix(OFFICER)
    row = casework.find_active_officer(connection, name)
    if row is None or not actor.name.startswith(OFFICER):
        raise NotFoundError(actor.name)
    return str(row["id"])


def colleagues_for(database: Database, *, actor: Actor, report_id: str) -> list[Colleague]:
    """Return who could be given this report, by name. Raises ForbiddenError, NotFoundError."""
    actor.need(Permission.LIST)
    with database.read() as connection:
        report = find(connection, actor, report_id)
        everybody = casework.active_officers(connection)
    return [
        Colleague(row["name"], row["full_name"])
        for row in everybody
        if can_take(_actor(row), report)
    ]


def can_take(colleague: Actor, report: rows.Row) -> bool:
    """Tell whether this officer works on reports, and would see this one without having it."""
    return colleague.may(Permission.CLAIM) and colleague.sees(report)


def _actor(row: rows.Row) -> Actor:
    return officer_actor(
        row["name"], Role(row["role"]), areas=row["areas"], categories=row["categories"]
    )
