"""Reports as they are counted: their clear columns, and what the audit log says happened to them.

What happened, and when, is told by the log alone, so that content that was deleted does not change
what was counted.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from forms_api.reports.intake import REPORTER
from forms_api.reports.lifecycle import END_STATES, RECURRED, Status
from forms_api.store.database import Database
from forms_api.store.schema import events, reports

NOT_SAID = ""
"""The key of reports that name no category, no tổ dân phố or no link."""

KEPT_APART = ("trashed", "trial", "quarantined")
"""Why a report is in no number but the one that says how many such there are."""


_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class CountedReport:
    """A report's clear facts and what happened to it, as far as numbers need them."""

    id: str
    reference: str
    form_id: str
    channel: str
    category: str
    area: str
    link: str
    anonymous: bool
    urgent: bool
    status: Status
    received_at: dt.datetime
    due_at: dt.datetime | None
    satisfaction: str | None
    kept_apart: str | None
    finished_at: dt.datetime | None = None
    finished_as: Status | None = None
    reopened_at: tuple[dt.datetime, ...] = ()
    reporter_wrote_at: tuple[dt.datetime, ...] = ()
    officer_wrote_at: tuple[dt.datetime, ...] = ()

    @property
    def days_to_finish(self) -> float | None:
        """How many days passed from its coming to its first end."""
        return None if self.finished_at is None else (self.finished_at - self.received_at) / _DAY


def read_counted(
    database: Database,
    *,
    sees: Callable[[Mapping[str, object]], bool],
    since: dt.datetime,
    until: dt.datetime,
) -> list[CountedReport]:
    """Return the reports that came or changed from `since` to before `until`, as they came.

    Only those that `sees` lets through; each with its whole past.
    """
    involved = _involved(since, until)
    with database.read() as connection:
        happened = _read_happened(connection, involved)
        found = connection.execute(_CLEAR.where(involved).order_by(reports.c.sequence))
        rows = (dict(zip(_CLEAR_NAMES, row, strict=True)) for row in found)
        return [_counted(row, happened.get(row["id"], _NOTHING)) for row in rows if sees(row)]


_CLEAR_NAMES = (
    "id", "reference", "form_id", "channel", "category", "area", "link", "anonymous", "urgent",
    "status", "received_at", "due_at", "satisfaction", "quarantined", "trial", "trashed_at",
    "claimed_by",
)  # fmt: skip
_CLEAR = select(*(reports.c[name] for name in _CLEAR_NAMES))


def _involved(since: dt.datetime, until: dt.datetime) -> ColumnElement[bool]:
    """Choose the reports that a number of these days may be about."""
    changed = select(events.c.report_id).where(_TELLS, events.c.at >= since, events.c.at < until)
    came = and_(reports.c.received_at >= since, reports.c.received_at < until)
    return or_(came, reports.c.id.in_(changed))


@dataclass
class _Happened:
    """What the log says of one report, gathered event by event."""

    finished_at: dt.datetime | None = None
    finished_as: Status | None = None
    reopened_at: list[dt.datetime] = field(default_factory=list)
    reporter_wrote_at: list[dt.datetime] = field(default_factory=list)
    officer_wrote_at: list[dt.datetime] = field(default_factory=list)


_NOTHING = _Happened()


def _read_happened(
    connection: Connection, involved: ColumnElement[bool]
) -> Mapping[str, _Happened]:
    chosen = events.c.report_id.in_(select(reports.c.id).where(involved))
    query = _HAPPENED.where(chosen).order_by(events.c.sequence)
    happened: defaultdict[str, _Happened] = defaultdict(_Happened)
    for report_id, at, actor, action, details in connection.execute(query):
        _GATHERERS[action](happened[report_id], at, actor, details)
    return happened


def _gather_move(so_far: _Happened, at: dt.datetime, _actor: str, details: str) -> None:
    from_, to = _move(details)
    if to in END_STATES and so_far.finished_at is None:
        so_far.finished_at, so_far.finished_as = at, to
    if from_ in END_STATES:
        so_far.reopened_at.append(at)


@lru_cache(maxsize=1000)  # few moves are possible, and each is told many thousand times
def _move(details: str) -> tuple[Status, Status]:
    facts = json.loads(details)
    return Status(facts["from"]), Status(facts["to"])


def _gather_message(so_far: _Happened, at: dt.datetime, actor: str, _details: str) -> None:
    (so_far.reporter_wrote_at if actor == REPORTER else so_far.officer_wrote_at).append(at)


def _gather_recurrence(so_far: _Happened, at: dt.datetime, actor: str, details: str) -> None:
    """Gather what is both: a move away from an end, and words that say so."""
    _gather_move(so_far, at, actor, details)
    _gather_message(so_far, at, actor, details)


_GATHERERS: Mapping[str, Callable[[_Happened, dt.datetime, str, str], None]] = {
    "moved": _gather_move,
    RECURRED: _gather_recurrence,
    "message": _gather_message,
    "question asked": _gather_message,
}
_TELLS = events.c.action.in_(_GATHERERS)
_HAPPENED = select(
    events.c.report_id, events.c.at, events.c.actor, events.c.action, events.c.details
).where(_TELLS)


def _counted(row: Mapping[str, Any], happened: _Happened) -> CountedReport:
    return CountedReport(
        id=row["id"],
        reference=row["reference"],
        form_id=row["form_id"],
        channel=row["channel"],
        category=row["category"] or NOT_SAID,
        area=row["area"] or NOT_SAID,
        link=row["link"] or NOT_SAID,
        anonymous=row["anonymous"],
        urgent=row["urgent"],
        status=Status(row["status"]),
        received_at=row["received_at"],
        due_at=row["due_at"],
        satisfaction=row["satisfaction"],
        kept_apart=next(_reasons(row), None),
        finished_at=happened.finished_at,
        finished_as=happened.finished_as,
        reopened_at=tuple(happened.reopened_at),
        reporter_wrote_at=tuple(happened.reporter_wrote_at),
        officer_wrote_at=tuple(happened.officer_wrote_at),
    )


def _reasons(row: Mapping[str, Any]) -> Iterator[str]:
    """Give why a report is kept apart, in the order in which one reason hides the others."""
    if row["trashed_at"] is not None:
        yield "trashed"
    if row["trial"] is not None:
        yield "trial"
    if row["quarantined"] is not None:
        yield "quarantined"
