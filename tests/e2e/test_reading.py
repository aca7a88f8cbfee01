"""Text size and contrast, as the reader wants them: on every page, before anything is painted, on this device alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.axe import DESK
from tests.e2e.browsing import PHONE, watch
from tests.e2e.installation import Server
from tests.e2e.layout import faults

pytestmark = pytest.mark.browser

GUIDE = "/huong-dan/gui-phan-anh-vneid/"
EVERYWHERE = ["/", GUIDE, "/quy-che/dieu-4/", "/gui/phan-anh-antt/", "/tra-cuu/", "/khong-co/"]
KEPT = "cach-hien"
SIZE = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
GROUND = "getComputedStyle(document.body).backgroundColor"
SHIFTS = """() => new Promise((done) => new PerformanceObserver((list) =>
  done(list.getEntries().reduce((sum, { value }) => sum + value, 0))).observe({ type: "layout-shift", buffered: true })
  || setTimeout(() => done(0), 300))"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone of somebody who was never here."""
    with closing(browser.new_context(viewport=PHONE, locale="vi-VN")) as opened:
        yield opened


def press(page: Page, *names: str) -> None:
    """Open the reader's settings on a phone and press buttons there."""
    settings = page.get_by_role("group", name="Cỡ chữ và tương phản")
    if not settings.is_visible():
        page.get_by_role("button", name="Aa cỡ chữ và tương phản").click()
    for name in names:
        settings.get_by_role("button", name=name, exact=True).click()


def kept(page: Page) -> dict[str, object]:
    """Return all that the browser keeps of this site in its storage."""
    stored: str = page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    return dict(json.loads(stored))


def test_larger_text_and_high_contrast_hold_on_every_page(
    context: BrowserContext, server: Server
) -> None:
    seen, page = watch(context), context.new_page()
    page.goto(f"{server.url}{GUIDE}")
    usual, ground = page.evaluate(SIZE), page.evaluate(GROUND)
    press(page, "A+ chữ to hơn", "A+ chữ to hơn", "Tương phản cao")
    expect(page.get_by_role("button", name="Tương phản cao")).to_have_attribute(
        "aria-pressed", "true"
    )

    assert ground != "rgb(255, 255, 255)"
    for address in EVERYWHERE:
        page.goto(f"{server.url}{address}")
        assert page.evaluate(SIZE) == pytest.approx(usual * 1.35), address
        assert page.evaluate(GROUND) == "rgb(255, 255, 255)", address
        assert faults(page) == [], address
    assert [one for one in seen.complaints if "404" not in one] == []


def test_the_largest_text_breaks_nothing_and_the_first_size_comes_back(
    context: BrowserContext, server: Server
) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/")
    usual = page.evaluate(SIZE)
    press(page, *["A+ chữ to hơn"] * 3)
    larger = page.get_by_role("button", name="A+ chữ to hơn")
    expect(larger).to_have_attribute("aria-disabled", "true")
    expect(
        page.get_by_role("group", name="Cỡ chữ và tương phản").get_by_role("status")
    ).to_have_text("Cỡ chữ 160 %")

    assert page.evaluate(SIZE) == pytest.approx(usual * 1.6)
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        for address in EVERYWHERE:
            page.goto(f"{server.url}{address}")
            assert faults(page) == [], (address, size)
    page.goto(f"{server.url}/")
    press(page, "A chữ vừa như ban đầu")
    assert page.evaluate(SIZE) == usual
    press(page, "A− chữ nhỏ hơn")
    assert page.evaluate(SIZE) == pytest.approx(usual * 0.9)


def test_only_the_two_choices_are_kept_and_nothing_once_they_are_undone(
    context: BrowserContext, server: Server
) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/gui/phan-anh-antt/")
    assert kept(page) == {}
    press(page, "A+ chữ to hơn", "Tương phản cao")
    assert kept(page) == {KEPT: '{"size":1,"contrast":true}'}
    press(page, "A− chữ nhỏ hơn", "Tương phản cao")

    assert kept(page) == {}


@pytest.mark.parametrize(
    "stored", ["{", "null", "7", '{"size":99,"contrast":"x"}', '{"size":"<b>"}']
)
def test_what_is_not_understood_is_the_usual_look(
    context: BrowserContext, server: Server, stored: str
) -> None:
    seen, page = watch(context), context.new_page()
    page.goto(f"{server.url}/")
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [KEPT, stored])
    page.goto(f"{server.url}/")

    assert page.evaluate(SIZE) == 20
    assert page.evaluate("({ ...document.documentElement.dataset })") == {}
    assert seen.complaints == []


def test_a_browser_that_refuses_storage_still_enlarges(
    context: BrowserContext, server: Server
) -> None:
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } });"
    )
    seen, page = watch(context), context.new_page()
    page.goto(f"{server.url}/")
    press(page, "A+ chữ to hơn")

    assert page.evaluate(SIZE) == 23
    assert seen.complaints == []


@pytest.mark.parametrize("address", ["/", GUIDE, "/gui/phan-anh-antt/"])
def test_the_choice_stands_before_the_first_paint_and_nothing_moves(
    context: BrowserContext, server: Server, address: str
) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/")
    press(page, "A+ chữ to hơn", "Tương phản cao")
    page.goto(f"{server.url}{address}")
    blocking = page.evaluate(
        "performance.getEntriesByType('resource').filter(({ name }) => /reading\\.[0-9a-f]+\\.js/.test(name))"
        ".map(({ renderBlockingStatus }) => renderBlockingStatus)"
    )

    assert blocking == ["blocking"]
    # A parser that pauses in the header moves it by thousandths; a choice that comes late, a third of the page.
    assert page.evaluate(SHIFTS) < 0.01


def test_without_a_script_there_are_no_buttons_that_do_nothing(
    browser: Browser, server: Server
) -> None:
    with closing(browser.new_context(java_script_enabled=False, viewport=DESK)) as context:
        page = context.new_page()
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            page.goto(f"{server.url}{GUIDE}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert page.get_by_role("button").count() == 0


def test_a_page_that_comes_back_shows_what_was_chosen_since(
    context: BrowserContext, server: Server
) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/")
    page.goto(f"{server.url}{GUIDE}")
    press(page, "Tương phản cao")
    page.go_back()

    expect(page.locator("html")).to_have_attribute("data-contrast", "")


def test_the_system_s_own_wishes_are_followed(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/")
    page.emulate_media(contrast="more", color_scheme="light")
    assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
    page.emulate_media(contrast="more", color_scheme="dark")
    assert page.evaluate(GROUND) == "rgb(0, 0, 0)"
    page.emulate_media(contrast="no-preference", reduced_motion="reduce")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.door')).transitionDuration")
        == "0s"
    )
    page.emulate_media(forced_colors="active")

    expect(page.locator(".lane")).to_be_hidden()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.header')).borderTopStyle")
        == "solid"
    )
