"""Rows of the queue: what waits, who holds it, how much there is; plain SQL, no decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Update,
    and_,
    exists,
    func,
    or_,
    select,
    true,
    update,
)

from forms_api.store.reports import CLEAR_COLUMNS, Row
from forms_api.store.schema import events, messages, reports
from forms_api.store.talks import is_not_of_talk

NEW = "moi"
OPEN = (NEW, "tiep_nhan", "xac_minh")
"""The states in which somebody still has to act."""

REPORTER = "reporter"
_SETTLING = ("moved", "words seen")
"""What an officer does that shows that the reporter's last words were read."""


class Viewer(Protocol):
    """Whose eyes a query looks through: its own reports, and those of its areas and categories."""

    @property
    def name(self) -> str:
        """The name in `claimed_by`."""

    @property
    def areas(self) -> frozenset[str] | None:
        """Ids of tổ dân phố; None for all."""

    @property
    def categories(self) -> frozenset[str] | None:
        """Ids of categories; None for all."""


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that a report is within the viewer's part: `Actor.sees` in SQL."""
    limits = [
        or_(column.is_(None), column.in_(sorted(allowed)))
        for column, allowed in (
            (reports.c.area, viewer.areas),
            (reports.c.category, viewer.categories),
        )
        if allowed is not None
    ]
    return or_(reports.c.claimed_by == viewer.name, and_(*limits)) if limits else true()


def kept() -> ColumnElement[bool]:
    """Return the condition that a report is not in the trash."""
    return reports.c.trashed_at.is_(None)


def is_open() -> ColumnElement[bool]:
    """Return the condition that somebody still has to act."""
    return and_(reports.c.status.in_(OPEN), reports.c.quarantined.is_(None))


def is_free(now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition that a new report waits for anybody: unclaimed, or its lease ran out."""
    return and_(
        reports.c.status == NEW,
        reports.c.quarantined.is_(None),
        kept(),
        or_(reports.c.claimed_by.is_(None), reports.c.lease_until < now),
    )


def is_late(now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition that an open report is beyond its deadline."""
    return and_(is_open(), reports.c.due_at < now)


def is_unassigned() -> ColumnElement[bool]:
    """Return the condition that a report was received and is nobody's now."""
    return and_(is_open(), reports.c.status != NEW, reports.c.claimed_by.is_(None))


def has_new_words() -> ColumnElement[bool]:
    """Return the condition that the reporter wrote last and no officer has answered, moved or seen it."""
    later = messages.alias("later")
    answered = exists().where(
        later.c.report_id == messages.c.report_id,
        later.c.sequence > messages.c.sequence,
        later.c.author != REPORTER,
    )
    settled = exists().where(
        events.c.report_id == messages.c.report_id,
        events.c.action.in_(_SETTLING),
        events.c.at > messages.c.written_at,
    )
    return exists().where(
        messages.c.report_id == reports.c.id,
        messages.c.author == REPORTER,
        ~answered,
        ~settled,
    )


def recurs() -> ColumnElement[bool]:
    """Return the condition that the reporter opened the report again and nobody has moved it since."""
    later = events.alias("later")
    moved_since = exists().where(
        later.c.report_id == events.c.report_id,
        later.c.sequence > events.c.sequence,
        later.c.action == "moved",
    )
    opened_again = exists().where(
        events.c.report_id == reports.c.id, events.c.action == "recurred", ~moved_since
    )
    return and_(reports.c.status == "xac_minh", opened_again)


def claim_waiting(
    connection: Connection,
    *,
    viewer: Viewer,
    form_id: str | None,
    with_trials: bool,
    limit: int,
    now: dt.datetime,
    lease_until: dt.datetime,
) -> list[Row]:
    """Claim the oldest waiting reports for `viewer` and return them whole, oldest first."""
    chosen = select(reports.c.sequence).where(is_free(now), seen_by(viewer), is_not_of_talk())
    if not with_trials:
        chosen = chosen.where(reports.c.trial.is_(None))
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
        .values(claimed_by=viewer.name, lease_until=lease_until)
        .returning(*CLEAR_COLUMNS, reports.c.sealed)
    )
    rows = connection.execute(statement).mappings().all()
    return sorted(rows, key=lambda row: int(row["sequence"]))


def claim_one(
    connection: Connection,
    report_id: str,
    *,
    claimer: str,
    now: dt.datetime,
    lease_until: dt.datetime,
) -> bool:
    """Claim this report if it waits, or is the claimer's own; tell whether that was so."""
    statement = (
        update(reports)
        .where(
            reports.c.id == report_id,
            or_(
                is_free(now),
                and_(reports.c.status == NEW, reports.c.claimed_by == claimer),
            ),
        )
        .values(claimed_by=claimer, lease_until=lease_until)
    )
    return connection.execute(statement).rowcount == 1


def renew_claimed(
    connection: Connection, report_id: str, *, claimer: str, lease_until: dt.datetime
) -> bool:
    """Move the end of the claimer's own lease; tell whether there was one."""
    statement = _claimed(claimer, [report_id]).values(lease_until=lease_until)
    return connection.execute(statement).rowcount == 1


def acknowledge_claimed(
    connection: Connection, report_ids: Sequence[str], *, claimer: str, now: dt.datetime
) -> list[Row]:
    """Move the claimer's own waiting reports to `tiep_nhan`; return (id, version) of those moved."""
    statement = (
        _claimed(claimer, report_ids)
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
    statement = _claimed(claimer, [report_id]).values(claimed_by=None, lease_until=None)
    return connection.execute(statement).rowcount == 1


def held_open(connection: Connection, holder: str) -> list[Row]:
    """Return the clear rows of the open reports that `holder` has, oldest first."""
    query = select(*CLEAR_COLUMNS).where(
        reports.c.claimed_by == holder, reports.c.status.in_(OPEN), kept()
    )
    return list(connection.execute(query.order_by(reports.c.sequence)).mappings())


def count_by_status(connection: Connection, viewer: Viewer) -> dict[str, int]:
    """Return how many reports stand in each state, quarantined ones under `quarantined`.

    Those that were sent at a talk are not among them.
    """
    marked = reports.c.quarantined.is_not(None)
    query = (
        select(reports.c.status, marked, func.count())
        .where(kept(), seen_by(viewer), is_not_of_talk())
        .group_by(reports.c.status, marked)
    )
    counts: dict[str, int] = {}
    for status, quarantined, count in connection.execute(query):
        key = "quarantined" if quarantined else status
        counts[key] = counts.get(key, 0) + count
    return counts


def glance(connection: Connection, viewer: Viewer, *, now: dt.datetime) -> RowMapping:
    """Return in one row how much waits, is the viewer's, is late and so on, without what a talk sent."""
    mine = and_(
        is_open(),
        reports.c.claimed_by == viewer.name,
        or_(reports.c.status != NEW, reports.c.lease_until >= now),
    )
    counted = {
        "waiting": is_free(now),
        "mine": mine,
        "late": is_late(now),
        "awaiting_reporter": and_(is_open(), reports.c.waiting_since.is_not(None)),
        "unassigned": is_unassigned(),
        "quarantined": reports.c.quarantined.is_not(None),
    }
    visible = and_(kept(), seen_by(viewer), is_not_of_talk())
    written_to = select(messages.c.report_id).where(messages.c.author == REPORTER)
    # Few reports are written to: from them to their rows, not through all rows.
    new_words = (
        select(func.count())
        .select_from(reports)
        .where(reports.c.id.in_(written_to), visible, has_new_words())
        .scalar_subquery()
    )
    query = select(
        *(func.count().filter(condition).label(name) for name, condition in counted.items()),
        new_words.label("new_words"),
    ).where(reports.c.status.in_(OPEN), visible)
    return connection.execute(query).mappings().one()


def _claimed(claimer: str, report_ids: Sequence[str]) -> Update:
    return update(reports).where(
        reports.c.id.in_(report_ids),
        reports.c.status == NEW,
        reports.c.claimed_by == claimer,
        kept(),
    )
