"""A propaganda team's phone: choose a page and a tổ dân phố, get link, code, poster, archive and words."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.axe import found_by_axe
from tests.e2e.browsing import PHONE, watch
from tests.e2e.installation import Server

pytestmark = pytest.mark.browser

SHARED = "Ai gọi hỏi mã OTP, mật khẩu? Tắt máy ngay"
AREA = "Tổ dân phố ví dụ 2"
SLUG = "lua-dao-tdp-vi-du-2"
URL = f"https://phuong.example/s/{SLUG}"
# What a browser would hand over to the system, kept where a test can see it.
KEEP_SHARED = "navigator.share = (given) => { window.given = given; return Promise.resolve(); };"
KEEP_COPIED = """Object.defineProperty(navigator, "clipboard",
    {value: {writeText: (text) => { window.copied = text; return Promise.resolve(); }}});"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone with JavaScript, a share sheet and a clipboard."""
    with closing(browser.new_context(viewport=PHONE, reduced_motion="reduce")) as opened:
        opened.add_init_script(KEEP_SHARED)
        opened.add_init_script(KEEP_COPIED)
        yield opened


@pytest.fixture
def plain_context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose browser runs no JavaScript."""
    with closing(browser.new_context(viewport=PHONE, java_script_enabled=False)) as opened:
        yield opened


def choose(page: Page) -> Locator:
    """Choose the page and the tổ dân phố; return the builder."""
    builder = page.locator("[data-builder]")
    expect(builder).to_be_visible()
    page.get_by_label("Trang muốn chia sẻ").select_option(label=SHARED)
    page.get_by_label("Tổ dân phố", exact=True).select_option(label=AREA)
    return builder


def downloaded(page: Page, link: Locator, folder: Path) -> Path:
    """Press a link that downloads; return the file under the name that the browser gives it."""
    with page.expect_download() as download:
        link.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def code_in(path: Path) -> str:
    """Return what the QR code in a picture says."""
    with Image.open(path) as picture:
        [code] = zxingcpp.read_barcodes(picture.convert("RGB"))
    return code.text


def test_the_builder_gives_link_code_poster_archive_and_words(
    context: BrowserContext, server: Server, tmp_path: Path
) -> None:
    seen = watch(context)
    page = context.new_page()
    page.goto(f"{server.url}/chia-se/")

    builder = choose(page)

    expect(builder.locator("[data-link-text]")).to_have_text(f"phuong.example/s/{SLUG}")
    poster = downloaded(page, builder.get_by_role("link", name="Áp phích"), tmp_path)
    code = downloaded(page, builder.get_by_role("link", name="Mã QR"), tmp_path)
    archive = downloaded(page, builder.get_by_role("link", name="Trọn bộ để in"), tmp_path)
    assert (poster.name, code.name) == (f"ap-phich-a4-{SLUG}.png", f"ma-qr-{SLUG}.png")
    assert code_in(poster) == code_in(code) == URL
    with zipfile.ZipFile(archive) as parts:
        assert f"to-roi-a5-{SLUG}.pdf" in parts.namelist()
    message = builder.locator("[data-ready=zalo] [data-text]")
    expect(message).to_contain_text(f"Bà con {AREA} cẩn thận")
    expect(message).to_contain_text(URL)
    assert seen.complaints == []
    assert seen.hosts == {server.url.removeprefix("http://")}


def test_words_and_link_are_copied_and_shared(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/chia-se/")
    builder = choose(page)

    builder.locator("[data-ready=sms]").get_by_role("button", name="Chép lời này").click()

    expect(builder.locator("[data-ready=sms] [role=status]")).to_have_text("Đã chép.")
    assert URL in page.evaluate("window.copied")
    builder.get_by_role("button", name="Chép đường dẫn").click()
    assert page.evaluate("window.copied") == URL
    builder.get_by_role("button", name="Chia sẻ…").click()
    assert page.evaluate("window.given") == {"title": SHARED, "text": SHARED, "url": URL}


def test_what_is_shown_agrees_with_what_is_chosen_after_going_back(
    context: BrowserContext, server: Server
) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/chia-se/")
    choose(page)
    page.goto(f"{server.url}/chia-se/lua-dao/")

    page.go_back()

    builder = page.locator("[data-builder]")
    expect(builder).to_be_visible()
    area = page.get_by_label("Tổ dân phố", exact=True)
    chosen = area.evaluate("choice => choice.selectedOptions[0].text")
    named = chosen if chosen != "Cả phường" else "Phường Bắc Giang"
    expect(builder.locator("[data-ready=loudspeaker] [data-text]")).to_contain_text(named)


def test_without_javascript_everything_is_a_plain_link(
    plain_context: BrowserContext, server: Server, tmp_path: Path
) -> None:
    page = plain_context.new_page()
    page.goto(f"{server.url}/chia-se/")
    expect(page.locator("[data-builder]")).to_be_hidden()
    page.get_by_role("link", name=re.compile(f"^Lấy theo tổ dân phố.*{re.escape(SHARED)}")).click()

    page.get_by_text(AREA, exact=True).click()

    area = page.locator("details", has_text=f"phuong.example/s/{SLUG}")
    expect(area.get_by_role("link", name="Áp phích")).to_be_visible()
    assert code_in(downloaded(page, area.get_by_role("link", name="Áp phích"), tmp_path)) == URL
    assert code_in(downloaded(page, area.get_by_role("link", name="Mã QR"), tmp_path)) == URL
    archive = downloaded(page, area.get_by_role("link", name="Trọn bộ để in"), tmp_path)
    with zipfile.ZipFile(archive) as parts:
        words = parts.read("loi-nhan.txt").decode("utf-8-sig")
    assert AREA in words
    assert URL in words
    for name in ("Chia sẻ…", "Chép đường dẫn", "Chép lời này"):
        assert page.get_by_role("button", name=name).count() == 0


@pytest.mark.parametrize("path", ["/chia-se/", "/chia-se/gui-phieu/"])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(
    context: BrowserContext, server: Server, path: str
) -> None:
    page = context.new_page()
    page.goto(f"{server.url}{path}")
    page.wait_for_load_state("networkidle")
    for details in page.locator("main details").all():
        details.evaluate("element => { element.open = true; }")

    assert found_by_axe(page) == []


@pytest.mark.parametrize("path", ["/chia-se/", "/chia-se/bao-tin/"])
def test_everything_to_press_is_large_enough(
    context: BrowserContext, server: Server, path: str
) -> None:
    page = context.new_page()
    page.goto(f"{server.url}{path}")
    page.wait_for_load_state("networkidle")

    pressed = page.locator("main :is(a.file, button, select, summary)")
    sizes = [element.bounding_box() for element in pressed.all() if element.is_visible()]

    assert len(sizes) > 8
    assert all(box is not None and box["height"] >= 44 for box in sizes)


def test_a_page_that_is_shared_leads_to_its_kit(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/huong-dan/cai-vneid-an-toan/")

    page.get_by_role("link", name=re.compile("^Chia sẻ trang này")).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Cài VNeID")
