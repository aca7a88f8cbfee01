"""“Vẫn tái diễn”: the reporter of a report that came to an end opens it again, without any officer.

Whoever had the report still has it, and no lease is touched. What a move by an officer does when it
leaves an end state happens here too: the satisfaction, said of that end, goes.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection

from forms_api.errors import ConflictError, LimitError
from forms_api.reports.changes import sealable
from forms_api.reports.followup import MAX_MESSAGES, NewMessage, find_by_code, write_message
from forms_api.reports.intake import REPORTER
from forms_api.reports.lifecycle import END_STATES, RECURRED, Status
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import outbox
from forms_api.store import reports as rows
from forms_api.vault.receipts import FollowUpCode
from forms_api.vault.sealing import seal

TOPIC = "report.recurs"


def recur(service: ReportService, code: FollowUpCode, *, text: str, message_id: str) -> None:
    """Open a finished report again with the reporter's words; the same `message_id` again does nothing.

    State, message, event and notice are one transaction; nobody is told of a trial. Raises
    NotFoundError for an unknown code, ErasedError when the content is gone, ConflictError while the
    report is open, LimitError when the conversation is full, StorageError.
    """
    # Ids come from browsers: bound to the report, one cannot stand in another's way.
    id_ = hashlib.sha256(code.lookup_key + message_id.encode()).hexdigest()
    sealed = seal(sealable(text=text), [service.recipient, code.identity.recipient])

    def store(connection: Connection) -> None:
        report = find_by_code(connection, code)
        if rows.message_exists(connection, id_):
            return
        if Status(report["status"]) not in END_STATES:
            raise ConflictError(report["reference"])
        if len(rows.report_messages(connection, [report["id"]])[report["id"]]) >= MAX_MESSAGES:
            raise LimitError(MAX_MESSAGES)
        now = utc_now()
        again = Status.VERIFYING.value
        moved = {"from": report["status"], "to": again}
        words = NewMessage(id_, REPORTER, sealed, RECURRED, moved)
        write_message(connection, report, words, at=now, status=again, satisfaction=None)
        if report["trial"] is None:
            outbox.post(connection, TOPIC, report_id=report["id"], at=now)

    service.database.write(store)
