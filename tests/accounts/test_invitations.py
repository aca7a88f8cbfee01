"""One-time codes: whoever invites hands the queue's keys on and never learns a password."""

from __future__ import annotations

import dataclasses
import datetime as dt
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from forms_api.accounts.invitations import (
    LIFETIME,
    InvitationKind,
    find_invitation,
    invite,
    invite_again,
)
from forms_api.accounts.officers import NewOfficer, list_officers
from forms_api.accounts.permissions import Role
from forms_api.accounts.queue_keys import rotate
from forms_api.accounts.second_factor import RECOVERY_CODES, new_secret
from forms_api.errors import ConflictError, NotFoundError, SealError, UnauthenticatedError
from forms_api.store.schema import queue_key_copies
from forms_api.vault.receipts import FollowUpCode, new_code
from forms_api.vault.sealing import generate_identity
from tests.accounts.office import PASSWORD, Office, Person

MOMENT = dt.timedelta(microseconds=1)


def newcomer(name: str = "Phạm Mới") -> Person:
    """Return somebody who was not there yet."""
    return Person(name, PASSWORD, new_secret())


def refused(office: Office, code: FollowUpCode, person: Person) -> UnauthenticatedError:
    """Check that a code opens nothing and return how that was said."""
    with pytest.raises(UnauthenticatedError):
        office.accept(code, person)
    with pytest.raises(UnauthenticatedError) as caught:
        find_invitation(office.database, code)
    return caught.value


def copies_of(office: Office, kind: str) -> int:
    """Return how many sealed keys holders of this kind have."""
    query = select(func.count()).where(queue_key_copies.c.holder.startswith(f"{kind}:"))
    with office.database.read() as connection:
        return int(connection.execute(query).scalar_one())


def test_who_was_invited_sets_a_password_and_opens_the_queue(office: Office) -> None:
    person = newcomer()
    papers = office.accept(office.invite(person.name), person)

    assert len(set(papers)) == RECOVERY_CODES
    assert office.keys_of(person) == (office.queue,)


def test_an_account_opens_nothing_before_its_invitation_is_used(office: Office) -> None:
    person = newcomer()
    office.invite(person.name)

    office.sends_away(person)
    assert [officer.has_signed_up for officer in list_officers(office.database)] == [False]


def test_a_code_counts_once(office: Office) -> None:
    person = newcomer()
    code = office.invite(person.name)
    office.accept(code, person)

    refused(office, code, dataclasses.replace(person, password="một mật khẩu khác"))
    office.sign_in(person)
    assert copies_of(office, "invitation") == 0


def test_of_two_who_use_one_code_at_once_one_is_let_in(office: Office) -> None:
    both = [dataclasses.replace(newcomer(), password=f"mật khẩu thứ {n}") for n in (1, 2)]
    code = office.invite(both[0].name)

    def use(person: Person) -> bool:
        try:
            office.accept(code, person)
        except UnauthenticatedError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        let_in = list(pool.map(use, both))

    assert sorted(let_in) == [False, True]
    office.sign_in(both[let_in.index(True)])
    office.sends_away(both[let_in.index(False)])


def test_a_code_ends_after_seven_days(office: Office) -> None:
    person = newcomer()
    code = office.invite(person.name)

    office.clock.shift(LIFETIME - MOMENT)
    assert find_invitation(office.database, code).officer.name == person.name
    office.clock.shift(MOMENT)

    assert dt.timedelta(days=7) == LIFETIME
    refused(office, code, person)


def test_a_newer_code_ends_the_older_one(office: Office) -> None:
    person = newcomer()
    older = office.invite(person.name)
    newer = office.invite_again(person, InvitationKind.FORGOTTEN)

    refused(office, older, person)
    assert copies_of(office, "invitation") == 1
    office.accept(newer, person)


def test_a_new_queue_key_ends_open_codes(office: Office) -> None:
    person = newcomer()
    code = office.invite(person.name)
    rotate(office.database, keys=[office.queue], actor="admin")

    refused(office, code, person)
    assert copies_of(office, "invitation") == 0


def test_unknown_used_ended_and_replaced_codes_are_refused_alike(office: Office) -> None:
    used, ended, replaced = (newcomer(name) for name in ("Một", "Hai", "Ba"))
    codes = [office.invite(person.name) for person in (used, ended, replaced)]
    office.accept(codes[0], used)
    office.invite_again(replaced, InvitationKind.NEW)
    said = [refused(office, codes[place], person) for place, person in ((0, used), (2, replaced))]
    office.clock.shift(LIFETIME)
    said += [refused(office, code, ended) for code in (codes[1], new_code())]

    assert {(str(error), error.__cause__) for error in said} == {("", None)}


def test_nobody_is_invited_without_the_present_queue_key(office: Office) -> None:
    new = NewOfficer("Phạm Mới", Role.MEMBER)
    with pytest.raises(SealError):
        invite(office.database, new, keys=[generate_identity()], actor="admin")
    rotate(office.database, keys=[office.queue], actor="admin")
    with pytest.raises(SealError):
        invite(office.database, new, keys=[office.queue], actor="admin")

    assert list_officers(office.database) == []


def test_nobody_is_reset_without_the_present_queue_key(office: Office, lan: Person) -> None:
    with pytest.raises(SealError):
        invite_again(
            office.database,
            name=lan.name,
            kind=InvitationKind.FORGOTTEN,
            keys=[generate_identity()],
            actor="admin",
        )

    office.sign_in(lan)


def test_a_wrong_phone_code_leaves_the_invitation_open(office: Office) -> None:
    person = newcomer()
    code = office.invite(person.name)
    for _ in range(12):
        with pytest.raises(UnauthenticatedError):
            office.accept(code, person, typed="000 000")

    office.accept(code, person)
    office.sign_in(person)


def test_the_code_typed_at_enrolment_does_not_count_again(office: Office) -> None:
    person = newcomer()
    office.accept(office.invite(person.name), person)

    office.sends_away(person, code=person.typed())


def test_a_name_is_one_name_in_either_unicode_form(office: Office, lan: Person) -> None:
    typed = unicodedata.normalize("NFD", lan.name)
    assert typed != lan.name

    with pytest.raises(ConflictError):
        office.invite(f" {typed} ")
    office.sign_in(dataclasses.replace(lan, name=typed))
    office.invite_again(dataclasses.replace(lan, name=typed), InvitationKind.FORGOTTEN)


def test_a_code_opens_nothing_of_another_invitation(office: Office) -> None:
    """Who can write the database but was invited as another cannot take that person's keys."""
    person = newcomer()
    code = office.invite(person.name)
    with office.database.read() as connection:
        sealed = connection.execute(select(queue_key_copies.c.sealed)).scalar_one()
    office.invite("Người khác")
    theirs = queue_key_copies.update().values(sealed=sealed)
    office.write(theirs)
    other = office.invite("Người thứ ba")
    swapped = queue_key_copies.update().values(sealed=sealed)
    office.write(swapped)

    with pytest.raises(SealError):
        office.accept(other, newcomer("Người thứ ba"))
    office.accept(code, person)


def test_nobody_unknown_is_invited_again(office: Office) -> None:
    with pytest.raises(NotFoundError):
        office.invite_again(newcomer(), InvitationKind.FORGOTTEN)
