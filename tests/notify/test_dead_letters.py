"""Notices that were given up are seen, tried again or dropped, by whom is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, select, update

from forms_api.accounts.permissions import Actor, Role, officer_actor, operator_actor
from forms_api.errors import ForbiddenError, NotFoundError
from forms_api.notify.worker import Round, run_round
from forms_api.reports import notices
from forms_api.store import outbox
from forms_api.store.database import Database
from forms_api.store.heartbeat import worker_is_silent
from forms_api.store.schema import events
from forms_api.store.schema import outbox as outbox_rows
from tests.notify.channels import FakeChannel

Act = Callable[[Database, Actor, list[int]], list[int]]
OPERATOR = operator_actor("van-hanh")
NOW = dt.datetime(2026, 11, 24, 2, tzinfo=dt.UTC)


@pytest.fixture
def numbers(database: Database) -> list[int]:
    """Two dead letters and one notice that waits."""

    def give_up(connection: Connection) -> list[int]:
        found = list(connection.execute(select(outbox_rows.c.sequence)).scalars())
        dead = update(outbox_rows).where(outbox_rows.c.sequence.in_(sorted(found)[:2]))
        connection.execute(dead.values(attempts=outbox.MAX_ATTEMPTS, failure="not delivered"))
        return sorted(found)

    for _ in range(3):
        database.write(lambda c: outbox.post(c, "report.waiting", report_id=None, at=NOW))
    return database.write(give_up)


def unsent(database: Database) -> list[tuple[int, bool]]:
    """Return the number of each unsent notice and whether it is dead."""
    return [(found.number, found.dead) for found in notices.list_unsent(database, OPERATOR)]


def audited(database: Database) -> list[tuple[str, str, str]]:
    """Return who did what with which facts."""
    with database.read() as connection:
        query = select(events.c.actor, events.c.action, events.c.details)
        return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def test_waiting_notices_and_dead_letters_are_told_apart(
    database: Database, numbers: list[int]
) -> None:
    assert unsent(database) == [(numbers[0], True), (numbers[1], True), (numbers[2], False)]
    assert notices.count_dead_letters(database) == 2


def test_one_that_is_tried_again_goes_out_and_who_did_it_is_known(
    database: Database, numbers: list[int]
) -> None:
    assert notices.retry(database, OPERATOR, [numbers[0]]) == [numbers[0]]

    assert run_round(database, FakeChannel()) == Round(sent=2)
    assert unsent(database) == [(numbers[1], True)]
    assert audited(database) == [
        (
            "cli:van-hanh",
            "notice retried",
            f'{{"number": {numbers[0]}, "topic": "report.waiting"}}',
        )
    ]


def test_all_dead_letters_can_be_dropped_at_once_and_what_waits_stays(
    database: Database, numbers: list[int]
) -> None:
    assert notices.drop(database, OPERATOR) == numbers[:2]

    assert unsent(database) == [(numbers[2], False)]
    assert [action for _, action, _ in audited(database)] == ["notice dropped"] * 2


@pytest.mark.parametrize("act", [notices.retry, notices.drop])
def test_a_notice_that_is_no_dead_letter_is_refused_and_nothing_is_done(
    database: Database, numbers: list[int], act: Act
) -> None:
    with pytest.raises(NotFoundError, match=str(numbers[2])):
        act(database, OPERATOR, [numbers[0], numbers[2]])

    assert notices.count_dead_letters(database) == 2
    assert audited(database) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_who_does_not_run_the_machine_touches_no_notice(
    database: Database, numbers: list[int], role: Role
) -> None:
    stranger: Actor = officer_actor("lan", role)

    for act in (notices.list_unsent, notices.retry, notices.drop):
        with pytest.raises(ForbiddenError):
            act(database, stranger)
    assert notices.count_dead_letters(database) == 2


def test_the_worker_is_silent_until_its_first_round_and_ten_minutes_after_its_last(
    database: Database,
) -> None:
    now = dt.datetime.now(dt.UTC)
    assert worker_is_silent(database, now)

    run_round(database, None)

    assert not worker_is_silent(database, now + dt.timedelta(minutes=9))
    assert worker_is_silent(database, now + dt.timedelta(minutes=11))


def test_a_second_round_leaves_one_sign_of_life(database: Database) -> None:
    run_round(database, None)
    run_round(database, None)

    assert not worker_is_silent(database, dt.datetime.now(dt.UTC))
