"""Reports as programs get them: clear columns and parts that are still sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import NotFoundError
from forms_api.reports.changes import log
from forms_api.reports.reach import find, find_to_read
from forms_api.reports.service import utc_now
from forms_api.store import audit, casework
from forms_api.store import reports as rows
from forms_api.store.database import Database


@dataclass(frozen=True)
class SealedReport:
    """A report as the desk hands it out: clear columns, sealed content, attachments, messages."""

    clear: rows.Row
    attachments: Sequence[rows.Row]
    messages: Sequence[rows.Row]
    notes: Sequence[rows.Row]


def open_report(database: Database, *, actor: Actor, report_id: str) -> SealedReport:
    """Return one report with its sealed content; the reading is audited.

    Raises ForbiddenError, NotFoundError.
    """
    actor.need(Permission.READ)

    def store(connection: Connection) -> SealedReport:
        report = find_to_read(connection, actor, report_id)
        log(connection, actor.name, "opened", [report_id], at=utc_now())
        return with_parts(connection, [report])[0]

    return database.write(store)


def open_attachment(database: Database, *, actor: Actor, report_id: str, number: int) -> bytes:
    """Return an attachment's sealed bytes; the reading is audited.

    Raises ForbiddenError, NotFoundError.
    """
    actor.need(Permission.READ)

    def store(connection: Connection) -> bytes:
        find(connection, actor, report_id)
        sealed = rows.attachment_content(connection, report_id, number)
        if sealed is None:
            raise NotFoundError
        event = audit.Event(actor.name, "attachment opened", report_id, {"number": number})
        audit.append(connection, [event], at=utc_now())
        return sealed

    return database.write(store)


def with_parts(connection: Connection, found: Sequence[rows.Row]) -> list[SealedReport]:
    """Return the reports whole; what the clear columns rule out is not looked for."""
    written_to = [row["id"] for row in found if row["version"] > 1]  # words change the version
    with_files = [row["id"] for row in found if row["attachment_count"] or row["version"] > 1]
    attachments = rows.report_attachments(connection, with_files) if with_files else {}
    messages = rows.report_messages(connection, written_to) if written_to else {}
    notes = casework.report_notes(connection, written_to) if written_to else {}
    return [
        SealedReport(row, *(parts.get(row["id"], []) for parts in (attachments, messages, notes)))
        for row in found
    ]
