"""Guessing is slowed down for one account from one network; everybody else goes on."""

from __future__ import annotations

import dataclasses
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from sqlalchemy import func, select

from forms_api.accounts import signin
from forms_api.accounts.attempts import (
    ALARM_TOPIC,
    ALARM_TRIES,
    FREE_TRIES,
    LONGEST_WAIT_SECONDS,
)
from forms_api.accounts.signin import change_password
from forms_api.errors import SlowDownError, UnauthenticatedError
from forms_api.store.schema import outbox, signin_failures
from tests.accounts.office import DAY, MINUTE, Office, Person

NETWORK, ELSEWHERE = "10.0.0.1", "10.9.9.9"


def guess(office: Office, name: str, *, network: str = NETWORK) -> int:
    """Try a wrong password and return for how many seconds the next one must wait, 0 for none."""
    try:
        wrong = Person(name, "sai mật khẩu rồi", "")
        office.sign_in(wrong, code="000000", network=network)
    except SlowDownError as error:
        return error.seconds
    except UnauthenticatedError:
        return 0
    raise AssertionError("a wrong password came in")


def alarms(office: Office) -> int:
    """Return how many notices tell of an attack."""
    query = select(func.count()).where(outbox.c.topic == ALARM_TOPIC)
    with office.database.read() as connection:
        return int(connection.execute(query).scalar_one())


def test_after_some_free_tries_each_failure_makes_the_next_wait_longer(
    office: Office, lan: Person
) -> None:
    waits = []
    for _ in range(FREE_TRIES + 8):
        wait = guess(office, lan.name)
        waits.append(wait)
        office.clock.shift(wait)
        if wait:
            assert guess(office, lan.name) == 0

    assert waits[:FREE_TRIES] == [0] * FREE_TRIES
    assert waits[FREE_TRIES:] == [2, 4, 8, 16, 32, *[LONGEST_WAIT_SECONDS] * 3]


def test_who_must_wait_is_not_let_in_even_with_the_right_password(
    office: Office, lan: Person
) -> None:
    for _ in range(FREE_TRIES):
        guess(office, lan.name)

    with pytest.raises(SlowDownError):
        office.sign_in(lan, code=lan.typed())
    office.clock.shift(2)
    office.sign_in(lan)


def test_coming_in_clears_what_went_wrong_before(office: Office, lan: Person) -> None:
    for _ in range(FREE_TRIES - 1):
        guess(office, lan.name)
    office.sign_in(lan)

    assert [guess(office, lan.name) for _ in range(FREE_TRIES)] == [0] * FREE_TRIES


def test_an_attack_slows_down_neither_another_network_nor_another_account(
    office: Office, lan: Person, khac: Person
) -> None:
    under_way, over = Event(), Event()

    def attack() -> list[int]:
        waits: list[int] = []
        while not over.is_set() and len(waits) < 200:
            waits.append(guess(office, lan.name, network=ELSEWHERE))
            if waits[-1]:
                under_way.set()
        return waits

    with ThreadPoolExecutor(1) as pool:
        attacker = pool.submit(attack)
        try:
            assert under_way.wait(timeout=60)
            office.sign_in(lan, network=NETWORK)
            office.sign_in(khac, network=ELSEWHERE)
        finally:
            over.set()

    assert max(attacker.result()) > 0


def test_unknown_names_are_slowed_down_as_known_ones_are(office: Office, lan: Person) -> None:
    waits = [[guess(office, name) for _ in range(FREE_TRIES + 1)] for name in (lan.name, "ai đó")]

    assert waits[0] == waits[1]
    assert waits[0][-1] > 0


def test_the_same_name_written_otherwise_gives_no_fresh_tries(office: Office, lan: Person) -> None:
    written = (lan.name, lan.name.upper(), f" {lan.name} ", lan.name.lower(), lan.name)
    for name in written:
        assert guess(office, name) == 0

    assert guess(office, lan.name) > 0


def test_tries_at_the_same_moment_count_each_other(
    office: Office, lan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[object] = []
    real = signin._own_identity

    def counting(row: object, password: str) -> object:
        looked_at.append(row)
        return real(row, password)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(signin, "_own_identity", counting)
    together = Barrier(12)

    def come(_: int) -> int:
        together.wait(timeout=30)
        return guess(office, lan.name)

    with ThreadPoolExecutor(12) as pool:
        waits = list(pool.map(come, range(12)))

    assert len(looked_at) == waits.count(0) == FREE_TRIES


def test_colleagues_hear_of_many_failures_once_a_day(office: Office, lan: Person) -> None:
    for number in range(ALARM_TRIES - 1):
        guess(office, lan.name, network=f"10.1.0.{number}")
    before = alarms(office)
    for number in range(20):
        guess(office, lan.name, network=f"10.2.0.{number}")

    assert (before, alarms(office)) == (0, 1)
    office.clock.shift(DAY + MINUTE)
    for number in range(ALARM_TRIES):
        guess(office, lan.name, network=f"10.3.0.{number}")
    assert alarms(office) == 2


def test_names_and_networks_are_kept_only_hashed_and_a_day(office: Office, lan: Person) -> None:
    guess(office, lan.name, network=ELSEWHERE)
    query = select(signin_failures.c.account, signin_failures.c.network)
    with office.database.read() as connection:
        kept = str(connection.execute(query).all())
    office.clock.shift(DAY + MINUTE)
    guess(office, "ai đó")

    assert lan.name not in kept
    assert ELSEWHERE not in kept
    with office.database.read() as connection:
        assert len(connection.execute(query).all()) == 1


def test_guessing_the_present_password_of_an_open_session_is_slowed_down(
    office: Office, lan: Person
) -> None:
    officer = office.officer(lan)
    for _ in range(FREE_TRIES):
        with pytest.raises(UnauthenticatedError):
            change_password(office.door(), officer, present="sai", new="mật khẩu của kẻ khác")

    with pytest.raises(SlowDownError):
        change_password(office.door(), officer, present=lan.password, new="mật khẩu của kẻ khác")
    office.clock.shift(dt.timedelta(seconds=LONGEST_WAIT_SECONDS))
    office.sign_in(dataclasses.replace(lan))
