"""The trash at the desk: one person is never enough, nothing goes at once, what ages out is foretold."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from forms_api.accounts.permissions import Role
from forms_api.officer_app.app import create_officer_app
from forms_api.reports import trash
from forms_api.reports.service import ReportService
from forms_api.reports.trash import TrashReason
from forms_api.settings import Settings
from forms_api.store.schema import reports
from forms_api.vault.sealing import Identity
from tests.conftest import ROOT
from tests.officers.conftest import SignInAs
from tests.officers.desk import FORM, send_report
from tests.officers.signed_in import OfficerAtDesk, a_desk

PAGE = "/can-bo/thung-rac/"


@pytest.fixture
def second(sign_in_as: SignInAs) -> OfficerAtDesk:
    """Another officer who may decide about the trash."""
    return sign_in_as(role=Role.POLICE, name="binh", full_name="Trần Văn Mẫu")


def throw_away(desk: OfficerAtDesk, *, area: str | None = None) -> str:
    """Send a report, let the officer put it into the trash by the report's page; return its id."""
    reference = send_report(desk.service, area=area).reference
    with desk.service.database.read() as connection:
        found = select(reports.c.id, reports.c.version).where(reports.c.reference == reference)
        report_id, version = connection.execute(found).one()
    answer = desk.post(
        f"/can-bo/phieu/{report_id}/thung-rac/",
        {"reason": TrashReason.SPAM.value, "version": version},
    )
    assert answer.location == PAGE
    return str(report_id)


def approver_of(desk: OfficerAtDesk, report_id: str) -> str | None:
    """Return who agreed that the report's content goes."""
    found = trash.list_trash(desk.service.database, actor=desk.actor)
    return next(item.approved_by for item in found if item.clear["id"] == report_id)


def test_it_tells_why_by_whom_and_that_somebody_else_must_agree(
    lead: OfficerAtDesk, second: OfficerAtDesk
) -> None:
    throw_away(lead)

    mine, theirs = lead.get(PAGE).text, second.get(PAGE).text

    for page in (mine, theirs):
        assert "thư rác, không phải phản ánh" in page
        assert "Phạm Thị Mẫu" in page
        assert "chờ người thứ hai" in page
    assert "người đồng ý xóa phải là người khác" in mine
    assert "Đồng ý xóa" not in mine
    assert "Đồng ý xóa" in theirs


def test_the_second_person_reads_what_is_to_be_deleted_before_agreeing(
    lead: OfficerAtDesk, second: OfficerAtDesk
) -> None:
    report_id = throw_away(lead)

    page = second.get(f"/can-bo/phieu/{report_id}/")

    assert page.status_code == 200
    assert "Phiếu này đang trong" in page.text
    assert "Có tiếng ồn" in page.text


def test_the_second_person_s_consent_sets_the_day_on_which_the_content_goes(
    lead: OfficerAtDesk, second: OfficerAtDesk
) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 2, 3, tzinfo=dt.UTC), tick=True):
        report_id = throw_away_signed_in(lead, second)
        second.post(f"{PAGE}dong-y/", {"report": report_id})
        page = second.get(PAGE).text

    assert approver_of(second, report_id) == "officer:binh"
    assert "Trần Văn Mẫu đã đồng ý" in page
    assert "từ 02/12/2026 lúc 10:0" in page


def throw_away_signed_in(lead: OfficerAtDesk, second: OfficerAtDesk) -> str:
    """As `throw_away`, on another day: both sign in anew."""
    lead.sign_in()
    second.sign_in()
    return throw_away(lead)


def test_the_first_person_cannot_agree_even_by_a_handmade_form(lead: OfficerAtDesk) -> None:
    report_id = throw_away(lead)

    answer = lead.post(f"{PAGE}dong-y/", {"report": report_id}, follow_redirects=True)

    assert "phải có người thứ hai đồng ý" in answer.text
    assert approver_of(lead, report_id) is None


def test_agreeing_asks_for_password_and_code_again_after_a_while(
    lead: OfficerAtDesk, second: OfficerAtDesk
) -> None:
    report_id = throw_away(lead)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)

    with time_machine.travel(later, tick=True):
        stale = second.post(f"{PAGE}dong-y/", {"report": report_id})
        before = approver_of(second, report_id)
        back = second.confirm(stale.location)
        second.post(f"{PAGE}dong-y/", {"report": report_id})

    assert stale.location.startswith("/can-bo/xac-nhan/?")
    assert before is None
    assert back.location == PAGE
    assert approver_of(second, report_id) == "officer:binh"


def test_a_report_that_is_taken_back_is_in_the_queue_again(
    lead: OfficerAtDesk, second: OfficerAtDesk
) -> None:
    report_id = throw_away(lead)
    second.post(f"{PAGE}dong-y/", {"report": report_id})

    answer = lead.post(f"{PAGE}lay-lai/", {"report": report_id}, follow_redirects=True)

    assert "Đã lấy phiếu lại" in answer.text
    assert "Thùng rác trống" in answer.text
    assert report_id in lead.get("/can-bo/phieu/").text


def test_what_was_erased_is_told_and_has_no_button(
    service: ReportService, lead: OfficerAtDesk, second: OfficerAtDesk
) -> None:
    report_id = throw_away(lead)
    second.post(f"{PAGE}dong-y/", {"report": report_id})
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=31)

    with time_machine.travel(later, tick=True):
        trash.erase_due(service.database, actor="worker")
        lead.sign_in()
        page = lead.get(PAGE).text
        answer = lead.post(f"{PAGE}lay-lai/", {"report": report_id})

    assert "Đã xóa nội dung" in page
    assert report_id not in page
    assert answer.status_code == 404


def test_a_report_beyond_an_officer_s_part_is_neither_shown_nor_decided(
    lead: OfficerAtDesk, sign_in_as: SignInAs
) -> None:
    report_id = throw_away(lead, area="to-1")
    elsewhere = sign_in_as(role=Role.HEAD, areas=["to-2"])

    page = elsewhere.get(PAGE)
    answers = [
        elsewhere.post(f"{PAGE}{act}/", {"report": report_id}) for act in ("lay-lai", "dong-y")
    ]

    assert report_id not in page.text
    assert [answer.status_code for answer in answers] == [404, 404]
    assert approver_of(lead, report_id) is None


@pytest.mark.parametrize("report_id", ["", "x", "0" * 32, "0" * 31 + "\x07", "'; --", "Ａ" * 32])
def test_an_id_that_is_none_is_not_found(lead: OfficerAtDesk, report_id: str) -> None:
    answers = [lead.post(f"{PAGE}{act}/", {"report": report_id}) for act in ("lay-lai", "dong-y")]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_form_without_decided_days_is_a_gap_with_the_way_to_decide(lead: OfficerAtDesk) -> None:
    page = lead.get(PAGE).text

    assert "phường chưa quyết định" in page
    assert f"content/forms/{FORM}.yml" in page
    assert "days: null" in page


def test_the_plan_counts_what_would_go_now_and_deletes_nothing(
    tmp_path: Path, settings: Settings, service: ReportService, queue_identity: Identity
) -> None:
    app = create_officer_app(decided(settings, tmp_path, days=30), service=service)
    lead = a_desk(app, service, queue=queue_identity, role=Role.HEAD)
    receipt = send_report(service)
    finish(service, receipt.reference)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=31)

    with time_machine.travel(later, tick=True):
        lead.sign_in()
        page = lead.get(PAGE).text

    assert "30 ngày sau khi xong" in page
    assert "1 phiếu" in page
    with service.database.read() as connection:
        assert connection.execute(select(reports.c.purged_at)).scalar() is None


def decided(settings: Settings, folder: Path, *, days: int) -> Settings:
    """Return settings of a ward that has decided how long the form's reports are kept."""
    content = folder / "content"
    shutil.copytree(ROOT / "content", content)
    form = content / "forms" / f"{FORM}.yml"
    text = form.read_text(encoding="utf-8")
    form.write_text(text.replace("days: null", f"days: {days}"), encoding="utf-8")
    return replace(settings, content_dir=content)


def finish(service: ReportService, reference: str) -> None:
    """Let a report be finished, as nobody touches it any more."""
    statement = reports.update().where(reports.c.reference == reference)
    done = statement.values(status="da_giai_quyet")
    service.database.write(lambda connection: connection.execute(done).rowcount)
