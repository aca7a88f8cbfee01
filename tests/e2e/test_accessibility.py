"""axe finds nothing on any page; everything is reached by keyboard; large text breaks nothing.

Every page of the built site is looked at, and the form's pages in each of their states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import DESK, SeenColours, found_on_public_page
from tests.e2e.browsing import PHONE
from tests.e2e.installation import Server
from tests.e2e.layout import faults, small_targets, walk_by_keyboard
from tests.e2e.senders import GOOD, Sender, code_of

pytestmark = pytest.mark.browser


def at(path: str) -> Callable[[Page, str], None]:
    """Return how to come to an address."""

    def go(page: Page, url: str) -> None:
        page.goto(f"{url}{path}")

    return go


def answered(ask: Callable[[Sender], httpx.Response], *, shows: str) -> Callable[[Page, str], None]:
    """Return how to show the page that the service answers with, which has a part of the role `shows`."""

    def go(page: Page, url: str) -> None:
        with closing(Sender(url)) as sender:
            reply = ask(sender)
        headers = {name: reply.headers[name] for name in LAID_WITH}
        page.route(
            str(reply.url),
            lambda route: route.fulfill(
                status=reply.status_code, headers=headers, body=reply.content
            ),
        )
        page.goto(str(reply.url))
        page.unroute(str(reply.url))
        expect(page.locator(shows).first).to_be_visible()

    return go


def make_mistakes(sender: Sender) -> httpx.Response:
    """Send a form that comes back with a list of its mistakes."""
    return sender.report(
        {
            **GOOD,
            "an-danh": "khong",
            "cach-tra-loi": "goi-dien",
            "dien-thoai": "12",
            "dien-bien": "ngắn",
        }
    )


def come_to_a_stop(sender: Sender) -> httpx.Response:
    """Send what leads to 113 first."""
    return sender.report({**GOOD, "dang-xay-ra": "co"})


def get_a_receipt(sender: Sender) -> httpx.Response:
    """Send a report."""
    return sender.report()


def follow_up(sender: Sender) -> httpx.Response:
    """Open a report that holds a message."""
    code = code_of(sender.report().text)
    return sender.follow(code, action="message", message="Vẫn tái diễn.")


def try_a_wrong_code(sender: Sender) -> httpx.Response:
    """Open what no code opens."""
    return sender.follow("abcd")


FORM_STATES: dict[str, Callable[[Page, str], object]] = {
    "form": at("/gui/phan-anh-antt/"),
    "form with mistakes": answered(make_mistakes, shows="main [role=alert]"),
    "stop": answered(come_to_a_stop, shows="button:text('Vẫn gửi phiếu này')"),
    "receipt": answered(get_a_receipt, shows="#so-phieu"),
    "follow-up": at("/tra-cuu/"),
    "wrong code": answered(try_a_wrong_code, shows="main [role=alert]"),
    "followed report": answered(follow_up, shows="main [role=status]"),
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

LAID_WITH = ("Content-Type", "Content-Security-Policy")
"""The headers that decide what a browser makes of a page."""

WIDEST = "XG-WWWWWW"
"""A reference of the widest sign that references are made of."""

_WIDEN = """(widest) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    walker.currentNode.data = walker.currentNode.data.replace(/\\b[A-Z]{2}-[0-9A-Z]{6}\\b/g, widest);
}"""


def addresses(site_dir: Path) -> list[str]:
    """Return the address of every page that was built."""
    files = (path.relative_to(site_dir).as_posix() for path in site_dir.rglob("*.html"))
    return sorted("/" + name.removesuffix("index.html") for name in files)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without motion, so that nothing is judged half faded in."""
    with closing(
        browser.new_context(
            reduced_motion="reduce", locale="vi-VN", viewport=PHONE, service_workers="block"
        )
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


def show_all(
    page: Page, url: str, look: Callable[[Page], list[str]], *, text_size: float = 1
) -> dict[str, list[str]]:
    """Return what `look` finds, by state, on the form's pages in each of their states."""
    found = {}
    for state, go in FORM_STATES.items():
        go(page, url)
        page.evaluate(_WIDEN, WIDEST)
        enlarge(page, text_size)
        found[state] = look(page)
    return {state: faults for state, faults in found.items() if faults}


def test_axe_finds_nothing_on_any_page_of_the_site(
    page: Page, server: Server, site_dir: Path
) -> None:
    seen = SeenColours()

    assert len(addresses(site_dir)) > 40
    found = look_at_all(page, server.url, site_dir, lambda page: found_on_public_page(page, seen))
    assert found == {}


def test_axe_finds_nothing_on_form_pages(page: Page, server: Server) -> None:
    seen = SeenColours()

    assert show_all(page, server.url, lambda page: found_on_public_page(page, seen)) == {}


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


def test_text_of_twice_the_size_breaks_no_form_page(page: Page, server: Server) -> None:
    look = on_both_screens(lambda page: [*faults(page), *small_targets(page)])

    assert show_all(page, server.url, look) == {}
    assert show_all(page, server.url, on_both_screens(faults), text_size=2) == {}


def test_the_keyboard_reaches_everything_and_always_shows_where_it_is(
    page: Page, server: Server
) -> None:
    found = {}
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        for address in WALKED:
            page.goto(f"{server.url}{address}")
            found[f"{address} at {size['width']} px"] = walk_by_keyboard(page)

    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_the_first_stop_leads_past_the_menus(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/huong-dan/gui-phan-anh-vneid/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Đến nội dung chính")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator("main").get_by_role("link", name="Tất cả hướng dẫn")).to_be_focused()
