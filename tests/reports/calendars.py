"""Working calendars and rules that a test can count on its fingers."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from forms_api.content.deadlines import (
    Allowance,
    Calendar,
    Deadlines,
    Holiday,
    RequestTimes,
    SwappedDay,
    WorkingHours,
    WorkingTime,
)
from forms_api.reports.deadlines import DeadlineRules
from forms_api.reports.working_time import WorkingClock

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS = [f"thu-{number}" for number in range(2, 7)]
HOURS = ["08:00-12:00", "13:00-17:00"]
TIMES = RequestTimes(
    answer_days=2,
    withdraw_days=15,
    withdraw_with_others_days=20,
    correct_days=10,
    delete_days=10,
    extension_days=15,
)
"""What the shipped file says of requests about people's own data."""


def here(text: str) -> dt.datetime:
    """Return the moment at which a clock in Vietnam shows `text`, such as 2026-11-24 14:05."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=HERE).astimezone(dt.UTC)


def a_calendar(
    *, holidays: tuple[str, ...] = (), swapped: tuple[tuple[str, str], ...] = ()
) -> Calendar:
    """Return Monday to Friday, eight hours a day, with these days off and these in place of others."""
    return Calendar(
        example=False,
        week=[WorkingHours.model_validate({"weekdays": DAYS, "hours": HOURS})],
        holidays=[Holiday(day=dt.date.fromisoformat(day), name="nghỉ") for day in holidays],
        swapped=[
            SwappedDay(
                day=dt.date.fromisoformat(day),
                replaces=dt.date.fromisoformat(other),
                name="làm bù",
            )
            for day, other in swapped
        ],
    )


def hours(number: int) -> WorkingTime:
    """Return so many working hours."""
    return WorkingTime(hours=number)


def days(number: int) -> WorkingTime:
    """Return so many working days."""
    return WorkingTime(days=number)


def some_rules(
    *, acknowledge: WorkingTime | None = None, finish: WorkingTime | None = None
) -> DeadlineRules:
    """Return rules that give every category this time, on the calendar of `a_calendar`."""
    allowance = Allowance(acknowledge=acknowledge, finish=finish)
    deadlines = Deadlines(
        shown_to_residents=False, default=allowance, categories={}, data_requests=TIMES
    )
    return DeadlineRules(deadlines, WorkingClock(a_calendar()), fingerprint=repr(allowance))
