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

from forms_api.store.deferred import at_commit, insert_rows
from forms_api.store.schema import (
    attachment_parts,
    attachments,
    external_numbers,
    messages,
    notes,
    reports,
)

ReportId = NewType("ReportId", str)
Row = RowMapping

# What lists and metadata show: everything but the sealed content and the keys of the row.
CLEAR_COLUMNS = [
    column
    for column in reports.c
    if column.name
    not in {
        "sealed",
        "hand_off",
        "submission_key",
        "content_digest",
        "lookup_key",
        "reply_recipient",
    }
]

# What the residents' face reads of a report, and may read: see deploy/postgres-roles.sql.
_FOLLOWED = (
    reports.c.id,
    reports.c.submission_key,
    reports.c.form_id,
    reports.c.reference,
    reports.c.status,
    reports.c.version,
    reports.c.received_at,
    reports.c.updated_at,
    reports.c.satisfaction,
    reports.c.due_at,
    reports.c.reply_recipient,
    reports.c.trial,
    reports.c.sealed_bytes,
    reports.c.purged_at,
    reports.c.hand_off,
)

# Statements of the hot path are built once; SQLAlchemy then finds their compiled form by identity.
_BY_SUBMISSION = select(
    reports.c.reference,
    reports.c.received_at,
    reports.c.content_digest,
    reports.c.lookup_key,
    reports.c.hand_off.is_not(None).label("has_hand_off"),
).where(reports.c.submission_key == bindparam("key"))
_STAGED = (
    select(
        attachments.c.number,
        attachments.c.media_type,
        attachments.c.sealed_bytes,
        attachments.c.scan,
        attachments.c.original_of,
        attachments.c.original_digest,
    )
    .where(attachments.c.submission_key == bindparam("key"))
    .order_by(attachments.c.number)
)
_ATTACH = (
    update(attachments)
    .where(attachments.c.submission_key == bindparam("key"))
    .values(report_id=bindparam("report"))
)


def add_report(connection: Connection, row: dict[str, Any], *, with_files: bool) -> None:
    """Insert a report at the end of the transaction, and make its submission's pictures its own.

    The caller gives every column but `sequence`. A submission or reference that another report
    has makes the transaction fail.
    """
    at_commit(connection, _insert_reports, [row])
    if with_files:
        at_commit(connection, _attach, [{"key": row["submission_key"], "report": row["id"]}])


def _insert_reports(connection: Connection, new: list[dict[str, Any]]) -> None:
    insert_rows(connection, reports, new)


def _attach(connection: Connection, ids: list[dict[str, Any]]) -> None:
    connection.execute(_ATTACH, ids)


def find_submission(connection: Connection, submission_key: bytes) -> Row | None:
    """Return what tells whether a submission is one that was sent under this key, and its receipt."""
    return connection.execute(_BY_SUBMISSION, {"key": submission_key}).mappings().first()


def received_at(connection: Connection, *, from_newest: int) -> dt.datetime | None:
    """Return when the real report came that is so many-th from the newest, None where none is."""
    query = (
        select(reports.c.received_at)
        .where(reports.c.trial.is_(None))
        .order_by(reports.c.sequence.desc())
        .offset(from_newest - 1)
        .limit(1)
    )
    found: dt.datetime | None = connection.execute(query).scalar()
    return found


def find_by_lookup_key(connection: Connection, lookup_key: bytes) -> Row | None:
    """Return what a report's sender may know of its row, and the key that answers are sealed to."""
    query = select(*_FOLLOWED).where(reports.c.lookup_key == lookup_key)
    return connection.execute(query).mappings().first()


def get(connection: Connection, report_id: str, *, sealed: bool = False) -> Row | None:
    """Return a report's clear columns and reply recipient, with its sealed content if asked."""
    columns = [*CLEAR_COLUMNS, reports.c.reply_recipient, *([reports.c.sealed] if sealed else [])]
    query = select(*columns).where(reports.c.id == report_id)
    return connection.execute(query).mappings().first()


def sealed_contents(connection: Connection, report_ids: Sequence[str]) -> dict[str, bytes]:
    """Return each report's sealed content by its id."""
    query = select(reports.c.id, reports.c.sealed).where(reports.c.id.in_(report_ids))
    return {row.id: row.sealed for row in connection.execute(query)}


def change(connection: Connection, report_id: str, *, version: int, **values: object) -> bool:
    """Change a report that still has `version`, which goes up by one; tell whether it had."""
    statement = (
        update(reports)
        .where(reports.c.id == report_id, reports.c.version == version)
        .values(version=version + 1, **values)
    )
    return connection.execute(statement).rowcount == 1


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
    delete_attachments(connection, attachments.c.report_id.in_(report_ids))
    for table in (messages, notes, external_numbers):
        connection.execute(delete(table).where(table.c.report_id.in_(report_ids)))
    connection.execute(
        update(reports)
        .where(reports.c.id.in_(report_ids))
        .values(sealed=b"", sealed_bytes=0, attachment_count=0, hand_off=None, purged_at=at)
    )


def forget_hand_off(connection: Connection, report_id: str) -> bool:
    """Delete what the reporter chose to copy into VNeID later; tell whether there was anything."""
    statement = (
        update(reports)
        .where(reports.c.id == report_id, reports.c.hand_off.is_not(None))
        .values(hand_off=None)
    )
    return connection.execute(statement).rowcount == 1


def insert_attachments(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Insert attachments of one submission; the caller gives every column but `sequence`."""
    if rows:
        connection.execute(insert(attachments), rows)


def submission_attachments(connection: Connection, submission_key: bytes) -> list[Row]:
    """Return what the residents' face may read of a submission's files, by number."""
    return list(connection.execute(_STAGED, {"key": submission_key}).mappings())


def report_files(connection: Connection, report_id: str) -> list[Row]:
    """Return what the residents' face may read of a report's files, by number."""
    query = select(*_STAGED.selected_columns).where(attachments.c.report_id == report_id)
    return list(connection.execute(query.order_by(attachments.c.number)).mappings())


def drop_staged(connection: Connection, submission_key: bytes, numbers: Sequence[int]) -> None:
    """Delete files that the reporter took back before sending, and the originals kept beside them."""
    if numbers:
        delete_attachments(
            connection,
            and_(
                attachments.c.submission_key == submission_key,
                attachments.c.report_id.is_(None),
                or_(attachments.c.number.in_(numbers), attachments.c.original_of.in_(numbers)),
            ),
        )


def drop_abandoned(connection: Connection, *, older_than: dt.datetime) -> int:
    """Delete files of forms that were never sent, and parts that got no file; return how many."""
    old = and_(attachments.c.report_id.is_(None), attachments.c.uploaded_at < older_than)
    kept = select(attachments.c.blob).where(attachments.c.blob.is_not(None))
    orphans = delete(attachment_parts).where(
        attachment_parts.c.written_at < older_than, attachment_parts.c.blob.not_in(kept)
    )
    return delete_attachments(connection, old) + int(connection.execute(orphans).rowcount)


def delete_attachments(connection: Connection, condition: ColumnElement[bool]) -> int:
    """Delete attachments with all their parts; return how many."""
    blobs = select(attachments.c.blob).where(condition, attachments.c.blob.is_not(None))
    connection.execute(delete(attachment_parts).where(attachment_parts.c.blob.in_(blobs)))
    return int(connection.execute(delete(attachments).where(condition)).rowcount)


def insert_attachment_part(connection: Connection, row: dict[str, Any]) -> None:
    """Insert one further part of a long file."""
    connection.execute(insert(attachment_parts), row)


def report_attachments(connection: Connection, report_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return each report's attachments without their content, by number."""
    query = (
        select(
            attachments.c.report_id,
            attachments.c.number,
            attachments.c.media_type,
            attachments.c.scan,
            attachments.c.original_of,
            attachments.c.message_id,
            attachments.c.uploaded_at,
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
    query = select(attachments.c.sealed, attachments.c.blob).where(
        attachments.c.report_id == report_id, attachments.c.number == number
    )
    first = connection.execute(query).first()
    if first is None:
        return None
    parts = (
        select(attachment_parts.c.sealed)
        .where(attachment_parts.c.blob == first.blob)
        .order_by(attachment_parts.c.number)
    )
    return b"".join([first.sealed, *connection.execute(parts).scalars()])


def insert_message(connection: Connection, row: dict[str, Any]) -> None:
    """Insert a message; the caller gives every column but `sequence`."""
    connection.execute(insert(messages), row)


def message_exists(connection: Connection, message_id: str) -> bool:
    """Tell whether this message was taken already."""
    query = select(messages.c.sequence).where(messages.c.id == message_id)
    return connection.execute(query).first() is not None


def report_messages(connection: Connection, report_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return each report's messages, sealed, oldest first."""
    return rows_of(connection, messages, report_ids)


def insert_number(connection: Connection, row: dict[str, Any]) -> None:
    """Insert another body's number; the caller gives every column but `sequence`."""
    connection.execute(insert(external_numbers), row)


def number_exists(connection: Connection, number_id: str) -> bool:
    """Tell whether this number was taken already."""
    query = select(external_numbers.c.sequence).where(external_numbers.c.id == number_id)
    return connection.execute(query).first() is not None


def count_numbers(connection: Connection, report_id: str) -> int:
    """Return how many numbers of other bodies a report has."""
    query = select(func.count(external_numbers.c.sequence)).where(
        external_numbers.c.report_id == report_id
    )
    return int(connection.execute(query).scalar_one())


def rows_of(
    connection: Connection, table: Table, report_ids: Sequence[str]
) -> dict[str, list[Row]]:
    """Return each report's rows of a table that names reports, oldest first."""
    query = (
        select(table)
        .where(table.c.report_id.in_(report_ids))
        .order_by(table.c.report_id, table.c.sequence)
    )
    found: dict[str, list[Row]] = {report_id: [] for report_id in report_ids}
    for row in connection.execute(query).mappings():
        found[row["report_id"]].append(row)
    return found
