"""Reading without a network, in a real browser and from the real server: what is there, and what never is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from forms_api.web.headers import CONTENT_SECURITY_POLICY
from site_builder.offline import CORE_PAGES
from tests.e2e.axe import found_by_axe
from tests.e2e.browsing import PHONE, WORDS, open_form_from_home, receipt, send, tell
from tests.e2e.installation import Installation, Server
from tests.e2e.keeping import (
    NOTES_MESSAGES,
    SAYS_IT_SAVES_DATA,
    is_controlled,
    kept,
    kept_paths,
    kept_texts,
    listed,
    visit_once,
)
from tests.store.waiting import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(whole_browser: Browser) -> Browser:
    """A browser as people have it, with its own life of workers and its page for a dead line."""
    return whole_browser


NEEDS_NETWORK = (
    "/gui/phan-anh-antt/",
    "/tra-cuu/",
    "/s/bao-tin",
    "/so-tay-can-bo/",
    "/khong-co/",
)
NEVER = ("/gui", "/tra-cuu", "/can-bo", "/api", "/s/", "/healthz", "/_shell")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone of its own, without motion, so that nothing is judged half faded in."""
    with closing(browser.new_context(viewport=PHONE, reduced_motion="reduce")) as opened:
        yield opened


@pytest.fixture(scope="module")
def visited(browser: Browser, installation: Installation) -> Iterator[tuple[BrowserContext, str]]:
    """A phone that visited once, before network and server went away; and the site's address."""
    with closing(browser.new_context(viewport=PHONE, reduced_motion="reduce")) as context:
        with installation.serving(workers=1) as server:
            visit_once(context, server.url).close()
        context.set_offline(True)
        yield context, server.url


@pytest.fixture
def cut_off(visited: tuple[BrowserContext, str]) -> Iterator[tuple[Page, str]]:
    """A page on that phone, and the site's address."""
    context, url = visited
    with closing(context.new_page()) as page:
        yield page, url


def test_guides_numbers_contacts_and_search_are_there_after_one_visit(
    cut_off: tuple[Page, str],
) -> None:
    page, url = cut_off
    page.goto(f"{url}/huong-dan/quen-mat-khau-doi-may/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Quên mật khẩu, đổi máy, mất máy")
    expect(page.locator(".told")).to_contain_text("Đang không có mạng")
    page.goto(f"{url}/quy-che/dieu-4/?fbclid=abc")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Điều 4.")
    page.goto(f"{url}/lien-he")
    expect(page.get_by_role("main").get_by_role("link", name="0769.04.04.04")).to_be_visible()
    assert page.url == f"{url}/lien-he/"
    picture = "element => element.complete && element.naturalWidth > 0"
    page.goto(f"{url}/huong-dan/chon-kenh/")
    image = page.get_by_role("main").get_by_role("img").first
    image.scroll_into_view_if_needed()
    wait_until(lambda: bool(image.evaluate(picture)))

    page.get_by_role("button", name="Tìm", exact=True).click()
    page.get_by_role("searchbox").fill("to giac")
    page.locator(".search__results a").first.click()

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/huong-dan/" in page.url


def test_what_needs_the_network_gives_numbers_and_ways_on(cut_off: tuple[Page, str]) -> None:
    page, url = cut_off
    for path in NEEDS_NETWORK:
        reply = page.goto(f"{url}{path}")

        assert reply is not None
        assert reply.status == 503, path
        expect(page.get_by_role("heading", level=1)).to_have_text("Việc này cần có mạng")
        main = page.get_by_role("main")
        calls = [link.get_attribute("href") for link in main.locator("a[href^='tel:']").all()]
        assert calls == ["tel:113", "tel:114", "tel:115"], path
        assert page.url == f"{url}{path}"
        main.get_by_role("link", name="chọn nơi báo").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Chọn nơi báo cho đúng")


def test_the_page_that_needs_the_network_is_accessible(cut_off: tuple[Page, str]) -> None:
    page, url = cut_off
    page.goto(f"{url}/gui/phan-anh-antt/")

    assert found_by_axe(page) == []


def test_a_report_and_its_code_are_nowhere_in_what_is_kept(
    context: BrowserContext, server: Server
) -> None:
    page = visit_once(context, server.url)
    open_form_from_home(page, server.url)
    assert is_controlled(page)
    tell(page)
    send(page)
    reference, code = receipt(page)
    page.goto(f"{server.url}/tra-cuu/")
    page.get_by_label("Mã theo dõi").fill(code)
    page.get_by_role("button", name="Mở phiếu").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Phiếu")
    page.goto(f"{server.url}/can-bo/")
    page.goto(f"{server.url}/s/khong-co")

    paths, texts = kept_paths(page), kept_texts(page)

    assert kept(page) == listed(page)
    assert [path for path in paths if path.startswith(NEVER)] == []
    for secret in (WORDS, reference, code, code.replace("-", ""), 'name="csrf_token"'):
        assert secret not in texts


def test_a_form_is_sent_as_ever_while_the_worker_is_there(
    context: BrowserContext, server: Server
) -> None:
    page = visit_once(context, server.url)
    open_form_from_home(page, server.url)
    tell(page)
    send(page)

    reference, _ = receipt(page)
    assert reference


def test_whoever_saves_data_keeps_the_core_alone(context: BrowserContext, server: Server) -> None:
    context.add_init_script(SAYS_IT_SAVES_DATA)
    context.add_init_script(NOTES_MESSAGES)
    page = context.new_page()
    page.goto(f"{server.url}/")
    wait_until(lambda: is_controlled(page))
    page.goto(f"{server.url}/lien-he/")

    paths = kept_paths(page)

    assert page.evaluate("sessionStorage.getItem('asked')") is None
    assert {*CORE_PAGES} <= {*paths}
    assert {path for path in paths if not path.startswith("/assets/")} == {*CORE_PAGES}


def test_the_rest_is_asked_for_by_a_page_that_is_there(
    context: BrowserContext, server: Server
) -> None:
    context.add_init_script(NOTES_MESSAGES)
    page = visit_once(context, server.url)

    assert "fill" in page.evaluate("sessionStorage.getItem('asked')")


def test_a_server_that_is_down_is_as_good_as_no_network(
    context: BrowserContext, installation: Installation
) -> None:
    with installation.serving(workers=1) as server:
        page = visit_once(context, server.url)
        server.kill()
        page.goto(f"{server.url}/huong-dan/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Hướng dẫn")

        page.goto(f"{server.url}/gui/phan-anh-antt/")

        expect(page.get_by_role("heading", level=1)).to_have_text("Việc này cần có mạng")


def test_the_worker_is_asked_for_anew_and_may_only_do_what_a_page_may(server: Server) -> None:
    reply = httpx.get(f"{server.url}/sw.js")

    assert reply.status_code == 200
    assert reply.headers["Cache-Control"] == "no-cache"
    assert "javascript" in reply.headers["Content-Type"]
    assert reply.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "worker-src 'self'" in CONTENT_SECURITY_POLICY
    manifest = httpx.get(f"{server.url}/manifest.webmanifest")
    assert manifest.headers["Content-Type"].startswith("application/manifest+json")
    archive = httpx.get(f"{server.url}/tai-ve/trang-cua-phuong.zip")
    assert archive.headers["Content-Type"] == "application/zip"


def test_the_stand_in_has_its_style_where_the_service_serves_it(
    context: BrowserContext, server: Server
) -> None:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{server.url}/may-chu-tam-nghi.html")

    call = page.get_by_role("link", name="113 Công an")
    assert call.evaluate("element => getComputedStyle(element).display") == "block"
    assert complaints == []
    assert found_by_axe(page) == []


@pytest.mark.parametrize("path", ["/muc-luc/", "/tai-ve/"])
def test_axe_finds_nothing_on_the_pages_about_it(
    context: BrowserContext, server: Server, path: str
) -> None:
    page = context.new_page()
    page.goto(f"{server.url}{path}")

    assert found_by_axe(page) == []
