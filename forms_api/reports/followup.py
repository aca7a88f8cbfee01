"""What the reporter sees and adds with the follow-up code, and nothing that is not the reporter's."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.errors import LimitError, NotFoundError
from forms_api.reports.intake import REPORTER
from forms_api.reports.lifecycle import Status
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit, outbox
from forms_api.store import reports as rows
from forms_api.vault.receipts import FollowUpCode
from forms_api.vault.sealing import seal, unseal

MAX_MESSAGES = 50


@dataclass(frozen=True)
class Message:
    """One opened message; `from_officer` tells who wrote it, never which officer."""

    from_officer: bool
    written_at: dt.datetime
    text: str


@dataclass(frozen=True)
class Followed:
    """What a reporter may know of a report."""

    reference: str
    status: Status
    received_at: dt.datetime
    updated_at: dt.datetime
    messages: tuple[Message, ...]


def follow(service: ReportService, code: FollowUpCode) -> Followed:
    """Return the report that the code opens. Raises NotFoundError, alike for every code that fails."""
    with service.database.read() as connection:
        report = rows.find_by_lookup_key(connection, code.lookup_key)
        if report is None:
            raise NotFoundError
        sealed = rows.report_messages(connection, [report["id"]])[report["id"]]
    identity = code.identity
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
    )


def add_message(service: ReportService, code: FollowUpCode, *, text: str, message_id: str) -> None:
    """Add the reporter's words; the same `message_id` again adds nothing.

    The officers hear of it in the same transaction. Raises NotFoundError for an unknown code,
    LimitError when the conversation is full, StorageError when nothing was kept.
    """
    # Ids come from browsers: bound to the report, one cannot stand in another's way.
    id_ = hashlib.sha256(code.lookup_key + message_id.encode()).hexdigest()
    content = json.dumps({"text": text}, ensure_ascii=False).encode()
    sealed = seal(content, [service.recipient, code.identity.recipient])

    def store(connection: Connection) -> None:
        report = rows.find_by_lookup_key(connection, code.lookup_key)
        if report is None:
            raise NotFoundError
        if rows.message_exists(connection, id_):
            return
        if len(rows.report_messages(connection, [report["id"]])[report["id"]]) >= MAX_MESSAGES:
            raise LimitError(MAX_MESSAGES)
        now = utc_now()
        write_message(connection, report, author=REPORTER, sealed=sealed, id_=id_, at=now)
        outbox.post(connection, "message.waiting", report_id=report["id"], at=now)

    service.database.write(store)


def write_message(
    connection: Connection,
    report: rows.Row,
    *,
    author: str,
    sealed: bytes,
    id_: str,
    at: dt.datetime,
) -> None:
    """Insert a message with its audit event and put the report among the newly changed ones."""
    rows.insert_message(
        connection,
        {
            "report_id": report["id"],
            "id": id_,
            "author": author,
            "written_at": at,
            "sealed": sealed,
        },
    )
    rows.change(connection, report["id"], version=report["version"], updated_at=at)
    audit.append(connection, [audit.Event(author, "message", report["id"])], at=at)
