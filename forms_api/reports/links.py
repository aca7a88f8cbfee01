"""Reports that belong together: linked, never merged, so that each keeps its sender and its answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import ConflictError, NotFoundError
from forms_api.reports.changes import change
from forms_api.reports.lifecycle import Status
from forms_api.reports.reach import find
from forms_api.reports.service import utc_now
from forms_api.store import casework as rows
from forms_api.store.audit import Event
from forms_api.store.database import Database
from forms_api.store.reports import Row


class LinkKind(StrEnum):
    """What the report that names another says of it."""

    DUPLICATE = "trung"
    REPEAT = "tai-dien"
    RELATED = "lien-quan"


@dataclass(frozen=True)
class CaseLink:
    """A linked report; `points_here` tells that it names this one, not this one it."""

    kind: LinkKind
    points_here: bool
    report_id: str
    reference: str
    status: Status


@dataclass(frozen=True)
class CaseLinks:
    """The links that may be shown, and how many lead to reports that the actor does not see."""

    shown: tuple[CaseLink, ...]
    hidden: int


def link(
    database: Database, *, actor: Actor, report_id: str, reference: str, kind: LinkKind
) -> None:
    """Let a report name another, by its reference.

    Raises ForbiddenError, NotFoundError when the actor sees not both, ConflictError when they are
    linked already or are the same.
    """
    actor.need(Permission.DECIDE)

    def store(connection: Connection) -> None:
        report, other = _both(connection, actor, report_id, reference)
        if report["id"] == other["id"] or rows.find_link(connection, report_id, other["id"]):
            raise ConflictError(other["reference"])
        now = utc_now()
        row = {
            "report_id": report_id,
            "other_id": other["id"],
            "kind": kind.value,
            "author": actor.name,
            "at": now,
        }
        rows.insert_link(connection, row)
        _tell_both(connection, actor, "linked", (report, other), kind=kind.value, at=now)

    database.write(store)


def unlink(database: Database, *, actor: Actor, report_id: str, reference: str) -> None:
    """Take the link between two reports away, whichever way it pointed.

    Raises ForbiddenError, NotFoundError.
    """
    actor.need(Permission.DECIDE)

    def store(connection: Connection) -> None:
        report, other = _both(connection, actor, report_id, reference)
        found = rows.find_link(connection, report_id, other["id"])
        if found is None:
            raise NotFoundError
        now = utc_now()
        rows.delete_link(connection, found["sequence"])
        _tell_both(connection, actor, "unlinked", (report, other), kind=found["kind"], at=now)

    database.write(store)


def links_of(connection: Connection, actor: Actor, report_id: str) -> CaseLinks:
    """Return the links of a report, in both directions, as far as the actor sees the others."""
    found = rows.linked_reports(connection, report_id)
    seen = [row for row in found if row["trashed_at"] is None and actor.sees(row)]
    shown = tuple(
        CaseLink(
            LinkKind(row["link_kind"]),
            bool(row["points_here"]),
            row["id"],
            row["reference"],
            Status(row["status"]),
        )
        for row in seen
    )
    return CaseLinks(shown, len(found) - len(seen))


def _tell_both(
    connection: Connection,
    actor: Actor,
    action: str,
    pair: tuple[Row, Row],
    *,
    kind: str,
    at: dt.datetime,
) -> None:
    """Change both reports. Neither event names the other: who reads one may not know of the other."""
    for report in pair:
        event = Event(actor.name, action, report["id"], {"kind": kind})
        change(connection, report, [event], at=at)


def _both(connection: Connection, actor: Actor, report_id: str, reference: str) -> tuple[Row, Row]:
    """Return a report and the one with this reference. Raises NotFoundError."""
    report = find(connection, actor, report_id)
    other = rows.find_by_reference(connection, reference.strip().upper())
    if other is None:
        raise NotFoundError
    return report, find(connection, actor, other["id"])
