"""Accounts: listed, changed, shut out, with their terms of office and a record of every change."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from forms_api.accounts.invitations import InvitationKind
from forms_api.accounts.officers import (
    Term,
    change_officer,
    disable_officer,
    find_officer,
    list_officers,
    list_terms,
)
from forms_api.accounts.permissions import ROLE_PERMISSIONS, Role, Scope
from forms_api.accounts.queue_keys import (
    add_recovery_key,
    check_recovery_key,
    present_keys,
    rotate,
)
from forms_api.accounts.sessions import end_all
from forms_api.accounts.signin import change_password
from forms_api.accounts.tokens import add_token, revoke_token
from forms_api.errors import NotFoundError
from forms_api.store import audit
from forms_api.store.schema import events
from tests.accounts.office import DAY, Office, Person

NEW_PASSWORD = "mật khẩu mới của tôi"


def test_officers_are_listed_by_name_with_what_they_may_and_where(office: Office) -> None:
    office.invite("Bình", Role.MEMBER, full_name="Lê Văn Bình", areas=["to-2", "to-1"])
    office.invite("An", Role.HEAD, categories=["chay-no"])

    an, binh = list_officers(office.database)
    assert (an.name, an.categories, an.areas) == ("An", ("chay-no",), None)
    assert (binh.full_name, binh.areas) == ("Lê Văn Bình", ("to-1", "to-2"))
    assert binh.actor.permissions == ROLE_PERMISSIONS[Role.MEMBER]
    assert binh.actor.areas == frozenset({"to-1", "to-2"})
    assert not binh.has_signed_up


def test_an_empty_part_of_the_work_is_not_the_whole_of_it(office: Office) -> None:
    office.invite("Bình", Role.MEMBER, areas=[], categories=[])

    (binh,) = list_officers(office.database)
    assert (binh.actor.areas, binh.actor.categories) == (frozenset(), frozenset())


def test_a_change_of_role_and_place_counts_at_once(office: Office, lan: Person) -> None:
    changed = change_officer(
        office.database,
        officer_id=office.officer(lan).id,
        role=Role.MEMBER,
        areas=["to-3"],
        categories=None,
        actor="admin",
    )

    assert changed == find_officer(office.database, lan.name)
    assert (changed.role, changed.areas, changed.categories) == (Role.MEMBER, ("to-3",), None)


def test_who_was_shut_out_is_listed_so_and_comes_in_no_more(
    office: Office, lan: Person, khac: Person
) -> None:
    disable_officer(office.database, name=lan.name, actor="admin")

    office.sends_away(lan)
    office.sign_in(khac)
    gone = {officer.name for officer in list_officers(office.database) if officer.disabled_at}
    assert gone == {lan.name}


def test_an_unknown_officer_can_be_neither_found_changed_nor_disabled(office: Office) -> None:
    with pytest.raises(NotFoundError):
        find_officer(office.database, "stranger")
    with pytest.raises(NotFoundError):
        disable_officer(office.database, name="stranger", actor="admin")
    with pytest.raises(NotFoundError):
        change_officer(
            office.database,
            officer_id="stranger",
            role=Role.ADMIN,
            areas=None,
            categories=None,
            actor="admin",
        )


def test_a_term_is_kept_with_who_proposed_its_begin_and_its_end(office: Office) -> None:
    begun = Term("Công an phường", dt.date(2026, 11, 1), "Thành viên", "01/QĐ")
    office.invite("Bình", Role.MEMBER, term=begun)
    running = list_terms(office.database, find_officer(office.database, "Bình").id)
    end = Term(
        "",
        dt.date(2027, 1, 31),
        dismissal_proposed_by="Trưởng ban",
        dismissal_decision="02/QĐ",
    )
    disable_officer(office.database, name="Bình", actor="admin", dismissal=end)

    assert running == [begun]
    (over,) = list_terms(office.database, find_officer(office.database, "Bình").id)
    assert (over.proposed_by, over.decision, over.starts_on) == (
        begun.proposed_by,
        begun.decision,
        begun.starts_on,
    )
    assert (over.ends_on, over.dismissal_proposed_by, over.dismissal_decision) == (
        dt.date(2027, 1, 31),
        "Trưởng ban",
        "02/QĐ",
    )


def test_every_change_of_an_account_is_audited_without_a_secret(office: Office) -> None:
    person = office.join("Lan")
    cookie = office.cookie(person)
    office.sends_away(person, code="")
    end_all(office.database, office.officer(person), actor="officer:Lan")
    change_password(
        office.door(), office.officer(person), present=person.password, new=NEW_PASSWORD
    )
    code = office.invite_again(person, InvitationKind.LOST_PHONE)
    papers = office.accept(code, person)
    disable_officer(office.database, name="Lan", actor="admin")
    secret = add_token(
        office.database, name="pull", scopes=[Scope.QUEUE], lifetime=DAY, actor="admin"
    )
    revoke_token(office.database, name="pull", actor="admin")
    keys = present_keys(office.database, office.queue)
    paper = add_recovery_key(office.database, label="Két 2", keys=keys, actor="admin")
    rotate(office.database, keys=keys, actor="admin")
    check_recovery_key(office.database, paper, actor="admin")

    with office.database.read() as connection:
        audit.verify(connection)
        rows = connection.execute(select(events).order_by(events.c.sequence)).mappings().all()
    assert [(row["actor"], row["action"]) for row in rows] == [
        ("admin", "officer added"),
        ("officer:Lan", "invitation used: new"),
        ("officer:Lan", "signed in"),
        ("stranger", "sign-in failed"),
        ("officer:Lan", "all sessions ended"),
        ("officer:Lan", "password changed"),
        ("admin", "officer invited again: lost phone"),
        ("officer:Lan", "invitation used: lost phone"),
        ("admin", "officer disabled"),
        ("admin", "token added"),
        ("admin", "token revoked"),
        ("admin", "recovery key added"),
        ("admin", "queue key rotated"),
        ("admin", "recovery key checked"),
    ]
    everything = "".join(str(dict(row)) for row in rows)
    secrets = (
        *(person.password, NEW_PASSWORD, person.phone, cookie, code.reveal(), secret[3:]),
        *(paper.reveal(), *papers),
    )
    assert not any(word in everything for word in secrets)
