"""axe finds nothing on any page; everything is reached by keyboard; large text breaks nothing.

Every page of the built site is looked at, and the form's pages in each of their states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.axe import DESK, found_on_public_page
from tests.e2e.browsing import (
    DAY,
    PHONE,
    PLACE,
    agree,
    go_on,
    open_form_from_home,
    receipt,
    send,
    tell,
)
from tests.e2e.installation import Server
from tests.e2e.layout import faults, small_targets, walk_by_keyboard

pytestmark = pytest.mark.browser


def at(path: str) -> Callable[[Page, str], None]:
    """Return how to come to an address."""

    def go(page: Page, url: str) -> None:
        page.goto(f"{url}{path}")

    return go


def make_mistakes(page: Page, url: str) -> None:
    """Come to a form that lists its mistakes."""
    open_form_from_home(page, url)
    page.get_by_label("Không, đã qua hoặc xảy ra nhiều lần").check()
    go_on(page)
    page.get_by_label("Không, tôi để lại tên hoặc cách liên lạc").check()
    page.get_by_label("Gọi điện thoại").check()
    page.get_by_label("Số điện thoại", exact=True).fill("12")
    go_on(page)
    page.get_by_label("Tiếng ồn, karaoke").check()
    page.get_by_label("Ngày xảy ra").fill(DAY)
    page.get_by_label("Địa điểm xảy ra", exact=True).fill(PLACE)
    page.get_by_label("Tóm tắt diễn biến").fill("ngắn")
    agree(page)
    send(page)
    expect(page.get_by_role("alert")).to_be_visible()


def come_to_a_stop(page: Page, url: str) -> None:
    """Come to the screen that leads to 113 first."""
    open_form_from_home(page, url)
    tell(page, is_going_on=True)
    send(page)
    expect(page.get_by_role("button", name="Vẫn gửi phiếu này")).to_be_visible()


def get_a_receipt(page: Page, url: str) -> str:
    """Come to a receipt; return its code."""
    open_form_from_home(page, url)
    tell(page)
    send(page)
    return receipt(page)[1]


def follow_up(page: Page, url: str) -> None:
    """Come to a report that holds a message."""
    code = get_a_receipt(page, url)
    page.goto(f"{url}/tra-cuu/")
    page.get_by_label("Mã theo dõi").fill(code)
    page.get_by_role("button", name="Mở phiếu").click()
    page.get_by_label("Viết thêm").fill("Vẫn tái diễn.")
    page.get_by_role("button", name="Gửi lời viết thêm").click()
    expect(page.get_by_role("status")).to_be_visible()


def try_a_wrong_code(page: Page, url: str) -> None:
    """Come to the page that knows no such code."""
    page.goto(f"{url}/tra-cuu/")
    page.get_by_label("Mã theo dõi").fill("abcd")
    page.get_by_role("button", name="Mở phiếu").click()
    expect(page.get_by_role("alert")).to_be_visible()


FORM_STATES: dict[str, Callable[[Page, str], object]] = {
    "form": at("/gui/phan-anh-antt/"),
    "form with mistakes": make_mistakes,
    "stop": come_to_a_stop,
    "receipt": get_a_receipt,
    "follow-up": at("/tra-cuu/"),
    "wrong code": try_a_wrong_code,
    "followed report": follow_up,
    "unknown page": at("/khong-co/"),
}
WALKED = [
    "/",
    "/huong-dan/gui-phan-anh-vneid/",
    "/quy-che/",
    "/lien-he/",
    "/gui/phan-anh-antt/",
    "/tra-cuu/",
]
BROWSERS_OWN = 16
"""A browser's own text size in pixels."""


def addresses(site_dir: Path) -> list[str]:
    """Return the address of every page that was built."""
    files = (path.relative_to(site_dir).as_posix() for path in site_dir.rglob("*.html"))
    return sorted("/" + name.removesuffix("index.html") for name in files)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without motion, so that nothing is judged half faded in."""
    with closing(
        browser.new_context(reduced_motion="reduce", locale="vi-VN", viewport=PHONE)
    ) as context:
        yield context.new_page()


def enlarge(page: Page, times: float) -> None:
    """Set the browser's own text size to so many times the usual."""
    session = page.context.new_cdp_session(page)
    size = round(BROWSERS_OWN * times)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": size, "fixed": size}})


def look_at_all(
    page: Page, url: str, site_dir: Path, look: Callable[[Page], list[str]]
) -> dict[str, list[str]]:
    """Return what `look` finds, by address, on every page of the site."""
    found = {}
    for address in addresses(site_dir):
        page.goto(f"{url}{address}")
        found[address] = look(page)
    return {address: faults for address, faults in found.items() if faults}


def on_both_screens(look: Callable[[Page], list[str]]) -> Callable[[Page], list[str]]:
    """Return how to look on a phone, then on a desk."""

    def twice(page: Page) -> list[str]:
        found = []
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            found += [f"{size['width']} px: {fault}" for fault in look(page)]
        return found

    return twice


def test_axe_finds_nothing_on_any_page_of_the_site(
    page: Page, server: Server, site_dir: Path
) -> None:
    assert len(addresses(site_dir)) > 40
    assert look_at_all(page, server.url, site_dir, found_on_public_page) == {}


@pytest.mark.parametrize("state", FORM_STATES)
def test_axe_finds_nothing_on_form_pages(page: Page, server: Server, state: str) -> None:
    FORM_STATES[state](page, server.url)

    assert found_on_public_page(page) == []


def test_nothing_is_cut_covered_or_too_small_on_any_page(
    page: Page, server: Server, site_dir: Path
) -> None:
    look = on_both_screens(lambda page: [*faults(page), *small_targets(page)])

    assert look_at_all(page, server.url, site_dir, look) == {}


def test_text_of_twice_the_size_breaks_no_page_of_the_site(
    page: Page, server: Server, site_dir: Path
) -> None:
    enlarge(page, 2)
    page.goto(f"{server.url}/")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 36

    assert look_at_all(page, server.url, site_dir, on_both_screens(faults)) == {}


@pytest.mark.parametrize("state", FORM_STATES)
def test_text_of_twice_the_size_breaks_no_form_page(page: Page, server: Server, state: str) -> None:
    FORM_STATES[state](page, server.url)
    normal = on_both_screens(lambda page: [*faults(page), *small_targets(page)])(page)
    enlarge(page, 2)

    assert normal == []
    assert on_both_screens(faults)(page) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("address", WALKED)
def test_the_keyboard_reaches_everything_and_always_shows_where_it_is(
    page: Page, server: Server, address: str, size: ViewportSize
) -> None:
    page.set_viewport_size(size)
    page.goto(f"{server.url}{address}")

    assert walk_by_keyboard(page) == []


def test_the_first_stop_leads_past_the_menus(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/huong-dan/gui-phan-anh-vneid/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Đến nội dung chính")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator("main").get_by_role("link", name="Tất cả hướng dẫn")).to_be_focused()
