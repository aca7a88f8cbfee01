"""A lost password, a lost phone, a new password: nobody else chooses it, nothing is skipped."""

from __future__ import annotations

import dataclasses

import pytest

from forms_api.accounts.invitations import (
    MOST_WRONG_CODES,
    InvitationKind,
    find_invitation,
    invite_again,
)
from forms_api.accounts.officers import disable_officer, find_officer
from forms_api.accounts.queue_keys import rotate
from forms_api.accounts.second_factor import new_secret
from forms_api.accounts.signin import change_password
from forms_api.errors import SlowDownError, UnauthenticatedError
from tests.accounts.office import MINUTE, STEP, Office, Person

NEW_PASSWORD = "mật khẩu mới của tôi"


def with_new_password(person: Person) -> Person:
    """Return the same person with another password in the head."""
    return dataclasses.replace(person, password=NEW_PASSWORD)


def test_a_forgotten_password_is_replaced_and_the_phone_and_papers_stay(
    office: Office, lan: Person
) -> None:
    again = with_new_password(lan)
    shown = office.accept(office.invite_again(lan, InvitationKind.FORGOTTEN), again)

    assert shown == []
    office.sends_away(lan)
    assert office.keys_of(again) == (office.queue,)
    office.sign_in(again, code=lan.papers[0])


def test_a_reset_cannot_skip_the_phone(office: Office, lan: Person) -> None:
    code = office.invite_again(lan, InvitationKind.FORGOTTEN)
    own_phone = dataclasses.replace(with_new_password(lan), phone=new_secret())
    for typed in ("", "000000", own_phone.typed()):
        with pytest.raises(UnauthenticatedError):
            office.accept(code, own_phone, typed=typed)

    office.sign_in(lan)


def test_a_reset_uses_up_the_phone_s_code(office: Office, lan: Person) -> None:
    again, typed = with_new_password(lan), lan.typed()
    office.accept(office.invite_again(lan, InvitationKind.FORGOTTEN), again, typed=typed)

    office.sends_away(again, code=typed)


def test_a_code_used_to_come_in_does_not_reset_as_well(office: Office, lan: Person) -> None:
    code, typed = office.invite_again(lan, InvitationKind.FORGOTTEN), lan.typed()
    office.sign_in(lan, code=typed)

    with pytest.raises(UnauthenticatedError):
        office.accept(code, with_new_password(lan), typed=typed)


def test_a_reset_takes_a_code_from_paper_once(office: Office, lan: Person) -> None:
    again = with_new_password(lan)
    office.accept(office.invite_again(lan, InvitationKind.FORGOTTEN), again, typed=lan.papers[0])

    office.sends_away(again, code=lan.papers[0])


def test_who_sent_a_code_cannot_guess_the_phone_s(office: Office, lan: Person) -> None:
    code = office.invite_again(lan, InvitationKind.FORGOTTEN)
    tries = waits = 0
    while True:
        try:
            office.accept(code, with_new_password(lan), typed="000000")
        except SlowDownError:
            waits += 1
            office.clock.shift(MINUTE)
            continue
        except UnauthenticatedError:
            tries += 1
        try:
            find_invitation(office.database, code)
        except UnauthenticatedError:
            break

    assert tries == MOST_WRONG_CODES
    assert waits > 0
    with pytest.raises(UnauthenticatedError):
        office.accept(code, with_new_password(lan))
    office.sign_in(lan)


def test_a_lost_phone_is_replaced_with_its_papers(office: Office, lan: Person) -> None:
    again = dataclasses.replace(with_new_password(lan), phone=new_secret())
    papers = office.accept(office.invite_again(lan, InvitationKind.LOST_PHONE), again)

    assert len(papers) == len(lan.papers)
    assert not set(papers) & set(lan.papers)
    for old in (lan.typed(), lan.papers[0]):
        office.sends_away(again, code=old)
    office.sign_in(again, code=papers[0])
    assert office.keys_of(again) == (office.queue,)


def test_until_a_reset_is_used_the_old_password_counts(office: Office, lan: Person) -> None:
    """A reset that somebody began by mistake, or in malice, locks nobody out."""
    office.invite_again(lan, InvitationKind.FORGOTTEN)

    office.sign_in(lan)


def test_who_was_shut_out_comes_back_as_somebody_new(office: Office, lan: Person) -> None:
    disable_officer(office.database, name=lan.name, actor="admin")
    code = office.invite_again(lan, InvitationKind.FORGOTTEN)
    kind = find_invitation(office.database, code).kind
    back = dataclasses.replace(with_new_password(lan), phone=new_secret())
    papers = office.accept(code, back)

    assert kind is InvitationKind.NEW
    assert papers
    office.sends_away(lan)
    assert office.keys_of(back) == (office.queue,)
    assert find_officer(office.database, lan.name).disabled_at is None


def test_an_invitation_of_somebody_shut_out_since_opens_nothing(
    office: Office, lan: Person
) -> None:
    code = office.invite_again(lan, InvitationKind.FORGOTTEN)
    disable_officer(office.database, name=lan.name, actor="admin")

    with pytest.raises(UnauthenticatedError):
        office.accept(code, lan)


def test_a_colleague_s_keys_after_a_rotation_reset_everything(
    office: Office, lan: Person, khac: Person
) -> None:
    rotate(office.database, keys=[office.queue], actor="admin")
    keys = office.keys_of(khac)
    code = invite_again(
        office.database,
        name=lan.name,
        kind=InvitationKind.FORGOTTEN,
        keys=keys,
        actor="admin",
    )
    office.accept(code, with_new_password(lan))

    assert office.keys_of(with_new_password(lan)) == keys
    assert len(keys) == 2


def test_a_password_is_changed_by_who_knows_the_present_one(office: Office, lan: Person) -> None:
    officer = office.officer(lan)
    with pytest.raises(UnauthenticatedError):
        change_password(office.door(), officer, present="không phải", new="của kẻ khác đây")
    change_password(office.door(), officer, present=lan.password, new=NEW_PASSWORD)

    office.sends_away(lan)
    office.clock.shift(STEP)
    assert office.keys_of(with_new_password(lan)) == (office.queue,)
    office.sign_in(with_new_password(lan), code=lan.papers[0])
