"""A report is due by its history alone: paused while it waits for its sender, never after its end."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api.content.deadlines import Allowance, WorkingTime
from forms_api.reports.deadlines import ASKED, Stage, Step, due_at, legs
from forms_api.reports.lifecycle import END_STATES, Status
from forms_api.reports.working_time import WorkingClock
from tests.reports.calendars import a_calendar, days, here, hours

OFFICER = "officer:lan"
CLOCK = WorkingClock(a_calendar(holidays=("2026-12-31", "2027-01-01")))
MONDAY = here("2026-11-23 08:00")
DECIDED = Allowance(acknowledge=hours(8), finish=days(3))
NOTHING = Allowance(acknowledge=None, finish=None)

ends = st.sampled_from(sorted(END_STATES))
minutes = st.integers(1, 20 * 24 * 60)
allowances = st.one_of(st.integers(1, 100).map(hours), st.integers(1, 20).map(days))


def story(*acts: tuple[dt.datetime, str] | tuple[dt.datetime, str, Status]) -> list[Step]:
    """Return a history of these acts; a message is the reporter's, all else an officer's."""
    return [
        Step(
            at,
            number,
            action,
            "reporter" if action in {"message", "received"} else OFFICER,
            rest[0] if rest else None,
        )
        for number, (at, action, *rest) in enumerate(acts, start=1)
    ]


def moved(at: dt.datetime, to: Status) -> tuple[dt.datetime, str, Status]:
    """Return an officer's move."""
    return (at, "moved", to)


RECEIVED = (MONDAY, "received")
TAKEN_AT = here("2026-11-23 10:00")
TAKEN = (TAKEN_AT, "acknowledged")


def test_first_it_is_due_to_be_acknowledged() -> None:
    assert due_at(story(RECEIVED), DECIDED, CLOCK) == here("2026-11-23 17:00")


@pytest.mark.parametrize("taken", [TAKEN, moved(TAKEN_AT, Status.RECEIVED)])
def test_then_it_is_due_to_be_finished_counted_from_then(
    taken: tuple[dt.datetime, str] | tuple[dt.datetime, str, Status],
) -> None:
    assert due_at(story(RECEIVED, taken), DECIDED, CLOCK) == here("2026-11-26 17:00")


def test_looking_into_it_begins_no_new_time() -> None:
    looked = moved(here("2026-11-24 09:00"), Status.VERIFYING)

    assert due_at(story(RECEIVED, TAKEN, looked), DECIDED, CLOCK) == here("2026-11-26 17:00")


@given(st.lists(st.sampled_from(["received", "acknowledged", ASKED, "message"]), max_size=8))
def test_where_nothing_was_decided_nothing_is_due(actions: list[str]) -> None:
    acts = [(MONDAY + dt.timedelta(hours=place), action) for place, action in enumerate(actions)]

    assert due_at(story(*acts), NOTHING, CLOCK) is None


@given(ends, minutes)
def test_what_has_ended_is_not_due(end: Status, after: int) -> None:
    ended = moved(TAKEN_AT + dt.timedelta(minutes=after), end)

    assert due_at(story(RECEIVED, TAKEN, ended), DECIDED, CLOCK) is None


@given(ends)
def test_what_is_reopened_has_its_whole_time_again(end: Status) -> None:
    history = story(
        RECEIVED,
        TAKEN,
        moved(here("2026-11-24 09:00"), end),
        moved(here("2026-12-01 09:00"), Status.VERIFYING),
    )

    assert due_at(history, DECIDED, CLOCK) == here("2026-12-04 17:00")


@given(allowances, minutes, minutes)
def test_a_pause_moves_it_by_exactly_the_working_time_of_the_pause(
    allowed: WorkingTime, before: int, pause: int
) -> None:
    asked = TAKEN_AT + dt.timedelta(minutes=before)
    replied = asked + dt.timedelta(minutes=pause)
    allowance = Allowance(acknowledge=None, finish=allowed)
    without = due_at(story(RECEIVED, TAKEN), allowance, CLOCK)
    assert without is not None

    history = story(RECEIVED, TAKEN, (asked, ASKED), (replied, "message"))
    due = due_at(history, allowance, CLOCK)

    assert due is not None
    assert CLOCK.between(without, due) == CLOCK.between(asked, replied)
    assert CLOCK.is_working(due)


def test_several_pauses_add_up_and_a_second_question_begins_none_of_its_own() -> None:
    history = story(
        RECEIVED,
        TAKEN,
        (here("2026-11-23 13:00"), ASKED),
        (here("2026-11-23 14:00"), ASKED),
        (here("2026-11-23 15:00"), "message"),
        (here("2026-11-24 08:00"), ASKED),
        (here("2026-11-24 09:00"), "message"),
    )

    assert due_at(history, DECIDED, CLOCK) == here("2026-11-27 11:00")


def test_an_officer_s_own_message_ends_no_pause() -> None:
    history = story(RECEIVED, TAKEN, (here("2026-11-24 08:00"), ASKED))
    history.append(Step(here("2026-11-24 09:00"), 9, "message", OFFICER))

    assert due_at(history, DECIDED, CLOCK) is None


def test_while_it_waits_for_its_sender_nothing_is_due() -> None:
    history = story(RECEIVED, TAKEN, (here("2026-11-24 08:00"), ASKED))

    assert due_at(history, DECIDED, CLOCK) is None


def test_a_question_hides_no_report_that_was_late_already() -> None:
    history = story(RECEIVED, TAKEN, (here("2026-11-30 08:00"), ASKED))

    assert due_at(history, DECIDED, CLOCK) == here("2026-11-26 17:00")


def test_a_pause_goes_on_when_the_waiting_report_is_acknowledged() -> None:
    history = story(
        RECEIVED,
        (here("2026-11-23 09:00"), ASKED),
        TAKEN,
        (here("2026-11-23 11:00"), "message"),
    )

    assert due_at(history[:-1], DECIDED, CLOCK) is None
    assert due_at(history, DECIDED, CLOCK) == here("2026-11-27 09:00")


@given(st.randoms(use_true_random=False))
def test_the_order_in_which_the_events_come_does_not_matter(shuffler: object) -> None:
    history = story(
        RECEIVED,
        TAKEN,
        (here("2026-11-24 08:00"), ASKED),
        (here("2026-11-25 08:00"), "message"),
        moved(here("2026-11-25 09:00"), Status.RESOLVED),
        moved(here("2026-11-26 09:00"), Status.VERIFYING),
    )
    mixed = list(history)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined] # a random.Random that hypothesis steers

    assert legs(mixed, DECIDED, CLOCK) == legs(history, DECIDED, CLOCK)


@given(allowances, minutes)
def test_a_report_that_came_later_is_never_due_earlier(allowed: WorkingTime, later: int) -> None:
    allowance = Allowance(acknowledge=allowed, finish=None)
    first = due_at(story(RECEIVED), allowance, CLOCK)
    second = due_at(story((MONDAY + dt.timedelta(minutes=later), "received")), allowance, CLOCK)

    assert first is not None
    assert second is not None
    assert first <= second


def test_each_stage_tells_when_it_began_was_due_and_ended() -> None:
    ended = here("2026-11-25 09:00")
    first, second = legs(story(RECEIVED, TAKEN, moved(ended, Status.RESOLVED)), DECIDED, CLOCK)

    assert (first.stage, first.began, first.ended) == (Stage.ACKNOWLEDGE, MONDAY, TAKEN_AT)
    assert (second.stage, second.began, second.ended) == (Stage.FINISH, TAKEN_AT, ended)
    assert (first.due, second.due) == (here("2026-11-23 17:00"), here("2026-11-26 17:00"))


def test_acts_that_have_nothing_to_do_with_time_change_nothing() -> None:
    history = story(RECEIVED, (here("2026-11-23 09:00"), "claimed"), (TAKEN_AT, "released"))

    assert due_at(history, DECIDED, CLOCK) == here("2026-11-23 17:00")


def test_a_history_without_its_beginning_is_not_due() -> None:
    assert due_at([], DECIDED, CLOCK) is None
    assert due_at(story((MONDAY, "message"), (MONDAY, ASKED)), DECIDED, CLOCK) is None
