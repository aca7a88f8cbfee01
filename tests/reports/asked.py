"""Requests about the own data, as reporters send them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from forms_api.reports.data_requests import ask
from forms_api.reports.intake import Receipt
from forms_api.reports.request_acts import Asking
from forms_api.reports.request_record import RequestKind
from forms_api.reports.service import ReportService
from forms_api.store.schema import data_requests
from tests.reports.calendars import some_rules

RULES = some_rules()
CANARY = "CHIM-HOANG-YEN-7731 số nhà 12 chứ không phải 21"


def ask_for(
    service: ReportService, receipt: Receipt, kind: RequestKind, *, request_id: str = "1"
) -> None:
    """Ask for something with the receipt's code; a correction says what."""
    words = CANARY if kind is RequestKind.CORRECT else ""
    ask(service, receipt.code, kind=kind, rules=RULES, request_id=request_id, words=words)


def record(service: ReportService) -> list[Any]:
    """Return every row of the record, oldest first."""
    with service.database.read() as connection:
        return list(connection.execute(select(data_requests).order_by(data_requests.c.sequence)))


def last_asked(service: ReportService) -> Asking:
    """Return the newest request."""
    row = record(service)[-1]
    return Asking(row.report_id, row.id)
