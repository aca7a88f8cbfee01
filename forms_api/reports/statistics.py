"""Numbers of a period, counted in one place: screens, files and documents only write them down.

Reports are read once, and each is judged by `Actor.sees`, the rule of every other door: a number can
never say more, or less, than the lists that its reader may open.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms_api.accounts.permissions import Actor, Permission
from forms_api.reports.counted import KEPT_APART, CountedReport, read_counted
from forms_api.reports.lifecycle import END_STATES, Status
from forms_api.reports.period import Period
from forms_api.store import campaigns
from forms_api.store.database import Database

SATISFACTIONS = ("co", "mot-phan", "khong")
"""What a reporter may say of the outcome, best first."""

Counts = Mapping[str, int]

_NINE_TENTHS = 8  # the place of the 90th percentile among the nine cuts into tenths


Visits = Sequence[tuple[dt.date, str, int]]
"""Day, slug and number of visits of short links."""

Dues = Mapping[str, dt.datetime]
DuesOf = Callable[[Sequence[CountedReport]], Dues]
"""Tells by when each of these finished reports had to be finished, by its id.

A report that nobody decided a deadline for is not among them.
"""


@dataclass(frozen=True)
class Numbers:
    """Everything that is counted for one period.

    *Received* ones came in the period; `by_…` and `states` split them, `states` as they stand now.
    *Finished* ones reached an end state for the first time in the period, whenever they came: each
    report is finished once, so that twelve months add up to their year. `on_time`, `late`,
    `no_deadline` and `satisfaction` split the finished ones; some of them have no answer to the
    latter. Days are rounded to a tenth, None when nothing was finished. Visits of short links are the
    whole ward's: they are about no report.
    """

    period: Period
    received: int
    anonymous: int
    urgent: int
    by_channel: Counts
    by_category: Counts
    by_area: Counts
    by_link: Counts
    visits_by_link: Counts
    states: Counts
    finished: int
    finished_as: Counts
    on_time: int
    late: int
    no_deadline: int
    median_days: float | None
    ninety_percent_days: float | None
    reopened: int
    satisfaction: Counts
    messages_from_reporters: int
    messages_from_officers: int
    kept_apart: Counts

    @property
    def named(self) -> int:
        """How many of the received ones came with a name or a way to reach their sender."""
        return self.received - self.anonymous


def nobody_decided(_finished: Sequence[CountedReport]) -> Dues:
    """Return no deadline for any report."""
    return {}


def count_period(
    database: Database, actor: Actor, period: Period, *, dues_of: DuesOf = nobody_decided
) -> Numbers:
    """Return the numbers of a period, of what this actor may see. Raises ForbiddenError."""
    return count_periods(database, actor, [period], dues_of=dues_of)[0]


def count_periods(
    database: Database,
    actor: Actor,
    periods: Sequence[Period],
    *,
    dues_of: DuesOf = nobody_decided,
) -> list[Numbers]:
    """Return the numbers of several periods, read in one go. Raises ForbiddenError."""
    actor.need(Permission.STATISTICS)
    found = read_counted(
        database,
        sees=actor.sees,
        since=min(period.starts_at for period in periods),
        until=max(period.ends_at for period in periods),
    )
    dues = dues_of([report for report in found if report.finished_at is not None])
    with database.read() as connection:
        visits = campaigns.visits_between(
            connection,
            min(period.first for period in periods),
            max(period.last for period in periods),
        )
    return [count(found, period, dues=dues, visits=visits) for period in periods]


def reports_of_period(database: Database, actor: Actor, period: Period) -> list[CountedReport]:
    """Return the reports behind `Numbers.received`, in the order in which they came.

    Raises ForbiddenError.
    """
    actor.need(Permission.STATISTICS)
    starts_at, ends_at = period.starts_at, period.ends_at
    found = read_counted(database, sees=actor.sees, since=starts_at, until=ends_at)
    return [
        report
        for report in found
        if report.kept_apart is None and starts_at <= report.received_at < ends_at
    ]


def count(
    found: Iterable[CountedReport], period: Period, *, dues: Dues, visits: Visits = ()
) -> Numbers:
    """Return the numbers of a period, of these reports and visits."""
    starts_at, ends_at = period.starts_at, period.ends_at

    def within(moment: dt.datetime | None) -> bool:
        return moment is not None and starts_at <= moment < ends_at

    all_of_them = list(found)
    counted = [report for report in all_of_them if report.kept_apart is None]
    received = [report for report in counted if within(report.received_at)]
    finished = [report for report in counted if within(report.finished_at)]
    median, ninety_percent = spread(r.days_to_finish for r in finished)
    in_time = Counter(is_in_time(report, dues.get(report.id)) for report in finished)
    apart = Counter(r.kept_apart for r in all_of_them if within(r.received_at))
    states = Counter(report.status for report in received)
    ends = Counter(report.finished_as for report in finished)
    said = Counter(report.satisfaction for report in finished)
    return Numbers(
        period=period,
        received=len(received),
        anonymous=sum(report.anonymous for report in received),
        urgent=sum(report.urgent for report in received),
        by_channel=dict(Counter(report.channel for report in received)),
        by_category=dict(Counter(report.category for report in received)),
        by_area=dict(Counter(report.area for report in received)),
        by_link=dict(Counter(report.link for report in received)),
        visits_by_link=_sums(visits, period),
        states={status.value: states[status] for status in Status},
        finished=len(finished),
        finished_as={status.value: ends[status] for status in Status if status in END_STATES},
        on_time=in_time[True],
        late=in_time[False],
        no_deadline=in_time[None],
        median_days=median,
        ninety_percent_days=ninety_percent,
        reopened=sum(within(at) for report in counted for at in report.reopened_at),
        satisfaction={answer: said[answer] for answer in SATISFACTIONS},
        messages_from_reporters=sum(within(at) for r in counted for at in r.reporter_wrote_at),
        messages_from_officers=sum(within(at) for r in counted for at in r.officer_wrote_at),
        kept_apart={reason: apart[reason] for reason in KEPT_APART},
    )


def _sums(visits: Visits, period: Period) -> Counts:
    """Return the visits of the period's days by link."""
    sums: Counter[str] = Counter()
    for day, slug, number in visits:
        if period.first <= day <= period.last:
            sums[slug] += number
    return dict(sums)


def spread(days: Iterable[float | None]) -> tuple[float | None, float | None]:
    """Return the median and the 90th percentile of what is known, to a tenth; None of nothing.

    The percentile lies between the two nearest values in proportion, as a spreadsheet's
    PERCENTILE has it.
    """
    known = sorted(value for value in days if value is not None)
    if not known:
        return None, None
    if len(known) == 1:
        return round(known[0], 1), round(known[0], 1)
    tenths = statistics.quantiles(known, n=10, method="inclusive")
    return round(statistics.median(known), 1), round(tenths[_NINE_TENTHS], 1)


def is_in_time(report: CountedReport, due: dt.datetime | None) -> bool | None:
    """Tell whether a report was finished when it was due; None before its end and without a deadline."""
    if due is None or report.finished_at is None:
        return None
    return report.finished_at <= due
