"""A page is read aloud where the browser has a Vietnamese voice, sentence by sentence, by nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browsing import PHONE, watch
from tests.e2e.installation import Server
from tests.e2e.layout import walk_by_keyboard

pytestmark = pytest.mark.browser

GUIDE = "/huong-dan/gui-phan-anh-vneid/"
LONGEST = 160
SMALLEST_PX = 320
LOCAL = {"lang": "vi-VN", "name": "Lan", "localService": True}
REMOTE = {"lang": "vi-VN", "name": "Mạng", "localService": False}
ENGLISH = {"lang": "en-US", "name": "Ann", "localService": True}
# Speaks nothing, keeps what it is told, and ends an utterance when the test says so.
STUB = """(() => {
  const heard = [], listeners = [];
  let voices = [], speaking = null;
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  const speech = {
    heard, cancelled: 0,
    getVoices: () => voices,
    addEventListener: (kind, act) => listeners.push(act),
    speak(utterance) { heard.push({ text: utterance.text, voice: utterance.voice?.name, lang: utterance.lang }); speaking = utterance; },
    cancel() { speech.cancelled += 1; const one = speaking; speaking = null; one?.onerror?.({ error: "canceled" }); },
    give(list) { voices = list; listeners.forEach((act) => act()); },
    end() { const one = speaking; speaking = null; one?.onend?.({}); return Boolean(one); },
    fail() { const one = speaking; speaking = null; one?.onerror?.({ error: "network" }); },
  };
  Object.defineProperty(window, "speechSynthesis", { value: speech });
})();"""
FETCHED = "performance.getEntriesByType('resource').map(({ name }) => name)"

Open = Callable[..., Page]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose browser can speak."""
    with closing(
        browser.new_context(viewport=PHONE, locale="vi-VN", reduced_motion="reduce")
    ) as opened:
        opened.add_init_script(STUB)
        yield opened


@pytest.fixture
def open_guide(context: BrowserContext, server: Server) -> Iterator[Open]:
    """A function that opens a guide in a browser with the voices it is given; nothing may be complained of."""
    seen = watch(context)

    def opened(*voices: dict[str, object], address: str = GUIDE) -> Page:
        page = context.new_page()
        page.goto(f"{server.url}{address}", wait_until="load")
        page.evaluate("(voices) => speechSynthesis.give(voices)", list(voices))
        return page

    yield opened
    assert seen.complaints == []
    assert seen.hosts == {server.url.removeprefix("http://")}


def heard(page: Page) -> list[str]:
    """Return what was said so far."""
    return [str(one["text"]) for one in page.evaluate("speechSynthesis.heard")]


def start(page: Page) -> None:
    """Press the button that reads the page."""
    page.get_by_role("button", name="Đọc to trang này").click()


def read_to_the_end(page: Page) -> list[str]:
    """Let everything be said; return it."""
    start(page)
    for _ in range(1000):
        if not page.evaluate("speechSynthesis.end()"):
            return heard(page)
    pytest.fail("the reading never ended")


def test_without_a_vietnamese_voice_there_is_no_button_and_nothing_is_fetched(
    open_guide: Open,
) -> None:
    page = open_guide(ENGLISH)

    expect(page.get_by_role("button", name="Đọc to trang này")).to_have_count(0)
    # What the page asked for: the service worker keeps every file for later, this one too.
    fetched = page.evaluate(FETCHED)
    assert fetched
    assert not [address for address in fetched if "speech" in address]


@pytest.mark.parametrize("width_px", [PHONE["width"], SMALLEST_PX])
def test_a_voice_that_comes_late_brings_the_button_and_moves_nothing(
    open_guide: Open, width_px: int
) -> None:
    page = open_guide()
    page.set_viewport_size({"width": width_px, "height": PHONE["height"]})
    heading = page.get_by_role("heading", level=1)
    before = heading.bounding_box()
    page.evaluate(
        "(voice) => { speechSynthesis.give([voice]); speechSynthesis.give([voice]); }", LOCAL
    )

    expect(page.get_by_role("button", name="Đọc to trang này")).to_have_count(1)
    assert heading.bounding_box() == before


def test_a_page_is_read_from_its_heading_to_its_end_in_short_pieces(open_guide: Open) -> None:
    page = open_guide(ENGLISH, REMOTE, LOCAL)
    said = read_to_the_end(page)

    assert said[0] == "Gửi phản ánh an ninh, trật tự qua vi en e ai đi"
    assert max(map(len, said)) <= LONGEST
    assert len(said) > 50
    whole = " ".join(said)
    assert "Gọi một một ba ngay. Cháy: một một bốn. Cấp cứu: một một năm." in whole
    assert "Năm điều cần ghi sẵn: ai, việc gì" in whole  # a picture's words
    assert "từ năm 2023 đến đầu năm 2026" in whole
    assert "Phụ trách nội dung" not in whole
    assert whole.count("Bấm Tạo mới yêu cầu.") == 1
    assert {one["voice"] for one in page.evaluate("speechSynthesis.heard")} == {"Lan"}
    expect(page.get_by_role("region", name="Đọc to trang này")).to_have_count(0)
    expect(page.get_by_role("button", name="Đọc to trang này")).to_be_visible()


def test_numbers_to_dial_are_said_digit_by_digit(open_guide: Open) -> None:
    whole = " ".join(read_to_the_end(open_guide(LOCAL, address="/quy-che/")))
    dialled = " ".join(read_to_the_end(open_guide(LOCAL, address="/huong-dan/chon-kenh/")))

    assert "không bảy sáu chín không bốn không bốn không bốn" in dialled
    assert "ngày 22 tháng 4 năm 2024" in whole
    assert "Liên kết tới" not in whole


def test_the_paragraph_that_is_read_is_marked_and_in_sight(open_guide: Open) -> None:
    page = open_guide(LOCAL)
    start(page)
    expect(page.locator(".is-read")).to_have_text("Gửi phản ánh an ninh, trật tự qua VNeID")
    for _ in range(30):
        page.evaluate("speechSynthesis.end()")

    expect(page.locator(".is-read")).to_have_count(1)
    expect(page.locator(".is-read")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("region", name="Đọc to trang này")).to_contain_text("Đoạn")


def test_reading_is_paused_taken_up_at_the_same_sentence_and_stopped_by_keyboard(
    open_guide: Open,
) -> None:
    page = open_guide(LOCAL)
    page.get_by_role("button", name="Đọc to trang này").focus()
    page.keyboard.press("Enter")
    for _ in range(4):
        page.evaluate("speechSynthesis.end()")
    last = heard(page)[-1]
    expect(page.get_by_role("button", name="Tạm dừng")).to_be_focused()
    page.keyboard.press("Enter")
    page.evaluate("speechSynthesis.end()")
    assert heard(page)[-1] == last
    page.get_by_role("button", name="Đọc tiếp").press("Enter")
    assert heard(page)[-2:] == [last, last]
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Thôi đọc")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Đọc to trang này")).to_be_focused()
    expect(page.locator(".is-read, .aloud")).to_have_count(0)
    count = len(heard(page))
    page.evaluate("speechSynthesis.end()")
    assert len(heard(page)) == count


def test_a_voice_from_the_network_is_told_of_before_it_is_used(open_guide: Open) -> None:
    page = open_guide(REMOTE)
    button = page.get_by_role("button", name="Đọc to trang này")
    expect(button).to_contain_text("giọng lấy qua mạng")
    button.click()

    expect(page.get_by_role("region", name="Đọc to trang này")).to_contain_text(
        "chữ của trang được gửi tới hãng làm trình duyệt"
    )


def test_a_voice_of_the_device_needs_no_note(open_guide: Open) -> None:
    page = open_guide(REMOTE, LOCAL)
    expect(page.get_by_role("button", name="Đọc to trang này")).to_have_text("Đọc to trang này")
    start(page)

    expect(page.get_by_role("region", name="Đọc to trang này")).not_to_contain_text("mạng")


def test_a_voice_that_fails_says_so_and_can_be_tried_again(open_guide: Open) -> None:
    page = open_guide(LOCAL)
    start(page)
    page.evaluate("speechSynthesis.fail()")
    expect(page.get_by_role("region", name="Đọc to trang này")).to_contain_text("không đọc được")
    page.get_by_role("button", name="Đọc tiếp").click()

    assert len(heard(page)) == 2


@pytest.mark.parametrize("address", ["/", "/gui/phan-anh-antt/", "/tra-cuu/"])
def test_only_pages_to_be_read_at_length_are_read_aloud(open_guide: Open, address: str) -> None:
    page = open_guide(LOCAL, address=address)

    expect(page.get_by_role("button", name="Đọc to trang này")).to_have_count(0)


def test_the_bar_covers_nothing_that_the_keyboard_comes_to(open_guide: Open) -> None:
    page = open_guide(REMOTE)
    start(page)
    page.locator("body").evaluate("body => { body.tabIndex = -1; body.focus(); }")

    assert walk_by_keyboard(page) == []
