"""Pages of reports: those that a filter lets through, or those that changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from forms_api.accounts.permissions import Actor, Permission
from forms_api.reports.filters import CURSOR, Filter, Sort
from forms_api.reports.lifecycle import Status
from forms_api.reports.outside_numbers import OFFICIAL_KINDS
from forms_api.reports.service import utc_now
from forms_api.store import listing as rows
from forms_api.store import queue as queue_rows
from forms_api.store.database import Database
from forms_api.store.reports import Row
from forms_api.store.talks import is_not_of_talk, is_of_talk

PAGE_LENGTH = 50
_HERE = ZoneInfo("Asia/Ho_Chi_Minh")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_ORDERS = {Sort.OLDEST: rows.OLDEST, Sort.NEWEST: rows.NEWEST, Sort.DUE: rows.DUE}


@dataclass(frozen=True)
class Page:
    """One page of a list: clear rows, each with `new_words` and `recurs`; `next` is None on the last."""

    reports: tuple[Row, ...]
    next: str | None


@dataclass(frozen=True)
class Changes:
    """Which reports to follow: least recently changed first, from behind the place `after`."""

    status: Status | None = None
    form_id: str | None = None
    quarantined: bool = False
    since: dt.datetime | None = None
    after: tuple[dt.datetime, int] | None = None


def list_page(
    database: Database, *, actor: Actor, wanted: Filter, limit: int = PAGE_LENGTH
) -> Page:
    """Return a page of the reports that the actor sees and the filter lets through.

    Raises ForbiddenError.
    """
    actor.need(Permission.LIST)
    with database.read() as connection:
        found = rows.page(
            connection,
            actor,
            _conditions(wanted, actor),
            order=_ORDERS[wanted.sort],
            after=_place(wanted.after),
            limit=limit + 1,
        )
    more = len(found) > limit
    return Page(tuple(found[:limit]), _cursor(found[limit - 1], wanted.sort) if more else None)


def list_changed(database: Database, *, actor: Actor, wanted: Changes, limit: int) -> list[Row]:
    """Return clear rows of the reports that the actor sees, least recently changed first.

    Raises ForbiddenError.
    """
    actor.need(Permission.LIST)
    conditions = [rows.kept_apart(apart=wanted.quarantined), is_not_of_talk()]
    if wanted.status is not None:
        conditions.append(rows.in_states([wanted.status.value]))
    if wanted.form_id is not None:
        conditions.append(rows.equals("form_id", wanted.form_id))
    if wanted.since is not None:
        conditions.append(rows.changed_since(wanted.since))
    with database.read() as connection:
        return rows.changed_page(connection, actor, conditions, after=wanted.after, limit=limit)


def _conditions(wanted: Filter, actor: Actor) -> list[rows.Condition]:
    now = utc_now()
    asked: list[tuple[object, Callable[[], rows.Condition]]] = [
        (wanted.states, lambda: rows.in_states(sorted(wanted.states))),
        (wanted.category, lambda: rows.equals("category", wanted.category)),
        (wanted.area, lambda: rows.equals("area", wanted.area)),
        (wanted.form, lambda: rows.equals("form_id", wanted.form)),
        (wanted.channel, lambda: rows.equals("channel", wanted.channel)),
        (wanted.mine, lambda: rows.equals("claimed_by", actor.name)),
        (wanted.unassigned, queue_rows.is_unassigned),
        (wanted.late, lambda: queue_rows.is_late(now)),
        (wanted.awaiting_reporter, rows.awaits_reporter),
        (wanted.new_words, queue_rows.has_new_words),
        (wanted.recurs, queue_rows.recurs),
        (wanted.urgent, lambda: rows.equals("urgent", value=True)),
        (wanted.pictures, rows.has_pictures),
        (wanted.lacks, lambda: rows.lacks_numbers([str(wanted.lacks)])),
        (wanted.unnumbered, lambda: rows.lacks_numbers(OFFICIAL_KINDS)),
        (
            wanted.received_from or wanted.received_until,
            lambda: rows.received_between(
                _midnight(wanted.received_from), _midnight(wanted.received_until, days_later=1)
            ),
        ),
    ]
    apart = [rows.kept_apart(apart=wanted.quarantined), is_not_of_talk()]
    which = [is_of_talk()] if wanted.at_talks else apart
    return [*which, *(condition() for given, condition in asked if given)]


def _midnight(day: dt.date | None, *, days_later: int = 0) -> dt.datetime | None:
    """Return when the day begins in Vietnam; a day beyond the calendar bounds nothing."""
    if day is None:
        return None
    try:
        return dt.datetime.combine(
            day + dt.timedelta(days=days_later), dt.time(), tzinfo=_HERE
        ).astimezone(dt.UTC)
    except OverflowError:
        return None


def _cursor(last: Row, sort: Sort) -> str:
    if sort is not Sort.DUE or last["due_at"] is None:
        return str(last["sequence"])
    return f"{last['sequence']}.{(last['due_at'] - _EPOCH) // _MICROSECOND}"


def _place(cursor: str | None) -> rows.Place | None:
    found = None if cursor is None else CURSOR.fullmatch(cursor)
    if found is None:
        return None
    sequence, due = found.groups()
    return rows.Place(int(sequence), None if due is None else _EPOCH + int(due) * _MICROSECOND)
