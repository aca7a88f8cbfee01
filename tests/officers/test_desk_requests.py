"""Requests about people's own data at the desk: seen in time, answered, done by two, refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine

from forms_api.accounts.permissions import Role
from forms_api.reports.followup import follow
from forms_api.reports.intake import Receipt
from forms_api.reports.request_record import RequestKind
from tests.officers.conftest import SignInAs
from tests.officers.desk import send_report
from tests.officers.signed_in import OfficerAtDesk
from tests.reports.asked import CANARY, ask_for, last_asked, record
from tests.reports.calendars import here
from tests.reports.cases import log_of, row_of
from tests.reports.people import id_of

LIST = "/can-bo/yeu-cau/"
TRASH = "/can-bo/thung-rac/"
START = here("2026-11-16 09:00")

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A Monday morning that goes on, and jumps where a test puts it."""
    with time_machine.travel(START, tick=True) as traveller:
        yield traveller


@pytest.fixture
def second(sign_in_as: SignInAs) -> OfficerAtDesk:
    """Another officer who may decide about the trash."""
    return sign_in_as(role=Role.POLICE, name="binh", full_name="Trần Văn Mẫu")


def asked(
    desk: OfficerAtDesk, kind: RequestKind, *, area: str | None = None
) -> tuple[Receipt, str]:
    """Send a report and ask for something about it; return the receipt and the page's address."""
    receipt = send_report(desk.service, area=area)
    ask_for(desk.service, receipt, kind)
    return receipt, f"/can-bo/phieu/{id_of(desk.service, receipt)}/"


def this(desk: OfficerAtDesk) -> dict[str, str]:
    """Return the field that names the newest request."""
    return {"request": last_asked(desk.service).request_id}


def test_an_empty_list_says_how_a_request_would_come(lead: OfficerAtDesk) -> None:
    page = lead.get(LIST).text

    assert "Chưa có yêu cầu nào" in page
    assert "chỉ họ mở phiếu bằng mã theo dõi" in page
    assert "yêu cầu rút, sửa, xóa" not in lead.get("/can-bo/").text


def test_open_ones_come_first_late_ones_are_marked_and_today_counts_them(
    clock: time_machine.Traveller, lead: OfficerAtDesk
) -> None:
    first, page = asked(lead, RequestKind.CORRECT)
    lead.post(f"{page}yeu-cau-da-xong/", this(lead))
    withdrawn, _ = asked(lead, RequestKind.WITHDRAW)
    clock.move_to(here("2026-11-18 17:30"))
    fresh, _ = asked(lead, RequestKind.DELETE)
    lead.sign_in()

    listed = lead.get(LIST).text
    today = lead.get("/can-bo/").text

    order = [listed.index(receipt.reference) for receipt in (withdrawn, fresh, first)]
    assert order == sorted(order)
    assert listed.count('<span class="tag tag--late">quá hạn</span>') == 1
    assert "trả lời trước hết ngày <b>18/11/2026</b>" in listed
    assert "Phạm Thị Mẫu làm" in listed
    assert '<span class="card__number">2</span>' in today
    assert "yêu cầu rút, sửa, xóa, <b>1 quá hạn</b>, 1 sắp đến hạn" in today
    assert "card--late" in today


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"tre", "moi", "xong"}),
        ("?xem=dang-mo", {"tre", "moi"}),
        ("?xem=qua-han", {"tre"}),
        ("?xem=sap-den-han", set()),
        ("?xem=da-xong", {"xong"}),
        ("?loai=xoa-phieu", {"moi"}),
        ("?xem=qua-han&loai=xoa-phieu", set()),
        ("?xem=x&loai=y", {"tre", "moi", "xong"}),
    ],
)
def test_every_filter_is_an_address(
    clock: time_machine.Traveller, lead: OfficerAtDesk, query: str, shown: set[str]
) -> None:
    done, page = asked(lead, RequestKind.CORRECT)
    lead.post(f"{page}yeu-cau-da-xong/", this(lead))
    late, _ = asked(lead, RequestKind.WITHDRAW)
    clock.move_to(here("2026-11-20 09:00"))
    fresh, _ = asked(lead, RequestKind.DELETE)
    lead.sign_in()
    listed = lead.get(f"{LIST}{query}").text

    names = {"tre": late, "moi": fresh, "xong": done}
    assert {name for name, receipt in names.items() if receipt.reference in listed} == shown
    assert shown or "Không có yêu cầu nào như vậy" in listed


def test_one_press_answers_with_the_ward_s_words_and_stops_the_clock(lead: OfficerAtDesk) -> None:
    receipt, page = asked(lead, RequestKind.DELETE)
    shown = lead.get(page).text
    answer = lead.post(f"{page}yeu-cau-da-nhan/", this(lead), follow_redirects=True)

    (message,) = follow(lead.service, receipt.code).messages
    assert "Người gửi yêu cầu: xóa phiếu" in shown
    assert message.text in shown
    assert "Đã trả lời người gửi" in answer.text
    assert "yeu-cau-da-nhan" not in answer.text
    assert "làm xong trước hết ngày <b>26/11/2026</b>" in answer.text


def test_a_second_press_is_told_who_was_first(lead: OfficerAtDesk, second: OfficerAtDesk) -> None:
    _, page = asked(lead, RequestKind.DELETE)
    fields = this(lead)
    lead.post(f"{page}yeu-cau-da-nhan/", fields)

    answer = second.post(f"{page}yeu-cau-da-nhan/", fields)

    assert answer.status_code == 409
    assert "Phạm Thị Mẫu" in answer.text


def test_a_refusal_needs_words_shows_them_first_and_reaches_the_reporter(
    lead: OfficerAtDesk,
) -> None:
    receipt, page = asked(lead, RequestKind.DELETE)
    act, filled = f"{page}yeu-cau-khong-lam-duoc/", {**this(lead), "reason": "luat-buoc-giu"}
    empty = lead.post(act, filled)
    words = {**filled, "text": "Phải giữ vì đã lập hồ sơ."}
    previewed = lead.post(act, words)
    changing = lead.post(act, {**words, "step": "change"})
    before = record(lead.service)[0].ended_at
    sent = lead.post(act, {**words, "step": "send"}, follow_redirects=True)

    assert empty.status_code == 422
    assert "Hãy viết vài lời." in empty.text
    assert re.search(r'<option value="luat-buoc-giu" selected>', empty.text)
    assert "Người gửi sẽ thấy như thế này" in previewed.text
    assert f'action="{act}"' in previewed.text
    assert "Phải giữ vì đã lập hồ sơ.</textarea>" in changing.text
    assert before is None
    assert "không làm được: luật buộc phải giữ" in sent.text
    (request,) = follow(lead.service, receipt.code).requests
    assert request.refusal == "luat-buoc-giu"


@pytest.mark.parametrize("days", ["", "0", "16", "mười"])
def test_days_that_the_law_does_not_give_are_told_and_the_words_are_kept(
    lead: OfficerAtDesk, days: str
) -> None:
    _, page = asked(lead, RequestKind.DELETE)
    data = {**this(lead), "days": days, "text": "Cần thêm ngày.", "step": "send"}

    answer = lead.post(f"{page}yeu-cau-them-ngay/", data)

    assert answer.status_code == 422
    assert "Cần thêm ngày.</textarea>" in answer.text
    assert record(lead.service)[0].extended_at is None


def test_more_time_is_asked_for_once(lead: OfficerAtDesk) -> None:
    receipt, page = asked(lead, RequestKind.DELETE)
    data = {**this(lead), "days": "15", "text": "Cần thêm ngày.", "step": "send"}
    answer = lead.post(f"{page}yeu-cau-them-ngay/", data, follow_redirects=True)

    assert "làm xong trước hết ngày <b>11/12/2026</b>" in answer.text
    assert "đã xin thêm ngày" in answer.text
    assert "Xin thêm thời gian</summary>" not in answer.text
    assert follow(lead.service, receipt.code).messages[0].text == "Cần thêm ngày."


def test_two_requests_on_one_page_share_no_id_and_a_mistake_comes_back_to_its_own(
    lead: OfficerAtDesk,
) -> None:
    receipt, page = asked(lead, RequestKind.DELETE)
    ask_for(lead.service, receipt, RequestKind.CORRECT, request_id="2")
    fields = {**this(lead), "reason": "chua-ro-can-gi", "text": ""}

    answer = lead.post(f"{page}yeu-cau-khong-lam-duoc/", fields).text

    ids = re.findall(r'\bid="([^"]+)"', answer)
    assert len(ids) == len(set(ids))
    assert 'id="refuse-text-sua-thong-tin-wrong"' in answer
    assert 'id="refuse-text-xoa-phieu-wrong"' not in answer
    assert CANARY in answer


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (RequestKind.DELETE, "nguoi-gui-yeu-cau-xoa"),
        (RequestKind.WITHDRAW, "nguoi-gui-rut-lai"),
    ],
)
def test_one_asks_for_deletion_another_confirms_and_it_is_gone_at_once(
    lead: OfficerAtDesk, second: OfficerAtDesk, kind: RequestKind, reason: str
) -> None:
    receipt, page = asked(lead, kind)
    report_id = page.split("/")[3]
    version = row_of(lead.service.database, report_id).version
    assert f'name="reason" value="{reason}"' in lead.get(page).text
    put = lead.post(
        f"{page}thung-rac/", {"reason": reason, "version": version}, follow_redirects=True
    )
    alone = lead.post(f"{TRASH}dong-y/", {"report": report_id}, follow_redirects=True)
    waiting = second.get(TRASH).text
    gone = second.post(f"{TRASH}dong-y/", {"report": report_id}, follow_redirects=True)

    assert "Người thứ hai đồng ý thì nội dung bị xóa ngay" in put.text
    assert "phải có người thứ hai đồng ý" in alone.text
    assert "Đồng ý xóa ngay" in waiting
    assert "phải xóa xong trước hết ngày" in waiting
    assert "Đã xóa nội dung theo yêu cầu của người gửi" in gone.text
    assert row_of(lead.service.database, report_id).sealed == b""
    assert follow(lead.service, receipt.code).was_asked_for
    assert "Trần Văn Mẫu làm" in lead.get(LIST).text
    shown = second.get(page)
    assert "Nội dung phiếu đã được xóa ngày" in shown.text
    assert f"Yêu cầu {'xóa phiếu' if kind is RequestKind.DELETE else 'rút lại'}" in shown.text


def test_who_may_not_delete_is_told_whom_to_ask(lead: OfficerAtDesk, sign_in_as: SignInAs) -> None:
    _, page = asked(lead, RequestKind.DELETE)
    member = sign_in_as(role=Role.MEMBER)

    shown = member.get(page).text

    assert "nhờ Thường trực hoặc Công an phường" in shown
    assert "Xóa nội dung theo yêu cầu" not in shown
    assert member.post(f"{page}yeu-cau-da-nhan/", this(lead)).status_code == 303


def test_a_request_beyond_an_officer_s_part_is_neither_listed_nor_answered(
    lead: OfficerAtDesk, sign_in_as: SignInAs
) -> None:
    receipt, page = asked(lead, RequestKind.CORRECT, area="to-1")
    elsewhere = sign_in_as(role=Role.HEAD, areas=["to-2"])

    assert receipt.reference not in elsewhere.get(LIST).text
    for act in ("da-nhan", "da-xong"):
        assert elsewhere.post(f"{page}yeu-cau-{act}/", this(lead)).status_code == 404
    assert record(lead.service)[0].answered_at is None


@pytest.mark.parametrize("request_id", ["", "x", "0" * 64, "'; --"])
def test_an_id_that_is_none_is_not_found(lead: OfficerAtDesk, request_id: str) -> None:
    _, page = asked(lead, RequestKind.CORRECT)

    answer = lead.post(f"{page}yeu-cau-da-xong/", {"request": request_id})

    assert answer.status_code == 404


def test_neither_list_nor_log_holds_a_word_of_it(lead: OfficerAtDesk) -> None:
    receipt, page = asked(lead, RequestKind.CORRECT)
    report_id = page.split("/")[3]

    shown = lead.get(LIST).text + lead.get("/can-bo/").text + lead.get("/can-bo/nhat-ky/").text

    assert "CHIM-HOANG-YEN" not in shown + str(log_of(lead.service.database, report_id))
    assert receipt.code.reveal() not in shown
    assert "Người gửi yêu cầu: sửa thông tin" in shown
