"""A line as it is at the edge of the ward: slow 3G on a small phone by keys alone, and one that goes dead meanwhile."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.e2e.axe import SCRIPT
from tests.e2e.browsing import (
    DAY,
    PHONE,
    PLACE,
    REVIEW,
    WORDS,
    open_form_from_home,
    receipt,
    tell,
    wait_as_people_do,
)
from tests.e2e.installation import Installation, Server
from tests.e2e.officers import Officer, new_officer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(whole_browser: Browser) -> Browser:
    """A browser as people have it, with its own life of workers and its page for a dead line."""
    return whole_browser


# “Slow 3G” as developer tools have it: a round trip in milliseconds, bytes a second both ways.
LATENCY_MS = 400
BYTES_PER_SECOND = 400_000 // 8
PATIENCE_MS = 60_000
MOST_STOPS = 200
MESSAGE = "Tối qua vẫn tái diễn, từ 22 giờ."
FORM = "/gui/phan-anh-antt/"
_BARRIERS = """axe.run({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } }).then(
  ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`)))"""
_SCRIPTS = re.compile(r"<script\b.*?</script>", re.DOTALL)
_NO_SCRIPT_TAGS = re.compile(r"</?noscript>")
_SECONDS_TO_THIS_PAGE = "performance.getEntriesByType('navigation')[0].duration / 1000"


@pytest.fixture
def plain_context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone of 360 px whose browser runs no JavaScript; the language orders a date."""
    with closing(
        browser.new_context(
            viewport=PHONE, java_script_enabled=False, locale="en-US", reduced_motion="reduce"
        )
    ) as opened:
        opened.set_default_timeout(PATIENCE_MS)
        yield opened


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone with JavaScript."""
    with closing(
        browser.new_context(viewport=PHONE, service_workers="block", reduced_motion="reduce")
    ) as opened:
        opened.set_default_timeout(PATIENCE_MS)
        yield opened


@pytest.fixture
def officer(tmp_path: Path, installation: Installation, server: Server) -> Officer:
    """An officer with a computer of their own."""
    return new_officer(tmp_path / "officer", installation, server.url)


def slow_down(page: Page) -> None:
    """Give the page's line the figures of slow 3G."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )


def barriers(page: Page, reader: Page) -> list[str]:
    """Return what axe finds on a page without scripts, and whether it is wider than the phone.

    Where scripts are off no timer of axe's ever ends: so the page as it stands, without its scripts
    and with what it shows instead of them, is laid before a browser that runs axe alone.
    """
    page.wait_for_load_state()  # on such a line the heading is there long before the rest
    as_it_stands = _NO_SCRIPT_TAGS.sub("", _SCRIPTS.sub("", page.content()))
    reader.route(page.url, lambda route: route.fulfill(body=as_it_stands, content_type="text/html"))
    reader.goto(page.url)
    reader.unroute(page.url)
    reader.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found: list[str] = reader.evaluate(_BARRIERS)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, *([f"{wide} px wider than the phone"] if wide > 0 else [])]


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until the control has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"the keyboard never reached {wanted}")


def press(page: Page, wanted: Locator, heading: str) -> None:
    """Go to a link or button by Tab, press Enter, and wait for the page with that heading."""
    reach(page, wanted)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


def fill_in_by_keys(page: Page) -> None:
    """Answer all that the form requires, without a mouse or a finger."""

    def at(label: str) -> None:
        reach(page, page.get_by_label(label, exact=True))

    keys = page.keyboard
    at("Có, đang xảy ra")
    keys.press("ArrowDown")
    at("Có, tôi không ghi tên")
    keys.press("Space")
    at("Tiếng ồn, karaoke")
    keys.press("Space")
    at("Ngày xảy ra")
    year, month, day = DAY.split("-")
    keys.type(f"{month}{day}{year}")
    at("Địa điểm xảy ra")
    keys.insert_text(PLACE)
    at("Tóm tắt diễn biến")
    keys.insert_text(WORDS)
    at("Tôi đồng ý để thông tin trong phiếu này được dùng như trên")
    keys.press("Space")


@pytest.mark.slow
def test_on_slow_3g_at_360_px_without_a_script_the_keyboard_alone_goes_from_home_to_follow_up(
    plain_context: BrowserContext, context: BrowserContext, server: Server
) -> None:
    page, reader = plain_context.new_page(), context.new_page()
    slow_down(page)
    page.goto(f"{server.url}/")
    found = {"home": barriers(page, reader)}
    took_seconds = page.evaluate(_SECONDS_TO_THIS_PAGE)
    link = page.get_by_role("link", name="Viết phiếu trên trang này")
    press(page, link, "Phiếu phản ánh an ninh, trật tự")
    opened = time.monotonic()
    found["form"] = barriers(page, reader)
    fill_in_by_keys(page)
    wait_as_people_do(opened)
    press(page, page.get_by_role("button", name="Xem lại rồi gửi"), REVIEW)
    found["review"] = barriers(page, reader)
    press(page, page.get_by_role("button", name="Gửi phiếu"), "Đã nhận phiếu")
    found["receipt"] = barriers(page, reader)
    reference, code = receipt(page)
    press(page, page.get_by_role("link", name="trang tra cứu"), "Tra cứu phiếu đã gửi")
    found["look-up"] = barriers(page, reader)
    reach(page, page.get_by_label("Mã theo dõi"))
    page.keyboard.insert_text(code.lower())
    press(page, page.get_by_role("button", name="Mở phiếu"), reference)
    found["report"] = barriers(page, reader)
    reach(page, page.get_by_label("Viết thêm"))
    page.keyboard.insert_text(MESSAGE)
    press(page, page.get_by_role("button", name="Gửi lời viết thêm"), reference)
    found["answered"] = barriers(page, reader)

    expect(page.get_by_text(MESSAGE)).to_be_visible()
    assert {where: faults for where, faults in found.items() if faults} == {}
    assert took_seconds >= LATENCY_MS / 1000, "the line was not slow at all"


class DyingLine:
    """Carries all that a page asks for until it dies during a POST of the form; then nothing."""

    def __init__(self, page: Page) -> None:
        self.is_dead = False
        self._dies: Literal["never", "before it arrives", "after it arrived"] = "never"
        page.route("**/*", self._carry)

    def die_during_the_next(self, how: Literal["before it arrives", "after it arrived"]) -> None:
        """Break at the next POST: it never reaches the service, or its answer never comes back."""
        self._dies = how

    def _carry(self, route: Route) -> None:
        if route.request.method == "POST" and self._dies != "never":
            if self._dies == "after it arrived":
                route.fetch()
            self._dies, self.is_dead = "never", True
        if self.is_dead:
            route.abort("internetdisconnected")
        else:
            route.continue_()


def press_into_the_void(page: Page, line: DyingLine, button: str) -> None:
    """Press a button, and find the browser's own page of failure; then the line lives again."""
    page.get_by_role("button", name=button).click()
    expect(page.locator("body.neterror")).to_be_visible()
    page.wait_for_load_state()
    line.is_dead = False


def test_a_line_that_dies_while_a_report_is_on_its_way_loses_nothing_typed_and_sends_it_once(
    context: BrowserContext, installation: Installation, server: Server, officer: Officer
) -> None:
    page, before = context.new_page(), set(installation.references())
    line = DyingLine(page)
    opened = open_form_from_home(page, server.url)
    tell(page)
    wait_as_people_do(opened)
    line.die_during_the_next("before it arrives")
    press_into_the_void(page, line, "Xem lại rồi gửi")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(REVIEW)
    assert set(installation.references()) == before

    line.die_during_the_next("after it arrived")
    press_into_the_void(page, line, "Gửi phiếu")
    (stored,) = set(installation.references()) - before
    page.reload()

    reference, code = receipt(page)
    assert reference == stored
    assert set(installation.references()) - before == {stored}
    assert officer.pull().returncode == 0
    text = (officer.out / reference / "report.txt").read_text(encoding="utf-8")
    assert WORDS in text
    assert PLACE in text
    page.goto(f"{server.url}/tra-cuu/")
    page.get_by_label("Mã theo dõi").fill(code)
    page.get_by_role("button", name="Mở phiếu").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)
