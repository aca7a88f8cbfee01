"""By when a request about somebody's own data must be answered and done: the decree's days, exactly."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api.content.deadlines import RequestTimes
from forms_api.moments import VIETNAM
from forms_api.reports.request_record import RequestKind, days_later, dues_of
from forms_api.reports.working_time import WorkingClock, day_of
from tests.reports.calendars import TIMES, a_calendar, here

TET = tuple(f"2027-02-{day:02}" for day in range(4, 15))
CLOCK = WorkingClock(a_calendar(holidays=TET, swapped=(("2026-11-28", "2026-11-25"),)))
MOMENTS = st.integers(0, 2 * 365 * 24 * 3600).map(
    lambda seconds: here("2026-01-01 00:00") + dt.timedelta(seconds=seconds)
)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("2026-11-16 09:00", "2026-11-18 17:00"),  # from a Monday
        ("2026-11-16 23:59", "2026-11-18 17:00"),
        ("2026-11-20 09:00", "2026-11-24 17:00"),  # over a weekend
        ("2026-11-21 09:00", "2026-11-24 17:00"),  # on a Saturday
        ("2026-11-24 09:00", "2026-11-27 17:00"),  # the next day is given away for a Saturday
        ("2026-11-26 09:00", "2026-11-28 17:00"),  # which is worked
        ("2027-02-03 09:00", "2027-02-13 23:59:59"),  # Tết: not later than all of it
    ],
)
def test_the_answer_is_due_within_two_working_days_of_the_ward(asked: str, answer: str) -> None:
    dues = dues_of(RequestKind.DELETE, here(asked), times=TIMES, clock=CLOCK, with_others=False)

    assert dues.answer == here(answer)


@pytest.mark.parametrize(
    ("kind", "with_others", "day"),
    [
        (RequestKind.WITHDRAW, False, "2026-12-01"),
        (RequestKind.WITHDRAW, True, "2026-12-06"),
        (RequestKind.CORRECT, False, "2026-11-26"),
        (RequestKind.CORRECT, True, "2026-11-26"),
        (RequestKind.DELETE, False, "2026-11-26"),
        (RequestKind.DELETE, True, "2026-11-26"),
    ],
)
def test_it_is_done_within_the_days_of_its_kind_days_off_counted(
    kind: RequestKind, with_others: bool, day: str
) -> None:
    asked = here("2026-11-16 09:00")

    dues = dues_of(kind, asked, times=TIMES, clock=CLOCK, with_others=with_others)

    assert dues.done == here(f"{day} 23:59:59")


@given(
    asked=MOMENTS,
    kind=st.sampled_from(RequestKind),
    with_others=st.booleans(),
    times=st.builds(
        RequestTimes,
        answer_days=st.integers(1, 2),
        withdraw_days=st.integers(1, 15),
        withdraw_with_others_days=st.integers(1, 20),
        correct_days=st.integers(1, 20),
        delete_days=st.integers(1, 20),
        extension_days=st.integers(1, 15),
    ),
)
def test_whenever_it_is_asked_it_is_due_later_the_answer_first_and_the_rest_at_a_day_s_end(
    asked: dt.datetime, kind: RequestKind, with_others: bool, times: RequestTimes
) -> None:
    dues = dues_of(kind, asked, times=times, clock=CLOCK, with_others=with_others)

    withdraw = times.withdraw_with_others_days if with_others else times.withdraw_days
    days = {
        RequestKind.WITHDRAW: withdraw,
        RequestKind.CORRECT: times.correct_days,
        RequestKind.DELETE: times.delete_days,
    }[kind]
    assert asked < dues.answer <= dues.done
    assert (day_of(dues.done) - day_of(asked)).days == days
    assert dues.done.astimezone(VIETNAM).time() == dt.time(23, 59, 59)
    # Midnight belongs to the day that it ends, as everywhere in working time.
    first = day_of(asked - dt.datetime.resolution)
    worked = [
        day
        for passed in range(1, days + 2)
        if CLOCK.hours_of(day := first + dt.timedelta(days=passed)) and day <= day_of(dues.answer)
    ]
    assert len(worked) == times.answer_days or dues.answer == dues.done


@given(asked=MOMENTS, days=st.integers(1, 15))
def test_more_days_are_added_to_what_was_due_before(asked: dt.datetime, days: int) -> None:
    done = days_later(asked, 10)

    assert days_later(done, days) - done == dt.timedelta(days=days)
