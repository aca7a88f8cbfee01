"""No password, code, phone secret, paper code, cookie or private key stands in the database or a log."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator

import pytest

from forms_api.accounts.invitations import InvitationKind
from forms_api.accounts.permissions import Scope
from forms_api.accounts.queue_keys import add_recovery_key, present_keys, rotate
from forms_api.accounts.second_factor import new_secret
from forms_api.accounts.signin import change_password
from forms_api.accounts.tokens import add_token
from tests.accounts.office import DAY, Office, Person
from tests.reports.test_nothing_in_clear import on_disk

NEW_PASSWORD = "chim hoàng yến 9917 hót"


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What all loggers say when they talk as much as they can: statements and rows too."""
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="sqlalchemy"):
        yield caplog


def live(office: Office, lan: Person) -> list[bytes]:
    """Do all that officers do with secrets, and return every secret in the ways it could be spelt."""
    paper = add_recovery_key(office.database, label="Két 2", keys=[office.queue], actor="admin")
    open_code = office.invite("Người được mời")
    cookie = office.cookie(lan)
    session = office.resume(cookie)
    office.sends_away(dataclasses.replace(lan, password="mật khẩu gõ nhầm 77"))
    change_password(office.door(), office.officer(lan), present=lan.password, new=NEW_PASSWORD)
    code = office.invite_again(lan, InvitationKind.LOST_PHONE)
    again = dataclasses.replace(lan, password=NEW_PASSWORD, phone=new_secret())
    papers = office.accept(code, again)
    token = add_token(
        office.database, name="pull", scopes=[Scope.READ], lifetime=DAY, actor="admin"
    )
    rotate(office.database, keys=present_keys(office.database, office.queue), actor="admin")
    keys = (office.queue, paper, session.identity, *present_keys(office.database, paper))
    codes = (open_code, code)
    spelt = [
        *(lan.password, NEW_PASSWORD, "mật khẩu gõ nhầm 77", lan.phone, again.phone, cookie, token),
        *(*papers, *lan.papers, *(paper_code.replace("-", "") for paper_code in papers)),
        *(key.reveal() for key in keys),
        *(one.reveal() for one in codes),
        *(one.reveal().replace("-", "") for one in codes),
        *(one.identity.reveal() for one in codes),
    ]
    raw = [*(text.encode() for text in spelt), office.secret_key]
    return [*raw, *(one.hex().encode() for one in raw), *(repr(one)[2:-1].encode() for one in raw)]


def test_no_secret_of_an_officer_stands_in_the_database_s_files(
    office: Office, lan: Person
) -> None:
    forbidden = live(office, lan)

    kept = on_disk(office.database)
    assert b"age-encryption.org/v1" in kept  # these are the bytes that hold the keys
    assert [secret for secret in forbidden if secret in kept] == []


def test_no_secret_of_an_officer_stands_in_any_log(
    office: Office, lan: Person, everything_logged: pytest.LogCaptureFixture
) -> None:
    forbidden = live(office, lan)

    logged = everything_logged.text.encode()
    assert b"INSERT INTO sessions" in logged
    logged += repr([record.args for record in everything_logged.records]).encode()
    assert [secret for secret in forbidden if secret in logged] == []
