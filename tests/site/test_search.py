"""Search in a real browser: fetched on use only, deaf to missing marks, and of help when it finds nothing."""

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

from forms_api.web.headers import CONTENT_SECURITY_POLICY

pytestmark = pytest.mark.browser

GUIDE = "/huong-dan/gui-phan-anh-vneid/"


class _Site(SimpleHTTPRequestHandler):
    """Serves the site under the policy it is made for and notes what was asked."""

    def __init__(self, *args: Any, asked: list[str], **kwargs: Any) -> None:  # noqa: ANN401
        self._asked = asked
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        self._asked.append(self.path)
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
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
    """A phone-sized page that fails the test when the browser complains.

    Without a service worker, which would fetch things of its own: tests/e2e/test_offline.py.
    """
    complaints: list[str] = []
    size = {"width": 360, "height": 740}
    with closing(browser.new_context(viewport=size, service_workers="block")) as context:  # type: ignore[arg-type] # Playwright's own type
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
    # Playwright itself says so where it blocks one.
    assert [one for one in complaints if "Service Worker registration blocked" not in one] == []


def open_search(page: Page, place: str) -> None:
    """Open a page and its search."""
    page.goto(place)
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.get_by_role("searchbox")).to_be_focused()


def results(page: Page, query: str) -> list[str]:
    """Return the addresses found for `query`."""
    page.get_by_role("searchbox").fill(query)
    expect(page.locator(".search__state")).to_contain_text("Thấy")
    links = page.locator(".search__results a")
    return [str(link.get_attribute("href")) for link in links.all()]


@pytest.mark.parametrize(
    ("marked", "plain"),
    [("tố giác", "to giac"), ("tội phạm", "toi pham"), ("đường dây nóng", "duong day nong")],
)
def test_search_finds_the_same_with_and_without_marks(
    page: Page, address: str, marked: str, plain: str
) -> None:
    open_search(page, f"{address}/huong-dan/")

    with_marks, without = results(page, marked), results(page, plain)

    assert with_marks[0] == without[0]
    assert {*with_marks[:3]} <= {*without}


def test_a_word_typed_with_another_mark_is_found(page: Page, address: str) -> None:
    open_search(page, f"{address}/huong-dan/")

    assert results(page, "dường")[0] == results(page, "đường")[0]


def found_in(page: Page, address: str, sections: list[list[str]], query: str) -> list[str]:
    """Return the anchors that `query` finds in a page with these sections."""
    open_search(page, f"{address}/huong-dan/")
    index = {
        "pages": [["/", "Trang", [section]] for section in sections],
        "same": [],
        "stop": [],
        "urgent": [],
        "help": [],
    }
    found: list[str] = page.evaluate(
        """([index, query]) => {
            const { found } = siteSearch.find(siteSearch.prepare(index), query);
            return found.map(({ section }) => section.anchor);
        }""",
        [index, query],
    )
    return found


@pytest.mark.parametrize(
    ("query", "anchors"),
    [
        ("tổ", ["to-hoi", "to-sac"]),
        ("tố", ["to-sac", "to-hoi"]),
        ("to", ["to-hoi", "to-sac"]),  # without a mark no one is better
    ],
)
def test_the_same_marks_come_before_others(
    page: Page, address: str, query: str, anchors: list[str]
) -> None:
    sections = [["to-hoi", "Tổ dân phố", ""], ["to-sac", "Tố giác tội", ""]]

    assert found_in(page, address, sections, query) == anchors


@pytest.mark.parametrize(
    ("query", "anchors"),
    [
        ("an", ["an"]),  # and not in the middle of "ban" or "hang"
        ("hoà bình", ["hoa"]),
        ("qui định", ["quy"]),
        ("kĩ năng", ["ky"]),
        ("ddangw nhaapj", ["nhap"]),
        ("banf ghees", ["ban"]),
        ("bàn ghé", ["ban"]),
        ("dangnhap", ["nhap"]),
        ("dăng nhâp", ["nhap"]),
    ],
)
def test_what_is_typed_otherwise_is_found_by_whole_syllables(
    page: Page, address: str, query: str, anchors: list[str]
) -> None:
    sections = [
        ["an", "An toàn", ""],
        ["ban", "Bàn ghế trong hang", ""],
        ["hoa", "Hòa bình", ""],
        ["quy", "Quy định", ""],
        ["ky", "Kỹ năng", ""],
        ["nhap", "Đăng nhập", ""],
    ]

    assert found_in(page, address, sections, query) == anchors


def test_a_heading_counts_more_than_a_text_and_neighbours_more_than_scattered_words(
    page: Page, address: str
) -> None:
    sections = [
        ["roi", "", "Mật ong để trong khâu, cạnh cửa."],
        ["chu", "", "Nhập mật khâu vào ô này."],
        ["muc", "Mật khâu", "Nhập vào ô này."],
    ]

    assert found_in(page, address, sections, "mật khâu") == ["muc", "chu", "roi"]


def test_a_result_leads_to_its_place(page: Page, address: str) -> None:
    open_search(page, f"{address}/lien-he/")
    results(page, "trách nhiệm của trưởng ban")

    page.locator(".search__results a").first.click()

    page.wait_for_url("**/quy-che/dieu-5/**")


def test_a_question_that_was_found_stands_open(page: Page, address: str) -> None:
    open_search(page, f"{address}/lien-he/")
    results(page, "tôi làm mất mã theo dõi")

    page.locator(".search__results a").first.click()

    expect(page.get_by_text("Hãy gửi phiếu mới, và nói là đã gửi một lần.")).to_be_visible()


def test_code_and_index_are_fetched_only_when_the_search_is_opened(
    page: Page, address: str, asked: list[str]
) -> None:
    page.goto(f"{address}{GUIDE}", wait_until="networkidle")
    assert not any("search" in path for path in asked)

    for _ in range(2):
        page.get_by_role("button", name="Tìm", exact=True).click()
        results(page, "mật khẩu")
        page.keyboard.press("Escape")

    fetched = [path for path in asked if "search" in path]
    assert sorted(path.split(".")[0] for path in fetched) == ["/assets/search", "/search"]


def test_the_words_that_were_found_are_marked(page: Page, address: str) -> None:
    open_search(page, f"{address}/lien-he/")
    results(page, "quen mat khau")
    first = page.locator(".search__results li").first

    assert {"Quên", "mật", "khẩu"} <= {*first.locator("b mark").all_inner_texts()}


def test_the_keyboard_is_enough(page: Page, address: str) -> None:
    page.goto(f"{address}/lien-he/")
    page.keyboard.press("/")
    found = results(page, "kích hoạt mức 2")
    links = page.locator(".search__results a")
    expect(page.get_by_role("searchbox")).to_have_value("kích hoạt mức 2")

    page.keyboard.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{found[0]}")


def test_on_a_touch_screen_enter_puts_the_keyboard_away(browser: Browser, address: str) -> None:
    context = browser.new_context(has_touch=True, is_mobile=True, service_workers="block")
    with closing(context):
        page = context.new_page()
        open_search(page, f"{address}/lien-he/")
        results(page, "mật khẩu")
        page.keyboard.press("Enter")

        expect(page.get_by_role("searchbox")).not_to_be_focused()
        assert page.url == f"{address}/lien-he/"


def test_what_may_be_happening_now_shows_the_number_first(page: Page, address: str) -> None:
    open_search(page, f"{address}/lien-he/")
    results(page, "chay nha hang xom")

    now = page.locator(".search__calls--now")
    assert now.get_by_role("link").get_attribute("href") == "tel:114"
    results(page, "mật khẩu")
    expect(now).to_have_count(0)


def test_nothing_found_says_whom_to_call_and_where_to_go_on(page: Page, address: str) -> None:
    open_search(page, f"{address}/lien-he/")
    page.get_by_role("searchbox").fill("bitcoin")

    expect(page.locator(".search__state")).to_contain_text("Xin thử từ khác")
    dialog = page.get_by_role("dialog")
    assert dialog.locator(".search__results a").count() == 0
    links = [str(link.get_attribute("href")) for link in dialog.get_by_role("link").all()]
    calls = [link for link in links if link.startswith("tel:")]
    assert calls == ["tel:113", "tel:114", "tel:115"]
    assert {GUIDE, "/gui/phan-anh-antt/", "/lien-he/", "/muc-luc/"} <= {*links}


def test_a_search_that_cannot_be_loaded_leads_to_the_list_of_all_pages(
    browser: Browser, address: str
) -> None:
    with closing(browser.new_context(service_workers="block")) as context:
        page = context.new_page()
        page.route("**/assets/search.*.js", lambda route: route.abort())
        page.goto(f"{address}/lien-he/")
        page.get_by_role("button", name="Tìm", exact=True).click()

        expect(page.get_by_role("heading", level=1)).to_have_text("Mọi trang và mọi mục")


def test_a_search_that_cannot_be_loaded_leaves_a_form_as_it_is(
    browser: Browser, address: str
) -> None:
    form = '<form><label>Lời kể <textarea id="ke"></textarea></label></form>'
    with closing(browser.new_context(service_workers="block")) as context:
        page = context.new_page()
        page.route("**/assets/search.*.js", lambda route: route.abort())
        page.goto(f"{address}/lien-he/")
        page.get_by_role("main").evaluate("(main, form) => { main.innerHTML = form; }", form)
        page.get_by_label("Lời kể").fill("Ba tối liền")
        page.get_by_role("button", name="Tìm", exact=True).click()

        expect(page.get_by_role("link", name="Tìm", exact=True)).to_be_focused()
        expect(page.get_by_label("Lời kể")).to_have_value("Ba tối liền")


def test_an_index_that_cannot_be_loaded_is_said_and_tried_again(
    browser: Browser, address: str
) -> None:
    with closing(browser.new_context(service_workers="block")) as context:
        page = context.new_page()
        page.route("**/search.json", lambda route: route.abort())
        open_search(page, f"{address}/lien-he/")
        page.get_by_role("searchbox").fill("mật khẩu")
        expect(page.locator(".search__state")).to_contain_text("Xin kiểm tra mạng")
        expect(page.get_by_role("dialog").get_by_role("link").first).to_contain_text("113")
        page.unroute("**/search.json")

        assert results(page, "mật khẩu vneid")


def test_without_scripts_the_page_and_its_menu_can_be_used(browser: Browser, address: str) -> None:
    with closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"{address}/quy-che/dieu-4/#dieu-4-khoan-2")

        expect(page.get_by_role("heading", level=1)).to_contain_text("Điều 4.")
        page.get_by_text("Mục lục").click()
        page.get_by_role("link", name="Liên hệ").first.click()

        expect(page.get_by_role("heading", level=1)).to_have_text("Liên hệ")


def test_without_scripts_the_same_place_leads_to_every_heading(
    browser: Browser, address: str
) -> None:
    with closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(f"{address}/lien-he/")
        page.get_by_role("link", name="Tìm", exact=True).click()
        page.get_by_role("link", name="Quên passcode", exact=True).click()

        assert page.url == f"{address}/huong-dan/quen-mat-khau-doi-may/#quen-passcode"


def test_a_small_phone_needs_no_sideways_scrolling(page: Page, address: str) -> None:
    widths = {}
    for place in ("/", GUIDE, "/quy-che/", "/lien-he/", "/muc-luc/", "/tai-ve/"):
        page.goto(address + place)
        widths[place] = page.evaluate("document.documentElement.scrollWidth")

    assert {place: width for place, width in widths.items() if width != 360} == {}


def test_a_clause_link_is_copied(browser: Browser, address: str) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with closing(browser.new_context(permissions=permissions)) as context:
        page = context.new_page()
        page.goto(f"{address}/quy-che/dieu-4/")
        page.get_by_role("link", name="Liên kết tới Điều 4, khoản 2").click()
        expect(page.locator(".clause__link.is-copied")).to_have_count(1)

        copied = page.evaluate("navigator.clipboard.readText()")

    assert copied == f"{address}/quy-che/dieu-4/#dieu-4-khoan-2"
