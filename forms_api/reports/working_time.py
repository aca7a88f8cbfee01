"""Arithmetic on the ward's working time: pure, in whole days of Vietnam's clock.

A moment at which work ends belongs to the working time: what is due then is due by the end of
work, not at the next morning's beginning.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from forms_api.content.deadlines import WEEKDAYS, Calendar, WorkingTime
from forms_api.moments import VIETNAM

Interval = tuple[dt.datetime, dt.datetime]
_DAY = dt.timedelta(days=1)
_NONE = dt.timedelta(0)


class WorkingClock:
    """Adds and measures working time on one calendar; remembers the days that it has looked at."""

    def __init__(self, calendar: Calendar) -> None:
        self._week = {
            weekday: tuple(group.hours) for group in calendar.week for weekday in group.weekdays
        }
        replaced = {swapped.replaces for swapped in calendar.swapped}
        self._off = replaced | {holiday.day for holiday in calendar.holidays}
        self._in_place = {swapped.day: swapped.replaces for swapped in calendar.swapped}
        self._known: dict[dt.date, tuple[Interval, ...]] = {}

    def hours_of(self, day: dt.date) -> tuple[Interval, ...]:
        """Return the parts of the day on which people work, in UTC; none on a day off."""
        found = self._known.get(day)
        if found is None:
            found = self._known[day] = tuple(self._look_up(day))
        return found

    def is_working(self, moment: dt.datetime) -> bool:
        """Tell whether people work at this moment, its working day's last one included."""
        hours = (*self.hours_of(_day_before(moment)), *self.hours_of(day_of(moment)))
        return any(begin <= moment <= end for begin, end in hours)

    def opening(self, day: dt.date) -> dt.datetime | None:
        """Return when work begins on this day, None on a day off."""
        hours = self.hours_of(day)
        return hours[0][0] if hours else None

    def add(self, moment: dt.datetime, length: WorkingTime) -> dt.datetime:
        """Return when the working time is over that begins at `moment`.

        Hours count from the moment itself. Of days the first is not counted, and the last one ends
        with its work: nobody loses part of a day to the hour at which a report came.
        """
        if length.days is not None:
            return self.add_days(moment, length.days)
        assert length.hours is not None, "the model holds one of the two"
        return self.add_time(moment, dt.timedelta(hours=length.hours))

    def add_days(self, moment: dt.datetime, days: int) -> dt.datetime:
        """Return the end of work on the `days`-th working day after that of `moment`; at least 1."""
        day = _day_before(moment)
        while days > 0:
            day += _DAY
            days -= 1 if self.hours_of(day) else 0
        return self.hours_of(day)[-1][1]

    def add_time(self, moment: dt.datetime, length: dt.timedelta) -> dt.datetime:
        """Return the moment that so much working time lies behind; for none, the next working one."""
        for begin, end in self._from(moment):
            if length <= end - begin:
                return begin + length
            length -= end - begin
        raise AssertionError("a calendar has working days without end")

    def between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Return how much working time lies from `start` to `end`; none when that is earlier."""
        total = _NONE
        for opened, closed in self._from(start):
            if opened >= end:
                break
            total += min(closed, end) - opened
        return total

    def _from(self, moment: dt.datetime) -> Iterator[Interval]:
        """Give what is left of the working time from `moment` on, without end."""
        day = _day_before(moment)
        while True:
            for begin, end in self.hours_of(day):
                if moment <= end:
                    yield max(begin, moment), end
            day += _DAY

    def _look_up(self, day: dt.date) -> Iterator[Interval]:
        if day in self._off:
            return
        counted_as = self._in_place.get(day, day)
        midnight = dt.datetime.combine(day, dt.time(), VIETNAM).astimezone(dt.UTC)
        for span in self._week.get(WEEKDAYS[counted_as.weekday()], ()):
            yield (
                midnight + dt.timedelta(minutes=span.start),
                midnight + dt.timedelta(minutes=span.end),
            )


def day_of(moment: dt.datetime) -> dt.date:
    """Return the day in Vietnam."""
    return moment.astimezone(VIETNAM).date()


def _day_before(moment: dt.datetime) -> dt.date:
    """Return the day that ends at or after `moment`: midnight still belongs to the day that it ends."""
    return day_of(moment - dt.datetime.resolution)
