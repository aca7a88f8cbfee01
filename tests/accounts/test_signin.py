"""Name, password and second factor: judged together, refused alike, renewed where they are old."""

from __future__ import annotations

import dataclasses
import functools
import unicodedata

import pytest
from sqlalchemy import select, update

from forms_api.accounts import credentials as credentials_module
from forms_api.accounts import signin
from forms_api.accounts.officers import disable_officer
from forms_api.accounts.signin import Door, SignedIn, sign_in, unlock_queue_keys
from forms_api.errors import SealError, UnauthenticatedError
from forms_api.store.schema import credentials, queue_key_copies
from forms_api.vault import officer_keys
from forms_api.vault.officer_keys import WrapCost
from tests.accounts.office import Office, Person

SECRET_COLUMNS = ("password_hash", "wrap_salt", "wrap_cost", "wrapped_identity", "recipient")


def test_each_officer_opens_the_same_queue_with_an_own_password(
    office: Office, lan: Person, khac: Person
) -> None:
    assert office.keys_of(lan) == office.keys_of(khac) == (office.queue,)
    assert office.sign_in(lan).identity != office.sign_in(khac).identity
    office.sends_away(dataclasses.replace(lan, password=khac.password))


def test_unknown_wrong_disabled_and_phoneless_are_refused_alike(
    office: Office, lan: Person, khac: Person
) -> None:
    gone = office.join("Người đã nghỉ")
    disable_officer(office.database, name=gone.name, actor="admin")
    office.invite("Người được mời")
    refused = {
        "unknown": dataclasses.replace(lan, name="stranger"),
        "wrong": dataclasses.replace(lan, password="sai mật khẩu rồi"),
        "disabled": gone,
        "invited": dataclasses.replace(lan, name="Người được mời"),
    }

    said = []
    for person in refused.values():
        with pytest.raises(UnauthenticatedError) as caught:
            office.sign_in(person)
        said.append((str(caught.value), caught.value.__cause__))
    with pytest.raises(UnauthenticatedError) as caught:
        office.sign_in(khac, code="000000")
    assert {*said, (str(caught.value), caught.value.__cause__)} == {("", None)}


def test_a_refusal_costs_the_same_whatever_was_wrong(
    office: Office, lan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time tells neither that a name exists nor that its password was right."""
    spent: list[str] = []
    for module, name in (
        (signin, "hash_password"),
        (signin, "password_matches"),
        (credentials_module, "unwrap_identity"),
    ):
        real = getattr(module, name)

        def counting(
            *given: object, _real: object = real, _name: str = name, **more: str
        ) -> object:
            spent.append(_name)
            return _real(*given, **more)  # type: ignore[operator] # one of the three above

        monkeypatch.setattr(module, name, counting)

    costs = []
    for person in (
        dataclasses.replace(lan, name="stranger"),
        dataclasses.replace(lan, password="sai mật khẩu rồi"),
        lan,
    ):
        spent.clear()
        office.sends_away(person, code="000000")
        costs.append(len(spent))
    assert costs == [2, 2, 2]


def test_a_password_of_an_older_cost_is_kept_at_today_s_after_signing_in(
    office: Office, lan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = functools.partial(WrapCost, memory_kib=128, passes=2, lanes=1)
    monkeypatch.setattr(officer_keys, "WrapCost", today)
    before = office.sign_in(lan)

    with office.database.read() as connection:
        row = connection.execute(select(credentials)).mappings().one()
    assert "$m=128,t=2,p=1$" in row["password_hash"]
    assert row["wrap_cost"] == dataclasses.asdict(today())
    assert office.sign_in(lan).identity == before.identity
    assert office.keys_of(lan) == (office.queue,)


def test_a_password_of_today_s_cost_is_left_as_it_is(office: Office, lan: Person) -> None:
    def kept() -> str:
        with office.database.read() as connection:
            return str(connection.execute(select(credentials.c.password_hash)).scalar_one())

    before = kept()
    office.sign_in(lan)

    assert kept() == before


def test_a_password_works_in_either_unicode_form_and_is_never_cut(office: Office) -> None:
    long = "Một câu rất dài mà chỉ mình tôi nhớ, viết có dấu và dài hơn sáu mươi tư chữ"
    person = office.join("Vũ Dài", long)
    typed = unicodedata.normalize("NFD", long)
    assert len(long) > 64
    assert typed != long

    office.sign_in(dataclasses.replace(person, password=typed))
    for wrong in (long[:64], long[:-1], long.lower(), long + " ", long.strip(".") + "x"):
        office.sends_away(dataclasses.replace(person, password=wrong))
        office.clock.shift(60)


def test_the_password_of_one_copied_to_another_s_row_opens_nothing(
    office: Office, lan: Person, khac: Person
) -> None:
    """Who can write the database but has one password cannot come in as another."""
    query = select(credentials).where(credentials.c.officer_id == office.officer(khac).id)
    with office.database.read() as connection:
        theirs = connection.execute(query).mappings().one()
    copied = (
        update(credentials)
        .where(credentials.c.officer_id == office.officer(lan).id)
        .values({name: theirs[name] for name in SECRET_COLUMNS})
    )
    office.write(copied)

    office.sends_away(dataclasses.replace(lan, password=khac.password))


def test_copies_of_keys_swapped_between_officers_open_nothing(
    office: Office, lan: Person, khac: Person
) -> None:
    names = {person.name: f"officer:{office.officer(person).id}" for person in (lan, khac)}
    with office.database.read() as connection:
        found = connection.execute(select(queue_key_copies)).mappings()
        kept = {row["holder"]: row["sealed"] for row in found}
    for holder, other in (names.values(), reversed(names.values())):
        swapped = (
            update(queue_key_copies)
            .where(queue_key_copies.c.holder == holder)
            .values(sealed=kept[other])
        )
        office.write(swapped)

    for person in (lan, khac):
        with pytest.raises(SealError):
            office.keys_of(person)


def test_with_another_officers_secret_no_phone_code_counts(office: Office, lan: Person) -> None:
    door = Door(office.database, bytes(32))

    with pytest.raises(UnauthenticatedError):
        sign_in(door, name=lan.name, password=lan.password, code=lan.typed())


def test_at_a_terminal_the_same_three_open_the_queue(office: Office, lan: Person) -> None:
    door = office.door("terminal")
    code = lan.typed()

    with pytest.raises(UnauthenticatedError):
        unlock_queue_keys(door, name=lan.name, password=lan.password, code="")
    keys = unlock_queue_keys(door, name=lan.name, password=lan.password, code=code)
    assert keys == (office.queue,)


def test_who_comes_in_is_told_apart_in_no_text(office: Office, lan: Person) -> None:
    came = office.sign_in(lan)

    assert isinstance(came, SignedIn)
    assert came.identity.reveal() not in f"{came} {came!r}"
