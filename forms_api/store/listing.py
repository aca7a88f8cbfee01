"""Pages of clear rows: conditions, orders and places between pages; plain SQL, no decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from forms_api.store.queue import Viewer, has_new_words, kept, recurs, seen_by
from forms_api.store.reports import CLEAR_COLUMNS, Row
from forms_api.store.schema import external_numbers, reports

Condition = ColumnElement[bool]


class Place(NamedTuple):
    """Where a page ended: behind the report with this number, and this deadline where it sorts."""

    sequence: int
    due_at: dt.datetime | None = None


@dataclass(frozen=True)
class Order:
    """How a list is sorted; the last column is unique, so that no page repeats or skips a row."""

    columns: tuple[ColumnElement[Any], ...]
    newest_first: bool = False
    by_deadline: bool = False

    def behind(self, place: Place) -> Condition:
        """Return the condition that a row comes after `place`."""
        later = reports.c.sequence > place.sequence
        if self.newest_first:
            return reports.c.sequence < place.sequence
        if not self.by_deadline:
            return later
        if place.due_at is None:
            return and_(reports.c.due_at.is_(None), later)
        same = and_(reports.c.due_at == place.due_at, later)
        return or_(reports.c.due_at > place.due_at, same, reports.c.due_at.is_(None))


OLDEST = Order((reports.c.sequence,))
NEWEST = Order((reports.c.sequence.desc(),), newest_first=True)
# Those without a deadline come last; neither engine does so by itself in the same way.
DUE = Order(
    (reports.c.due_at.is_(None), reports.c.due_at, reports.c.sequence),
    by_deadline=True,
)


def page(
    connection: Connection,
    viewer: Viewer,
    conditions: Sequence[Condition],
    *,
    order: Order,
    after: Place | None,
    limit: int,
) -> list[Row]:
    """Return clear rows with `new_words`, `recurs` that the viewer sees and all conditions hold for."""
    # Narrow rows are sorted and cut; only what is left is read whole.
    chosen = select(reports.c.sequence).where(kept(), seen_by(viewer), *conditions)
    if after is not None:
        chosen = chosen.where(order.behind(after))
    chosen = chosen.order_by(*order.columns).limit(limit)
    told = (has_new_words().label("new_words"), recurs().label("recurs"))
    query = select(*CLEAR_COLUMNS, *told)
    query = query.where(reports.c.sequence.in_(chosen.scalar_subquery())).order_by(*order.columns)
    return list(connection.execute(query).mappings())


def changed_page(
    connection: Connection,
    viewer: Viewer,
    conditions: Sequence[Condition],
    *,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> list[Row]:
    """Return clear rows, least recently changed first, from behind the place `after`."""
    order = (reports.c.updated_at, reports.c.sequence)
    query = select(*CLEAR_COLUMNS).where(kept(), seen_by(viewer), *conditions)
    if after is not None:
        at, sequence = after
        later = and_(reports.c.updated_at == at, reports.c.sequence > sequence)
        query = query.where(or_(reports.c.updated_at > at, later))
    return list(connection.execute(query.order_by(*order).limit(limit)).mappings())


def in_states(states: Sequence[str]) -> Condition:
    """Return the condition that a report stands in one of these states."""
    return reports.c.status.in_(states)


def equals(column: str, value: object) -> Condition:
    """Return the condition that a column of ours has this value."""
    return reports.c[column] == value


def kept_apart(*, apart: bool) -> Condition:
    """Return the condition that a report is kept apart as spam, or is not."""
    return reports.c.quarantined.is_not(None) if apart else reports.c.quarantined.is_(None)


def awaits_reporter() -> Condition:
    """Return the condition that an officer waits for the reporter's answer."""
    return reports.c.waiting_since.is_not(None)


def has_pictures() -> Condition:
    """Return the condition that pictures came with the report."""
    return reports.c.attachment_count > 0


def received_between(start: dt.datetime | None, end: dt.datetime | None) -> Condition:
    """Return the condition that a report came in from `start` on and before `end`."""
    bounds = []
    if start is not None:
        bounds.append(reports.c.received_at >= start)
    if end is not None:
        bounds.append(reports.c.received_at < end)
    return and_(*bounds)


def changed_since(moment: dt.datetime) -> Condition:
    """Return the condition that a report was changed at `moment` or later."""
    return reports.c.updated_at >= moment


def lacks_numbers(kinds: Sequence[str]) -> Condition:
    """Return the condition that no number of any of these kinds was noted for the report."""
    return ~exists().where(
        external_numbers.c.report_id == reports.c.id, external_numbers.c.kind.in_(kinds)
    )
