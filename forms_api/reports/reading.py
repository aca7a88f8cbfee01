"""A report opened for an officer: what was told, without who told it, unless the work needs that.

Every opening is audited, before anything is opened; who the reporter is, with the reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.attachments.names import Family, family_of, file_name
from forms_api.attachments.scanning import Scan
from forms_api.errors import NotFoundError
from forms_api.reports.changes import change, log, sealable
from forms_api.reports.links import CaseLinks, links_of
from forms_api.reports.opening import (
    OpenedAnswer,
    OpenedFile,
    SealedFile,
    answers_of,
    open_content,
    open_number,
    open_words,
)
from forms_api.reports.opening import open_file as open_sealed_file
from forms_api.reports.outside_numbers import NumberKind
from forms_api.reports.reach import find, find_to_read
from forms_api.reports.service import ReportService, utc_now
from forms_api.reports.timeline import Entry, Words, make_timeline
from forms_api.store import audit, casework, history
from forms_api.store import reports as rows
from forms_api.store.database import Database
from forms_api.vault.sealing import Identity, seal


class RevealReason(StrEnum):
    """Why an officer needs to know who the reporter is."""

    CALL_BACK = "lien-lac"
    VERIFY = "xac-minh"
    HAND_OVER = "chuyen-co-quan"
    VNEID = "nhap-vneid"
    REPORTER_ASKED = "nguoi-gui-yeu-cau"


@dataclass(frozen=True)
class FileFacts:
    """A file that can be asked for by its number; `original_of`: kept as it came, beside that one.

    `added_at` of one that came later, with a message.
    """

    number: int
    media_type: str
    sealed_bytes: int
    scan: Scan
    original_of: int | None
    added_at: dt.datetime | None

    @property
    def family(self) -> Family:
        """What people call it."""
        return family_of(self.media_type)

    @property
    def name(self) -> str:
        """What it is called when it is taken away."""
        is_original = self.original_of is not None
        return file_name(self.number, self.media_type, is_original=is_original)


@dataclass(frozen=True)
class CaseNumber:
    """Under which number another body knows the report."""

    kind: NumberKind
    body: str | None
    number: str | None
    author: str
    written_at: dt.datetime


@dataclass(frozen=True)
class OpenedCase:
    """A report as the desk shows it; the labels of what tells who sent it, not the answers.

    `clear` are the clear columns. `story` is empty once the content was deleted.
    """

    clear: rows.Row
    form_title: str | None
    story: tuple[OpenedAnswer, ...]
    masked: tuple[str, ...]
    files: tuple[FileFacts, ...]
    messages: tuple[Words, ...]
    notes: tuple[Words, ...]
    numbers: tuple[CaseNumber, ...]
    links: CaseLinks
    timeline: tuple[Entry, ...]


@dataclass(frozen=True)
class _Parts:
    """All of a report's rows, read in one transaction."""

    report: rows.Row
    attachments: Sequence[rows.Row]
    messages: Sequence[rows.Row]
    notes: Sequence[rows.Row]
    numbers: Sequence[rows.Row]
    events: Sequence[rows.Row]
    links: CaseLinks


def open_case(
    service: ReportService, *, actor: Actor, report_id: str, keys: Sequence[Identity]
) -> OpenedCase:
    """Return a report opened with the queue's keys, without its reporter's identity.

    Raises ForbiddenError, NotFoundError, UntrustedReportError.
    """
    actor.need(Permission.READ)

    def store(connection: Connection) -> _Parts:
        report = find_to_read(connection, actor, report_id)
        log(connection, actor.name, "opened", [report_id], at=utc_now())
        ids = [report_id]
        return _Parts(
            report,
            rows.report_attachments(connection, ids)[report_id],
            rows.report_messages(connection, ids)[report_id],
            casework.report_notes(connection, ids)[report_id],
            casework.report_numbers(connection, ids)[report_id],
            history.report_events(connection, report_id),
            links_of(connection, actor, report_id),
        )

    return _opened(service.database.write(store), keys)


def reveal_identity(
    service: ReportService,
    *,
    actor: Actor,
    report_id: str,
    keys: Sequence[Identity],
    reason: RevealReason,
    note: str | None = None,
) -> tuple[OpenedAnswer, ...]:
    """Return the answers that tell who sent a report; the log keeps who asked and why.

    A note of one's own stays among officers. Raises ForbiddenError, NotFoundError,
    UntrustedReportError.
    """
    actor.need(Permission.READ)
    actor.need(Permission.REVEAL)
    words = (note or "").strip()
    sealed_note = seal(sealable(text=words), [service.recipient]) if words else None

    def store(connection: Connection) -> rows.Row:
        now = utc_now()
        report = find(connection, actor, report_id, sealed=True)
        event = audit.Event(actor.name, "identity revealed", report_id, {"reason": reason.value})
        if sealed_note is None:
            audit.append(connection, [event], at=now)
            return report
        change(connection, report, [event], at=now)
        row = {
            "report_id": report_id,
            "author": actor.name,
            "written_at": now,
            "sealed": sealed_note,
        }
        casework.insert_note(connection, row)
        return report

    content = _content(service.database.write(store), keys)
    return tuple(answer for answer in answers_of(content) if answer.is_personal)


def open_file(
    service: ReportService, *, actor: Actor, report_id: str, number: int, keys: Sequence[Identity]
) -> OpenedFile:
    """Return a file's bytes and media type, checked; the reading is audited.

    Raises ForbiddenError, NotFoundError, UntrustedReportError.
    """
    actor.need(Permission.READ)

    def store(connection: Connection) -> tuple[rows.Row, SealedFile]:
        report = find_to_read(connection, actor, report_id)
        entries = rows.report_attachments(connection, [report_id])[report_id]
        entry = next((row for row in entries if row["number"] == number), None)
        sealed = rows.attachment_content(connection, report_id, number)
        if entry is None or sealed is None:
            raise NotFoundError
        event = audit.Event(actor.name, "attachment opened", report_id, {"number": number})
        audit.append(connection, [event], at=utc_now())
        file = SealedFile(
            number,
            entry["media_type"],
            sealed,
            entry["sealed_sha256"],
            entry["sealed_facts"],
        )
        return report, file

    report, file = service.database.write(store)
    submission = _content(report, keys).get("submission")
    return open_sealed_file(file, keys, submission=submission)


def note_printing(database: Database, *, actor: Actor, report_id: str, kind: str) -> None:
    """Note that a report goes onto paper: it leaves the desk's care. Raises NotFoundError."""
    actor.need(Permission.READ)

    def store(connection: Connection) -> None:
        find_to_read(connection, actor, report_id)
        event = audit.Event(actor.name, "printed", report_id, {"kind": kind})
        audit.append(connection, [event], at=utc_now())

    database.write(store)


def _opened(parts: _Parts, keys: Sequence[Identity]) -> OpenedCase:
    content = _content(parts.report, keys, attachment_count=_with_the_form(parts.attachments))
    answers = answers_of(content)
    messages = _words(parts.messages, keys)
    notes = _words(parts.notes, keys)
    return OpenedCase(
        clear=parts.report,
        form_title=content.get("form_title"),
        story=tuple(answer for answer in answers if not answer.is_personal),
        masked=tuple(answer.label for answer in answers if answer.is_personal),
        files=tuple(
            FileFacts(
                row["number"],
                row["media_type"],
                row["sealed_bytes"],
                Scan(row["scan"]),
                row["original_of"],
                row["uploaded_at"] if row["message_id"] else None,
            )
            for row in parts.attachments
        ),
        messages=messages,
        notes=notes,
        numbers=tuple(_number(row, keys) for row in parts.numbers),
        links=parts.links,
        timeline=make_timeline(parts.events, messages=messages, notes=notes),
    )


def _with_the_form(attachments: Sequence[rows.Row]) -> int:
    """Return how many files came with the form itself: what it says of their number holds for them."""
    return sum(row["message_id"] is None for row in attachments)


def _content(
    report: rows.Row, keys: Sequence[Identity], *, attachment_count: int | None = None
) -> dict[str, Any]:
    """Return what was sent, nothing once it was deleted. Raises UntrustedReportError."""
    if not report["sealed"]:
        return {}
    count = report["attachment_count"] if attachment_count is None else attachment_count
    return open_content(report, report["sealed"], keys, attachment_count=count)


def _words(sealed: Sequence[rows.Row], keys: Sequence[Identity]) -> tuple[Words, ...]:
    return tuple(
        Words(row["author"], row["written_at"], open_words(row["sealed"], keys)) for row in sealed
    )


def _number(row: rows.Row, keys: Sequence[Identity]) -> CaseNumber:
    body, number = open_number(row["sealed"], keys)
    return CaseNumber(NumberKind(row["kind"]), body, number, row["author"], row["written_at"])
