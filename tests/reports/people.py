"""The three who meet at a report: the officer in charge, another officer, a stranger."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from forms_api.accounts.permissions import Role, officer_actor
from forms_api.reports import queue
from forms_api.reports.intake import Receipt, submit
from forms_api.reports.lifecycle import Status
from forms_api.reports.service import ReportService
from forms_api.store.schema import reports
from tests.reports.samples import a_submission

IN_CHARGE = officer_actor("in-charge", Role.POLICE)
OTHER = officer_actor("other", Role.POLICE)


def a_received_report(service: ReportService) -> tuple[Receipt, str]:
    """Send a report, let the officer in charge take it over; return its receipt and id."""
    receipt = submit(service, a_submission())
    report_id = id_of(service, receipt)
    queue.claim(service.database, actor=IN_CHARGE, limit=100, lease=dt.timedelta(hours=1))
    queue.acknowledge(service.database, actor=IN_CHARGE, report_ids=[report_id])
    return receipt, report_id


def id_of(service: ReportService, receipt: Receipt) -> str:
    """Return the id of the receipt's report."""
    with service.database.read() as connection:
        query = select(reports.c.id).where(reports.c.reference == receipt.reference)
        return str(connection.execute(query).scalar_one())


def standing(service: ReportService, report_id: str) -> tuple[Status, int]:
    """Return a report's state and version."""
    with service.database.read() as connection:
        query = select(reports.c.status, reports.c.version).where(reports.c.id == report_id)
        row = connection.execute(query).one()
    return Status(row.status), int(row.version)
