"""What a reporter asks about the own data, with the follow-up code: withdraw, correct, delete.

The record says what was asked and by when it must be done. Words, which only a correction needs, go
sealed into the conversation and never into the record.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from sqlalchemy import Connection

from forms_api.errors import ConflictError, LimitError
from forms_api.reports.changes import change, sealable
from forms_api.reports.deadlines import DeadlineRules
from forms_api.reports.followup import MAX_MESSAGES, NewMessage, find_by_code, write_message
from forms_api.reports.intake import REPORTER
from forms_api.reports.lifecycle import Status
from forms_api.reports.request_record import ASKED, RequestKind, dues_of
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit, outbox
from forms_api.store import data_requests as request_rows
from forms_api.store import reports as rows
from forms_api.vault.receipts import FollowUpCode
from forms_api.vault.sealing import seal

TOPIC = "data.asked"
MAX_REQUESTS = 20
"""So many requests a report can have in all, ended ones counted."""


def ask(
    service: ReportService,
    code: FollowUpCode,
    *,
    kind: RequestKind,
    rules: DeadlineRules,
    request_id: str,
    words: str = "",
) -> None:
    """Keep a request about the code's report; the same `request_id` again adds nothing.

    Record, words, event and notice are one transaction. Raises NotFoundError for an unknown code,
    ErasedError when the content is gone already, ConflictError for a trial and while a request of
    this kind is open, LimitError when there are too many or the conversation is full, StorageError.
    """
    # Ids come from browsers: bound to the report, one cannot stand in another's way.
    id_ = hashlib.sha256(code.lookup_key + b"request" + request_id.encode()).hexdigest()
    recipients = [service.recipient, code.identity.recipient]
    sealed = seal(sealable(text=words), recipients) if words else None

    def store(connection: Connection) -> None:
        report = find_by_code(connection, code)
        asked = request_rows.followed(connection, report["id"])
        if id_ in {row["id"] for row in asked}:
            return
        if report["trial"] is not None or _is_open(kind, asked):
            raise ConflictError(report["reference"])
        if len(asked) >= MAX_REQUESTS:
            raise LimitError(MAX_REQUESTS)
        now = utc_now()
        details = {"kind": kind.value}
        if sealed is None:
            event = audit.Event(REPORTER, ASKED, report["id"], details)
            change(connection, report, [event], at=now)
        else:
            if len(rows.report_messages(connection, [report["id"]])[report["id"]]) >= MAX_MESSAGES:
                raise LimitError(MAX_MESSAGES)
            message = NewMessage(id_, REPORTER, sealed, ASKED, details)
            write_message(connection, report, message, at=now)
        request_rows.insert_request(connection, _row(id_, report, kind, rules, at=now))
        outbox.post(connection, TOPIC, report_id=report["id"], at=now)

    service.database.write(store)


def _is_open(kind: RequestKind, asked: list[rows.Row]) -> bool:
    return any(row["kind"] == kind and row["ended_at"] is None for row in asked)


def _row(
    id_: str, report: rows.Row, kind: RequestKind, rules: DeadlineRules, *, at: dt.datetime
) -> dict[str, Any]:
    dues = dues_of(
        kind,
        at,
        times=rules.deadlines.data_requests,
        clock=rules.clock,
        with_others=report["status"] == Status.HANDED_OVER,
    )
    return {
        "id": id_,
        "report_id": report["id"],
        "reference": report["reference"],
        "kind": kind.value,
        "asked_at": at,
        "answer_due_at": dues.answer,
        "done_due_at": dues.done,
    }
