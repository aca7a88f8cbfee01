"""Spans of whole local days that numbers are asked for: weeks, months, quarters, years, any range."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from forms_api.moments import VIETNAM

EARLIEST_YEAR, LATEST_YEAR = 2000, 2999
"""Years that a code may name: within them every period has one before it."""

_DAY = dt.timedelta(days=1)


class PeriodKind(StrEnum):
    """What kind of span a period is; an officer's report names it so."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    RANGE = "range"


PERIOD_NAMES: Mapping[PeriodKind, str] = {
    PeriodKind.WEEK: "Tuần {number} ({first:%d/%m/%Y}–{last:%d/%m/%Y})",
    PeriodKind.MONTH: "Tháng {number}/{year}",
    PeriodKind.QUARTER: "Quý {roman}/{year}",
    PeriodKind.YEAR: "Năm {year}",
    PeriodKind.RANGE: "Từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}",
}
_ONE_DAY_NAME = "Ngày {first:%d/%m/%Y}"
_ROMAN = ("", "I", "II", "III", "IV")

_CODES: Mapping[PeriodKind, str] = {
    PeriodKind.WEEK: "{year}-W{number:02}",
    PeriodKind.MONTH: "{year}-{number:02}",
    PeriodKind.QUARTER: "{year}-Q{number}",
    PeriodKind.YEAR: "{year}",
    PeriodKind.RANGE: "{first}..{last}",
}


@dataclass(frozen=True)
class Period:
    """The local days from `first` to `last`, both of them within it.

    `year` and `number` say which week, month or quarter it is; a range has none. The year of a
    week is the one that holds its Thursday (ISO 8601).
    """

    kind: PeriodKind
    first: dt.date
    last: dt.date
    year: int = 0
    number: int = 0

    @property
    def name(self) -> str:
        """The period in Vietnamese, as the title of a report says it."""
        if self.kind is PeriodKind.RANGE and self.first == self.last:
            return _ONE_DAY_NAME.format(first=self.first)
        return PERIOD_NAMES[self.kind].format(
            number=self.number,
            roman=_ROMAN[self.number] if self.kind is PeriodKind.QUARTER else "",
            year=self.year,
            first=self.first,
            last=self.last,
        )

    @property
    def code(self) -> str:
        """The period as addresses, file names and commands write it; `parse_period` reads it."""
        return _CODES[self.kind].format(
            number=self.number, year=self.year, first=self.first, last=self.last
        )

    @property
    def starts_at(self) -> dt.datetime:
        """The moment at which the first day begins, in UTC."""
        return _midnight(self.first)

    @property
    def ends_at(self) -> dt.datetime:
        """The moment at which the last day is over, in UTC; it is not within the period."""
        return _midnight(self.last + _DAY)

    @property
    def previous(self) -> Period:
        """The period of the same kind just before this one; for a range, one as long."""
        before = self.first - _DAY
        if self.kind is PeriodKind.RANGE:
            return range_of(before - (self.last - self.first), before)
        return _MAKERS[self.kind](before)


def week_of(day: dt.date) -> Period:
    """Return the week, Monday to Sunday, of a day."""
    year, number, weekday = day.isocalendar()
    first = day - (weekday - 1) * _DAY
    return Period(PeriodKind.WEEK, first, first + 6 * _DAY, year, number)


def month_of(day: dt.date) -> Period:
    """Return the month of a day."""
    return _months(PeriodKind.MONTH, day.year, day.month, length=1)


def quarter_of(day: dt.date) -> Period:
    """Return the quarter of a day."""
    return _months(PeriodKind.QUARTER, day.year, (day.month + 2) // 3, length=3)


def year_of(day: dt.date) -> Period:
    """Return the year of a day."""
    return Period(PeriodKind.YEAR, dt.date(day.year, 1, 1), dt.date(day.year, 12, 31), day.year)


def range_of(first: dt.date, last: dt.date) -> Period:
    """Return the days from `first` to `last`. Raises ValueError when they are the wrong way round."""
    if last < first:
        raise ValueError(f"{first} is after {last}")
    return Period(PeriodKind.RANGE, first, last)


def local_day(moment: dt.datetime) -> dt.date:
    """Return the day on which this moment lies in Vietnam."""
    return moment.astimezone(VIETNAM).date()


_MAKERS: Mapping[PeriodKind, Callable[[dt.date], Period]] = {
    PeriodKind.WEEK: week_of,
    PeriodKind.MONTH: month_of,
    PeriodKind.QUARTER: quarter_of,
    PeriodKind.YEAR: year_of,
}


def parse_period(code: str) -> Period | None:
    """Return the period that a code names, None for no such period.

    `2026-W47`, `2026-11`, `2026-Q4`, `2026`, or `2026-11-01..2026-11-15`.
    """
    for pattern, read in _READERS.items():
        match = re.fullmatch(pattern, code.strip().upper(), re.ASCII)
        if match:
            try:
                period = read(*match.groups())
            except ValueError:  # month 13, week 54, 30 February
                return None
            return period if _in_our_time(period) else None
    return None


def _in_our_time(period: Period) -> bool:
    return period.first.year >= EARLIEST_YEAR and period.last.year <= LATEST_YEAR


def _quarter(year: str, number: str) -> Period:
    return quarter_of(dt.date(int(year), 3 * int(number), 1))


_READERS: Mapping[str, Callable[..., Period]] = {
    r"(\d{4})-W(\d\d)": lambda year, week: week_of(
        dt.date.fromisocalendar(int(year), int(week), 1)
    ),
    r"(\d{4})-Q(\d)": _quarter,
    r"(\d{4})-(\d\d)": lambda year, month: month_of(dt.date(int(year), int(month), 1)),
    r"(\d{4})": lambda year: year_of(dt.date(int(year), 1, 1)),
    r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)": lambda first, last: range_of(
        dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    ),
}


def _months(kind: PeriodKind, year: int, number: int, *, length: int) -> Period:
    last_month = number * length
    last_day = calendar.monthrange(year, last_month)[1]
    return Period(
        kind,
        dt.date(year, last_month - length + 1, 1),
        dt.date(year, last_month, last_day),
        year,
        number,
    )


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), VIETNAM).astimezone(dt.UTC)
