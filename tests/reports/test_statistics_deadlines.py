"""On time and late are judged by the ward's own rules, at the first end of each report."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from forms_api.accounts.permissions import operator_actor
from forms_api.reports.deadlines import DeadlineRules
from forms_api.reports.finish_dues import finish_dues
from forms_api.reports.lifecycle import Status
from forms_api.reports.period import year_of
from forms_api.reports.statistics import count_period
from forms_api.store.database import Database
from tests.reports.calendars import days, here, some_rules
from tests.reports.histories import History, write_histories

MONDAY = here("2026-11-23 08:00")
THREE_DAYS = some_rules(acknowledge=None, finish=days(3))
TAKEN = replace(History(received_at=MONDAY).then("acknowledged", days=0), status=Status.RECEIVED)


def judged(
    database: Database, *histories: History, rules: DeadlineRules = THREE_DAYS
) -> tuple[int, int, int]:
    """Return how many were finished on time, late, and without a deadline."""
    write_histories(database, histories)
    numbers = count_period(
        database,
        operator_actor("test"),
        year_of(dt.date(2026, 1, 1)),
        dues_of=finish_dues(database, rules),
    )
    return numbers.on_time, numbers.late, numbers.no_deadline


def test_working_days_tell_on_time_from_late(database: Database) -> None:
    assert judged(database, TAKEN.finished(days=1), TAKEN.finished(days=9)) == (1, 1, 0)


def test_a_report_that_was_reopened_is_judged_by_its_first_end(database: Database) -> None:
    reopened = TAKEN.finished(days=1).moved(Status.VERIFYING, days=2)

    assert judged(database, reopened.moved(Status.RESOLVED, days=20)) == (1, 0, 0)


def test_a_question_that_waits_for_its_answer_stops_the_clock(database: Database) -> None:
    asked = TAKEN.then("question asked", days=1).then("message", days=15, actor="reporter")

    assert judged(database, asked.finished(days=16)) == (1, 0, 0)


def test_without_a_decision_there_is_no_deadline(database: Database) -> None:
    nothing = some_rules(acknowledge=None, finish=None)

    assert judged(database, TAKEN.finished(days=4), rules=nothing) == (0, 0, 1)
