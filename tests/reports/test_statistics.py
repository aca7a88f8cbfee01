"""Numbers of a period: what is counted, what is kept apart, and whom it is shown to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_api.accounts.permissions import Actor, Permission, Role, officer_actor, operator_actor
from forms_api.errors import ForbiddenError
from forms_api.reports.counted import CountedReport
from forms_api.reports.lifecycle import Status
from forms_api.reports.period import Period, month_of, parse_period, week_of
from forms_api.reports.statistics import (
    Dues,
    Numbers,
    count,
    count_period,
    count_periods,
    reports_of_period,
    spread,
)
from forms_api.store import reports as rows
from forms_api.store.database import Database
from forms_api.store.links import add_visits
from tests.reports.histories import NOON, History, write_histories

WEEK = week_of(NOON.date())
EVERYBODY = operator_actor("test")
A_DAY = dt.timedelta(days=1)


def counted(database: Database, *histories: History, period: Period = WEEK) -> Numbers:
    """Keep these reports and return the numbers of all of them."""
    write_histories(database, histories)
    return count_period(database, EVERYBODY, period)


def test_an_empty_period_has_noughts_and_no_days(database: Database) -> None:
    numbers = counted(database)

    assert (numbers.received, numbers.finished, numbers.reopened) == (0, 0, 0)
    assert (numbers.median_days, numbers.ninety_percent_days) == (None, None)
    assert set(numbers.states.values()) == {0}


def test_received_ones_are_split_by_what_the_desk_sorts_by(database: Database) -> None:
    numbers = counted(
        database,
        History(category="co-bac", area="tdp-1", link="loa-phuong", urgent=True),
        History(category="co-bac", area=None, channel="dien-thoai", anonymous=False),
        History(category=None, area="tdp-1"),
    )

    assert (numbers.received, numbers.anonymous, numbers.named, numbers.urgent) == (3, 2, 1, 1)
    assert numbers.by_category == {"co-bac": 2, "": 1}
    assert numbers.by_area == {"tdp-1": 2, "": 1}
    assert numbers.by_channel == {"web": 2, "dien-thoai": 1}
    assert numbers.by_link == {"loa-phuong": 1, "": 2}


def test_visits_of_links_are_counted_on_the_days_of_the_period_both_ends_among_them(
    database: Database,
) -> None:
    a_day = dt.timedelta(days=1)
    visits = {
        (WEEK.first - a_day, "bao-tin"): 1,
        (WEEK.first, "bao-tin"): 2,
        (WEEK.last, "bao-tin"): 4,
        (WEEK.last, "loa"): 8,
        (WEEK.last + a_day, "bao-tin"): 16,
    }
    database.write(lambda connection: add_visits(connection, visits))
    before, week = count_periods(database, EVERYBODY, [WEEK.previous, WEEK])

    assert before.visits_by_link == {"bao-tin": 1}
    assert week.visits_by_link == {"bao-tin": 6, "loa": 8}


def test_a_day_belongs_to_the_period_by_vietnams_clock(database: Database) -> None:
    first_moment = WEEK.starts_at

    numbers = counted(
        database,
        History(received_at=first_moment),
        History(received_at=first_moment - dt.timedelta(microseconds=1)),
        History(received_at=WEEK.ends_at),
    )

    assert numbers.received == 1


def test_received_ones_are_shown_where_they_stand_now(database: Database) -> None:
    numbers = counted(
        database, History(), History().finished(days=300), History(status=Status.VERIFYING)
    )

    assert numbers.states["moi"] == 1
    assert numbers.states["da_giai_quyet"] == 1
    assert numbers.states["xac_minh"] == 1
    assert sum(numbers.states.values()) == numbers.received


def test_a_report_is_finished_in_the_period_of_its_first_end_whenever_it_came(
    database: Database,
) -> None:
    long_ago = History(received_at=NOON - 90 * A_DAY)
    again = History(received_at=NOON - 30 * A_DAY).finished(days=1).moved(Status.VERIFYING, days=29)

    numbers = counted(
        database,
        long_ago.finished(days=90, as_=Status.HANDED_OVER),
        again.moved(Status.RESOLVED, days=30),
    )

    assert numbers.received == 0
    assert numbers.finished == 1
    assert numbers.finished_as["chuyen_co_quan"] == 1
    assert sum(numbers.finished_as.values()) == 1


def test_a_report_that_left_its_end_state_is_counted_as_reopened(database: Database) -> None:
    numbers = counted(database, History().finished(days=0.1).moved(Status.VERIFYING, days=0.2))

    assert (numbers.finished, numbers.reopened) == (1, 1)
    assert numbers.states["xac_minh"] == 1


def test_days_run_from_coming_to_the_first_end(database: Database) -> None:
    came = History(received_at=NOON - 10 * A_DAY)

    numbers = counted(database, *(came.finished(days=days) for days in (9, 9.5, 10, 11)))

    assert numbers.finished == 4
    assert numbers.median_days == 9.8
    assert numbers.ninety_percent_days == 10.7


def test_the_moment_of_the_end_is_compared_with_the_deadline(database: Database) -> None:
    ids = write_histories(database, [History().finished(days=1) for _ in range(3)])
    end = NOON + A_DAY

    def dues_of(finished: Sequence[CountedReport]) -> Dues:
        assert {report.id for report in finished} == set(ids)
        return {ids[0]: end, ids[1]: end - dt.timedelta(seconds=1)}

    numbers = count_period(database, EVERYBODY, WEEK, dues_of=dues_of)

    assert (numbers.on_time, numbers.late, numbers.no_deadline) == (1, 1, 1)


def test_without_a_decision_no_report_is_late(database: Database) -> None:
    numbers = counted(database, History().finished(days=1))

    assert (numbers.on_time, numbers.late, numbers.no_deadline) == (0, 0, 1)


def test_words_are_counted_both_ways_in_the_period_in_which_they_were_written(
    database: Database,
) -> None:
    old = History(received_at=NOON - 30 * A_DAY)

    numbers = counted(
        database,
        old.then("message", days=30, actor="reporter").then("message", days=1, actor="reporter"),
        History().then("message", days=1).then("question asked", days=2),
    )

    assert (numbers.messages_from_reporters, numbers.messages_from_officers) == (1, 2)


def test_what_reporters_say_is_counted_of_finished_ones(database: Database) -> None:
    numbers = counted(
        database,
        replace(History(), satisfaction="co").finished(days=1),
        replace(History(), satisfaction="khong").finished(days=1),
        History().finished(days=1),
    )

    assert numbers.satisfaction == {"co": 1, "mot-phan": 0, "khong": 1}


def test_trash_trials_and_spam_are_in_no_number_but_their_own(database: Database) -> None:
    happened = History().then("message", days=1, actor="reporter").finished(days=1)

    numbers = counted(
        database,
        replace(happened, trashed_at=NOON),
        replace(happened, trial="sample"),
        replace(happened, quarantined="too fast"),
        replace(happened, trial="talk", trashed_at=NOON),
    )

    assert numbers.kept_apart == {"trashed": 2, "trial": 1, "quarantined": 1}
    assert (numbers.received, numbers.finished, numbers.messages_from_reporters) == (0, 0, 0)


def test_purged_content_changes_no_number(database: Database) -> None:
    history = History().then("message", days=1, actor="reporter").finished(days=1)
    ids = write_histories(database, [history])
    before = count_period(database, EVERYBODY, WEEK)

    database.write(lambda connection: rows.erase_content(connection, ids, at=NOON))

    assert count_period(database, EVERYBODY, WEEK) == before
    assert (before.finished, before.messages_from_reporters) == (1, 1)


AREAS = ("tdp-1", "tdp-2", None)
CATEGORIES = ("co-bac", "khac", None)


@pytest.mark.parametrize(
    ("areas", "categories", "expected"),
    [
        (None, None, 9),
        (["tdp-1"], None, 6),  # the own tổ dân phố, and reports that name none
        (["tdp-1"], ["khac"], 4),
        ([], [], 1),
    ],
)
def test_a_member_is_counted_what_a_member_may_see(
    database: Database, areas: list[str] | None, categories: list[str] | None, expected: int
) -> None:
    write_histories(database, [History(area=a, category=c) for a in AREAS for c in CATEGORIES])
    member = officer_actor("lan", Role.MEMBER, areas=areas, categories=categories)

    assert count_period(database, member, WEEK).received == expected
    assert len(reports_of_period(database, member, WEEK)) == expected


def test_a_report_in_a_members_hands_is_counted_wherever_it_happened(database: Database) -> None:
    write_histories(
        database, [History(area="tdp-2", claimed_by="officer:lan"), History(area="tdp-2")]
    )
    member = officer_actor("lan", Role.MEMBER, areas=["tdp-1"])

    assert count_period(database, member, WEEK).received == 1


def test_who_may_not_see_numbers_is_refused(database: Database) -> None:
    stranger = Actor("officer:x", frozenset(Permission) - {Permission.STATISTICS})

    with pytest.raises(ForbiddenError):
        count_period(database, stranger, WEEK)
    with pytest.raises(ForbiddenError):
        reports_of_period(database, stranger, WEEK)


def test_several_periods_read_at_once_are_each_as_if_read_alone(database: Database) -> None:
    history = History().finished(days=20)
    write_histories(
        database, [replace(history, received_at=NOON - n * 5 * A_DAY) for n in range(9)]
    )
    periods = [WEEK, WEEK.previous, month_of(NOON.date())]

    together = count_periods(database, EVERYBODY, periods)

    assert together == [count_period(database, EVERYBODY, period) for period in periods]


DAYS = st.floats(0, 400)
REPORTS = st.builds(
    CountedReport,
    id=st.uuids().map(str),
    reference=st.just("XG"),
    form_id=st.just("form"),
    channel=st.sampled_from(["web", "giay"]),
    category=st.sampled_from(["", "khac"]),
    area=st.sampled_from(["", "tdp-1"]),
    link=st.just(""),
    anonymous=st.booleans(),
    urgent=st.booleans(),
    status=st.sampled_from(Status),
    received_at=DAYS.map(lambda days: NOON - days * A_DAY),
    due_at=st.none(),
    satisfaction=st.sampled_from([None, "co", "khong"]),
    kept_apart=st.sampled_from([None, None, None, "trial"]),
    finished_at=st.one_of(st.none(), DAYS.map(lambda days: NOON - days * A_DAY)),
    finished_as=st.just(Status.RESOLVED),
)
VISITS = st.tuples(
    st.dates(dt.date(2025, 12, 1), dt.date(2027, 1, 31)),
    st.sampled_from(["a", "b"]),
    st.integers(1, 10**9),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(REPORTS, max_size=30), st.lists(VISITS, max_size=30))
def test_twelve_months_add_up_to_their_year_and_every_split_to_its_whole(
    found: list[CountedReport], visits: list[tuple[dt.date, str, int]]
) -> None:
    months = [count(found, month, dues={}, visits=visits) for month in all_months()]
    year = count(found, parsed("2026"), dues={}, visits=visits)

    for name in ("received", "finished", "anonymous", "urgent", "no_deadline"):
        assert sum(getattr(month, name) for month in months) == getattr(year, name)
    for split in (year.by_channel, year.by_category, year.by_area, year.by_link, year.states):
        assert sum(split.values()) == year.received
    for link in ("a", "b"):
        opened = [month.visits_by_link.get(link, 0) for month in months]
        assert sum(opened) == year.visits_by_link.get(link, 0)
    assert sum(year.finished_as.values()) == year.finished
    assert year.on_time + year.late + year.no_deadline == year.finished


def all_months() -> list[Period]:
    """Return the months of 2026."""
    return [parsed(f"2026-{number:02}") for number in range(1, 13)]


def parsed(code: str) -> Period:
    """Return the period of a code."""
    period = parse_period(code)
    assert period is not None
    return period


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], (None, None)),
        ([None], (None, None)),
        ([2.04], (2.0, 2.0)),
        ([1, 3], (2.0, 2.8)),
        (range(11), (5.0, 9.0)),
    ],
)
def test_the_spread_of_days(
    days: Sequence[float | None], expected: tuple[float | None, float | None]
) -> None:
    assert spread(days) == expected
