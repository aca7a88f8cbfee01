"""The audit log at the desk: all that was done, in words, newest first, provably whole, no content."""

from __future__ import annotations

import ast
import datetime as dt
import html
import re
from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy import select, update

from forms_api.accounts.permissions import Role
from forms_api.documents.export_files import ExportKind
from forms_api.officer_app.account_words import ACCOUNT_ACTIONS, event_text
from forms_api.officer_app.words import ACTIONS
from forms_api.reports.audit_trail import GROUPS, PAGE_LENGTH, Group
from forms_api.reports.reading import RevealReason
from forms_api.reports.service import ReportService
from forms_api.store import audit
from forms_api.store.schema import events, reports
from tests.conftest import ROOT
from tests.officers.conftest import SignInAs
from tests.officers.desk import send_report
from tests.officers.signed_in import OfficerAtDesk

PAGE = "/can-bo/nhat-ky/"
SECRET_WORDS = "kẻ lạ mặt cạnh hồ Thùng Đấu"
ROW = re.compile(r'<span class="soft">số (\d+)</span></td>')
HEAD = re.compile(r'số <b>(\d+)</b>, mã <code id="ma-nhat-ky">([0-9a-f ]+)</code>')
NOTED = re.compile(r"Event|note|_note|log|_log|note_export")


def numbers(page: str) -> list[int]:
    """Return the numbers of a page's lines, as they stand."""
    return [int(number) for number in ROW.findall(page)]


def a_report(
    service: ReportService, words: str = "Có tiếng ồn", **clear: object
) -> tuple[str, str]:
    """Send a report and return its id and reference."""
    reference = send_report(service, words, **clear).reference
    with service.database.read() as connection:
        found = select(reports.c.id).where(reports.c.reference == reference)
        return str(connection.execute(found).scalar_one()), reference


def note(service: ReportService, *actions: str, actor: str = "officer:ai-do") -> None:
    """Put events into the log that nothing else tells of."""
    new = [audit.Event(actor, action) for action in actions]
    now = dt.datetime.now(dt.UTC)
    service.database.write(lambda connection: audit.append(connection, new, at=now))


def test_reading_and_revealing_stand_in_it_apart_from_other_acts_and_without_content(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    report_id, reference = a_report(service, SECRET_WORDS)
    lead.get(f"/can-bo/phieu/{report_id}/")
    lead.post(f"/can-bo/phieu/{report_id}/danh-tinh/", {"reason": RevealReason.CALL_BACK.value})

    page = html.unescape(lead.get(PAGE).text)

    assert 'Mở phiếu đọc <span class="tag">đọc nội dung</span>' in page
    assert "Xem người gửi là ai, vì: cần liên lạc với người gửi" in page
    assert '<span class="tag tag--warning">xem người gửi</span>' in page
    assert f'<a href="/can-bo/phieu/{report_id}/">{reference}</a>' in page
    assert "Phạm Thị Mẫu" in page
    assert SECRET_WORDS not in page


def test_it_is_read_page_by_page_newest_first_and_no_line_twice(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    note(service, *["signed in"] * (2 * PAGE_LENGTH))
    seen: list[int] = []
    address: str | None = PAGE

    while address is not None:
        page = lead.get(address).text
        seen += numbers(page)
        more = re.search(r'href="([^"]+)">Trang sau', page)
        address = html.unescape(more.group(1)) if more else None

    with service.database.read() as connection:
        newest = audit.read_head(connection).sequence
    assert seen == list(range(newest, 0, -1))


def test_the_filters_are_in_the_address_and_the_page_after_keeps_them(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    note(service, *["token added"] * (PAGE_LENGTH + 5), actor="cli:root")
    note(service, "token added", actor="officer:ai-do")

    first = lead.get(f"{PAGE}?nguoi=cli%3A&viec=khoa").text
    more = re.search(r'href="([^"]+)">Trang sau', first)
    assert more
    second = lead.get(html.unescape(more.group(1))).text

    assert len(numbers(first)) == PAGE_LENGTH
    assert len(numbers(second)) == 5
    assert "ai-do" not in second
    assert '<option value="cli:" selected>' in second


def test_one_person_s_acts_can_be_read_alone(
    service: ReportService, lead: OfficerAtDesk, admin: OfficerAtDesk
) -> None:
    page = lead.get(f"{PAGE}?nguoi=officer%3Aquan-tri").text

    with service.database.read() as connection:
        mine = select(events.c.sequence).where(events.c.actor == "officer:quan-tri")
        assert sorted(numbers(page)) == sorted(connection.execute(mine).scalars())


def test_one_report_s_story_can_be_read_alone_by_its_reference(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    report_id, reference = a_report(service)
    a_report(service)
    lead.get(f"/can-bo/phieu/{report_id}/")

    page = lead.get(f"{PAGE}?phieu={reference.lower()}").text

    assert len(numbers(page)) == 2  # it came, it was read
    assert set(re.findall(r"XG-\w{6}", page.partition("<tbody>")[2])) == {reference}


def test_days_are_those_of_vietnam_both_ends_among_them(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    late_in_the_evening = dt.datetime(2025, 3, 4, 16, 59, tzinfo=dt.UTC)
    with time_machine.travel(late_in_the_evening, tick=False):
        note(service, "token added")
    with time_machine.travel(late_in_the_evening + dt.timedelta(minutes=1), tick=False):
        note(service, "token revoked")

    def actions(days: str) -> list[bool]:
        page = lead.get(f"{PAGE}?{days}").text
        return ["Làm mã máy" in page, "Thu hồi mã máy" in page]

    assert actions("tu=2025-03-04&den=2025-03-04") == [True, False]
    assert actions("tu=2025-03-05&den=2025-03-05") == [False, True]
    assert actions("tu=2025-03-04&den=2025-03-05") == [True, True]


@pytest.mark.parametrize(
    "query",
    [
        "viec=khong-co",
        "tu=hom-qua&den=9999-12-31",
        "tu=0001-01-01",
        "sau=-1",
        "sau=99999999999999999999999",
        "sau=%D9%A1",
        "nguoi=%07",
        "nguoi=a&nguoi=b",
        "viec=doc&viec=khoa&la=1",
    ],
)
def test_a_question_that_no_log_could_answer_is_no_failure(lead: OfficerAtDesk, query: str) -> None:
    assert lead.get(f"{PAGE}?{query}").status_code == 200


def test_a_report_beyond_the_reader_s_part_has_no_number_there_and_is_not_found_by_it(
    service: ReportService, sign_in_as: SignInAs
) -> None:
    _, reference = a_report(service, area="to-1")
    elsewhere = sign_in_as(role=Role.HEAD, areas=["to-2"])

    everything = elsewhere.get(PAGE).text
    asked = elsewhere.get(f"{PAGE}?phieu={reference}").text

    assert "ngoài phần việc của anh/chị" in everything
    assert reference not in everything
    assert "Không có dòng nào như vậy" in asked


def test_who_keeps_the_machine_sees_numbers_of_reports_and_no_way_into_them(
    service: ReportService, admin: OfficerAtDesk
) -> None:
    report_id, reference = a_report(service)

    page = admin.get(PAGE).text

    assert reference in page
    assert report_id not in page


def test_an_untouched_log_is_whole_and_says_up_to_where(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    shown = HEAD.search(lead.get(PAGE).text)
    assert shown

    answer = lead.post(f"{PAGE}kiem-tra/", follow_redirects=True)

    assert f"Nhật ký nguyên vẹn đến số {shown.group(1)}, mã {shown.group(2)}" in answer.text
    with service.database.read() as connection:
        assert int(shown.group(1)) == audit.read_head(connection).sequence


def test_a_changed_line_is_found_and_named(service: ReportService, lead: OfficerAtDesk) -> None:
    note(service, "token added", "token revoked")
    with service.database.read() as connection:
        second_to_last = audit.read_head(connection).sequence - 1
    forged = update(events).where(events.c.sequence == second_to_last).values(actor="officer:khac")
    service.database.write(lambda connection: connection.execute(forged).rowcount)

    answer = lead.post(f"{PAGE}kiem-tra/", follow_redirects=True)

    assert f"NHẬT KÝ KHÔNG CÒN NGUYÊN từ số {second_to_last}" in answer.text


def test_what_was_copied_onto_paper_is_compared_with_the_log(
    service: ReportService, lead: OfficerAtDesk
) -> None:
    shown = HEAD.search(lead.get(PAGE).text)
    assert shown
    number, code = shown.groups()
    note(service, "token added")

    def said(**typed: str) -> str:
        return lead.post(f"{PAGE}kiem-tra/", typed, follow_redirects=True).text

    assert f"Số {number} vẫn đúng mã" in said(number=number, code=code.upper())
    assert "KHÔNG KHỚP VỚI SỔ" in said(number=str(int(number) - 1), code=code)
    assert "KHÔNG KHỚP VỚI SỔ" in said(number="999999", code=code)
    assert "Chưa so được với sổ" in said(number=number, code=code[:8])
    assert "Chưa so được với sổ" in said(number="một", code=code)
    assert "Chưa so được với sổ" in said(number="", code=code)


def actions_in_code() -> Iterator[str]:
    """Give every action that the code writes into the log by name."""
    for path in (ROOT / "forms_api").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and NOTED.fullmatch(
                ast.unparse(node.func).split(".")[-1]
            ):
                for value in node.args[1:3]:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield value.value


def test_every_act_that_the_code_notes_has_words_and_belongs_to_a_group() -> None:
    written = set(actions_in_code())
    grouped = [action for group in GROUPS.values() for action in group]

    assert len(written) > 30
    assert written <= set(grouped)
    assert set(grouped) == ACTIONS.keys() | ACCOUNT_ACTIONS.keys()
    assert len(grouped) == len(set(grouped))


def test_every_act_on_a_report_has_words_on_its_page() -> None:
    of_reports = (Group.READING, Group.IDENTITY, Group.WORK, Group.TRASH)
    acts = {action for group in of_reports for action in GROUPS[group]}

    assert acts - {"talk opened", "talk ended"} <= ACTIONS.keys()


@pytest.mark.parametrize("action", [*ACTIONS, *ACCOUNT_ACTIONS, "something new"])
def test_words_never_fail_whatever_facts_are_missing(action: str) -> None:
    assert event_text("officer:lan", action, {})


def test_facts_are_told_in_vietnamese() -> None:
    told = [
        event_text("officer:lan", "officer added", {"officer": "binh", "role": "cong-an"}),
        event_text(
            "officer:lan",
            "export asked",
            {"kind": ExportKind.NUMBERS_CSV.value, "period": "2026-11"},
        ),
        event_text("officer:lan", "notice dropped", {"number": 3, "topic": "report.waiting"}),
        event_text("officer:lan", "token added", {"token": "{role} <b>"}),
    ]

    assert told == [
        "Thêm cán bộ binh, vai trò Công an phường",
        "Xuất tệp: Số liệu (CSV), Tháng 11/2026",
        "Bỏ thông báo không gửi được: có phiếu mới đang chờ",
        "Làm mã máy “{role} <b>”",
    ]
