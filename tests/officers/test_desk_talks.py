"""Talks at the desk: opened, shown in the hall, ended, cleared up; trials and what waits apart have words."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from forms_api.accounts.permissions import Role
from forms_api.officer_app.words import SUSPICIONS, SUSPICIONS_AT_LENGTH
from forms_api.reports import talks
from forms_api.reports.intake import Receipt, Suspicion
from forms_api.reports.service import ReportService
from forms_api.reports.trials import TALK, is_talk_open
from forms_api.store.schema import reports
from tests.officers.conftest import SignInAs
from tests.officers.desk import send_report
from tests.officers.signed_in import OfficerAtDesk

TALKS = "/can-bo/buoi/"


@pytest.fixture
def teacher(sign_in_as: SignInAs) -> OfficerAtDesk:
    """A member who teaches in a tổ dân phố."""
    return sign_in_as(role=Role.MEMBER, name="minh")


def open_one(desk: OfficerAtDesk, hours: str = "2") -> str:
    """Open a talk at the desk and return its code."""
    assert desk.post(TALKS, {"hours": hours}).status_code == 303
    [code] = re.findall(r"/can-bo/buoi/(\d{6})/ket-thuc/", desk.get(TALKS).text)
    return str(code)


def page_of(service: ReportService, receipt: Receipt) -> str:
    """Return the address of a report's page."""
    with service.database.read() as connection:
        query = select(reports.c.id).where(reports.c.reference == receipt.reference)
        return f"/can-bo/phieu/{connection.execute(query).scalar_one()}/"


def test_a_member_opens_a_talk_shows_it_and_ends_it(
    teacher: OfficerAtDesk, service: ReportService
) -> None:
    before = teacher.get(TALKS).text
    code = open_one(teacher)
    held = is_talk_open(service.database, code)
    shown = teacher.get(TALKS).text
    ended = teacher.post(f"{TALKS}{code}/ket-thuc/", follow_redirects=True).text

    assert "Mọi phiếu gửi lúc này đều là phiếu thật" in before
    assert 'value="2" selected' in before
    assert held
    assert f"{code[:3]} {code[3:]}" in shown
    assert "Tự hết lúc" in shown
    assert "Phiếu gửi từ giờ là phiếu thật" in ended
    assert not is_talk_open(service.database, code)
    again = teacher.post(f"{TALKS}{code}/ket-thuc/", follow_redirects=True).text
    assert "Buổi này không còn mở" in again


def test_the_screen_for_the_hall_has_code_and_addresses_and_nothing_of_the_desk(
    teacher: OfficerAtDesk, service: ReportService
) -> None:
    send_report(service)
    code = open_one(teacher)
    page = teacher.get(f"{TALKS}{code}/")

    assert f"{code[:3]} {code[3:]}" in page.text
    assert "localhost/gui/phan-anh-antt/buoi/" in page.text
    assert page.text.count("<svg") >= 1
    assert teacher.name not in page.text
    assert "data-badge" not in page.text
    assert teacher.get(f"{TALKS}000000/").status_code == 404
    teacher.post(f"{TALKS}{code}/ket-thuc/")
    assert teacher.get(f"{TALKS}{code}/").status_code == 404


def test_a_length_that_is_not_offered_opens_nothing(teacher: OfficerAtDesk) -> None:
    answer = teacher.post(TALKS, {"hours": "48"})

    assert answer.status_code == 422
    assert "Hãy chọn một trong các lựa chọn." in answer.text


def test_too_many_talks_are_told_as_such(teacher: OfficerAtDesk, service: ReportService) -> None:
    for _ in range(talks.MOST_AT_ONCE):
        talks.open_talk(service.database, actor=teacher.actor)

    answer = teacher.post(TALKS, {"hours": "1"}, follow_redirects=True)
    assert "Đang có 20 buổi cùng mở" in unescape(answer.text)


def test_trials_are_marked_in_a_list_of_their_own_and_removed_when_no_talk_is_held(
    lead: OfficerAtDesk, service: ReportService
) -> None:
    trial, real = send_report(service, trial=TALK), send_report(service)
    code = open_one(lead)
    usual = lead.get("/can-bo/phieu/").text
    trials = lead.get("/can-bo/phieu/?phieu-thu=1").text
    too_soon = lead.post(f"{TALKS}xoa-phieu-thu/", follow_redirects=True).text
    lead.post(f"{TALKS}{code}/ket-thuc/")
    removed = lead.post(f"{TALKS}xoa-phieu-thu/", follow_redirects=True).text

    assert real.reference in usual
    assert trial.reference not in usual
    assert trial.reference in trials
    assert real.reference not in trials
    assert "phiếu thử" in trials.partition(trial.reference)[2][:300]
    assert "Chưa xóa: còn buổi đang mở" in too_soon
    assert "Đã xóa 1 phiếu thử" in removed
    assert "Không có phiếu thử nào" in removed
    assert real.reference in lead.get("/can-bo/phieu/").text


def test_trials_that_were_left_behind_are_named_on_the_first_page_once_no_talk_is_held(
    lead: OfficerAtDesk, service: ReportService
) -> None:
    left = "Còn 1 phiếu thử của các buổi hướng dẫn đã xong"
    send_report(service, trial=TALK)
    code = open_one(lead)
    during = lead.get("/can-bo/").text
    lead.post(f"{TALKS}{code}/ket-thuc/")

    assert left not in during
    assert left in lead.get("/can-bo/").text


def test_a_member_is_told_whom_to_ask_to_remove_trials(
    teacher: OfficerAtDesk, service: ReportService
) -> None:
    send_report(service, trial=TALK)
    page = teacher.get(TALKS).text

    assert "1 phiếu thử" in page
    assert "Xóa hết phiếu thử" not in page
    assert "nhờ Thường trực hoặc Công an phường" in page
    assert teacher.post(f"{TALKS}xoa-phieu-thu/").status_code == 403


def test_a_trial_says_what_it_is_and_what_was_real_joins_the_queue(
    lead: OfficerAtDesk, service: ReportService
) -> None:
    address = page_of(service, send_report(service, trial=TALK))
    page = lead.get(address).text
    made_real = lead.post(f"{address}that/", follow_redirects=True).text

    assert "<b>Phiếu thử</b>" in page
    assert "Là việc thật, cho vào hàng đợi" in page
    assert "Phiếu này nay là phiếu thật" in made_real
    assert "<b>Phiếu thử</b>" not in made_real
    assert lead.post(f"{address}that/").status_code == 409


@pytest.mark.parametrize("why", list(Suspicion))
def test_list_and_page_say_in_words_why_a_report_waits_apart(
    lead: OfficerAtDesk, service: ReportService, why: Suspicion
) -> None:
    receipt = send_report(service, quarantined=why.value)
    listed = lead.get("/can-bo/phieu/?nghi-rac=1").text
    page = lead.get(page_of(service, receipt)).text

    assert f"giữ riêng: {SUSPICIONS[why]}" in listed
    assert SUSPICIONS_AT_LENGTH[why] in unescape(page)
    assert "cho vào hàng đợi" in page.lower()


def test_the_log_tells_of_talks_in_words(lead: OfficerAtDesk) -> None:
    code = open_one(lead)
    lead.post(f"{TALKS}{code}/ket-thuc/")
    log = lead.get("/can-bo/nhat-ky/").text

    assert f"Mở buổi hướng dẫn, mã {code}, 120 phút" in log
    assert f"Kết thúc buổi hướng dẫn, mã {code}" in log


def test_who_keeps_the_machine_alone_opens_no_talk(admin: OfficerAtDesk, app: Flask) -> None:
    assert admin.get(TALKS).status_code == 403
    assert TALKS not in admin.get("/can-bo/").text
