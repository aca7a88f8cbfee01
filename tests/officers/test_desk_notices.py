"""The page about notices tells everybody whether anybody is told, and hides where notices go."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import update

from forms_api.accounts.permissions import Role
from forms_api.officer_app.app import create_officer_app
from forms_api.reports.service import ReportService
from forms_api.settings import Settings
from forms_api.store import outbox
from forms_api.store.heartbeat import note_worker
from forms_api.store.schema import outbox as notices
from forms_api.vault.sealing import Identity
from tests.officers.conftest import SignInAs
from tests.officers.desk import send_report
from tests.officers.signed_in import OfficerAtDesk, a_desk

PAGE = "/can-bo/thong-bao/"
SECRET_ADDRESS = "tgram://123456:matkhau-cua-kenh/-100"


def give_up(service: ReportService) -> list[int]:
    """Let every waiting notice be a dead letter; return their numbers."""
    dead = update(notices).values(attempts=outbox.MAX_ATTEMPTS, failure="not delivered")
    service.database.write(lambda connection: connection.execute(dead).rowcount)
    with service.database.read() as connection:
        return [row["sequence"] for row in outbox.unsent(connection)]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings with a channel, fixed times and a pause."""
    return replace(
        settings,
        notify_urls=(SECRET_ADDRESS,),
        notify_times=(dt.time(7, 30), dt.time(14)),
        notify_pause_minutes=20,
    )


@pytest.mark.parametrize("role", list(Role))
def test_everybody_at_the_desk_sees_the_state_and_nobody_an_address(
    sign_in_as: SignInAs, role: Role
) -> None:
    page = sign_in_as(role=role).get(PAGE)

    assert page.status_code == 200
    assert "Đã đặt 1 kênh" in page.text
    assert "07:30, 14:00" in page.text
    assert "20 phút" in page.text
    assert "matkhau" not in page.text
    assert "tgram" not in page.text


def test_without_a_channel_it_says_that_nobody_is_told(
    settings: Settings, service: ReportService, queue_identity: Identity
) -> None:
    bare = create_officer_app(replace(settings, notify_urls=()), service=service)

    page = a_desk(bare, service, queue=queue_identity, role=Role.MEMBER).get(PAGE)

    assert "Chưa đặt kênh thông báo nào" in page.text


def test_a_worker_that_is_silent_is_told_and_one_at_work_is_too(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    silent = lead.get(PAGE).text
    now = dt.datetime.now(dt.UTC)
    service.database.write(lambda connection: note_worker(connection, at=now))
    at_work = lead.get(PAGE).text

    assert "Máy gửi thông báo đang im" in silent
    assert "Chưa chạy lần nào" in silent
    assert "Thông báo đang chạy" in at_work


def test_what_waits_and_what_was_given_up_is_told_to_everybody_without_a_button(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    send_report(service)
    waiting = lead.get(PAGE).text
    give_up(service)
    given_up = lead.get(PAGE).text

    assert "Có, chờ lâu nhất từ" in waiting
    assert "1 thông báo đã thôi không thử nữa" in given_up
    assert "gui-lai" not in given_up


def test_who_keeps_the_machine_lets_one_notice_go_out_again(
    service: ReportService, admin: OfficerAtDesk
) -> None:
    send_report(service)
    send_report(service)
    first, second = give_up(service)

    answer = admin.post(f"{PAGE}gui-lai/", {"number": first}, follow_redirects=True)

    assert "Đã cho gửi lại 1 thông báo" in answer.text
    with service.database.read() as connection:
        assert {row["sequence"]: row["attempts"] for row in outbox.unsent(connection)} == {
            first: 0,
            second: outbox.MAX_ATTEMPTS,
        }


@pytest.mark.parametrize(("act", "left"), [("gui-lai", 2), ("bo", 0)])
def test_who_keeps_the_machine_decides_about_all_at_once(
    service: ReportService, admin: OfficerAtDesk, act: str, left: int
) -> None:
    send_report(service)
    send_report(service)
    give_up(service)

    answer = admin.post(f"{PAGE}{act}/", {"number": "tat-ca"}, follow_redirects=True)

    assert "2 thông báo" in answer.text
    with service.database.read() as connection:
        assert outbox.dead_letters(connection) == 0
        assert len(outbox.unsent(connection)) == left


@pytest.mark.parametrize("number", ["", "7", "x", "-1", "9" * 30, "１"])
def test_a_notice_that_is_not_there_changes_nothing(
    service: ReportService, admin: OfficerAtDesk, number: str
) -> None:
    send_report(service)
    give_up(service)

    answer = admin.post(f"{PAGE}bo/", {"number": number}, follow_redirects=True)

    assert "Thông báo này không còn ở đây" in answer.text
    with service.database.read() as connection:
        assert outbox.dead_letters(connection) == 1
