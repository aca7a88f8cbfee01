"""Under which number VNeID or another body knows a report, as its reporter tells it."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from sqlalchemy import Connection

from forms_api.errors import LimitError
from forms_api.reports.changes import change, sealable
from forms_api.reports.followup import find_by_code
from forms_api.reports.intake import REPORTER
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit
from forms_api.store import reports as rows
from forms_api.vault.receipts import FollowUpCode
from forms_api.vault.sealing import seal

MAX_NUMBERS = 10
"""So many numbers a report can have when its reporter adds one."""


class NumberKind(StrEnum):
    """Whose number a report got."""

    VNEID = "vneid"
    PROFESSIONAL = "nghiep-vu"
    BODY = "co-quan"


OFFICIAL_KINDS = (NumberKind.VNEID, NumberKind.PROFESSIONAL)
"""A report with one of these is known where the law wants it to be known."""


def tell_number(
    service: ReportService, code: FollowUpCode, *, kind: NumberKind, number: str, number_id: str
) -> None:
    """Keep a number that the reporter was given, for officers; the same `number_id` again adds nothing.

    Raises NotFoundError for an unknown code, ErasedError when the content is gone, LimitError when
    there are too many, StorageError.
    """
    # Ids come from browsers: bound to the report, one cannot stand in another's way.
    id_ = hashlib.sha256(code.lookup_key + number_id.encode()).hexdigest()
    sealed = seal(sealable(number=number), [service.recipient])

    def store(connection: Connection) -> None:
        report = find_by_code(connection, code)
        if rows.number_exists(connection, id_):
            return
        if rows.count_numbers(connection, report["id"]) >= MAX_NUMBERS:
            raise LimitError(MAX_NUMBERS)
        now = utc_now()
        event = audit.Event(REPORTER, "number added", report["id"], {"kind": kind.value})
        change(connection, report, [event], at=now)
        row = {
            "report_id": report["id"],
            "kind": kind.value,
            "author": REPORTER,
            "written_at": now,
            "sealed": sealed,
            "id": id_,
        }
        rows.insert_number(connection, row)

    service.database.write(store)
