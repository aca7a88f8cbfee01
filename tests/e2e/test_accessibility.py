"""axe finds nothing on any kind of page, on a phone and on a desk, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import found_by_axe
from tests.e2e.browsing import open_form_from_home, receipt, send, tell
from tests.e2e.installation import Server

pytestmark = pytest.mark.browser


def at(path: str) -> Callable[[Page, str], None]:
    """Return how to come to an address."""

    def go(page: Page, url: str) -> None:
        page.goto(f"{url}{path}")

    return go


def make_mistakes(page: Page, url: str) -> None:
    """Come to a form that lists its mistakes."""
    open_form_from_home(page, url)
    page.get_by_label("Không, tôi để lại tên hoặc cách liên lạc").check()
    page.get_by_label("Gọi điện thoại").check()
    page.get_by_label("Số điện thoại", exact=True).fill("12")
    send(page)
    expect(page.get_by_role("alert")).to_be_visible()


def come_to_a_stop(page: Page, url: str) -> None:
    """Come to the screen that leads to 113 first."""
    open_form_from_home(page, url)
    tell(page)
    page.get_by_label("Có, đang xảy ra").check()
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


PAGES: dict[str, Callable[[Page, str], object]] = {
    "home": at("/"),
    "guide": at("/huong-dan/gui-phan-anh-vneid/"),
    "regulation": at("/quy-che/"),
    "contacts": at("/lien-he/"),
    "is it really the page": at("/dung-trang/"),
    "versions of the regulation": at("/quy-che/phien-ban/"),
    "what is new": at("/moi/"),
    "form": at("/gui/phan-anh-antt/"),
    "form with mistakes": make_mistakes,
    "stop": come_to_a_stop,
    "receipt": get_a_receipt,
    "follow-up": at("/tra-cuu/"),
    "wrong code": try_a_wrong_code,
    "followed report": follow_up,
    "unknown page": at("/khong-co/"),
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without motion, so that nothing is judged half faded in."""
    with closing(browser.new_context(reduced_motion="reduce")) as context:
        yield context.new_page()


@pytest.mark.parametrize("kind", PAGES)
def test_axe_finds_nothing(page: Page, server: Server, kind: str) -> None:
    PAGES[kind](page, server.url)

    assert found_by_axe(page) == []
