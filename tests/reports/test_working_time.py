"""Working time adds up, never ends outside work, and knows days off and days in place of others."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api.content.deadlines import WEEKDAYS, Calendar, WorkingTime
from forms_api.reports.working_time import WorkingClock
from tests.reports.calendars import a_calendar, days, here, hours

NEW_YEAR = here("2026-12-31 00:00")


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any week with any days off and worked in place of others, around one New Year."""
    spans = ["00:00-08:00", "08:00-11:30", "13:30-17:00", "20:00-24:00"]
    weekdays = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True))
    cut = draw(st.integers(1, len(weekdays)))
    chosen = st.lists(st.sampled_from(spans), min_size=1, unique=True).map(sorted)
    groups = [part for part in (weekdays[:cut], weekdays[cut:]) if part]
    a_day = st.integers(0, 60).map(lambda number: dt.date(2026, 12, 10) + dt.timedelta(number))
    off = draw(st.lists(a_day, unique=True, max_size=20))
    in_place = draw(st.lists(st.tuples(a_day, a_day), max_size=3))
    return Calendar.model_validate(
        {
            "example": False,
            "week": [{"weekdays": group, "hours": draw(chosen)} for group in groups],
            "holidays": [{"day": day, "name": "nghỉ"} for day in off],
            "swapped": [
                {"day": day, "replaces": other, "name": "làm bù"}
                for day, other in in_place
                if day not in off and day != other
            ],
        }
    )


clocks = calendars().map(WorkingClock)
moments = st.integers(-20 * 24 * 60, 60 * 24 * 60).map(
    lambda minutes: NEW_YEAR + dt.timedelta(minutes=minutes)
)
lengths = st.integers(0, 100 * 60).map(lambda minutes: dt.timedelta(minutes=minutes))
numbers_of_days = st.integers(1, 20)


@given(clocks, moments, lengths)
def test_what_is_added_ends_within_working_time(
    clock: WorkingClock, moment: dt.datetime, length: dt.timedelta
) -> None:
    assert clock.is_working(clock.add_time(moment, length))


@given(clocks, moments, lengths)
def test_what_was_added_is_what_lies_between(
    clock: WorkingClock, moment: dt.datetime, length: dt.timedelta
) -> None:
    assert clock.between(moment, clock.add_time(moment, length)) == length


@given(clocks, moments, lengths, lengths)
def test_two_lengths_one_after_the_other_are_their_sum(
    clock: WorkingClock, moment: dt.datetime, first: dt.timedelta, second: dt.timedelta
) -> None:
    at_once = clock.add_time(moment, first + second)

    assert clock.add_time(clock.add_time(moment, first), second) == at_once


@given(clocks, moments, moments, lengths, lengths)
def test_later_or_longer_never_ends_earlier(
    clock: WorkingClock,
    one: dt.datetime,
    other: dt.datetime,
    short: dt.timedelta,
    more: dt.timedelta,
) -> None:
    earlier, later = sorted([one, other])

    assert clock.add_time(earlier, short) <= clock.add_time(later, short + more)


@given(clocks, moments, numbers_of_days, numbers_of_days)
def test_days_end_with_their_work_and_add_up(
    clock: WorkingClock, moment: dt.datetime, first: int, second: int
) -> None:
    at_once = clock.add_days(moment, first + second)

    assert clock.is_working(at_once)
    assert clock.add_days(clock.add_days(moment, first), second) == at_once


@given(clocks, moments, moments, numbers_of_days)
def test_of_days_too_later_never_ends_earlier(
    clock: WorkingClock, one: dt.datetime, other: dt.datetime, number: int
) -> None:
    earlier, later = sorted([one, other])

    assert clock.add_days(earlier, number) <= clock.add_days(later, number)


@given(clocks, st.lists(moments, min_size=3, max_size=3))
def test_the_parts_of_a_stretch_are_the_whole(
    clock: WorkingClock, three: list[dt.datetime]
) -> None:
    first, middle, last = sorted(three)

    whole = clock.between(first, last)
    assert clock.between(first, middle) + clock.between(middle, last) == whole
    assert clock.between(last, first) <= dt.timedelta(0)


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        ("2026-11-24 08:00", hours(8), "2026-11-24 17:00"),
        ("2026-11-24 11:30", hours(1), "2026-11-24 13:30"),
        ("2026-11-24 06:00", hours(4), "2026-11-24 12:00"),
        ("2026-11-24 12:30", hours(1), "2026-11-24 14:00"),
        ("2026-11-27 16:00", hours(2), "2026-11-30 09:00"),
        ("2026-11-24 10:00", days(1), "2026-11-25 17:00"),
        ("2026-11-24 23:59", days(1), "2026-11-25 17:00"),
        ("2026-11-27 10:00", days(3), "2026-12-02 17:00"),
        ("2026-11-28 10:00", days(1), "2026-11-30 17:00"),
    ],
)
def test_an_officer_counts_the_same_on_the_wall(start: str, length: WorkingTime, end: str) -> None:
    clock = WorkingClock(a_calendar())

    assert clock.add(here(start), length) == here(end)


def test_nobody_works_through_tet_across_the_year_s_end() -> None:
    december = (f"2026-12-{day}" for day in range(28, 32))
    off = (*december, "2027-01-01", "2027-01-04")
    clock = WorkingClock(a_calendar(holidays=off))

    assert clock.add(here("2026-12-25 16:00"), hours(2)) == here("2027-01-05 09:00")
    assert clock.add(here("2026-12-25 16:00"), days(1)) == here("2027-01-05 17:00")
    assert clock.between(here("2026-12-25 17:00"), here("2027-01-05 08:00")) == dt.timedelta(0)
    assert clock.opening(dt.date(2026, 12, 30)) is None


def test_a_swapped_day_is_worked_with_the_hours_of_the_one_that_it_replaces() -> None:
    clock = WorkingClock(a_calendar(swapped=(("2026-12-05", "2026-12-07"),)))

    assert clock.add(here("2026-12-04 16:00"), hours(2)) == here("2026-12-05 09:00")
    assert clock.add(here("2026-12-04 16:00"), days(2)) == here("2026-12-08 17:00")
    assert clock.opening(dt.date(2026, 12, 5)) == here("2026-12-05 08:00")
    assert clock.opening(dt.date(2026, 12, 7)) is None
