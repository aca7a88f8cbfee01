"""The trash: nothing is deleted by one person, or at once.

One officer puts a report there, another agrees, and 30 days pass; until then it can be taken back.
What is erased is what people wrote and sent; the bare row and the log stay.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import ForbiddenError, NotFoundError
from forms_api.reports.changes import change, log, overtaken
from forms_api.reports.reach import find
from forms_api.reports.service import utc_now
from forms_api.store import audit, casework
from forms_api.store import reports as rows
from forms_api.store.database import Database

KEPT_FOR = dt.timedelta(days=30)
_BATCH = 500  # ids in one statement


class TrashReason(StrEnum):
    """Why a report is to be deleted."""

    SPAM = "thu-rac"
    TRIAL = "gui-thu"
    BY_MISTAKE = "gui-nham"
    WITHDRAWN = "nguoi-gui-rut-lai"


@dataclass(frozen=True)
class Trashed:
    """A report in the trash: why and by whom it is there, who agreed, when its content goes.

    `erased_from` is None until a second person agrees.
    """

    clear: rows.Row
    reason: TrashReason
    asked_by: str
    asked_at: dt.datetime
    approved_by: str | None
    erased_from: dt.datetime | None


def put_in_trash(
    database: Database, *, actor: Actor, report_id: str, version: int, reason: TrashReason
) -> None:
    """Put a report into the trash: it leaves queue, lists and numbers.

    Raises ForbiddenError, NotFoundError, OvertakenError.
    """
    actor.need(Permission.TRASH)

    def store(connection: Connection) -> None:
        now = utc_now()
        report = find(connection, actor, report_id)
        if report["version"] != version:
            raise overtaken(connection, report_id)
        event = audit.Event(actor.name, "trashed", report_id, {"reason": reason.value})
        change(connection, report, [event], at=now, trashed_at=now)
        deletion = {
            "report_id": report_id,
            "reason": reason.value,
            "asked_by": actor.name,
            "asked_at": now,
            "approved_by": None,
            "approved_at": None,
        }
        casework.insert_deletion(connection, deletion)

    database.write(store)


def restore(database: Database, *, actor: Actor, report_id: str) -> None:
    """Take a report out of the trash, as it was.

    Raises ForbiddenError, NotFoundError also when its content is gone.
    """
    actor.need(Permission.TRASH)

    def store(connection: Connection) -> None:
        report = _in_trash(connection, actor, report_id)
        event = audit.Event(actor.name, "restored", report_id)
        change(connection, report, [event], at=utc_now(), trashed_at=None)
        casework.drop_deletion(connection, report_id)

    database.write(store)


def approve(database: Database, *, actor: Actor, report_id: str) -> None:
    """Agree that a report in the trash be erased, as a second person.

    Raises ForbiddenError for who put it there, NotFoundError, OvertakenError when somebody agreed.
    """
    actor.need(Permission.TRASH)

    def store(connection: Connection) -> None:
        _in_trash(connection, actor, report_id)
        deletion = casework.find_deletion(connection, report_id)
        if deletion is None:
            raise NotFoundError
        if deletion["asked_by"] == actor.name:
            raise ForbiddenError("second person")
        now = utc_now()
        if not casework.approve_deletion(connection, report_id, approver=actor.name, at=now):
            raise overtaken(connection, report_id)
        log(connection, actor.name, "deletion approved", [report_id], at=now)

    database.write(store)


def list_trash(database: Database, *, actor: Actor) -> list[Trashed]:
    """Return what is in the trash of what the actor sees, newest first. Raises ForbiddenError."""
    actor.need(Permission.TRASH)
    with database.read() as connection:
        found = casework.trashed(connection, actor)
    return [
        Trashed(
            row,
            TrashReason(row["reason"]),
            row["asked_by"],
            row["asked_at"],
            row["approved_by"],
            row["trashed_at"] + KEPT_FOR if row["approved_by"] else None,
        )
        for row in found
    ]


def erase_due(database: Database, *, actor: str) -> int:
    """Erase the content of reports that two agreed on and 30 days passed for; return how many.

    `actor` is the name of the program that does so, for the log.
    """

    def store(connection: Connection) -> int:
        now = utc_now()
        due = casework.erasable(connection, trashed_before=now - KEPT_FOR)
        for start in range(0, len(due), _BATCH):
            rows.erase_content(connection, due[start : start + _BATCH], at=now)
        log(connection, actor, "erased", due, at=now)
        return len(due)

    return database.write(store)


def _in_trash(connection: Connection, actor: Actor, report_id: str) -> rows.Row:
    """Return a report in the trash that still has its content. Raises NotFoundError."""
    report = rows.get(connection, report_id)
    if report is None or report["trashed_at"] is None or not actor.sees(report):
        raise NotFoundError
    if report["purged_at"] is not None and report["purged_at"] >= report["updated_at"]:
        raise NotFoundError
    return report
