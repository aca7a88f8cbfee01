"""A report that comes by phone or on paper, typed by a member on a phone, handed over, followed up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from forms_api.accounts.permissions import Role
from tests.e2e import desk
from tests.e2e.axe import found_by_axe
from tests.e2e.browsing import DAY, PHONE, PLACE, WORDS, a_photo, watch
from tests.e2e.installation import Installation, install

pytestmark = pytest.mark.browser

STUB = re.compile(r"(XG-(?:[A-Z][0-9]){3})\. Nói số này")
CODE = re.compile(r"[0-9A-Z]{4}(?:\s+[0-9A-Z]{4}){5}")
NUMBER = "PA-2026-000123"


@dataclass
class Ward:
    """A running installation, a member's account, and stubs that were printed."""

    installation: Installation
    url: str
    browser: Browser
    member: desk.Person
    stubs: list[tuple[str, str]]
    leaving: ExitStack

    def page(self, *, script: bool) -> Page:
        """Return a page of somebody's own on a phone."""
        context = self.browser.new_context(
            viewport=PHONE, locale="vi-VN", java_script_enabled=script, reduced_motion="reduce"
        )
        return self.leaving.enter_context(closing(context)).new_page()

    def at_the_desk(self, *, script: bool) -> Page:
        """Return a page on which the member has signed in."""
        page = self.page(script=script)
        desk.sign_in(page, self.url, self.member)
        return page


@pytest.fixture(scope="module")
def ward(
    tmp_path_factory: pytest.TempPathFactory, site_dir: Path, browser: Browser
) -> Iterator[Ward]:
    """A ward with one member and a sheet of stubs."""
    installation = install(tmp_path_factory.mktemp("behalf") / "installation", site_dir)
    sheet = installation.folder / "cuong.pdf"
    made = installation.run("stubs", "make", "--count", "6", "--out", str(sheet))
    assert made.returncode == 0, made.stderr
    text = "\n".join(page.extract_text() for page in PdfReader(sheet).pages)
    stubs = list(zip(STUB.findall(text), CODE.findall(text), strict=True))
    assert len(stubs) == 6
    with ExitStack() as leaving:
        server = leaving.enter_context(installation.serving(workers=1))
        invitation = desk.new_invitation(installation, "hoa", Role.MEMBER)
        with closing(browser.new_context(locale="vi-VN")) as context:
            member = desk.accept(context.new_page(), server.url, invitation, name="hoa")
        yield Ward(installation, server.url, browser, member, stubs, leaving)


def fits(page: Page) -> None:
    """Make sure that nothing stands beside a phone's screen, which a page without a script tells too."""
    for part in page.locator("main, form, input, textarea, select, .receipt").all():
        box = part.bounding_box()
        assert box is None or box["x"] + box["width"] <= PHONE["width"]


def open_form(page: Page, url: str, *, way: str) -> None:
    """Go from today's page to the report's form."""
    page.goto(f"{url}/can-bo/")
    page.get_by_role("link", name="Nhập phiếu thay người khác").click()
    section = page.get_by_role("region", name="Phiếu phản ánh an ninh, trật tự")
    section.get_by_role("link", name=way).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nhập thay")
    expect(page.get_by_label(way, exact=True)).to_be_checked()


def type_report(page: Page, *, consent: str) -> None:
    """Type what somebody tells."""
    page.get_by_label("Không, đã qua hoặc xảy ra nhiều lần").check()
    page.get_by_label("Có, tôi không ghi tên").check()
    page.get_by_label("Tiếng ồn, karaoke").check()
    page.get_by_label("Ngày xảy ra").fill(DAY)
    page.get_by_label("Địa điểm xảy ra", exact=True).fill(PLACE)
    page.get_by_label("Tóm tắt diễn biến").fill(WORDS)
    page.get_by_label(consent).check()


def take(page: Page) -> None:
    """Press the button that takes the report in."""
    # A script asks first whether the line lives: the press alone is no navigation yet.
    with page.expect_navigation():
        page.get_by_role("button", name="Nhận phiếu", exact=True).click()


def handed_over(page: Page) -> str:
    """Return the reference on the receipt."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận phiếu")
    return page.locator("#so-phieu").inner_text().strip()


def follow(page: Page, url: str, code: str) -> None:
    """Type a code where reports are followed up."""
    page.goto(f"{url}/tra-cuu/")
    page.get_by_label("Mã theo dõi").fill(code)
    page.get_by_role("button", name="Mở phiếu").click()


def test_a_call_becomes_a_report_without_a_script_and_its_code_opens_it(ward: Ward) -> None:
    page = ward.at_the_desk(script=False)
    open_form(page, ward.url, way="Gọi điện")
    take(page)
    expect(page.get_by_role("alert")).to_contain_text("chỗ cần sửa")
    type_report(page, consent="Người gửi nói đồng ý, tôi đã đọc cho nghe")
    page.get_by_label("Ảnh, phim, ghi âm").set_input_files(a_photo())
    fits(page)
    take(page)
    reference = handed_over(page)
    code = page.locator("#ma-theo-doi").text_content() or ""
    fits(page)

    resident = ward.page(script=False)
    follow(resident, ward.url, code.strip())
    expect(resident.get_by_role("heading", level=1)).to_have_text(f"Phiếu {reference}")
    page.get_by_role("link", name="Mở phiếu").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)
    expect(page.get_by_text("Nhập phiếu thay người gửi (Gọi điện, nói đồng ý)")).to_be_visible()


def test_advice_is_shown_and_the_report_is_taken_all_the_same(ward: Ward) -> None:
    page = ward.at_the_desk(script=False)
    open_form(page, ward.url, way="Nói trực tiếp")
    type_report(page, consent="Người gửi nói đồng ý, tôi đã đọc cho nghe")
    page.get_by_label("Có, đang xảy ra").check()
    take(page)
    expect(page.get_by_role("status")).to_contain_text("Việc đang xảy ra thì gọi 113")
    expect(page.get_by_label("Tóm tắt diễn biến")).to_have_value(WORDS)

    take(page)

    assert handed_over(page)


def test_paper_with_a_stub_is_typed_and_its_code_is_changed_at_the_first_visit(ward: Ward) -> None:
    number, stub_code = ward.stubs[0]
    page = ward.at_the_desk(script=False)
    open_form(page, ward.url, way="Viết trên giấy")
    page.get_by_label("Số trên cuống").fill(number.removeprefix("XG-").lower())
    type_report(page, consent="Người gửi đã ký trên giấy")
    take(page)
    assert handed_over(page) == number
    expect(page.locator("#ma-theo-doi")).to_have_count(0)

    resident = ward.page(script=False)
    follow(resident, ward.url, stub_code)
    expect(resident.get_by_role("heading", level=1)).to_have_text("Giữ mã mới trước khi xem phiếu")
    new = (resident.locator("#ma-theo-doi").text_content() or "").strip()
    fits(resident)
    resident.get_by_role("button", name="Đã giữ mã mới, mở phiếu").click()
    expect(resident.get_by_role("heading", level=1)).to_have_text(f"Phiếu {number}")
    follow(resident, ward.url, stub_code)
    expect(resident.get_by_role("alert")).to_contain_text("Không mở được phiếu nào bằng mã này")

    follow(resident, ward.url, new)
    resident.get_by_text("Đã gửi việc này qua VNeID, hoặc đã báo công an?").click()
    resident.get_by_label("Số", exact=True).fill(NUMBER)
    resident.get_by_role("button", name="Ghi số").click()
    expect(resident.get_by_role("status")).to_contain_text("Đã ghi số")
    page.get_by_role("link", name="Mở phiếu").click()
    expect(page.get_by_text(f"Số trên VNeID: {NUMBER} (người gửi cho biết)")).to_be_visible()
    page.goto(f"{ward.url}/can-bo/")
    page.get_by_role("link", name="Phiếu chưa có số VNeID hoặc số hồ sơ nghiệp vụ").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phiếu")
    expect(page.get_by_role("link", name=number)).to_have_count(0)


def test_with_a_script_nothing_complains_and_axe_finds_nothing(ward: Ward) -> None:
    number, stub_code = ward.stubs[1]
    page = ward.at_the_desk(script=True)
    seen = watch(page.context)
    page.goto(f"{ward.url}/can-bo/nhap-phieu/")
    assert found_by_axe(page) == []
    open_form(page, ward.url, way="Viết trên giấy")
    expect(page.get_by_label("Họ và tên")).to_be_hidden()
    assert page.get_by_role("button", name="Ghi vị trí của điện thoại này").count() == 0
    take(page)
    assert found_by_axe(page) == []
    page.get_by_label("Số trên cuống").fill(number)
    type_report(page, consent="Người gửi đã ký trên giấy")
    page.get_by_label("Có người bị thương, cần cấp cứu").check()
    take(page)
    expect(page.get_by_role("status")).to_contain_text("Có người bị thương thì gọi 115")
    assert found_by_axe(page) == []
    take(page)
    assert handed_over(page) == number
    assert found_by_axe(page) == []

    resident = ward.page(script=True)
    heard = watch(resident.context)
    follow(resident, ward.url, stub_code)
    expect(resident.get_by_role("button", name="Chép mã")).to_be_visible()
    assert found_by_axe(resident) == []
    resident.get_by_role("button", name="Lưu thành ảnh").click()
    expect(resident.get_by_role("img", name="Giấy biên nhận phiếu phản ánh")).to_be_visible()
    resident.get_by_role("button", name="Đã giữ mã mới, mở phiếu").click()
    expect(resident.get_by_role("status").filter(has_text="Đã đổi mã")).to_be_visible()
    resident.get_by_text("Đã gửi việc này qua VNeID, hoặc đã báo công an?").click()
    assert found_by_axe(resident) == []
    # A browser names every answer that is not 200; the form with its mistakes is 422.
    assert [said for said in seen.complaints + heard.complaints if "422" not in said] == []
    assert seen.hosts | heard.hosts == {ward.url.removeprefix("http://")}


def test_on_a_phone_the_receipt_of_a_call_can_be_printed_and_copied(ward: Ward) -> None:
    page = ward.at_the_desk(script=True)
    open_form(page, ward.url, way="Gọi điện")
    type_report(page, consent="Người gửi nói đồng ý, tôi đã đọc cho nghe")
    take(page)

    assert handed_over(page)
    for button in ("In tờ này", "Chép mã"):
        expect(page.get_by_role("button", name=button)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("#ma-theo-doi")).to_be_visible()
    expect(page.get_by_text("Mã chỉ hiện ở đây.")).to_be_hidden()
