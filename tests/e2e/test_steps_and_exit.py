"""A long form in short steps on a phone, a dead line, the phone's position, and the quick way out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browsing import (
    DAY,
    PHONE,
    WORDS,
    confirm,
    receipt,
    tell,
    wait_as_people_do,
    watch,
)
from tests.e2e.installation import Server

pytestmark = pytest.mark.browser

FORM = "/gui/phan-anh-antt/"
NEXT = "Tiếp tục"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone that knows where it is."""
    here = {"latitude": 21.273, "longitude": 106.1946}
    with closing(
        browser.new_context(viewport=PHONE, geolocation=here, permissions=["geolocation"])  # type: ignore[arg-type]
    ) as opened:
        yield opened


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    """The form, open on a phone."""
    opened = context.new_page()
    opened.goto(f"{server.url}{FORM}")
    return opened


def test_a_form_is_filled_in_four_steps_and_each_asks_for_its_own_answers(
    context: BrowserContext, page: Page
) -> None:
    seen, opened = watch(context), time.monotonic()
    page.reload()
    expect(page.get_by_text("Bước 1 trong 4: Lúc này")).to_be_visible()
    expect(page.get_by_role("button", name="Xem lại rồi gửi")).to_be_hidden()
    page.get_by_role("button", name=NEXT).click()
    expect(page.get_by_text("Hãy trả lời mục này, rồi đi tiếp.")).to_be_visible()
    page.get_by_label("Không, đã qua hoặc xảy ra nhiều lần").check()
    page.get_by_role("button", name=NEXT).click()
    expect(page.get_by_text("Bước 2 trong 4: Người gửi")).to_be_focused()
    page.get_by_label("Có, tôi không ghi tên").check()
    page.get_by_role("button", name=NEXT).click()
    page.get_by_label("Tiếng ồn, karaoke").check()
    page.get_by_label("Ngày xảy ra").fill(DAY)
    page.get_by_role("button", name="Ghi vị trí của điện thoại này").click()
    expect(page.get_by_label("Địa điểm xảy ra", exact=True)).to_have_value(
        "Vị trí điện thoại lúc viết: 21.27300, 106.19460 (sai khoảng 0 m)"
    )
    page.get_by_label("Tóm tắt diễn biến").fill(WORDS)
    page.get_by_role("button", name="Quay lại bước trước").click()
    expect(page.get_by_label("Có, tôi không ghi tên")).to_be_checked()
    page.get_by_role("button", name=NEXT).click()
    page.get_by_role("button", name=NEXT).click()
    page.get_by_label("Tôi đồng ý để thông tin").check()
    wait_as_people_do(opened)
    page.get_by_role("button", name="Xem lại rồi gửi").click()
    expect(page.get_by_role("main")).to_contain_text(WORDS)
    confirm(page)
    receipt(page)
    assert seen.complaints == []


def test_an_answer_is_changed_from_the_last_look(page: Page) -> None:
    tell(page)
    page.get_by_role("button", name="Xem lại rồi gửi").click()
    page.get_by_role("button", name="Sửa Tóm tắt diễn biến").click()

    expect(page).to_have_url(re.compile(r"/gui/phan-anh-antt/#dien-bien$"))
    expect(page.get_by_label("Tóm tắt diễn biến")).to_have_value(WORDS)
    expect(page.get_by_label("Tóm tắt diễn biến")).to_be_in_viewport()


def test_a_dead_line_is_told_before_anything_typed_is_lost(
    context: BrowserContext, page: Page
) -> None:
    tell(page)
    context.set_offline(True)
    page.get_by_role("button", name="Xem lại rồi gửi").click()
    expect(page.get_by_text("Máy đang không có mạng, phiếu chưa gửi.")).to_be_visible()
    expect(page.get_by_label("Tóm tắt diễn biến")).to_have_value(WORDS)
    context.set_offline(False)
    page.get_by_role("button", name="Xem lại rồi gửi").click()
    confirm(page)
    receipt(page)


@pytest.mark.parametrize("way", ["button", "shift"])
def test_the_quick_way_out_leaves_no_page_behind(
    context: BrowserContext, page: Page, server: Server, way: str
) -> None:
    tell(page)
    if way == "button":
        page.get_by_role("link", name="Thoát nhanh").click()
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_url("**/thoat/")

    assert page.title() == "Trang mới"
    assert page.inner_text("body") == ""
    assert context.cookies() == []
    page.go_back()
    assert not page.url.startswith(f"{server.url}/gui/")


def test_without_a_script_the_way_out_is_a_link(browser: Browser, server: Server) -> None:
    with closing(browser.new_context(viewport=PHONE, java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(f"{server.url}{FORM}")
        page.get_by_role("link", name="Thoát nhanh").click()

        expect(page).to_have_title("Trang mới")
        assert context.cookies() == []


def test_on_a_wide_screen_the_form_is_one_page(browser: Browser, server: Server) -> None:
    with closing(browser.new_context(viewport={"width": 1280, "height": 800})) as context:
        page = context.new_page()
        page.goto(f"{server.url}{FORM}")

        expect(page.get_by_label("Tóm tắt diễn biến")).to_be_visible()
        expect(page.get_by_role("button", name=NEXT)).to_have_count(0)
