"""Who may open the queue, and with what: officers' passwords and programs' tokens."""

from __future__ import annotations

import datetime as dt
import functools
import unicodedata

import pytest
import time_machine
from sqlalchemy import select, update

from forms_api.accounts import officers as officers_module
from forms_api.accounts.officers import (
    Officer,
    add_officer,
    disable_officer,
    find_officer,
    list_officers,
    reset_password,
    unlock,
)
from forms_api.accounts.permissions import Role, Scope
from forms_api.accounts.tokens import add_token, authenticate, list_tokens, revoke_token
from forms_api.errors import ConflictError, NotFoundError, SealError, UnauthenticatedError
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.schema import events, officers, tokens
from forms_api.vault import officer_keys
from forms_api.vault.officer_keys import WrapCost
from forms_api.vault.sealing import Identity, generate_identity

PASSWORD = "mật khẩu của cán bộ 1"
OTHER_PASSWORD = "mật khẩu của cán bộ 2"
IN_CHARGE = "Nguyễn Thị Trực"
OTHER = "Trần Văn Khác"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that cost little; what they cost by default is tested with the vault."""
    cheap = functools.partial(WrapCost, memory_kib=64, passes=1, lanes=1)
    monkeypatch.setattr(officer_keys, "WrapCost", cheap)


def add(database: Database, queue_identity: Identity, name: str, password: str) -> Officer:
    """Add an officer of the ward's police."""
    return add_officer(
        database,
        name=name,
        role=Role.POLICE,
        password=password,
        queue_identity=queue_identity,
        actor="admin",
    )


@pytest.fixture
def in_charge(database: Database, queue_identity: Identity) -> Officer:
    """The officer in charge; another one is there too."""
    add(database, queue_identity, OTHER, OTHER_PASSWORD)
    return add(database, queue_identity, IN_CHARGE, PASSWORD)


def refused(database: Database, name: str, password: str) -> None:
    """Check that these open nothing."""
    with pytest.raises(UnauthenticatedError):
        unlock(database, name=name, password=password)


def test_each_officer_opens_the_same_queue_with_an_own_password(
    database: Database, queue_identity: Identity, in_charge: Officer
) -> None:
    assert unlock(database, name=IN_CHARGE, password=PASSWORD) == queue_identity
    assert unlock(database, name=OTHER, password=OTHER_PASSWORD) == queue_identity
    refused(database, IN_CHARGE, OTHER_PASSWORD)


def test_unknown_wrong_and_disabled_are_refused_alike(
    database: Database, in_charge: Officer
) -> None:
    disable_officer(database, name=OTHER, actor="admin")

    said = []
    for name, password in (("stranger", PASSWORD), (IN_CHARGE, "wrong"), (OTHER, OTHER_PASSWORD)):
        with pytest.raises(UnauthenticatedError) as caught:
            unlock(database, name=name, password=password)
        said.append((str(caught.value), caught.value.__suppress_context__))
    assert len({text for text, _ in said}) == 1


def test_an_unknown_name_costs_as_many_password_hashes_as_a_wrong_password(
    database: Database, in_charge: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    for name in ("hash_password", "password_matches"):
        real = getattr(officers_module, name)

        def counting(password: str, *rest: str, _real: object = real) -> object:
            hashed.append(password)
            return _real(password, *rest)  # type: ignore[operator] # one of the two functions above

        monkeypatch.setattr(officers_module, name, counting)

    costs = []
    for name in ("stranger", IN_CHARGE):
        hashed.clear()
        refused(database, name, "wrong")
        costs.append(len(hashed))
    assert costs == [1, 1]


def test_a_name_works_in_either_unicode_form(
    database: Database, queue_identity: Identity, in_charge: Officer
) -> None:
    typed = unicodedata.normalize("NFD", IN_CHARGE)
    assert typed != IN_CHARGE

    assert unlock(database, name=typed, password=PASSWORD) == queue_identity
    with pytest.raises(ConflictError):
        add(database, queue_identity, f" {typed} ", PASSWORD)


def test_a_key_that_is_not_the_queue_s_makes_no_officer(database: Database) -> None:
    with pytest.raises(SealError):
        add(database, generate_identity(), IN_CHARGE, PASSWORD)

    assert list_officers(database) == []


def test_a_key_that_is_not_the_queue_s_resets_no_password(
    database: Database, queue_identity: Identity, in_charge: Officer
) -> None:
    with pytest.raises(SealError):
        reset_password(
            database,
            name=IN_CHARGE,
            password="a new password",
            queue_identity=generate_identity(),
            actor="admin",
        )

    assert unlock(database, name=IN_CHARGE, password=PASSWORD) == queue_identity


def test_a_reset_password_replaces_the_old_one_and_enables_the_account(
    database: Database, queue_identity: Identity, in_charge: Officer
) -> None:
    disable_officer(database, name=IN_CHARGE, actor="admin")
    reset_password(
        database,
        name=IN_CHARGE,
        password="a new password",
        queue_identity=queue_identity,
        actor="admin",
    )

    refused(database, IN_CHARGE, PASSWORD)
    assert unlock(database, name=IN_CHARGE, password="a new password") == queue_identity
    assert unlock(database, name=OTHER, password=OTHER_PASSWORD) == queue_identity


def test_a_disabled_officer_is_shut_out_and_listed_so(
    database: Database, in_charge: Officer
) -> None:
    disable_officer(database, name=IN_CHARGE, actor="admin")

    refused(database, IN_CHARGE, PASSWORD)
    disabled = {officer.name for officer in list_officers(database) if officer.disabled_at}
    assert disabled == {IN_CHARGE}


def test_a_row_of_another_officer_opens_nothing_for_the_one_it_is_copied_to(
    database: Database, in_charge: Officer
) -> None:
    """Who can write the database but has one password cannot open the queue as another."""
    with database.read() as connection:
        row = connection.execute(select(officers).where(officers.c.name == OTHER)).mappings().one()
    secret = ("password_hash", "wrap_salt", "wrap_cost", "wrapped_identity")
    copied = update(officers).where(officers.c.name == IN_CHARGE)
    database.write(
        lambda c: c.execute(copied.values({name: row[name] for name in secret})).rowcount
    )

    refused(database, IN_CHARGE, OTHER_PASSWORD)


def test_an_unknown_officer_can_be_neither_found_reset_nor_disabled(
    database: Database, queue_identity: Identity
) -> None:
    with pytest.raises(NotFoundError):
        find_officer(database, "stranger")
    with pytest.raises(NotFoundError):
        disable_officer(database, name="stranger", actor="admin")
    with pytest.raises(NotFoundError):
        reset_password(
            database,
            name="stranger",
            password=PASSWORD,
            queue_identity=queue_identity,
            actor="admin",
        )


def test_every_change_of_an_account_is_audited_without_a_secret(
    database: Database, queue_identity: Identity, in_charge: Officer
) -> None:
    reset_password(
        database, name=OTHER, password=PASSWORD, queue_identity=queue_identity, actor="admin"
    )
    disable_officer(database, name=OTHER, actor="admin")
    secret = add_token(database, name="pull", scopes=[Scope.QUEUE], lifetime=DAY, actor="admin")
    revoke_token(database, name="pull", actor="admin")

    with database.read() as connection:
        audit.verify(connection)
        rows = connection.execute(select(events).order_by(events.c.sequence)).mappings().all()
    assert [row["action"] for row in rows] == [
        "officer added",
        "officer added",
        "officer password reset",
        "officer disabled",
        "token added",
        "token revoked",
    ]
    assert {row["actor"] for row in rows} == {"admin"}
    everything = "".join(str(dict(row)) for row in rows)
    assert not any(word in everything for word in (PASSWORD, OTHER_PASSWORD, secret[3:]))


@pytest.fixture
def token(database: Database) -> str:
    """The secret of a token that lives a day."""
    return add_token(
        database, name="pull", scopes=[Scope.QUEUE, Scope.READ], lifetime=DAY, actor="admin"
    )


def test_a_token_is_known_by_its_secret_with_its_scopes(database: Database, token: str) -> None:
    known = authenticate(database, token)

    assert (known.name, known.actor) == ("pull", "token:pull")
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
