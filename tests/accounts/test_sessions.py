"""Sessions: kept on the server, opened by the cookie alone, ended by time and by every change."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, update

from forms_api.accounts import sessions
from forms_api.accounts.invitations import InvitationKind
from forms_api.accounts.officers import change_officer, disable_officer
from forms_api.accounts.permissions import Role, Scope
from forms_api.accounts.sessions import CONFIRMED_FOR, IDLE, LONGEST
from forms_api.accounts.signin import change_password
from forms_api.accounts.tokens import add_token, list_tokens
from forms_api.errors import NotFoundError, UnauthenticatedError
from forms_api.store.schema import sessions as table
from tests.accounts.office import DAY, MINUTE, Office, Person

MOMENT = dt.timedelta(microseconds=1)
NEW_PASSWORD = "mật khẩu mới của tôi"


def ended(office: Office, cookie: str) -> bool:
    """Tell whether a cookie opens nothing any more."""
    try:
        office.resume(cookie)
    except UnauthenticatedError:
        return True
    return False


def test_a_cookie_opens_its_officer_s_session_and_the_queue(office: Office, lan: Person) -> None:
    session = office.resume(office.cookie(lan))

    assert (session.officer.name, session.expires_at) == (lan.name, session.seen_at + LONGEST)
    assert sessions.queue_keys_of(office.database, session) == (office.queue,)


def test_each_sign_in_begins_a_session_with_a_new_secret_of_256_bits(
    office: Office, lan: Person
) -> None:
    cookies = [office.cookie(lan) for _ in range(3)]

    assert len(set(cookies)) == 3
    assert all(len(cookie) * 6 >= 256 for cookie in cookies)
    assert not any(ended(office, cookie) for cookie in cookies)


def test_the_database_holds_neither_the_cookie_nor_what_it_opens(
    office: Office, lan: Person
) -> None:
    cookie = office.cookie(lan)
    identity = office.resume(cookie).identity

    with office.database.read() as connection:
        row = connection.execute(select(table)).mappings().one()
    assert cookie not in str(dict(row))
    assert identity.reveal().encode() not in row["sealed_identity"]


@pytest.mark.parametrize("change", ["", "x", "cut", "the id"])
def test_what_is_not_the_cookie_opens_nothing(office: Office, lan: Person, change: str) -> None:
    cookie = office.cookie(lan)
    other = {"x": cookie + "x", "cut": cookie[:-1], "the id": office.resume(cookie).id}

    assert ended(office, other.get(change, change))


def test_a_stolen_row_without_its_cookie_opens_nothing(
    office: Office, lan: Person, khac: Person
) -> None:
    """Who reads the database and has an own session cannot make it another officer's."""
    theirs, mine = office.cookie(lan), office.cookie(khac)
    my_id = office.resume(mine).id
    query = select(table).where(table.c.id == office.resume(theirs).id)
    with office.database.read() as connection:
        stolen = connection.execute(query).mappings().one()
    for values in (
        {"officer_id": stolen["officer_id"]},
        {"sealed_identity": stolen["sealed_identity"]},
    ):
        change = update(table).where(table.c.id == my_id).values(values)
        office.write(change)
        assert ended(office, mine)


def test_half_an_hour_without_a_step_ends_a_session(office: Office, lan: Person) -> None:
    used, idle = office.cookie(lan), office.cookie(lan)
    office.clock.shift(IDLE / 2)
    office.resume(used)
    office.clock.shift(IDLE / 2)

    assert dt.timedelta(minutes=30) == IDLE
    assert (ended(office, used), ended(office, idle)) == (False, True)


def test_twelve_hours_end_a_session_however_busy(office: Office, lan: Person) -> None:
    cookie = office.cookie(lan)
    for _ in range(12 * 4 - 1):
        office.clock.shift(15 * MINUTE)
        office.resume(cookie)
    office.clock.shift(15 * MINUTE - MOMENT)
    office.resume(cookie)
    office.clock.shift(MOMENT)

    assert dt.timedelta(hours=12) == LONGEST
    assert ended(office, cookie)


def test_logging_out_ends_this_session_alone(office: Office, lan: Person) -> None:
    here, there = office.cookie(lan), office.cookie(lan)
    session = office.resume(here)
    sessions.end(office.database, session.id, actor="officer", officer=session.officer)

    assert (ended(office, here), ended(office, there)) == (True, False)


def test_disabling_an_officer_ends_every_session_at_once(
    office: Office, lan: Person, khac: Person
) -> None:
    mine, other = [office.cookie(lan), office.cookie(lan)], office.cookie(khac)
    disable_officer(office.database, name=lan.name, actor="admin")

    assert [ended(office, cookie) for cookie in (*mine, other)] == [True, True, False]


def test_disabling_an_officer_leaves_no_session_and_no_live_token_in_the_database(
    office: Office, lan: Person
) -> None:
    office.cookie(lan)
    add_token(
        office.database,
        name="may",
        scopes=[Scope.READ],
        lifetime=DAY,
        actor="admin",
        owner=office.officer(lan),
    )
    disable_officer(office.database, name=lan.name, actor="admin")

    with office.database.read() as connection:
        assert connection.execute(select(table.c.id)).all() == []
    assert [token.revoked_at is None for token in list_tokens(office.database)] == [False]


def test_a_sign_in_that_the_account_s_end_overtakes_opens_nothing(
    office: Office, lan: Person
) -> None:
    came = office.sign_in(lan)
    disable_officer(office.database, name=lan.name, actor="admin")

    late = sessions.begin(office.database, came.officer, came.identity, device="máy bàn")

    assert ended(office, late)


def test_a_new_password_ends_every_session(office: Office, lan: Person, khac: Person) -> None:
    mine, other = [office.cookie(lan), office.cookie(lan)], office.cookie(khac)
    change_password(office.door(), office.officer(lan), present=lan.password, new=NEW_PASSWORD)

    assert [ended(office, cookie) for cookie in (*mine, other)] == [True, True, False]


def test_a_reset_ends_sessions_when_it_begins_and_when_it_is_used(
    office: Office, lan: Person
) -> None:
    before = office.cookie(lan)
    code = office.invite_again(lan, InvitationKind.LOST_PHONE)
    between = office.cookie(lan)
    stopped = (ended(office, before), ended(office, between))
    office.accept(code, lan)

    assert stopped == (True, False)
    assert ended(office, between)


@pytest.mark.parametrize("change", ["role", "areas", "categories"])
def test_another_role_or_part_of_the_work_ends_sessions(
    office: Office, lan: Person, khac: Person, change: str
) -> None:
    mine, other = office.cookie(lan), office.cookie(khac)
    change_officer(
        office.database,
        officer_id=office.officer(lan).id,
        role=Role.MEMBER if change == "role" else Role.POLICE,
        areas=["to-1"] if change == "areas" else None,
        categories=["chay-no"] if change == "categories" else None,
        actor="admin",
    )

    assert (ended(office, mine), ended(office, other)) == (True, False)


def test_live_sessions_are_listed_by_person_and_for_all_last_used_first(
    office: Office, lan: Person, khac: Person
) -> None:
    office.cookie(lan, device="máy bàn")
    office.clock.shift(IDLE)
    office.cookie(lan, device="điện thoại")
    office.clock.shift(MINUTE)
    office.cookie(khac, device="máy tính bảng")

    def devices(officer_id: str | None = None) -> list[str]:
        return [each.device for each in sessions.list_sessions(office.database, officer_id)]

    assert devices() == ["máy tính bảng", "điện thoại"]
    assert devices(office.officer(lan).id) == ["điện thoại"]


def test_all_sessions_of_one_person_can_be_ended_but_for_one(
    office: Office, lan: Person, khac: Person
) -> None:
    here, there, other = office.cookie(lan), office.cookie(lan), office.cookie(khac)
    session = office.resume(here)
    count = sessions.end_all(office.database, session.officer, actor="officer", but=session.id)

    assert count == 1
    assert [ended(office, cookie) for cookie in (here, there, other)] == [False, True, False]
    sessions.end_all(office.database, session.officer, actor="admin")
    assert ended(office, here)


def test_another_officer_s_session_cannot_be_ended_as_one_s_own(
    office: Office, lan: Person, khac: Person
) -> None:
    theirs = office.cookie(lan)
    for id_ in (office.resume(theirs).id, "no such id"):
        with pytest.raises(NotFoundError):
            sessions.end(office.database, id_, actor="x", officer=office.officer(khac))

    assert not ended(office, theirs)


def test_password_and_code_are_fresh_for_ten_minutes_and_again_when_typed_again(
    office: Office, lan: Person
) -> None:
    cookie = office.cookie(lan)

    def is_fresh() -> bool:
        return office.resume(cookie).is_fresh(dt.datetime.now(dt.UTC))

    office.clock.shift(CONFIRMED_FOR - MOMENT)
    seen = [is_fresh()]
    office.clock.shift(MOMENT)
    seen.append(is_fresh())
    sessions.confirm(office.database, office.resume(cookie).id)
    seen.append(is_fresh())

    assert seen == [True, False, True]


def test_a_new_session_sweeps_away_those_that_are_over(office: Office, lan: Person) -> None:
    office.cookie(lan)
    office.clock.shift(LONGEST + MOMENT)
    office.cookie(lan)

    with office.database.read() as connection:
        assert len(connection.execute(select(table.c.id)).all()) == 1
