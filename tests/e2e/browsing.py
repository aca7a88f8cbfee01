"""A resident in a real browser: what the page asked for, what it complained about, the steps to a receipt."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    FilePayload,
    Page,
    Request,
    ViewportSize,
    expect,
)

from forms_api.public_app.report_views import HUMAN_SECONDS
from tests.e2e.senders import photo_with_place
from tests.store.waiting import wait_until

PHONE: ViewportSize = {"width": 360, "height": 740}
WORDS = "Ba tối liền quán đầu ngõ hát karaoke tới nửa đêm, cả xóm không ngủ được."
PLACE = "Đầu ngõ, cạnh hàng nước"
DAY = "2024-05-20"
REVIEW = "Xem lại trước khi gửi"
# Playwright's own listener is told of what the policy refused, whichever way the browser reports it.
TELL_OF_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
    console.error("policy: " + event.violatedDirective + " " + event.blockedURI));"""


@dataclass
class Watch:
    """What the browser asked for and complained of."""

    complaints: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def note(self, request: Request) -> None:
        """Keep the address of a request."""
        self.addresses.append(request.url)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep what the browser's console says of trouble."""
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    @property
    def hosts(self) -> set[str]:
        """Every host that was asked for something over the network."""
        parts = [urlsplit(address) for address in self.addresses]
        return {part.netloc for part in parts if part.scheme not in {"data", "blob"}}


def watch(context: BrowserContext) -> Watch:
    """Return what will be seen of all pages of the context."""
    seen = Watch()
    context.add_init_script(TELL_OF_VIOLATIONS)
    context.on("request", seen.note)
    context.on("console", seen.hear)
    context.on("weberror", lambda error: seen.complaints.append(str(error.error)))
    return seen


def a_photo() -> FilePayload:
    """Return a photo that says where it was taken, as a phone hands it over."""
    return {"name": "IMG_2031.jpg", "mimeType": "image/jpeg", "buffer": photo_with_place()}


def open_form_from_home(page: Page, url: str) -> float:
    """Go from the home page to the form; return when it was opened."""
    page.goto(f"{url}/")
    page.get_by_role("link", name="Viết phiếu trên trang này").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phiếu phản ánh an ninh, trật tự")
    return time.monotonic()


def tell(page: Page, *, is_going_on: bool = False) -> None:
    """Answer all that the form requires."""
    tell_what_happened(page, is_going_on=is_going_on)
    agree(page)


def tell_what_happened(page: Page, *, is_going_on: bool = False) -> None:
    """Answer all that is asked before files and consent; on a phone that is the third step."""
    now = "Có, đang xảy ra" if is_going_on else "Không, đã qua hoặc xảy ra nhiều lần"
    page.get_by_label(now).check()
    go_on(page)
    page.get_by_label("Có, tôi không ghi tên").check()
    go_on(page)
    page.get_by_label("Tiếng ồn, karaoke").check()
    page.get_by_label("Ngày xảy ra").fill(DAY)
    page.get_by_label("Địa điểm xảy ra", exact=True).fill(PLACE)
    page.get_by_label("Tóm tắt diễn biến").fill(WORDS)


def agree(page: Page) -> None:
    """Give the consent that the last step asks for."""
    go_on(page)
    page.get_by_label("Tôi đồng ý để thông tin").check()


def go_on(page: Page) -> None:
    """Go to the next step, where the form has steps."""
    page.wait_for_load_state()  # before that, a slow browser shows the form in one piece
    button = page.get_by_role("button", name="Tiếp tục")
    if button.is_visible():
        button.click()


def wait_as_people_do(opened: float) -> None:
    """Return when somebody who opened the form then could have filled it in."""
    # The form's age is counted in whole seconds.
    wait_until(lambda: time.monotonic() - opened > HUMAN_SECONDS + 1)


def send(page: Page, *, opened: float = 0.0) -> None:
    """Press the form's button, no sooner than people do."""
    wait_as_people_do(opened)
    # A script asks first whether the line lives: the press alone is no navigation yet.
    with page.expect_navigation():
        page.get_by_role("button", name="Xem lại rồi gửi").click()
    if page.get_by_role("heading", level=1).inner_text() == REVIEW:
        confirm(page)


def fill_in(page: Page, url: str) -> None:
    """Fill the form in and come to the page that shows it once more."""
    opened = open_form_from_home(page, url)
    tell(page)
    wait_as_people_do(opened)
    page.get_by_role("button", name="Xem lại rồi gửi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(REVIEW)


def confirm(page: Page) -> None:
    """Look at the answers once more and send them."""
    expect(page.get_by_role("heading", level=1)).to_have_text(REVIEW)
    with page.expect_navigation():
        page.get_by_role("button", name="Gửi phiếu").click()


def receipt(page: Page) -> tuple[str, str]:
    """Return reference and code that the receipt shows."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận phiếu")
    reference = page.locator("#so-phieu").inner_text().strip()
    code = page.locator("#ma-theo-doi").text_content() or ""
    return reference, code.strip()
