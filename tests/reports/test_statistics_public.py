"""What everybody may read hides small numbers, comes a week late, and tells nothing by differences."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api.moments import VIETNAM
from forms_api.reports.lifecycle import Status
from forms_api.reports.public_counters import STEP, last_day_told, public_counters, shown
from forms_api.store.database import Database
from tests.reports.histories import NOON, History, many, write_histories

NOW = dt.datetime(2026, 12, 9, 5, tzinfo=dt.UTC)  # a Wednesday; told up to Sunday 29 November
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def test_whole_weeks_are_told_that_were_over_seven_days_ago() -> None:
    assert last_day_told(NOW) == dt.date(2026, 11, 29)
    assert last_day_told(dt.datetime(2026, 12, 7, tzinfo=VIETNAM)) == dt.date(2026, 11, 29)
    assert last_day_told(dt.datetime(2026, 12, 6, 23, 59, tzinfo=VIETNAM)) == dt.date(2026, 11, 22)


def test_a_report_of_this_week_changes_nothing(database: Database) -> None:
    write_histories(database, many(History(), every=HOUR, count=7))
    before = public_counters(database, NOW)

    write_histories(database, many(History(received_at=NOW - 3 * DAY), every=HOUR, count=50))

    assert public_counters(database, NOW) == before
    assert before.all_time.received == 5


def test_under_five_is_hidden_and_so_is_a_median_of_so_few(database: Database) -> None:
    write_histories(database, many(History().finished(days=2), every=HOUR, count=4))
    few = public_counters(database, NOW).all_time
    write_histories(database, [History().finished(days=2)])
    enough = public_counters(database, NOW).all_time

    assert (few.received, few.handled, few.median_days) == (None, None, None)
    assert (enough.received, enough.handled, enough.median_days) == (5, 5, 2)


def test_thirty_days_are_told_apart_from_all_time(database: Database) -> None:
    write_histories(database, many(History().finished(days=1), every=HOUR, count=6))
    old = History(received_at=NOON - 60 * DAY)
    write_histories(database, many(old.finished(days=9), every=HOUR, count=10))

    counters = public_counters(database, NOW)

    assert (counters.all_time.received, counters.recent.received) == (15, 5)
    assert (counters.all_time.handled, counters.recent.handled) == (15, 5)
    assert (counters.all_time.median_days, counters.recent.median_days) == (9, 1)


def test_what_is_finished_later_is_not_handled_yet(database: Database) -> None:
    write_histories(database, many(History().finished(days=14), every=HOUR, count=6))

    counters = public_counters(database, NOW)

    assert (counters.all_time.received, counters.all_time.handled) == (5, None)


def test_trash_trials_and_spam_are_not_told(database: Database) -> None:
    apart = [
        replace(History(), trial="sample"),
        replace(History(), quarantined="x"),
        replace(History(status=Status.RECEIVED), trashed_at=NOON),
    ]
    write_histories(database, [history for history in apart for _ in range(9)])

    assert public_counters(database, NOW).all_time.received is None


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_no_difference_of_two_counts_tells_a_small_number(one: int, more: int) -> None:
    """Whatever is told of `one` and of `one + more`, several values of `more` would be told so too."""
    told = (shown(one), shown(one + more))

    others = [
        (a, b)
        for a in range(max(0, one - STEP), one + STEP)
        for b in range(max(0, one + more - STEP), one + more + STEP)
        if (shown(a), shown(b)) == told and a <= b
    ]
    assert len({b - a for a, b in others}) >= STEP


@pytest.mark.parametrize(("count", "told"), [(0, None), (4, None), (5, 5), (9, 5), (10, 10)])
def test_counts_are_rounded_down(count: int, told: int | None) -> None:
    assert shown(count) == told
