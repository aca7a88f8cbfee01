"""Three numbers that everybody may read, chosen so that nobody can be found through them.

- A week's delay: only whole weeks are counted that were over at least seven days ago, so that the
  numbers change once a week and never tell that a neighbour wrote yesterday.
- Under five is not told.
- Counts are rounded down to a multiple of five. Every difference that a reader can form, all time
  less 30 days, received less handled, this week's page less last week's, is then a multiple of five
  that may be up to four off on either side: what it hides is never known more exactly than “under 5”.
- The median is told in whole days, and only of five reports or more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from forms_api.reports.counted import CountedReport, read_counted
from forms_api.reports.period import local_day, range_of, week_of
from forms_api.reports.statistics import spread
from forms_api.store.database import Database

STEP = 5
"""Counts below it are hidden, others are multiples of it."""

DELAY = dt.timedelta(days=7)
RECENT_DAYS = 30

_FIRST_MOMENT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # before any report of any ward
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class PublicCount:
    """What is told of one span of time; None is hidden because it is too small.

    `received` and `handled` are at least so many, never more than four more.
    """

    received: int | None
    handled: int | None
    median_days: int | None


@dataclass(frozen=True)
class PublicCounters:
    """What is told of all time and of 30 days, up to the end of the day `until`."""

    until: dt.date
    all_time: PublicCount
    recent: PublicCount


def public_counters(database: Database, now: dt.datetime) -> PublicCounters:
    """Return what may be published at this moment; all of a week it is the same."""
    until = last_day_told(now)
    recent = range_of(until - (RECENT_DAYS - 1) * _DAY, until)
    found = read_counted(database, sees=_everything, since=_FIRST_MOMENT, until=recent.ends_at)
    counted = [report for report in found if report.kept_apart is None]
    return PublicCounters(
        until=until,
        all_time=_count(counted, lambda at: at < recent.ends_at),
        recent=_count(counted, lambda at: recent.starts_at <= at < recent.ends_at),
    )


def last_day_told(now: dt.datetime) -> dt.date:
    """Return the Sunday up to which numbers are told at this moment."""
    return week_of(local_day(now - DELAY)).first - _DAY


def _count(counted: Iterable[CountedReport], within: Callable[[dt.datetime], bool]) -> PublicCount:
    every = list(counted)
    received = sum(within(report.received_at) for report in every)
    handled = [
        report for report in every if report.finished_at is not None and within(report.finished_at)
    ]
    median, _ = spread(report.days_to_finish for report in handled)
    median_days = None if median is None or len(handled) < STEP else round(median)
    return PublicCount(shown(received), shown(len(handled)), median_days)


def shown(count: int) -> int | None:
    """Return what is told of a count: None under five, else the multiple of five below it."""
    return None if count < STEP else count // STEP * STEP


def _everything(_report: object) -> bool:
    return True
