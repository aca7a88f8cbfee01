"""Notices keep the ward's times and come in no storm; what is urgent waits for no fixed time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from forms_api.errors import SettingsError, StorageError
from forms_api.notify.messages import TOPICS, URGENT
from forms_api.notify.schedule import Schedule, schedule_of
from forms_api.notify.worker import Round, run_round
from forms_api.settings import read_settings
from forms_api.store import outbox
from forms_api.store.database import Database
from tests.notify.channels import FakeChannel
from tests.reports.calendars import here

TWICE_A_DAY = Schedule((dt.time(7, 30), dt.time(13, 30)))
QUARTER = Schedule(pause=dt.timedelta(minutes=15))


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A Tuesday at nine that stands still until a test moves it."""
    with time_machine.travel(here("2026-11-24 09:00"), tick=False) as traveller:
        yield traveller


def post(database: Database, topic: str = "report.waiting") -> None:
    """Let something happen that officers should hear of."""
    now = dt.datetime.now(dt.UTC)
    database.write(lambda connection: outbox.post(connection, topic, report_id=None, at=now))


def test_what_happens_between_fixed_times_is_told_at_the_next_one(
    clock: time_machine.Traveller, database: Database
) -> None:
    channel = FakeChannel()
    post(database)
    assert run_round(database, channel, schedule=TWICE_A_DAY) == Round()
    clock.move_to(here("2026-11-24 13:29"))
    post(database)
    assert run_round(database, channel, schedule=TWICE_A_DAY) == Round()
    clock.move_to(here("2026-11-24 13:30"))

    assert run_round(database, channel, schedule=TWICE_A_DAY) == Round(sent=2)


def test_overnight_it_waits_for_the_morning(
    clock: time_machine.Traveller, database: Database
) -> None:
    clock.move_to(here("2026-11-24 22:00"))
    post(database)
    for still_night in ("2026-11-24 23:59", "2026-11-25 00:01", "2026-11-25 07:29"):
        clock.move_to(here(still_night))
        assert run_round(database, FakeChannel(), schedule=TWICE_A_DAY) == Round()
    clock.move_to(here("2026-11-25 07:31"))

    assert run_round(database, FakeChannel(), schedule=TWICE_A_DAY) == Round(sent=1)


def test_a_worker_that_slept_through_a_fixed_time_sends_when_it_is_back(
    clock: time_machine.Traveller, database: Database
) -> None:
    post(database)
    clock.move_to(here("2026-11-26 10:00"))

    assert run_round(database, FakeChannel(), schedule=TWICE_A_DAY) == Round(sent=1)


def test_what_is_urgent_goes_at_once_and_alone(
    clock: time_machine.Traveller, database: Database
) -> None:
    channel = FakeChannel()
    post(database)
    post(database, URGENT)

    assert run_round(database, channel, schedule=TWICE_A_DAY) == Round(sent=1)
    assert TOPICS[URGENT] in channel.taken[0][1]
    assert TOPICS["report.waiting"] not in channel.taken[0][1]


@pytest.mark.parametrize("topic", ["report.waiting", URGENT])
def test_a_hundred_reports_in_a_quarter_of_an_hour_are_two_notices(
    clock: time_machine.Traveller, database: Database, topic: str
) -> None:
    channel = FakeChannel()
    sent = []
    for _ in range(100):
        post(database, topic)
        sent.append(run_round(database, channel, schedule=QUARTER).sent)
        clock.shift(dt.timedelta(seconds=5))
    clock.move_to(here("2026-11-24 09:15"))
    sent.append(run_round(database, channel, schedule=QUARTER).sent)

    assert [number for number in sent if number] == [1, 99]
    assert [body.splitlines()[0] for _, body in channel.taken] == [
        f"- 1 {TOPICS[topic]}",
        f"- 99 {TOPICS[topic]}",
    ]


def test_a_channel_that_takes_only_half_gets_no_storm_either(
    clock: time_machine.Traveller, database: Database
) -> None:
    half = FakeChannel(works=False)
    for _ in range(30):
        post(database)
        run_round(database, half, schedule=QUARTER)
        clock.shift(dt.timedelta(seconds=20))

    assert len(half.taken) == 1


def test_a_clock_that_was_put_back_silences_nobody(
    clock: time_machine.Traveller, database: Database
) -> None:
    post(database)
    run_round(database, FakeChannel(), schedule=QUARTER)
    clock.move_to(here("2026-11-20 09:00"))
    post(database)

    assert run_round(database, FakeChannel(), schedule=QUARTER) == Round(sent=1)


def test_without_settings_notices_go_soon_and_at_most_every_quarter_of_an_hour() -> None:
    assert schedule_of(read_settings({})) == QUARTER


def test_the_settings_name_times_and_the_pause() -> None:
    settings = read_settings(
        {"FORMS_NOTIFY_TIMES": "13:30 7:30", "FORMS_NOTIFY_PAUSE_MINUTES": "0"}
    )

    assert schedule_of(settings) == TWICE_A_DAY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORMS_NOTIFY_TIMES", "25:00"),
        ("FORMS_NOTIFY_TIMES", "7.30"),
        ("FORMS_NOTIFY_TIMES", "07:30, 13:30"),
        ("FORMS_NOTIFY_PAUSE_MINUTES", "-1"),
        ("FORMS_NOTIFY_PAUSE_MINUTES", "soon"),
    ],
)
def test_settings_that_mean_no_time_are_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value})


def test_a_machine_that_goes_down_while_it_sends_again_and_again_sends_no_storm(
    clock: time_machine.Traveller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = FakeChannel()
    post(database)

    def crash(*_: object, **__: object) -> None:
        raise StorageError("the machine went down here")

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "mark_sent", crash)
        with pytest.raises(StorageError):
            run_round(database, channel, schedule=QUARTER)
    assert run_round(database, channel, schedule=QUARTER) == Round()
    clock.move_to(here("2026-11-24 09:15"))

    assert run_round(database, channel, schedule=QUARTER) == Round(sent=1)
