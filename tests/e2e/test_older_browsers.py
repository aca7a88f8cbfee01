"""A browser that lacks what newer ones have still sends: the scripts give back what they take over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import PHONE, a_photo, agree, receipt, send, tell_what_happened
from tests.e2e.installation import Server

pytestmark = pytest.mark.browser

WITHOUT = """
delete HTMLFormElement.prototype.requestSubmit;
delete Element.prototype.replaceChildren;
delete SubmitEvent.prototype.submitter;
"""
"""What iPhones before iOS 16 and Android's web views before Chrome 86 do not have."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone whose browser was last brought up to date in 2019."""
    with closing(browser.new_context(viewport=PHONE)) as context:
        context.add_init_script(WITHOUT)
        yield context.new_page()


def test_an_older_browser_sends_a_report_with_a_photo_and_a_message_later(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.url}/gui/phan-anh-antt/")
    opened = time.monotonic()
    tell_what_happened(page)
    page.locator("input[type=file]").first.set_input_files(a_photo())
    expect(page.get_by_text("Đã giữ 1 tệp")).to_be_visible()
    agree(page)
    send(page, opened=opened)
    _, code = receipt(page)

    page.goto(f"{server.url}/tra-cuu/")
    page.get_by_label("Mã theo dõi").fill(code)
    page.get_by_role("button", name="Mở phiếu").click()
    page.get_by_label("Viết thêm").fill("Vẫn tái diễn.")
    page.get_by_role("button", name="Gửi lời viết thêm").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã nhận lời viết thêm")
