"""axe finds nothing on the desk's pages, whoever looks at them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from forms_api.accounts.permissions import Role
from tests.e2e import desk
from tests.e2e.axe import found_by_axe
from tests.e2e.installation import install
from tests.e2e.test_on_behalf import type_report

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Staff:
    """Two people who have signed in, a stranger with an invitation, and the sample reports."""

    url: str
    pages: dict[str, Page]
    people: dict[str, desk.Person]
    invitation: str
    references: dict[str, str]


@pytest.fixture
def staff(tmp_path: Path, site_dir: Path, browser: Browser) -> Iterator[Staff]:
    """An installation with samples in which nothing of one page hinders another."""
    installation = install(tmp_path / "installation", site_dir)
    made = json.loads(installation.run("samples", "add", "--json").stdout)
    with ExitStack() as leaving:
        server = leaving.enter_context(installation.serving(workers=1))

        def new_page() -> Page:
            context = browser.new_context(locale="vi-VN", reduced_motion="reduce")
            return leaving.enter_context(closing(context)).new_page()

        people, pages = {}, {"stranger": new_page()}
        for name, role in (("truc", Role.STANDING), ("may", Role.ADMIN)):
            pages[name] = new_page()
            code = desk.new_invitation(installation, name, role)
            people[name] = desk.accept(pages[name], server.url, code, name=name)
            desk.sign_in(pages[name], server.url, people[name])
        yield Staff(
            server.url,
            pages,
            people,
            desk.new_invitation(installation, "moi", Role.MEMBER),
            {sample["name"]: sample["reference"] for sample in made},
        )


def at(path: str, who: str) -> Callable[[Staff], Page]:
    """Return how somebody comes to an address, and confirms if the desk asks for it."""

    def go(staff: Staff) -> Page:
        page = staff.pages[who]
        page.goto(f"{staff.url}/can-bo/{path}")
        if who in staff.people:
            desk.confirm_if_asked(page, staff.people[who])
        expect(page).to_have_url(f"{staff.url}/can-bo/{path}")
        return page

    return go


def report(name: str, *, held: bool = False, previewed: bool = False) -> Callable[[Staff], Page]:
    """Return how to come to a sample's page, to hold it, to see an answer as its reader will."""

    def go(staff: Staff) -> Page:
        page = staff.pages["truc"]
        desk.open_report(page, staff.url, staff.references[name])
        if held:
            desk.claim_and_receive(page)
        if previewed:
            desk.preview_answer(page, "Chúng tôi đã đến xem.")
        return page

    return go


def unfold_report(staff: Staff) -> Page:
    """Come to a report with all that it folds away."""
    page = report("trom-xe")(staff)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    return page


def hold_talk(staff: Staff) -> Page:
    """Come to a talk that is being held."""
    page = at("buoi/", "truc")(staff)
    page.get_by_role("button", name="Mở buổi hướng dẫn").click()
    expect(page.get_by_role("link", name="Màn hình để chiếu").first).to_be_visible()
    return page


def show_talk(staff: Staff) -> Page:
    """Come to the screen that a hall sees."""
    page = hold_talk(staff)
    page.get_by_role("link", name="Màn hình để chiếu").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Viết thử một phiếu")
    return page


def find(staff: Staff) -> Page:
    """Come to what a search found."""
    page = staff.pages["truc"]
    desk.search(page, staff.url, "karaoke")
    expect(page.get_by_role("status")).to_be_visible()
    return page


def enter_report(staff: Staff) -> Page:
    """Come to the receipt of a report that was told on the phone."""
    page = at("nhap-phieu/phan-anh-antt/?kenh=dien-thoai", "truc")(staff)
    type_report(page, consent="Người gửi nói đồng ý, tôi đã đọc cho nghe")
    page.get_by_role("button", name="Nhận phiếu", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận phiếu")
    return page


def fail_to_sign_in(staff: Staff) -> Page:
    """Come to a sign-in that was refused."""
    page = staff.pages["stranger"]
    page.goto(f"{staff.url}/can-bo/vao/")
    page.get_by_label("Tên đăng nhập").fill("truc")
    page.get_by_label("Mật khẩu", exact=True).fill("khong phai")
    page.get_by_label("Mã 6 số trên điện thoại").fill("123456")
    page.get_by_role("button", name="Vào", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    return page


def open_invitation(staff: Staff) -> Page:
    """Come to the page on which a password is set and the phone connected."""
    page = staff.pages["stranger"]
    desk.open_invitation(page, staff.url, staff.invitation)
    expect(page.locator(".secret")).to_be_visible()
    return page


PAGES: dict[str, Callable[[Staff], Page]] = {
    "sign in": at("vao/", "stranger"),
    "sign in, refused": fail_to_sign_in,
    "invitation": at("loi-moi/", "stranger"),
    "invitation, opened": open_invitation,
    "today": at("", "truc"),
    "today, administrator": at("", "may"),
    "queue": at("phieu/", "truc"),
    "report that waits": unfold_report,
    "report that is held": report("karaoke", held=True),
    "answer, previewed": report("lua-dao", held=True, previewed=True),
    "entry, which form": at("nhap-phieu/", "truc"),
    "entry": at("nhap-phieu/phan-anh-antt/?kenh=giay", "truc"),
    "entry, receipt": enter_report,
    "search": at("tim/", "truc"),
    "search, found": find,
    "requests": at("yeu-cau/", "truc"),
    "numbers": at("so-lieu/", "truc"),
    "people": at("nguoi/", "truc"),
    "people, new": at("nguoi/moi/", "truc"),
    "rights": at("nguoi/quyen/", "truc"),
    "trash": at("thung-rac/", "truc"),
    "audit": at("nhat-ky/", "truc"),
    "account": at("tai-khoan/", "truc"),
    "first day": at("ngay-dau/", "truc"),
    "keys": at("khoa/", "may"),
    "keys, a program's": at("khoa/may/", "may"),
    "keys, recovery": at("khoa/khoi-phuc/", "may"),
    "keys, another": at("khoa/doi/", "may"),
    "notices": at("thong-bao/", "may"),
    "talks": hold_talk,
    "talk, for the hall": show_talk,
}


def test_axe_finds_nothing(staff: Staff) -> None:
    found = {kind: found_by_axe(go(staff)) for kind, go in PAGES.items()}

    assert {kind: wrong for kind, wrong in found.items() if wrong} == {}
