"""Rows of what officers add to a report: notes, links, numbers, the trash, saved views."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from forms_api.store.queue import Viewer, seen_by
from forms_api.store.reports import CLEAR_COLUMNS, Row, rows_of
from forms_api.store.schema import (
    deletions,
    external_numbers,
    notes,
    officers,
    report_links,
    reports,
    saved_views,
)


def insert_note(connection: Connection, row: dict[str, Any]) -> None:
    """Insert an internal note; the caller gives every column but `sequence`."""
    connection.execute(insert(notes), row)


def report_notes(connection: Connection, report_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return each report's internal notes, sealed, oldest first."""
    return rows_of(connection, notes, report_ids)


def report_numbers(connection: Connection, report_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return each report's numbers elsewhere, sealed, oldest first."""
    return rows_of(connection, external_numbers, report_ids)


def insert_link(connection: Connection, row: dict[str, Any]) -> None:
    """Insert a link between two reports; the caller gives every column but `sequence`."""
    connection.execute(insert(report_links), row)


def find_link(connection: Connection, one: str, other: str) -> Row | None:
    """Return the link between two reports, whichever way it points."""
    pair = or_(
        and_(report_links.c.report_id == one, report_links.c.other_id == other),
        and_(report_links.c.report_id == other, report_links.c.other_id == one),
    )
    return connection.execute(select(report_links).where(pair)).mappings().first()


def delete_link(connection: Connection, sequence: int) -> None:
    """Take a link away."""
    connection.execute(delete(report_links).where(report_links.c.sequence == sequence))


def linked_reports(connection: Connection, report_id: str) -> list[Row]:
    """Return the links of a report with the other report's clear columns, oldest link first.

    `points_here` tells that the other report is the one that names this one.
    """
    points_here = report_links.c.other_id == report_id
    query = (
        select(
            report_links.c.kind.label("link_kind"),
            points_here.label("points_here"),
            *CLEAR_COLUMNS,
        )
        .join(
            reports,
            or_(
                and_(points_here, reports.c.id == report_links.c.report_id),
                and_(
                    report_links.c.report_id == report_id, reports.c.id == report_links.c.other_id
                ),
            ),
        )
        .where(or_(report_links.c.report_id == report_id, points_here))
        .order_by(report_links.c.sequence)
    )
    return list(connection.execute(query).mappings())


def find_by_reference(connection: Connection, reference: str) -> Row | None:
    """Return the clear row of the report with this reference."""
    query = select(*CLEAR_COLUMNS).where(reports.c.reference == reference)
    return connection.execute(query).mappings().first()


def insert_deletion(connection: Connection, row: dict[str, Any]) -> None:
    """Note why a report is in the trash; the caller gives every column."""
    connection.execute(insert(deletions), row)


def find_deletion(connection: Connection, report_id: str) -> Row | None:
    """Return why and by whom a report is in the trash."""
    query = select(deletions).where(deletions.c.report_id == report_id)
    return connection.execute(query).mappings().first()


def approve_deletion(
    connection: Connection, report_id: str, *, approver: str, at: dt.datetime
) -> bool:
    """Note the second person's consent; tell whether it was still missing."""
    statement = (
        update(deletions)
        .where(deletions.c.report_id == report_id, deletions.c.approved_by.is_(None))
        .values(approved_by=approver, approved_at=at)
    )
    return connection.execute(statement).rowcount == 1


def drop_deletion(connection: Connection, report_id: str) -> None:
    """Forget that a report was in the trash."""
    connection.execute(delete(deletions).where(deletions.c.report_id == report_id))


def trashed(connection: Connection, viewer: Viewer) -> list[Row]:
    """Return the clear rows in the trash that the viewer sees, with why and by whom, newest first."""
    query = (
        select(*CLEAR_COLUMNS, *(c for c in deletions.c if c.name != "report_id"))
        .join(deletions, deletions.c.report_id == reports.c.id)
        .where(reports.c.trashed_at.is_not(None), seen_by(viewer))
        .order_by(reports.c.trashed_at.desc(), reports.c.sequence.desc())
    )
    return list(connection.execute(query).mappings())


def erasable(connection: Connection, *, trashed_before: dt.datetime) -> list[str]:
    """Return ids of reports in the trash since before then, agreed to by two, with content."""
    query = (
        select(reports.c.id)
        .join(deletions, deletions.c.report_id == reports.c.id)
        .where(
            reports.c.trashed_at < trashed_before,
            deletions.c.approved_by.is_not(None),
            or_(reports.c.purged_at.is_(None), reports.c.updated_at > reports.c.purged_at),
        )
        .order_by(reports.c.sequence)
    )
    return list(connection.execute(query).scalars())


def find_active_officer(connection: Connection, name: str) -> Row | None:
    """Return id, name, role, areas and categories of the officer, if that account is not shut."""
    query = select(
        officers.c.id, officers.c.name, officers.c.role, officers.c.areas, officers.c.categories
    ).where(officers.c.name == name, officers.c.disabled_at.is_(None))
    return connection.execute(query).mappings().first()


def active_officers(connection: Connection) -> list[Row]:
    """Return name, full name, role, areas and categories of all who may sign in, by name."""
    query = (
        select(
            officers.c.name,
            officers.c.full_name,
            officers.c.role,
            officers.c.areas,
            officers.c.categories,
        )
        .where(officers.c.disabled_at.is_(None))
        .order_by(officers.c.name)
    )
    return list(connection.execute(query).mappings())


def views_of(connection: Connection, officer_id: str) -> list[Row]:
    """Return an officer's saved views, by name."""
    query = select(saved_views).where(saved_views.c.officer_id == officer_id)
    return list(connection.execute(query.order_by(saved_views.c.name)).mappings())


def put_view(connection: Connection, *, officer_id: str, name: str, query: str) -> None:
    """Keep a view under its name, in place of the one that had it."""
    drop_view(connection, officer_id=officer_id, name=name)
    connection.execute(insert(saved_views).values(officer_id=officer_id, name=name, query=query))


def drop_view(connection: Connection, *, officer_id: str, name: str) -> bool:
    """Forget a view; tell whether there was one."""
    statement = delete(saved_views).where(
        saved_views.c.officer_id == officer_id, saved_views.c.name == name
    )
    return connection.execute(statement).rowcount == 1
