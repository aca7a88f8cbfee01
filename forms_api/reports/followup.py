"""What the reporter sees and adds with the follow-up code, and nothing that is not the reporter's.

The residents' face runs this: it reads an allow-list of columns, the messages, and what was asked
about the own data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from forms_api.attachments.cleaning import CleanFile
from forms_api.errors import (
    ConflictError,
    ErasedError,
    LimitError,
    NotFoundError,
    TooManyFilesError,
)
from forms_api.reports.changes import change, log, sealable
from forms_api.reports.hand_off import HandOff, open_hand_off
from forms_api.reports.intake import REPORTER
from forms_api.reports.lifecycle import END_STATES, Status
from forms_api.reports.request_record import ERASING, DataRequest, Outcome, request_of
from forms_api.reports.sealed_files import Origin, numbered, seal_files
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit, data_requests, outbox
from forms_api.store import reports as rows
from forms_api.vault.receipts import FollowUpCode
from forms_api.vault.sealing import seal, unseal

MAX_MESSAGES = 50
MAX_FILES = 40
"""So many files a report can have in all, originals counted."""


class Satisfaction(StrEnum):
    """Whether a finished report was settled, in its reporter's words."""

    YES = "co"
    PARTLY = "mot-phan"
    NO = "khong"


@dataclass(frozen=True)
class Message:
    """One opened message; `from_officer` tells who wrote it, never which officer."""

    from_officer: bool
    written_at: dt.datetime
    text: str


@dataclass(frozen=True)
class Followed:
    """What a reporter may know of a report.

    `has_ended`: it came to an end and may be rated or opened again; `satisfaction` is what was said
    of that end. `due_at` is for reporters only where the ward has said so. One that `is_trial` was
    sent to try things out. `erased_at`: when the content was deleted, and all words with it.
    `hand_off`: what the reporter chose to have again, to copy it into VNeID.
    """

    reference: str
    status: Status
    received_at: dt.datetime
    updated_at: dt.datetime
    messages: tuple[Message, ...]
    has_ended: bool
    satisfaction: Satisfaction | None
    due_at: dt.datetime | None
    form_id: str
    is_trial: bool
    requests: tuple[DataRequest, ...]
    erased_at: dt.datetime | None
    hand_off: HandOff

    @property
    def was_asked_for(self) -> bool:
        """Whether the reporter asked for the content to be deleted, and it was."""
        return any(
            request.kind in ERASING and request.outcome is Outcome.DONE for request in self.requests
        )


def follow(service: ReportService, code: FollowUpCode) -> Followed:
    """Return the report that the code opens. Raises NotFoundError, alike for every code that fails."""
    with service.database.read() as connection:
        report = rows.find_by_lookup_key(connection, code.lookup_key)
        if report is None:
            raise NotFoundError
        sealed = rows.report_messages(connection, [report["id"]])[report["id"]]
        asked = data_requests.followed(connection, report["id"])
    identity = code.identity
    rated = report["satisfaction"]
    return Followed(
        reference=report["reference"],
        status=Status(report["status"]),
        received_at=report["received_at"],
        updated_at=report["updated_at"],
        messages=tuple(
            Message(
                from_officer=row["author"] != REPORTER,
                written_at=row["written_at"],
                text=json.loads(unseal(row["sealed"], identity))["text"],
            )
            for row in sealed
        ),
        has_ended=Status(report["status"]) in END_STATES,
        satisfaction=None if rated is None else Satisfaction(rated),
        due_at=report["due_at"],
        form_id=report["form_id"],
        is_trial=report["trial"] is not None,
        requests=tuple(request_of(row) for row in asked),
        erased_at=_erased_at(report),
        hand_off=open_hand_off(report["hand_off"], identity),
    )


def find_by_code(connection: Connection, code: FollowUpCode) -> rows.Row:
    """Return what a reporter may know of the row of a report that still has its content.

    For use in the transaction that adds to it. Raises NotFoundError, ErasedError.
    """
    report = rows.find_by_lookup_key(connection, code.lookup_key)
    if report is None:
        raise NotFoundError
    if _erased_at(report) is not None:
        raise ErasedError(report["reference"])
    return report


def _erased_at(report: Mapping[Any, Any]) -> dt.datetime | None:
    """Return when the content went; what nobody sealed anything into has none."""
    at: dt.datetime | None = report["purged_at"] if report["sealed_bytes"] == 0 else None
    return at


def add_message(
    service: ReportService,
    code: FollowUpCode,
    *,
    text: str,
    message_id: str,
    files: Sequence[CleanFile] = (),
) -> None:
    """Add the reporter's words and files; the same `message_id` again adds nothing.

    The officers hear of it in the same transaction, unless it is about a trial. Raises
    NotFoundError for an unknown code, ErasedError when the content is gone, LimitError when the
    conversation is full, TooManyFilesError, StorageError when nothing was kept.
    """
    # Ids come from browsers: bound to the report, one cannot stand in another's way.
    id_ = hashlib.sha256(code.lookup_key + message_id.encode()).hexdigest()
    sealed = seal(sealable(text=text), [service.recipient, code.identity.recipient])
    sealed_files = _seal_files(service, code, files, message_id=id_) if files else []

    def store(connection: Connection) -> None:
        report = find_by_code(connection, code)
        if rows.message_exists(connection, id_):
            return
        if len(rows.report_messages(connection, [report["id"]])[report["id"]]) >= MAX_MESSAGES:
            raise LimitError(MAX_MESSAGES)
        now = utc_now()
        words = NewMessage(id_, REPORTER, sealed)
        if sealed_files:
            _attach(connection, report["id"], sealed_files, message_id=id_)
        # An officer who waited for an answer waits no more.
        write_message(connection, report, words, at=now, waiting_since=None)
        if report["trial"] is None:
            outbox.post(connection, "message.waiting", report_id=report["id"], at=now)

    service.database.write(store)


def _seal_files(
    service: ReportService, code: FollowUpCode, files: Sequence[CleanFile], *, message_id: str
) -> list[dict[str, Any]]:
    with service.database.read() as connection:
        report = find_by_code(connection, code)
    origin = Origin(report["submission_key"], code.lookup_key + message_id.encode())
    return seal_files(service, origin, files, at=utc_now())


def _attach(
    connection: Connection, report_id: str, files: Sequence[dict[str, Any]], *, message_id: str
) -> None:
    """Give the report files that came with a message. Raises TooManyFilesError."""
    kept = rows.report_files(connection, report_id)
    # The same file twice in one message is one.
    new = numbered(list({row["original_digest"]: row for row in files}.values()), kept)
    if len(kept) + len(new) > MAX_FILES:
        raise TooManyFilesError(MAX_FILES)
    belonging = {"report_id": report_id, "message_id": message_id}
    rows.insert_attachments(connection, [{**row, **belonging} for row in new])


def rate(service: ReportService, code: FollowUpCode, answer: Satisfaction) -> None:
    """Keep what the reporter says of a finished report; said again, the last word counts.

    The audit log tells that it was said, not what. Raises NotFoundError for an unknown code,
    ErasedError, ConflictError while the report is open, StorageError.
    """

    def store(connection: Connection) -> None:
        report = find_by_code(connection, code)
        if Status(report["status"]) not in END_STATES:
            raise ConflictError(report["reference"])
        if report["satisfaction"] == answer:
            return
        event = audit.Event(REPORTER, "rated", report["id"])
        change(connection, report, [event], at=utc_now(), satisfaction=answer.value)

    service.database.write(store)


def forget_hand_off(service: ReportService, code: FollowUpCode) -> None:
    """Delete the texts for VNeID; the report stays as it is. Where there are none, nothing is done.

    Raises NotFoundError for an unknown code, ErasedError, StorageError.
    """

    def store(connection: Connection) -> None:
        report = find_by_code(connection, code)
        if rows.forget_hand_off(connection, report["id"]):
            log(connection, REPORTER, "hand-off deleted", [report["id"]], at=utc_now())

    service.database.write(store)


@dataclass(frozen=True)
class NewMessage:
    """Sealed words that are about to be added; the audit log names `action` and its `details`."""

    id: str
    author: str
    sealed: bytes
    action: str = "message"
    details: Mapping[str, str | int | bool | None] | None = None


def write_message(
    connection: Connection,
    report: Mapping[Any, Any],
    message: NewMessage,
    *,
    at: dt.datetime,
    **values: object,
) -> int:
    """Add a message, change the report with it, and return its new version. Raises OvertakenError."""
    event = audit.Event(message.author, message.action, report["id"], message.details)
    version = change(connection, report, [event], at=at, **values)
    rows.insert_message(
        connection,
        {
            "report_id": report["id"],
            "id": message.id,
            "author": message.author,
            "written_at": at,
            "sealed": message.sealed,
        },
    )
    return version
