"""Rows of reports, attachments and messages: plain SQL, no decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NewType

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from forms_api.store.deferred import at_commit
from forms_api.store.schema import attachments, messages, notes, reports

ReportId = NewType("ReportId", str)
Row = RowMapping

# What lists and metadata show: everything but the sealed content and the keys of the row.
CLEAR_COLUMNS = [
    column
    for column in reports.c
    if column.name
    not in {"sealed", "submission_key", "content_digest", "lookup_key", "reply_recipient"}
]

# Statements of the hot path are built once; SQLAlchemy then finds their compiled form by identity.
# Asked for what it returns, SQLAlchemy sends all rows in one statement instead of one by one.
_INSERT_REPORT = insert(reports).returning(reports.c.sequence)
_BY_SUBMISSION = select(reports.c.reference, reports.c.received_at, reports.c.content_digest).where(
    reports.c.submission_key == bindparam("key")
)
_STAGED = (
    select(attachments.c.number, attachments.c.sealed_bytes, attachments.c.original_digest)
    .where(attachments.c.submission_key == bindparam("key"))
    .order_by(attachments.c.number)
)
_ATTACH = (
    update(attachments)
    .where(attachments.c.submission_key == bindparam("key"))
    .values(report_id=bindparam("report"))
)


def add_report(connection: Connection, row: dict[str, Any], *, with_pictures: bool) -> None:
    """Insert a report at the end of the transaction, and make its submission's pictures its own.

    The caller gives every column but `sequence`. A submission or reference that another report
    has makes the transaction fail.
    """
    at_commit(connection, _insert_reports, [row])
    if with_pictures:
        at_commit(connection, _attach, [{"key": row["submission_key"], "report": row["id"]}])


def _insert_reports(connection: Connection, new: list[dict[str, Any]]) -> None:
    connection.execute(_INSERT_REPORT, new)


def _attach(connection: Connection, ids: list[dict[str, Any]]) -> None:
    connection.execute(_ATTACH, ids)


def find_submission(connection: Connection, submission_key: bytes) -> Row | None:
    """Return reference, received_at and content_digest of the report sent under this key."""
    return connection.execute(_BY_SUBMISSION, {"key": submission_key}).mappings().first()


def find_by_lookup_key(connection: Connection, lookup_key: bytes) -> Row | None:
    """Return the clear columns and the reply recipient of the report that the key finds."""
    query = select(*CLEAR_COLUMNS, reports.c.reply_recipient)
    return connection.execute(query.where(reports.c.lookup_key == lookup_key)).mappings().first()


def get(connection: Connection, report_id: str, *, sealed: bool = False) -> Row | None:
    """Return a report's clear columns and reply recipient, with its sealed content if asked."""
    columns = [*CLEAR_COLUMNS, reports.c.reply_recipient, *([reports.c.sealed] if sealed else [])]
    query = select(*columns).where(reports.c.id == report_id)
    return connection.execute(query).mappings().first()


def claim_waiting(
    connection: Connection,
    *,
    claimer: str,
    form_id: str | None,
    limit: int,
    now: dt.datetime,
    lease_until: dt.datetime,
) -> list[Row]:
    """Claim the oldest waiting reports for `claimer` and return them whole, oldest first."""
    free = _waiting(now)
    chosen = select(reports.c.sequence).where(free)
    if form_id is not None:
        chosen = chosen.where(reports.c.form_id == form_id)
    # As a table expression it is run once; as a plain subquery PostgreSQL may run it anew for each
    # row, skip those just taken, and claim more than the limit.
    oldest = (
        chosen.order_by(reports.c.sequence)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("oldest")
    )
    statement = (
        update(reports)
        .where(reports.c.sequence.in_(select(oldest.c.sequence)))
        .values(claimed_by=claimer, lease_until=lease_until)
        .returning(*CLEAR_COLUMNS, reports.c.sealed)
    )
    rows = connection.execute(statement).mappings().all()
    return sorted(rows, key=lambda row: int(row["sequence"]))


def acknowledge_claimed(
    connection: Connection, report_ids: Sequence[str], *, claimer: str, now: dt.datetime
) -> list[Row]:
    """Move the claimer's own waiting reports to `tiep_nhan`; return (id, version) of those moved."""
    statement = (
        update(reports)
        .where(
            reports.c.id.in_(report_ids),
            reports.c.status == "moi",
            reports.c.claimed_by == claimer,
        )
        .values(
            status="tiep_nhan",
            lease_until=None,
            version=reports.c.version + 1,
            updated_at=now,
        )
        .returning(reports.c.id, reports.c.version)
    )
    return list(connection.execute(statement).mappings())


def release_claimed(connection: Connection, report_id: str, *, claimer: str) -> bool:
    """Give the claimer's own waiting report back; tell whether there was one."""
    statement = (
        update(reports)
        .where(
            reports.c.id == report_id,
            reports.c.status == "moi",
            reports.c.claimed_by == claimer,
        )
        .values(claimed_by=None, lease_until=None)
    )
    return connection.execute(statement).rowcount == 1


def change(connection: Connection, report_id: str, *, version: int, **values: object) -> bool:
    """Change a report that still has `version`, which goes up by one; tell whether it had."""
    statement = (
        update(reports)
        .where(reports.c.id == report_id, reports.c.version == version)
        .values(version=version + 1, **values)
    )
    return connection.execute(statement).rowcount == 1


def page(
    connection: Connection,
    *,
    status: str | None,
    form_id: str | None,
    quarantined: bool,
    since: dt.datetime | None,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> list[Row]:
    """Return clear rows, least recently changed first, from behind the place `after`."""
    order = (reports.c.updated_at, reports.c.sequence)
    query = select(*CLEAR_COLUMNS).order_by(*order).limit(limit)
    marked = reports.c.quarantined
    query = query.where(marked.is_not(None) if quarantined else marked.is_(None))
    if status is not None:
        query = query.where(reports.c.status == status)
    if form_id is not None:
        query = query.where(reports.c.form_id == form_id)
    if since is not None:
        query = query.where(reports.c.updated_at >= since)
    if after is not None:
        at, sequence = after
        later = and_(reports.c.updated_at == at, reports.c.sequence > sequence)
        query = query.where(or_(reports.c.updated_at > at, later))
    return list(connection.execute(query).mappings())


def finished_before(
    connection: Connection, *, form_id: str, states: Sequence[str], moment: dt.datetime
) -> list[str]:
    """Return ids of a form's reports in one of `states`, unchanged since `moment`, with content.

    A report that was purged has content again when somebody wrote to it since.
    """
    query = select(reports.c.id).where(
        reports.c.form_id == form_id,
        reports.c.status.in_(states),
        reports.c.updated_at < moment,
        or_(reports.c.purged_at.is_(None), reports.c.updated_at > reports.c.purged_at),
    )
    return list(connection.execute(query.order_by(reports.c.sequence)).scalars())


def erase_content(connection: Connection, report_ids: Sequence[str], *, at: dt.datetime) -> None:
    """Delete words and pictures of these reports; the clear row stays for the counts."""
    for table in (attachments, messages, notes):
        connection.execute(delete(table).where(table.c.report_id.in_(report_ids)))
    connection.execute(
        update(reports)
        .where(reports.c.id.in_(report_ids))
        .values(sealed=b"", sealed_bytes=0, attachment_count=0, purged_at=at)
    )


def count_by_status(connection: Connection) -> dict[str, int]:
    """Return how many reports stand in each state, quarantined ones under `quarantined`."""
    query = select(reports.c.status, reports.c.quarantined.is_not(None), func.count()).group_by(
        reports.c.status, reports.c.quarantined.is_not(None)
    )
    counts: dict[str, int] = {}
    for status, quarantined, count in connection.execute(query):
        key = "quarantined" if quarantined else status
        counts[key] = counts.get(key, 0) + count
    return counts


def insert_attachments(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Insert attachments of one submission; the caller gives every column but `sequence`."""
    if rows:
        connection.execute(insert(attachments), rows)


def submission_attachments(connection: Connection, submission_key: bytes) -> list[Row]:
    """Return number, sealed_bytes and original_digest of a submission's pictures, by number."""
    return list(connection.execute(_STAGED, {"key": submission_key}).mappings())


def drop_staged(connection: Connection, submission_key: bytes, numbers: Sequence[int]) -> None:
    """Delete pictures that the reporter took back before sending."""
    connection.execute(
        delete(attachments).where(
            attachments.c.submission_key == submission_key,
            attachments.c.report_id.is_(None),
            attachments.c.number.in_(numbers),
        )
    )


def drop_abandoned(connection: Connection, *, older_than: dt.datetime) -> int:
    """Delete pictures of forms that were never sent; return how many."""
    statement = delete(attachments).where(
        attachments.c.report_id.is_(None), attachments.c.uploaded_at < older_than
    )
    return int(connection.execute(statement).rowcount)


def report_attachments(connection: Connection, report_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return each report's attachments without their content, by number."""
    query = (
        select(
            attachments.c.report_id,
            attachments.c.number,
            attachments.c.media_type,
            attachments.c.sealed_bytes,
            attachments.c.sealed_sha256,
            attachments.c.sealed_facts,
        )
        .where(attachments.c.report_id.in_(report_ids))
        .order_by(attachments.c.report_id, attachments.c.number)
    )
    found: dict[str, list[Row]] = {report_id: [] for report_id in report_ids}
    for row in connection.execute(query).mappings():
        found[row["report_id"]].append(row)
    return found


def attachment_content(connection: Connection, report_id: str, number: int) -> bytes | None:
    """Return the sealed bytes of one attachment."""
    query = select(attachments.c.sealed).where(
        attachments.c.report_id == report_id, attachments.c.number == number
    )
    return connection.execute(query).scalar()


def insert_message(connection: Connection, row: dict[str, Any]) -> None:
    """Insert a message; the caller gives every column but `sequence`."""
    connection.execute(insert(messages), row)


def message_exists(connection: Connection, message_id: str) -> bool:
    """Tell whether this message was taken already."""
    query = select(messages.c.sequence).where(messages.c.id == message_id)
    return connection.execute(query).first() is not None


def report_messages(connection: Connection, report_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return each report's messages, sealed, oldest first."""
    return _by_report(connection, messages, report_ids)


def insert_note(connection: Connection, row: dict[str, Any]) -> None:
    """Insert an internal note; the caller gives every column but `sequence`."""
    connection.execute(insert(notes), row)


def report_notes(connection: Connection, report_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return each report's internal notes, sealed, oldest first."""
    return _by_report(connection, notes, report_ids)


def _by_report(
    connection: Connection, table: Table, report_ids: Sequence[str]
) -> dict[str, list[Row]]:
    query = (
        select(table)
        .where(table.c.report_id.in_(report_ids))
        .order_by(table.c.report_id, table.c.sequence)
    )
    found: dict[str, list[Row]] = {report_id: [] for report_id in report_ids}
    for row in connection.execute(query).mappings():
        found[row["report_id"]].append(row)
    return found


def _waiting(now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        reports.c.status == "moi",
        reports.c.quarantined.is_(None),
        or_(reports.c.claimed_by.is_(None), reports.c.lease_until < now),
    )
