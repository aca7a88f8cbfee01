"""A week at the desk, in a real browser, as the people of a ward live it.

One installation, four people: the administrator, two officers and a resident. Every day begins where
the one before ended: the week is one test, and a failure names its day by the function it stands in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from forms_api.accounts.permissions import Role
from tests.e2e import desk
from tests.e2e.browsing import PHONE, WORDS, Watch, open_form_from_home, receipt, send, tell, watch
from tests.e2e.installation import Installation, Server, install

pytestmark = pytest.mark.browser

BIG: ViewportSize = {"width": 1280, "height": 900}
ANSWER = "Tối 20/5 chúng tôi đã đến quán đầu ngõ và lập biên bản. Việc lại xảy ra thì viết ở đây."
SECRET_NOTE = "Ghi chú mật: nguồn tin là người nhà chủ quán"


@dataclass
class Week:
    """The ward, its server, and what people carry from day to day."""

    installation: Installation
    server: Server
    browser: Browser
    people: dict[str, desk.Person] = field(default_factory=dict)
    open_contexts: list[BrowserContext] = field(default_factory=list)
    reference: str = ""
    code: str = ""
    watched: list[Watch] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the ward answers."""
        return self.server.url

    def page(self, *, phone: bool = True, script: bool = True) -> Page:
        """Return a page in a browser of its own, watched for complaints and other hosts."""
        context = self.browser.new_context(
            viewport=PHONE if phone else BIG, locale="vi-VN", java_script_enabled=script
        )
        if script:
            self.watched.append(watch(context))
        self.open_contexts.append(context)
        return context.new_page()

    def at_the_desk(self, name: str, *, phone: bool = True, script: bool = True) -> Page:
        """Return a page on which this person has just signed in."""
        page = self.page(phone=phone, script=script)
        desk.sign_in(page, self.url, self.people[name])
        return page


@pytest.fixture
def week(tmp_path: Path, site_dir: Path, browser: Browser) -> Iterator[Week]:
    """A fresh ward whose days follow each other."""
    installation = install(tmp_path / "installation", site_dir)
    with installation.serving(workers=1) as server:
        lived = Week(installation, server, browser)
        yield lived
        for context in lived.open_contexts:
            context.close()


def monday_an_invitation_and_a_first_sign_in(week: Week) -> None:
    invitation = desk.new_invitation(week.installation, "chi-huy", Role.STANDING)
    page = week.page()
    week.people["chi-huy"] = desk.accept(page, week.url, invitation, name="chi-huy")
    desk.sign_in(page, week.url, week.people["chi-huy"])

    for name, role in (("lan", Role.POLICE), ("binh", Role.POLICE)):
        code = desk.invite(page, week.url, week.people["chi-huy"], name=name, role=role)
        guest = week.page(script=name != "binh")  # one of them has no script
        week.people[name] = desk.accept(guest, week.url, code, name=name)

        desk.open_invitation(guest, week.url, code)
        expect(guest.get_by_role("alert")).to_contain_text("đã dùng")

    desk.sign_out(page)
    page.goto(f"{week.url}/can-bo/phieu/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vào bàn làm việc")


def tuesday_a_morning_s_queue_on_a_phone(week: Week) -> None:
    resident = week.page()
    opened = open_form_from_home(resident, week.url)
    tell(resident)
    send(resident, opened=opened)
    week.reference, week.code = receipt(resident)

    page = week.at_the_desk("lan")
    expect(page.locator(".card").first).to_contain_text("1")
    page.get_by_role("button", name="Nhận phiếu chờ lâu nhất").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(week.reference)
    expect(page.get_by_role("definition").filter(has_text=WORDS).first).to_be_visible()
    page.get_by_role("button", name="Tiếp nhận", exact=True).click()
    page.get_by_label("Ghi điều cần nhớ").fill(SECRET_NOTE)
    page.get_by_role("button", name="Lưu ghi chú").click()
    expect(page.get_by_role("status")).to_contain_text("Đã lưu ghi chú")

    desk.search(page, week.url, "quan dau ngo karaoke")
    expect(page.get_by_role("link", name=week.reference)).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def wednesday_two_officers_collide_and_the_second_is_told_who_was_first(week: Week) -> None:
    first, second = week.at_the_desk("lan"), week.at_the_desk("chi-huy", phone=False)
    for page in (first, second):
        desk.open_report(page, week.url, week.reference)

    desk.move_on(first, to="xac_minh")
    expect(first.get_by_role("status")).to_contain_text("Đã chuyển phiếu")
    desk.move_on(second, to="khong_du_thong_tin", reason="Không rõ quán nào")

    expect(second.get_by_role("heading", level=1)).to_have_text("Người khác đã làm trước")
    expect(second.get_by_text("lan vừa thay đổi phiếu này")).to_be_visible()
    expect(second.get_by_label("Điều vừa gõ, phần 1")).to_have_value("Không rõ quán nào")


def thursday_an_answer_is_seen_first_sent_and_read_by_the_resident(week: Week) -> None:
    page = week.at_the_desk("lan")
    desk.open_report(page, week.url, week.reference)
    page.get_by_label("Mẫu câu trả lời").select_option(label="Đã xử lý xong")
    page.get_by_label("Chuyển phiếu sang").select_option("da_giai_quyet")
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("alert")).to_contain_text("Còn chỗ chưa điền")

    desk.move_on(page, to="da_giai_quyet", answer=ANSWER)
    expect(page.get_by_role("status")).to_contain_text("Đã chuyển phiếu")

    resident = week.page(script=False)
    resident.goto(f"{week.url}/tra-cuu/")
    resident.get_by_label("Mã theo dõi").fill(week.code)
    resident.get_by_role("button", name="Mở phiếu").click()
    expect(resident.get_by_text(ANSWER)).to_be_visible()
    expect(resident.get_by_role("heading", name="Đã giải quyết")).to_be_visible()
    assert SECRET_NOTE not in resident.content()
    resident.get_by_role("button", name="Hài lòng", exact=True).click()
    expect(resident.get_by_role("status")).to_contain_text("Cảm ơn")


def thursday_a_long_pause_is_announced_before_the_desk_closes(week: Week) -> None:
    page = week.page()
    page.clock.install()
    desk.sign_in(page, week.url, week.people["lan"])
    soon = page.get_by_text("Năm phút nữa máy tự thoát")

    page.clock.fast_forward("24:00")
    expect(soon).to_be_hidden()
    page.clock.fast_forward("02:00")
    expect(soon).to_be_visible()
    page.get_by_role("button", name="Tôi vẫn ở đây").click()
    expect(soon).to_be_hidden()
    page.clock.fast_forward("26:00")
    page.context.clear_cookies()
    page.get_by_role("button", name="Tôi vẫn ở đây").click()
    expect(page.get_by_text("hãy chép lại")).to_be_visible()


def friday_the_week_s_report_is_made_and_taken(week: Week) -> None:
    page = week.at_the_desk("chi-huy", phone=False)
    page.goto(f"{week.url}/can-bo/so-lieu/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Số liệu")
    row = page.get_by_role("row", name="Nhận trong kỳ")
    expect(row.get_by_role("cell").first).to_have_text("1")
    page.get_by_label("Loại tệp").select_option(label="Dự thảo báo cáo (Word)")
    page.get_by_role("button", name="Làm tệp").click()
    assert week.installation.run("worker", "--once").returncode == 0
    page.reload()

    with page.expect_download() as taken:
        page.locator("#tep a[href*='/tep/']").click()
    words = _text_of(taken.value.path())
    assert "DỰ THẢO" in words
    assert WORDS not in words
    assert SECRET_NOTE not in words


def _text_of(path: Path) -> str:
    """Return every paragraph and cell of a Word file."""
    document = Document(BytesIO(path.read_bytes()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def saturday_a_leaver_s_reports_go_over_and_the_door_is_shut_at_once(week: Week) -> None:
    leaver = week.at_the_desk("lan")
    desk.open_report(leaver, week.url, week.reference)
    desk.move_on(leaver, to="xac_minh", reason="Quán lại mở nhạc")
    page = week.at_the_desk("chi-huy", phone=False)
    page.goto(f"{week.url}/can-bo/nguoi/")
    page.get_by_role("link", name="lan").click()
    page.get_by_label("Giao phiếu đang làm cho").select_option("binh")
    # Signing in a moment ago counts: nothing is asked again.
    page.get_by_role("button", name="Cho nghỉ ngay").click()
    expect(page.get_by_role("status")).to_contain_text("Đã giao 1 phiếu cho binh")

    leaver.goto(f"{week.url}/can-bo/phieu/")
    expect(leaver.get_by_role("heading", level=1)).to_have_text("Vào bàn làm việc")
    successor = week.at_the_desk("binh", script=False)
    successor.goto(f"{week.url}/can-bo/phieu/?cua-toi=1")
    expect(successor.get_by_role("link", name=week.reference)).to_be_visible()


def sunday_nothing_of_the_week_asked_another_host_or_broke_a_rule_of_the_page(
    week: Week,
) -> None:
    own_host = week.url.removeprefix("http://")
    hosts = set().union(*(seen.hosts for seen in week.watched))
    complaints = [words for seen in week.watched for words in seen.complaints]

    assert hosts == {own_host}
    # A refusal is a status of its own, which a browser's console names.
    assert [words for words in complaints if "status of" not in words] == []


def test_a_week_is_lived_day_by_day(week: Week) -> None:
    monday_an_invitation_and_a_first_sign_in(week)
    tuesday_a_morning_s_queue_on_a_phone(week)
    wednesday_two_officers_collide_and_the_second_is_told_who_was_first(week)
    thursday_an_answer_is_seen_first_sent_and_read_by_the_resident(week)
    thursday_a_long_pause_is_announced_before_the_desk_closes(week)
    friday_the_week_s_report_is_made_and_taken(week)
    saturday_a_leaver_s_reports_go_over_and_the_door_is_shut_at_once(week)
    sunday_nothing_of_the_week_asked_another_host_or_broke_a_rule_of_the_page(week)
