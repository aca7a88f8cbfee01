"""The trash: nothing is deleted by one person, or at once.

One officer puts a report there, another agrees, and 30 days pass; until then it can be taken back.
Where the reporter asked for it, by law with few days, the second person's consent erases at once.
What is erased is what people wrote and sent; the bare row and the log stay.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import ForbiddenError, NotFoundError, StorageError
from forms_api.reports.changes import change, log, overtaken
from forms_api.reports.erasing import erase
from forms_api.reports.reach import find
from forms_api.reports.request_record import ERASING
from forms_api.reports.service import utc_now
from forms_api.store import audit, casework
from forms_api.store import data_requests as request_rows
from forms_api.store import reports as rows
from forms_api.store.database import Database
from forms_api.store.erasing import forget_deleted

KEPT_FOR = dt.timedelta(days=30)
_BATCH = 500  # ids in one statement


class TrashReason(StrEnum):
    """Why a report is to be deleted."""

    SPAM = "thu-rac"
    TRIAL = "gui-thu"
    BY_MISTAKE = "gui-nham"
    WITHDRAWN = "nguoi-gui-rut-lai"
    ASKED_FOR = "nguoi-gui-yeu-cau-xoa"


@dataclass(frozen=True)
class Trashed:
    """A report in the trash: why and by whom it is there, who agreed, when its content goes.

    `erased_from` is None until a second person agrees. `asked_due`: the reporter asked for deletion,
    or withdrew, and it must be done by then; the second person erases it at once.
    """

    clear: rows.Row
    reason: TrashReason
    asked_by: str
    asked_at: dt.datetime
    approved_by: str | None
    erased_from: dt.datetime | None
    asked_due: dt.datetime | None


def put_in_trash(
    database: Database, *, actor: Actor, report_id: str, version: int, reason: TrashReason
) -> bool:
    """Put a report into the trash: it leaves queue, lists and numbers.

    Tell whether the second person will erase it at once, as its reporter asked. Raises ForbiddenError, NotFoundError, OvertakenError.
    """
    actor.need(Permission.TRASH)

    def store(connection: Connection) -> bool:
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
        return report_id in _asked_dues(connection, [report_id])

    return database.write(store)


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


def approve(database: Database, *, actor: Actor, report_id: str) -> bool:
    """Agree that a report in the trash be erased, as a second person; tell whether it is gone now.

    It is where the reporter asked for it; else 30 days pass first. Raises ForbiddenError for who put it there, NotFoundError, OvertakenError when somebody agreed.
    """
    actor.need(Permission.TRASH)

    def store(connection: Connection) -> bool:
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
        if report_id not in _asked_dues(connection, [report_id]):
            return False
        erase(connection, [report_id], actor=actor.name, action="erased on request", at=now)
        return True

    is_gone = database.write(store)
    if is_gone:
        # The rows are gone whatever becomes of this; the next erasing empties the log as well.
        with contextlib.suppress(StorageError):
            forget_deleted(database)
    return is_gone


def list_trash(database: Database, *, actor: Actor) -> list[Trashed]:
    """Return what is in the trash of what the actor sees, newest first. Raises ForbiddenError."""
    actor.need(Permission.TRASH)
    with database.read() as connection:
        found = casework.trashed(connection, actor)
        dues = _asked_dues(connection, [row["id"] for row in found])
    return [
        Trashed(
            row,
            TrashReason(row["reason"]),
            row["asked_by"],
            row["asked_at"],
            row["approved_by"],
            row["trashed_at"] + KEPT_FOR if row["approved_by"] else None,
            dues.get(row["id"]),
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
        erase(connection, due, actor=actor, action="erased", at=now)
        return len(due)

    return database.write(store)


def _asked_dues(connection: Connection, report_ids: Sequence[str]) -> dict[str, dt.datetime]:
    """Return by when each of these must be erased whose reporter asked for that, and waits."""
    dues: dict[str, dt.datetime] = {}
    for start in range(0, len(report_ids), _BATCH):
        for row in request_rows.of_reports(connection, report_ids[start : start + _BATCH]):
            if row["ended_at"] is None and row["kind"] in ERASING:
                due = row["done_due_at"]
                dues[row["report_id"]] = min(due, dues.get(row["report_id"], due))
    return dues


def _in_trash(connection: Connection, actor: Actor, report_id: str) -> rows.Row:
    """Return a report in the trash that still has its content. Raises NotFoundError."""
    report = rows.get(connection, report_id)
    if report is None or report["trashed_at"] is None or not actor.sees(report):
        raise NotFoundError
    if report["purged_at"] is not None and report["purged_at"] >= report["updated_at"]:
        raise NotFoundError
    return report
