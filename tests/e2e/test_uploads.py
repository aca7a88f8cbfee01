"""Files on a phone with a bad line: progress, another try, a recording made in the page, and back as a file."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import av
import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, expect

from tests.attachments import films
from tests.attachments.samples import MARK
from tests.e2e.browsing import (
    PHONE,
    WORDS,
    a_photo,
    agree,
    confirm,
    receipt,
    send,
    tell_what_happened,
    wait_as_people_do,
    watch,
)
from tests.e2e.installation import Installation, Server
from tests.e2e.officers import Officer, new_officer

pytestmark = pytest.mark.browser

FILES = "Ảnh, phim, ghi âm"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone with JavaScript."""
    with closing(browser.new_context(viewport=PHONE)) as opened:
        yield opened


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    """The form, open on a phone."""
    opened = context.new_page()
    opened.goto(f"{server.url}/gui/phan-anh-antt/")
    return opened


@pytest.fixture
def officer(tmp_path: Path, installation: Installation, server: Server) -> Officer:
    """An officer with a computer of their own."""
    return new_officer(tmp_path / "officer", installation, server.url)


def a_film() -> FilePayload:
    """A film as a phone hands it over."""
    return {"name": "VID_2031.mp4", "mimeType": "video/mp4", "buffer": films.film()}


def kept(page: Page) -> list[str]:
    """Return what the form says that it keeps."""
    return page.locator(".kept-files label").all_inner_texts()


def test_a_film_sent_over_a_line_that_breaks_reaches_the_officer_without_its_place(
    context: BrowserContext, page: Page, officer: Officer
) -> None:
    seen, opened = watch(context), time.monotonic()
    page.reload()
    tries = []

    def break_at_first(route: Route) -> None:
        tries.append(route.request.url)
        if len(tries) <= 3:
            route.abort()
        else:
            route.continue_()

    page.route("**/tep/", break_at_first)
    tell_what_happened(page)
    page.get_by_label(FILES).set_input_files([a_film(), a_photo()])
    # The first two tries follow by themselves, too soon for a slow machine to press anything.
    told = page.get_by_text("“VID_2031.mp4” chưa gửi được. Thử lại sau 15 giây")
    expect(told).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Thử lại ngay").click()
    expect(page.locator(".kept-files label")).to_have_text(["Bỏ phim 1", "Bỏ ảnh 2"])
    agree(page)
    send(page, opened=opened)
    reference, _ = receipt(page)

    assert officer.pull().returncode == 0
    film = (officer.out / reference / "phim-1.mp4").read_bytes()
    assert MARK not in film
    with av.open(io.BytesIO(film), "r") as read:
        assert len(list(read.decode(video=0))) == 20
    assert (officer.out / reference / "anh-2.jpg").is_file()
    assert len(tries) == 5
    assert [said for said in seen.complaints if "ERR_FAILED" not in said] == []


def test_a_form_sent_while_a_file_is_on_its_way_waits_for_it(page: Page) -> None:
    opened = time.monotonic()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/tep/", hold)
    tell_what_happened(page)
    page.get_by_label(FILES).set_input_files(a_film())
    agree(page)
    wait_as_people_do(opened)
    page.get_by_role("button", name="Xem lại rồi gửi").click()

    expect(page.get_by_text("Đang gửi nốt tệp, xong thì phiếu tự gửi đi")).to_be_visible()
    held[0].continue_()
    confirm(page)
    receipt(page)


def test_a_file_that_is_refused_says_why_and_nothing_typed_is_lost(page: Page) -> None:
    tell_what_happened(page)
    program: FilePayload = {"name": "cap-nhat.apk", "mimeType": "", "buffer": b"dex\n" + bytes(50)}
    page.get_by_label(FILES).set_input_files(program)

    expect(page.get_by_role("alert")).to_contain_text("cap-nhat.apk: Tệp này là một chương trình")
    expect(page.get_by_label("Tóm tắt diễn biến")).to_have_value(WORDS)
    assert kept(page) == []


def test_one_file_too_many_is_told_before_it_travels(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    tell_what_happened(page)
    page.get_by_label(FILES).set_input_files([a_photo() for _ in range(5)])

    expect(page.get_by_role("alert")).to_have_text("Chỉ gửi được nhiều nhất 4 tệp. Xin bỏ bớt.")
    assert not [address for address in asked if address.endswith("/tep/")]


def test_sound_recorded_in_the_page_reaches_the_officer(page: Page, officer: Officer) -> None:
    opened = time.monotonic()
    tell_what_happened(page)
    page.get_by_role("button", name="Ghi âm ngay tại đây").click()
    expect(page.get_by_text("Đang ghi âm: 0:02")).to_be_visible()
    page.get_by_role("button", name="Dừng ghi âm").click()
    page.get_by_role("button", name="Gửi kèm bản ghi này").click()
    expect(page.locator(".kept-files label")).to_have_text(["Bỏ ghi âm 1"])
    agree(page)
    send(page, opened=opened)
    reference, _ = receipt(page)

    assert officer.pull().returncode == 0
    (sound,) = (officer.out / reference).glob("ghi-am-1.*")
    with av.open(str(sound), "r") as read:
        assert len(list(read.decode(audio=0))) > 10


def test_nothing_on_the_way_makes_the_page_wider_than_the_phone(page: Page) -> None:
    page.route("**/tep/", lambda _: None)
    tell_what_happened(page)
    film = {
        **a_film(),
        "name": "mot-cai-ten-rat-dai-khong-co-cho-nao-de-xuong-dong-VID_20261124.mp4",
    }
    page.get_by_label(FILES).set_input_files(film)  # type: ignore[arg-type]

    expect(page.locator(".uploads__row")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
