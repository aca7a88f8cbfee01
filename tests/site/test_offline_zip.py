"""The whole site from a USB stick: unpacked, opened without a server, read, searched, with and without scripts."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html
from playwright.sync_api import Browser, Page, expect

from site_builder.build import build_site
from site_builder.take_along import FOLDER, README, ZIP_ADDRESS, make_zip, size_in_words


@pytest.fixture(scope="session")
def archive(built_site: Path) -> Path:
    """The ZIP that the site offers."""
    return built_site / ZIP_ADDRESS.lstrip("/")


@pytest.fixture(scope="session")
def stick(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder on the stick, in a place whose name has spaces and marks."""
    place = tmp_path_factory.mktemp("usb") / "USB của tổ dân phố"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(place)
    return place / FOLDER


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when the browser complains or asks for anything but files."""
    complaints: list[str] = []
    asked: list[str] = []
    with closing(browser.new_context(viewport={"width": 1280, "height": 900})) as context:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.on("request", lambda request: asked.append(request.url))
        yield page
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_every_address_in_it_is_relative_and_leads_to_a_file(stick: Path) -> None:
    for file in sorted(stick.rglob("*.html")):
        tree = html.parse(str(file), html.HTMLParser(encoding="utf-8")).getroot()
        for address in tree.xpath("//@href | //@src | //@data-search | //@data-index"):
            parts = urlsplit(str(address))
            if parts.scheme or not parts.path:
                continue
            target = file.parent / unquote(parts.path)
            assert not parts.path.startswith("/"), (file, address)
            assert target.is_file(), (file, address)
            if parts.fragment:
                other = html.parse(str(target), html.HTMLParser(encoding="utf-8"))
                assert other.xpath("boolean(//*[@id=$id])", id=unquote(parts.fragment)), address


def test_it_holds_no_absolute_address_in_styles_and_no_file_of_the_server(stick: Path) -> None:
    names = {path.relative_to(stick).as_posix() for path in stick.rglob("*") if path.is_file()}

    assert not any(name.startswith(("_shell/", "chia-se/tai/")) for name in names)
    assert {path.suffix for path in stick.rglob("*") if path.is_file()} <= {
        *(".html", ".css", ".js", ".svg", ".png", ".txt", ".webp", ".jpg", ".pdf", ".vcf"),
    }
    for style in stick.rglob("*.css"):
        assert not re.search(r"url\([\"']?/", style.read_text(encoding="utf-8"))
    readme = (stick / README).read_bytes().decode("utf-8-sig")
    assert "index.html" in readme
    assert "113  Công an" in readme


def test_the_same_content_gives_the_same_bytes(
    project: Path, small_site: Path, archive: Path
) -> None:
    name = ZIP_ADDRESS.lstrip("/")

    again = build_site(project).site_dir / name

    assert (
        hashlib.sha256(again.read_bytes()).digest()
        == hashlib.sha256((small_site / name).read_bytes()).digest()
    )
    with zipfile.ZipFile(archive) as opened:
        assert {info.date_time for info in opened.infolist()} == {(2026, 11, 24, 0, 0, 0)}
        assert opened.namelist() == sorted(opened.namelist())


def test_its_size_is_told_where_it_is_offered(built_site: Path, archive: Path) -> None:
    offer = html.parse(str(built_site / "tai-ve/index.html"))
    link = offer.xpath(f"//a[@href='{ZIP_ADDRESS}']")[0]

    assert size_in_words(archive.stat().st_size) in link.text_content()
    assert "@@" not in link.text_content()


@pytest.mark.parametrize(
    ("size", "words"), [(1, "1 KB"), (999_499, "999 KB"), (1_249_000, "1,2 MB")]
)
def test_a_size_is_told_as_people_read_it(size: int, words: str) -> None:
    assert size_in_words(size) == words


def test_what_is_too_large_to_carry_leads_to_the_page_that_says_so(
    built_site: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(built_site, site)
    large = site / "chia-se/tai/ap-phich.pdf"
    large.parent.mkdir(parents=True, exist_ok=True)
    large.write_bytes(b"%PDF-")
    (site / "chia-se/index.html").write_text(
        '<html lang="vi"><body><h1>Chia sẻ</h1><a href="/chia-se/tai/ap-phich.pdf">Áp phích</a>'
        '<a href="/lien-he/#so-can-goi">Số</a><img src="/chia-se/tai/anh.png" alt="Một áp phích">'
        "</body></html>",
        encoding="utf-8",
    )

    data = make_zip(site, needs_network="/khong-co-mang/", readme="", date=dt.date(2026, 1, 2))

    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        text = opened.read(f"{FOLDER}/chia-se/index.html").decode()
        assert not any("ap-phich" in name for name in opened.namelist())
    assert 'href="../khong-co-mang/index.html"' in text
    assert 'href="../lien-he/index.html#so-can-goi"' in text
    assert "<span>Một áp phích</span>" in text
    assert "<img" not in text


@pytest.mark.browser
def test_from_the_disk_it_is_read_and_searched(page: Page, stick: Path) -> None:
    page.goto((stick / "index.html").as_uri())
    page.get_by_role("link", name="Liên hệ").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Liên hệ")

    page.get_by_role("button", name="Tìm", exact=True).click()
    page.get_by_role("searchbox").fill("to giac toi pham")
    first = page.locator(".search__results a").first
    expect(first).to_contain_text("Mục tố giác tội phạm nằm ở đâu?")
    first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Hỏi và đáp")
    expect(page.get_by_text("đều dùng một mục")).to_be_visible()
    assert page.url.startswith(stick.parent.as_uri())


@pytest.mark.browser
def test_a_form_from_the_disk_leads_to_the_page_that_needs_the_network(
    page: Page, stick: Path
) -> None:
    page.goto((stick / "huong-dan/chon-kenh/index.html").as_uri())
    page.get_by_role("main").get_by_role("link", name="Phiếu trên trang này").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Việc này cần có mạng")
    calls = page.get_by_role("main").locator("a[href^='tel:']")
    assert calls.first.get_attribute("href") == "tel:113"


@pytest.mark.browser
def test_from_the_disk_without_scripts_every_heading_is_within_reach(
    browser: Browser, stick: Path
) -> None:
    with closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto((stick / "index.html").as_uri())
        page.get_by_role("link", name="Tìm", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Mọi trang và mọi mục")
        page.get_by_role("link", name="Quên passcode", exact=True).click()

        expect(page.get_by_role("heading", name="Quên passcode")).to_be_visible()
        painted = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert painted != "rgba(0, 0, 0, 0)"  # the style sheet has come along
