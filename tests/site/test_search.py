"""Search in a real browser: fetched on use only, and deaf to missing marks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect


POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'"
)


class _Site(SimpleHTTPRequestHandler):
    """Serves the site under the policy it is made for and notes what was asked."""

    def __init__(self, *args: Any, asked: list[str], **kwargs: Any) -> None:  # noqa: ANN401
        self._asked = asked
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        self._asked.append(self.path)
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def asked() -> list[str]:
    """The paths that the server was asked for."""
    return []


@pytest.fixture
def address(built_site: Path, asked: list[str]) -> Iterator[str]:
    """The address of a server with the built site."""
    handler = partial(_Site, directory=str(built_site), asked=asked)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A phone-sized page that fails the test when the browser complains."""
    complaints: list[str] = []
    with closing(browser.new_context(viewport={"width": 360, "height": 740})) as context:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
    assert complaints == []


def results(page: Page, query: str) -> list[str]:
    """Return the addresses found for `query`."""
    page.get_by_role("searchbox").fill(query)
    expect(page.get_by_role("status")).to_contain_text("Thấy")
    links = page.locator(".search__results a")
    return [str(link.get_attribute("href")) for link in links.all()]


@pytest.mark.browser
def test_search_finds_the_same_with_and_without_marks(page: Page, address: str) -> None:
    page.goto(f"{address}/huong-dan/")
    page.get_by_role("button", name="Tìm").click()

    marked = results(page, "tố giác")
    plain = results(page, "to giac")

    assert marked == plain
    assert any("/huong-dan/gui-phan-anh-vneid/" in found for found in marked)


@pytest.mark.browser
def test_a_result_leads_to_its_place(page: Page, address: str) -> None:
    page.goto(f"{address}/lien-he/")
    page.get_by_role("button", name="Tìm").click()
    results(page, "trách nhiệm của trưởng ban")

    page.locator(".search__results a").first.click()

    page.wait_for_url("**/quy-che/dieu-5/**")


@pytest.mark.browser
def test_the_index_is_fetched_only_when_the_search_is_opened(
    page: Page, address: str, asked: list[str]
) -> None:
    page.goto(f"{address}/huong-dan/gui-phan-anh-vneid/", wait_until="networkidle")
    assert not any("search" in path for path in asked)

    page.get_by_role("button", name="Tìm").click()
    results(page, "mật khẩu")

    assert sum("search" in path for path in asked) == 1


@pytest.mark.browser
def test_without_scripts_the_page_and_its_menu_can_be_used(browser: Browser, address: str) -> None:
    with closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"{address}/quy-che/dieu-4/#dieu-4-khoan-2")

        expect(page.get_by_role("heading", level=1)).to_contain_text("Điều 4.")
        expect(page.get_by_role("button", name="Tìm")).to_be_hidden()
        page.get_by_text("Mục lục").click()
        page.get_by_role("link", name="Liên hệ").first.click()

        expect(page.get_by_role("heading", level=1)).to_have_text("Liên hệ")


@pytest.mark.browser
@pytest.mark.parametrize("place", ["/", "/huong-dan/gui-phan-anh-vneid/", "/quy-che/", "/lien-he/"])
def test_a_small_phone_needs_no_sideways_scrolling(page: Page, address: str, place: str) -> None:
    page.goto(address + place)

    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.browser
def test_a_clause_link_is_copied(browser: Browser, address: str) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with closing(browser.new_context(permissions=permissions)) as context:
        page = context.new_page()
        page.goto(f"{address}/quy-che/dieu-4/")
        page.get_by_role("link", name="Liên kết tới Điều 4, khoản 2").click()
        expect(page.locator(".clause__link.is-copied")).to_have_count(1)

        copied = page.evaluate("navigator.clipboard.readText()")

    assert copied == f"{address}/quy-che/dieu-4/#dieu-4-khoan-2"
