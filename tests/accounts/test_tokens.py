"""Tokens of programs: shown once, kept hashed, scoped, expiring, never more than their owner."""

from __future__ import annotations

import datetime as dt
from ipaddress import ip_network

import pytest
import time_machine
from sqlalchemy import select

from forms_api.accounts.invitations import InvitationKind
from forms_api.accounts.officers import change_officer, disable_officer
from forms_api.accounts.permissions import ROLE_PERMISSIONS, Permission, Role, Scope
from forms_api.accounts.signin import change_password
from forms_api.accounts.tokens import add_token, authenticate, list_tokens, revoke_token
from forms_api.errors import ConflictError, NotFoundError, UnauthenticatedError
from forms_api.store.database import Database
from forms_api.store.schema import tokens
from tests.accounts.office import DAY, Office, Person


@pytest.fixture
def token(database: Database) -> str:
    """The secret of a token that lives a day."""
    return add_token(
        database, name="pull", scopes=[Scope.QUEUE, Scope.READ], lifetime=DAY, actor="admin"
    )


def test_a_token_is_known_by_its_secret_with_its_scopes(database: Database, token: str) -> None:
    known = authenticate(database, token)

    assert (known.name, known.actor.name) == ("pull", "token:pull")
    assert known.scopes == {Scope.QUEUE, Scope.READ}


def test_a_token_is_stored_hashed_and_listed_by_its_first_signs(
    database: Database, token: str
) -> None:
    with database.read() as connection:
        row = connection.execute(select(tokens)).one()

    (listed,) = list_tokens(database)
    assert token.startswith(listed.prefix)
    assert len(token) - len(listed.prefix) >= 32
    assert token not in str(row)
    assert token[len(listed.prefix) :] not in str(row)
    assert token.encode() not in row.token_hash


@pytest.mark.parametrize("change", ["", "x", "other case", "prefix only", "Đ"])
def test_another_secret_is_refused(database: Database, token: str, change: str) -> None:
    wrong = {"x": token + "x", "other case": token.swapcase(), "prefix only": token[:9]}

    with pytest.raises(UnauthenticatedError):
        authenticate(database, wrong.get(change, change))


def test_a_revoked_token_is_refused_at_once_and_cannot_be_revoked_twice(
    database: Database, token: str
) -> None:
    authenticate(database, token)
    revoke_token(database, name="pull", actor="admin")

    with pytest.raises(UnauthenticatedError):
        authenticate(database, token)
    with pytest.raises(NotFoundError):
        revoke_token(database, name="pull", actor="admin")


def test_an_expired_token_is_refused_from_its_last_moment_on(database: Database) -> None:
    start = dt.datetime(2026, 11, 3, 8, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as clock:
        secret = add_token(database, name="pull", scopes=[], lifetime=DAY, actor="admin")
        clock.move_to(start + DAY - dt.timedelta(microseconds=1))
        authenticate(database, secret)
        clock.move_to(start + DAY)
        with pytest.raises(UnauthenticatedError):
            authenticate(database, secret)


def test_the_last_use_is_noted_every_ten_minutes_not_at_every_call(database: Database) -> None:
    start = dt.datetime(2026, 11, 3, 8, tzinfo=dt.UTC)
    noted = []
    with time_machine.travel(start, tick=False) as clock:
        secret = add_token(database, name="pull", scopes=[], lifetime=DAY, actor="admin")
        noted.append(list_tokens(database)[0].last_used_at)
        for minutes in (1, 9, 12):
            clock.move_to(start + dt.timedelta(minutes=minutes))
            authenticate(database, secret)
            noted.append(list_tokens(database)[0].last_used_at)

    assert noted == [None, *(start + dt.timedelta(minutes=minutes) for minutes in (1, 1, 12))]


def test_two_tokens_cannot_have_one_name(database: Database, token: str) -> None:
    with pytest.raises(ConflictError):
        add_token(database, name="pull", scopes=[], lifetime=DAY, actor="admin")

    authenticate(database, token)


def owned_by(office: Office, person: Person, *, name: str = "may-truc") -> str:
    """Return the secret of a token of this person with every scope."""
    return add_token(
        office.database,
        name=name,
        scopes=list(Scope),
        lifetime=DAY,
        actor="officer",
        owner=office.officer(person),
    )


def refused(office: Office, secret: str) -> bool:
    """Tell whether a token opens nothing any more."""
    try:
        authenticate(office.database, secret)
    except UnauthenticatedError:
        return True
    return False


@pytest.mark.parametrize("role", Role)
def test_a_token_never_may_what_its_owner_may_not(office: Office, role: Role) -> None:
    person = office.join("Người có máy", role=role)
    actor = authenticate(office.database, owned_by(office, person)).actor

    assert actor.permissions <= ROLE_PERMISSIONS[role]
    assert actor.name == "token:may-truc"


def test_a_token_loses_what_its_owner_loses(office: Office, lan: Person) -> None:
    secret = owned_by(office, lan)
    before = authenticate(office.database, secret).actor
    change_officer(
        office.database,
        officer_id=office.officer(lan).id,
        role=Role.MEMBER,
        areas=["to-1"],
        categories=["chay-no"],
        actor="admin",
    )
    after = authenticate(office.database, secret).actor

    assert before.permissions - after.permissions == {Permission.ADMIT}
    assert (before.areas, before.categories) == (None, None)
    assert (after.areas, after.categories) == (frozenset({"to-1"}), frozenset({"chay-no"}))


def test_a_token_ends_with_its_owner_and_does_not_come_back_with_the_account(
    office: Office, lan: Person, khac: Person
) -> None:
    mine, other = owned_by(office, lan), owned_by(office, khac, name="may-khac")
    disable_officer(office.database, name=lan.name, actor="admin")
    ended = refused(office, mine)
    office.accept(office.invite_again(lan, InvitationKind.NEW), lan)

    assert ended
    assert refused(office, mine)
    assert not refused(office, other)


def test_a_new_password_and_a_reset_end_the_owner_s_tokens(office: Office, lan: Person) -> None:
    secret = owned_by(office, lan)
    change_password(
        office.door(), office.officer(lan), present=lan.password, new="mật khẩu mới của tôi"
    )
    by_change = refused(office, secret)
    secret = owned_by(office, lan, name="may-moi")
    office.invite_again(lan, InvitationKind.LOST_PHONE)

    assert by_change
    assert refused(office, secret)


def test_a_token_without_an_owner_outlives_every_officer(office: Office, lan: Person) -> None:
    secret = add_token(
        office.database, name="pull", scopes=[Scope.READ], lifetime=DAY, actor="cli:root"
    )
    disable_officer(office.database, name=lan.name, actor="admin")

    assert not refused(office, secret)


@pytest.mark.parametrize(
    ("address", "comes_in"),
    [
        ("192.0.2.77", True),
        ("::ffff:192.0.2.77", True),
        ("2001:db8::5", True),
        ("192.0.3.1", False),
        ("2001:db9::5", False),
        (None, False),
        ("unknown", False),
    ],
)
def test_a_token_with_networks_counts_only_from_there(
    database: Database, address: str | None, *, comes_in: bool
) -> None:
    networks = [ip_network("192.0.2.0/24"), ip_network("2001:db8::/48")]
    secret = add_token(
        database, name="pc", scopes=[Scope.READ], lifetime=DAY, actor="admin", networks=networks
    )

    if comes_in:
        assert authenticate(database, secret, address=address).name == "pc"
    else:
        with pytest.raises(UnauthenticatedError):
            authenticate(database, secret, address=address)
