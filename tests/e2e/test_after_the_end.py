"""After a report: its reporter opens it again, asks for deletion, and two officers do what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from forms_api.accounts.permissions import Role
from forms_api.reports.casework import Move, transition
from forms_api.reports.intake import Receipt, submit
from forms_api.reports.lifecycle import Status
from forms_api.reports.queue import acknowledge, claim_one
from forms_api.reports.service import ReportService, open_service
from forms_api.settings import read_settings
from tests.conftest import SCREENSHOTS
from tests.e2e import desk
from tests.e2e.axe import DESK, found_by_axe
from tests.e2e.browsing import PHONE, watch
from tests.e2e.installation import Installation, install
from tests.e2e.layout import faults, small_targets
from tests.reports.cases import HOUR, answers
from tests.reports.people import IN_CHARGE, id_of
from tests.reports.samples import a_submission

pytestmark = pytest.mark.browser

SECTION = "Rút lại sự đồng ý, sửa thông tin, xóa phiếu"
AGAIN = "Tối qua lại hát tới nửa đêm."
CORRECTION = "Nhà số 12, không phải 21."
WHY = "Phiếu đã thành hồ sơ vụ việc ngày 20/11, phải giữ theo quy định."


@dataclass
class Ward:
    """A running installation with two officers, and the service that reports are put in by."""

    installation: Installation
    url: str
    browser: Browser
    service: ReportService
    people: dict[str, desk.Person]
    leaving: ExitStack

    def page(self, *, script: bool = True) -> Page:
        """Return a page of somebody's own on a phone."""
        context = self.browser.new_context(
            viewport=PHONE, locale="vi-VN", java_script_enabled=script, reduced_motion="reduce"
        )
        return self.leaving.enter_context(closing(context)).new_page()

    def at_the_desk(self, name: str, *, script: bool = True) -> Page:
        """Return a page on which this officer has signed in."""
        page = self.page(script=script)
        desk.sign_in(page, self.url, self.people[name])
        return page

    def report(self, *, finished: bool = False) -> Receipt:
        """Put in a report that an officer has received, or finished with an answer."""
        receipt = submit(self.service, a_submission(content=answers(), category="tieng-on-karaoke"))
        report_id = id_of(self.service, receipt)
        claim_one(self.service.database, actor=IN_CHARGE, report_id=report_id, lease=HOUR)
        acknowledge(self.service.database, actor=IN_CHARGE, report_ids=[report_id])
        if finished:
            done = Move(Status.RESOLVED, 2, answer="Chúng tôi đã nhắc chủ quán ngày 23/11.")
            transition(self.service, actor=IN_CHARGE, report_id=report_id, move=done)
        return receipt


@pytest.fixture(scope="module")
def ward(
    tmp_path_factory: pytest.TempPathFactory, site_dir: Path, browser: Browser
) -> Iterator[Ward]:
    """A ward with an officer of the standing body and one of the police."""
    own = install(tmp_path_factory.mktemp("after") / "installation", site_dir)
    service = open_service(read_settings(own.environment()), reference_prefix="XG")
    with ExitStack() as leaving:
        leaving.callback(service.database.close)
        server = leaving.enter_context(own.serving(workers=1))
        people = {}
        for name, role in (("lan", Role.STANDING), ("binh", Role.POLICE)):
            full_name = {"lan": "Phạm Thị Mẫu", "binh": "Trần Văn Mẫu"}[name]
            invitation = desk.new_invitation(own, name, role, full_name=full_name)
            with closing(browser.new_context(locale="vi-VN")) as context:
                page = context.new_page()
                people[name] = desk.accept(page, server.url, invitation, name=name)
        yield Ward(own, server.url, browser, service, people, leaving)


def fits(page: Page) -> None:
    """Make sure that nothing stands beside a phone's screen, which a page without a script tells too."""
    for part in page.locator("main, form, input, textarea, select, details, section").all():
        box = part.bounding_box()
        assert box is None or box["x"] + box["width"] <= PHONE["width"]


def keep(page: Page, name: str) -> None:
    """Leave a picture of the whole page for people, on a phone and on a desk."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.emulate_media(color_scheme="light")
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        path = SCREENSHOTS / f"{name}-{size['width']}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")


def follow(page: Page, url: str, receipt: Receipt) -> None:
    """Type a code where reports are followed up."""
    page.goto(f"{url}/tra-cuu/")
    page.get_by_label("Mã theo dõi").fill(receipt.code.reveal())
    page.get_by_role("button", name="Mở phiếu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Phiếu {receipt.reference}")


def ask(page: Page, wish: str, words: str = "") -> None:
    """Choose what is wanted and send it."""
    if page.get_by_label(wish, exact=True).is_hidden():
        page.get_by_text(SECTION).click()
    page.get_by_label(wish, exact=True).check()
    page.get_by_label(re.compile("^Cần sửa gì")).fill(words)
    page.get_by_role("button", name="Gửi yêu cầu").click()
    expect(page.get_by_role("status").filter(has_text="Đã nhận yêu cầu")).to_be_visible()


def open_listed(page: Page, url: str, receipt: Receipt) -> None:
    """Go from today's page by the list of requests to the report."""
    page.goto(f"{url}/can-bo/")
    page.get_by_role("link", name=re.compile("yêu cầu rút, sửa, xóa")).click()
    page.get_by_role("link", name=receipt.reference).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(receipt.reference)


@pytest.mark.parametrize("script", [False, True])
def test_a_finished_report_is_opened_again_and_the_desk_s_list_says_so(
    ward: Ward, script: bool
) -> None:
    receipt = ward.report(finished=True)
    resident = ward.page(script=script)
    follow(resident, ward.url, receipt)
    resident.get_by_label(re.compile("^Muốn kể thêm điều gì")).fill(AGAIN)
    fits(resident)
    resident.get_by_role("button", name="Việc vẫn tái diễn").click()
    expect(resident.get_by_role("status").filter(has_text="đã được mở lại")).to_be_visible()
    expect(resident.get_by_role("heading", name="Đang xác minh")).to_be_visible()
    expect(resident.get_by_text(AGAIN)).to_be_visible()
    fits(resident)

    officer = ward.at_the_desk("lan", script=script)
    officer.goto(f"{ward.url}/can-bo/phieu/")
    officer.get_by_role("link", name="Vẫn tái diễn").click()
    row = officer.get_by_role("row").filter(has_text=receipt.reference)
    expect(row).to_contain_text("vẫn tái diễn")
    row.get_by_role("link", name=receipt.reference).click()
    expect(officer.get_by_text("Người gửi báo vẫn tái diễn: phiếu mở lại")).to_be_visible()


def test_what_was_asked_to_be_deleted_is_gone_after_two_officers_and_the_code_says_so(
    ward: Ward,
) -> None:
    receipt = ward.report()
    resident = ward.page(script=False)
    follow(resident, ward.url, receipt)
    ask(resident, "Xóa phiếu")
    expect(resident.get_by_text("Cán bộ trả lời chậm nhất")).to_be_visible()
    fits(resident)

    first = ward.at_the_desk("lan", script=False)
    open_listed(first, ward.url, receipt)
    fits(first)
    first.get_by_role("button", name="Đã nhận, đang làm").click()
    expect(first.get_by_role("status")).to_contain_text("Đã trả lời người gửi")
    follow(resident, ward.url, receipt)
    expect(resident.get_by_text("Cán bộ đã nhận ngày")).to_be_visible()
    first.get_by_role("button", name="Xóa nội dung theo yêu cầu").click()
    expect(first.get_by_role("status")).to_contain_text("Người thứ hai đồng ý")

    second = ward.at_the_desk("binh", script=False)
    second.goto(f"{ward.url}/can-bo/thung-rac/")
    second.get_by_role("link", name=receipt.reference).click()
    expect(second.get_by_role("heading", level=1)).to_contain_text(receipt.reference)
    second.goto(f"{ward.url}/can-bo/thung-rac/")
    second.get_by_role("button", name="Đồng ý xóa ngay").click()
    expect(second.get_by_role("status")).to_contain_text("Đã xóa nội dung theo yêu cầu")

    follow(resident, ward.url, receipt)
    expect(resident.get_by_role("heading", name="Nội dung phiếu đã được xóa")).to_be_visible()
    expect(resident.get_by_text("theo yêu cầu của bà con")).to_be_visible()
    expect(resident.locator("main").get_by_role("button")).to_have_count(0)
    fits(resident)


def test_a_correction_is_read_and_done_and_a_refusal_says_why(ward: Ward) -> None:
    receipt = ward.report()
    resident = ward.page()
    follow(resident, ward.url, receipt)
    ask(resident, "Sửa thông tin", CORRECTION)
    ask(resident, "Rút lại sự đồng ý")

    officer = ward.at_the_desk("lan")
    open_listed(officer, ward.url, receipt)
    expect(officer.get_by_text(CORRECTION)).to_be_visible()
    correction = officer.get_by_role("region", name="Người gửi yêu cầu: sửa thông tin")
    correction.get_by_role("button", name="Đã làm xong").click()
    withdrawal = officer.get_by_role("region", name="Người gửi yêu cầu: rút lại sự đồng ý")
    withdrawal.get_by_text("Không làm được", exact=True).click()
    withdrawal.get_by_label("Lời gửi cho người gửi").first.fill(WHY)
    withdrawal.get_by_role("button", name="Xem trước rồi gửi").first.click()
    expect(officer.get_by_text(WHY)).to_be_visible()
    officer.get_by_role("button", name="Gửi", exact=True).click()
    expect(officer.get_by_role("status")).to_contain_text("không làm được, và vì sao")

    follow(resident, ward.url, receipt)
    expect(resident.get_by_text("Cán bộ làm theo lời đã sửa")).to_be_visible()
    expect(resident.get_by_text("không làm được, vì phiếu đã thành hồ sơ vụ việc")).to_be_visible()
    expect(resident.get_by_text(WHY)).to_be_visible()


def look(page: Page, name: str) -> list[str]:
    """Return what axe or the layout finds wrong, and keep a picture of the page."""
    keep(page, name)
    return [*found_by_axe(page), *faults(page)]


def test_on_both_screens_nothing_complains_at_the_reporter_s_pages(ward: Ward) -> None:
    receipt, page = ward.report(finished=True), ward.page()
    seen, found = watch(page.context), {}
    follow(page, ward.url, receipt)
    page.get_by_text(SECTION).click()
    found["finished"] = look(page, "followed-finished")
    page.get_by_role("button", name="Gửi yêu cầu").click()
    expect(page.get_by_role("alert").first).to_contain_text("chưa chọn muốn làm gì")
    found["mistake"] = look(page, "followed-mistake")
    ask(page, "Sửa thông tin", CORRECTION)
    ask(page, "Xóa phiếu")
    page.get_by_role("button", name="Việc vẫn tái diễn").click()
    expect(page.get_by_role("status").filter(has_text="Phiếu đã được mở lại")).to_be_visible()
    found["asked"] = look(page, "followed-asked")

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert small_targets(page) == []
    # A browser names every answer that is not 200; the form with its mistake is 422.
    assert [said for said in seen.complaints if "422" not in said] == []
    assert seen.hosts == {ward.url.removeprefix("http://")}
    assert receipt.code.reveal() not in "\n".join(seen.addresses)


def test_on_both_screens_nothing_complains_at_the_desk(ward: Ward) -> None:
    receipt, resident = ward.report(finished=True), ward.page()
    follow(resident, ward.url, receipt)
    ask(resident, "Sửa thông tin", CORRECTION)
    ask(resident, "Xóa phiếu")
    resident.get_by_role("button", name="Việc vẫn tái diễn").click()
    page, found = ward.at_the_desk("lan"), {}
    seen = watch(page.context)
    found["today"] = look(page, "desk-today-requests")
    page.goto(f"{ward.url}/can-bo/yeu-cau/")
    found["list"] = look(page, "desk-requests")
    page.goto(f"{ward.url}/can-bo/yeu-cau/?xem=qua-han")
    found["empty"] = look(page, "desk-requests-none")
    page.goto(f"{ward.url}/can-bo/phieu/?tai-dien=1")
    found["recurring"] = look(page, "desk-recurring")
    page.get_by_role("link", name=receipt.reference).first.click()
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found["report"] = look(page, "desk-report-requests")
    page.get_by_role("button", name="Xóa nội dung theo yêu cầu").click()
    expect(page.get_by_role("status")).to_contain_text("theo yêu cầu của người gửi")
    found["trash"] = look(page, "desk-trash-requests")
    other = ward.at_the_desk("binh")
    other.goto(f"{ward.url}/can-bo/thung-rac/")
    other.get_by_role("button", name="Đồng ý xóa ngay").first.click()
    expect(other.get_by_role("status")).to_contain_text("Đã xóa nội dung")
    other.goto(f"{ward.url}/can-bo/phieu/{id_of(ward.service, receipt)}/")
    found["erased"] = look(other, "desk-report-erased")
    follow(resident, ward.url, receipt)
    found["gone"] = look(resident, "followed-erased")

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert seen.complaints == []
