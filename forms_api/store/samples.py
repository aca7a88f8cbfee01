"""Rows of sample reports: found by their mark, marked, erased with all that belongs to them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, or_, select, update

from forms_api.store.reports import CLEAR_COLUMNS, Row, delete_attachments
from forms_api.store.schema import (
    attachments,
    deletions,
    external_numbers,
    messages,
    notes,
    outbox,
    report_links,
    reports,
)

SAMPLE = "sample"
"""The mark, in `trial`. In `quarantined` it names a sample whose making ended half-way."""

_IS_SAMPLE = or_(reports.c.trial == SAMPLE, reports.c.quarantined == SAMPLE)
PARTS = (messages, notes, external_numbers, deletions)
"""What belongs to one report alone, its files aside."""


def sample_rows(connection: Connection) -> list[Row]:
    """Return the clear rows of all samples, oldest first."""
    query = select(*CLEAR_COLUMNS).where(_IS_SAMPLE).order_by(reports.c.sequence)
    return list(connection.execute(query).mappings())


def mark(connection: Connection, report_id: str) -> None:
    """Give a report that was taken in as a sample its mark, and let it into the queue."""
    connection.execute(
        update(reports)
        .where(reports.c.id == report_id, reports.c.quarantined == SAMPLE)
        .values(trial=SAMPLE, quarantined=None)
    )


def version_of(connection: Connection, report_id: str) -> int:
    """Return the version that a report has now."""
    query = select(reports.c.version).where(reports.c.id == report_id)
    return int(connection.execute(query).scalar_one())


def drop_notices(connection: Connection, report_ids: Sequence[str]) -> None:
    """Take back the notices of these reports that did not go out yet."""
    connection.execute(
        delete(outbox).where(outbox.c.report_id.in_(report_ids), outbox.c.sent_at.is_(None))
    )


def erase(connection: Connection, report_ids: Sequence[str]) -> None:
    """Delete these reports with their pictures, words, notes, numbers, links and notices."""
    delete_attachments(connection, attachments.c.report_id.in_(report_ids))
    for table in PARTS:
        connection.execute(delete(table).where(table.c.report_id.in_(report_ids)))
    connection.execute(
        delete(report_links).where(
            or_(report_links.c.report_id.in_(report_ids), report_links.c.other_id.in_(report_ids))
        )
    )
    connection.execute(delete(outbox).where(outbox.c.report_id.in_(report_ids)))
    connection.execute(delete(reports).where(reports.c.id.in_(report_ids)))
