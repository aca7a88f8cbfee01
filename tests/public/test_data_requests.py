"""Withdraw, correct, delete: asked for with the code, with the days that somebody can count on."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from forms_api.errors import StorageError
from forms_api.reports import request_acts as acts
from forms_api.reports import trash
from forms_api.reports.request_record import Refusal
from forms_api.reports.service import ReportService
from forms_api.reports.trash import TrashReason
from forms_api.store.schema import reports
from tests.public.residents import Resident, code_of, hidden, reference_of
from tests.reports.asked import last_asked, record
from tests.reports.calendars import TIMES
from tests.reports.people import IN_CHARGE, OTHER

SUMMARY = "Rút lại sự đồng ý, sửa thông tin, xóa phiếu"
WORDS = "Nhà số 12, không phải 21."


def send(resident: Resident, code: str, **typed: str) -> Any:  # noqa: ANN401 - werkzeug's answer
    """Open the report and send what it offers about the own data."""
    fields = hidden(resident.follow(code).text)
    return resident.client.post("/tra-cuu/", data={**fields, "action": "request", **typed})


@pytest.fixture
def code(resident: Resident) -> str:
    """The code of a report that was sent on a Tuesday morning, the 24th."""
    return code_of(resident.report())


def test_it_is_folded_away_and_nothing_is_chosen_beforehand(resident: Resident, code: str) -> None:
    page = resident.follow(code).text

    assert SUMMARY in page
    assert '<details class="form__section--folded">' in page
    section = page[page.index(SUMMARY) :]
    assert section.count('name="request_kind"') == 3
    assert "checked" not in section.partition("</details>")[0]
    assert "Yêu cầu của bà con" not in page


@pytest.mark.parametrize(
    ("kind", "words", "name", "done"),
    [
        ("rut-dong-y", "", "rút lại sự đồng ý", "09/12/2026"),
        ("sua-thong-tin", WORDS, "sửa thông tin", "04/12/2026"),
        ("xoa-phieu", "", "xóa phiếu", "04/12/2026"),
    ],
)
def test_what_was_asked_is_shown_with_when_it_will_be_answered_and_done(
    resident: Resident,
    service: ReportService,
    code: str,
    kind: str,
    words: str,
    name: str,
    done: str,
) -> None:
    fields = hidden(resident.follow(code).text)
    said = {**fields, "action": "request", "request_kind": kind, "message": words}
    first, second = (resident.client.post("/tra-cuu/", data=said) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert "Đã nhận yêu cầu" in first.text
    assert f"<b>Yêu cầu {name}</b> <span>gửi ngày 24/11/2026</span>" in first.text
    assert "Cán bộ trả lời chậm nhất <b>ngày 26/11/2026</b>" in first.text
    assert f"Xong chậm nhất <b>ngày {done}</b>" in first.text
    assert (WORDS in first.text) is bool(words)
    assert len(record(service)) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "chưa chọn muốn làm gì"),
        ({"request_kind": "tat-ca", "message": WORDS}, "chưa chọn muốn làm gì"),
        ({"request_kind": "sua-thong-tin", "message": " \n"}, "chưa viết cần sửa gì"),
        ({"request_kind": "sua-thong-tin", "message": "a" * 5001}, "dài quá 5.000 ký tự"),
    ],
)
def test_a_mistake_is_told_and_everything_is_kept(
    resident: Resident, service: ReportService, code: str, typed: dict[str, str], told: str
) -> None:
    reply = send(resident, code, **typed)

    assert reply.status_code == 422
    assert told in reply.text
    assert '<details class="form__section--folded" open>' in reply.text
    words = typed.get("message", "").strip()
    assert f"\n{words}</textarea>" in reply.text
    assert not words or reply.text.count(words) == 1
    if typed.get("request_kind") == "sua-thong-tin":
        assert 'value="sua-thong-tin" checked' in reply.text
    assert record(service) == []


def test_the_same_wish_again_is_told_that_it_is_being_worked_on(
    resident: Resident, service: ReportService, code: str
) -> None:
    send(resident, code, request_kind="xoa-phieu")
    again = send(resident, code, request_kind="xoa-phieu")

    assert again.status_code == 422
    assert "đã gửi rồi, cán bộ đang làm" in again.text
    assert len(record(service)) == 1


def test_an_old_page_asks_again_with_what_was_chosen_and_typed(
    resident: Resident, service: ReportService, code: str
) -> None:
    fields = hidden(resident.follow(code).text)
    resident.clock.shift(25 * 60 * 60)
    said = {**fields, "action": "request", "request_kind": "sua-thong-tin", "message": WORDS}
    stale = resident.client.post("/tra-cuu/", data=said)
    again = {**hidden(stale.text), "code": code, "action": "request", "message": WORDS}
    reply = resident.client.post("/tra-cuu/", data=again)

    assert stale.status_code == 400
    assert "Yêu cầu: <b>sửa thông tin</b>" in stale.text
    assert 'value="request">Gửi yêu cầu</button>' in stale.text
    assert reply.status_code == 200
    assert [row.kind for row in record(service)] == ["sua-thong-tin"]


def test_the_page_tells_how_it_goes_on_and_how_it_ended(
    resident: Resident, service: ReportService, code: str
) -> None:
    send(resident, code, request_kind="xoa-phieu")
    asking = last_asked(service)
    acts.receive(service, actor=OTHER, asking=asking, text="Đã nhận, đang làm.")
    received = resident.follow(code).text
    acts.extend(service, actor=OTHER, asking=asking, days=5, times=TIMES, text="Xin thêm ngày.")
    extended = resident.follow(code).text
    resident.clock.shift(16 * 24 * 60 * 60)
    late = resident.follow(code).text
    acts.refuse(service, actor=OTHER, asking=asking, reason=Refusal.CASE_FILE, text="Đã lập hồ sơ.")
    refused = resident.follow(code).text

    assert "Cán bộ đã nhận ngày 24/11/2026." in received
    assert "Đã nhận, đang làm." in received
    assert "ngày 09/12/2026</b>, sau khi đã xin thêm thời gian một lần" in extended
    assert "Đã quá ngày ấy" not in extended
    assert "Đã quá ngày ấy" in late
    assert "không làm được, vì phiếu đã thành hồ sơ vụ việc" in refused
    assert "Đã lập hồ sơ." in refused
    assert OTHER.name not in received + extended + refused


def test_a_finished_correction_says_what_it_means(
    resident: Resident, service: ReportService, code: str
) -> None:
    send(resident, code, request_kind="sua-thong-tin", message=WORDS)
    acts.finish(service.database, actor=OTHER, asking=last_asked(service))

    assert "Cán bộ làm theo lời đã sửa" in resident.follow(code).text


def erase(service: ReportService) -> None:
    """Let two officers delete the only report."""
    with service.database.read() as connection:
        report_id, version = connection.execute(select(reports.c.id, reports.c.version)).one()
    why = TrashReason.ASKED_FOR
    trash.put_in_trash(
        service.database, actor=IN_CHARGE, report_id=report_id, version=version, reason=why
    )
    trash.approve(service.database, actor=OTHER, report_id=report_id)


def test_after_deletion_the_code_opens_a_page_that_says_so_and_nothing_else(
    resident: Resident, service: ReportService
) -> None:
    receipt = resident.report()
    code = code_of(receipt)
    open_page = hidden(resident.follow(code).text)
    send(resident, code, request_kind="xoa-phieu")
    erase(service)

    page = resident.follow(code)
    late = resident.client.post(
        "/tra-cuu/", data={**open_page, "action": "message", "message": "Còn nữa."}
    )

    assert page.status_code == 200
    assert reference_of(receipt) in page.text
    assert "Nội dung phiếu đã được xóa" in page.text
    assert "Xóa ngày 24/11/2026 lúc 09:0" in page.text
    assert "theo yêu cầu của bà con" in page.text
    for gone in ("<form", "Trao đổi", "Mới", "karaoke", "<textarea"):
        assert gone not in page.text
    assert late.status_code == 410
    assert "Chưa gửi: nội dung phiếu này đã được xóa" in late.text
    assert "Còn nữa." in late.text


def test_a_database_that_does_not_answer_keeps_the_wish(
    resident: Resident, service: ReportService, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StorageError("away")

    monkeypatch.setattr("forms_api.public_app.data_request_act.ask", fail)
    reply = send(resident, code, request_kind="sua-thong-tin", message=WORDS)

    assert reply.status_code == 503
    assert f"{WORDS}</textarea>" in reply.text
    assert 'name="request_kind" value="sua-thong-tin"' in reply.text
    assert record(service) == []
