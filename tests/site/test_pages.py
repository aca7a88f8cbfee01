"""What the built site publishes, and what it never does."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import brotli
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import html

from site_builder.build import BuildReport
from site_builder.verify import FIRST_VIEW_LIMIT_BYTES
from tests.site.conftest import ADDRESS


def pages(site: Path) -> list[Path]:
    """Return every HTML file of the site."""
    return sorted(site.rglob("*.html"))


def test_the_promised_addresses_exist(built_site: Path) -> None:
    wanted = ["", "quy-che", "huong-dan", "lien-he", "quyen-rieng-tu"]
    wanted += ["dung-trang", "moi", "quy-che/phien-ban"]
    wanted += [f"quy-che/dieu-{number}" for number in range(1, 13)]

    missing = [place for place in wanted if not (built_site / place / "index.html").is_file()]

    assert missing == []
    assert (built_site / "404.html").is_file()
    assert not (built_site / "khong-tim-thay").exists()


def test_data_form_definitions_and_markdown_are_never_published(built_site: Path) -> None:
    kinds = {path.suffix for path in built_site.rglob("*") if path.is_file()}

    assert kinds == {
        ".html",
        ".css",
        ".js",
        ".json",
        ".svg",
        ".png",
        ".txt",
        ".j2",
        ".br",
        ".gz",
    } | {
        ".pdf",
        ".vcf",
        ".zip",
        ".webmanifest",
    }
    assert {path.name for path in built_site.iterdir()} >= {"assets", "images", "_shell"}
    assert not (built_site / "data").exists()
    assert not (built_site / "forms").exists()


def test_no_page_needs_inline_code_or_another_site(built_site: Path) -> None:
    for page in pages(built_site):
        if page == built_site / "may-chu-tam-nghi.html":
            continue  # whole in itself, under a policy of its own: test_offline_build.py
        tree = html.parse(str(page)).getroot()
        assert tree.xpath("//script[not(@src)] | //style | //@style") == [], page
        assert not re.search(r"\son[a-z]+=", page.read_text(encoding="utf-8")), page
        loaded = tree.xpath("//script/@src | //img/@src | //link[@rel!='canonical']/@href")
        assert all(address.startswith("/") for address in loaded), page


def test_every_page_starts_with_the_emergency_numbers(built_site: Path) -> None:
    for page in pages(built_site):
        tree = html.parse(str(page)).getroot()
        links = tree.xpath("//aside[@class='emergency']//a/@href")
        assert links == ["tel:113", "tel:114", "tel:115"], page


def test_every_page_says_that_this_is_a_demonstration(built_site: Path) -> None:
    for page in pages(built_site):
        assert "không phải trang chính thức của cơ quan công an" in page.read_text(encoding="utf-8")


def test_a_guide_names_its_owner_its_day_of_checking_and_its_sources(built_site: Path) -> None:
    tree = html.parse(str(built_site / "huong-dan/mo-hinh/index.html")).getroot()
    box = tree.xpath("//aside[contains(@class, 'source-box')]")[0]

    assert "Đối chiếu nguồn lần cuối: 24/11/2026" in " ".join(box.text_content().split())
    assert "Phụ trách nội dung" in box.text_content()
    links = box.xpath(".//a[starts-with(@href, 'http')]")
    assert links
    assert all(link.get("rel") == "noreferrer" for link in links)


def test_the_contact_page_shows_every_seat_and_marks_what_is_missing(built_site: Path) -> None:
    tree = html.parse(str(built_site / "lien-he/index.html")).getroot()
    seats = tree.xpath("//div[@class='team']//li")

    assert len(seats) == 14
    assert all("Phường chưa cung cấp" in seat.text_content() for seat in seats)
    assert tree.xpath("//ul[@class='number-list']//a/@href")[:1] == ["tel:113"]


def test_text_files_come_compressed_with_the_same_content(built_site: Path) -> None:
    for path in [*pages(built_site), *(built_site / "assets").glob("*.css")]:
        data = path.read_bytes()
        assert brotli.decompress(path.with_name(f"{path.name}.br").read_bytes()) == data
        assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == data


def test_the_first_view_of_a_guide_stays_within_the_budget(built: BuildReport) -> None:
    assert 5_000 < built.first_view.bytes < FIRST_VIEW_LIMIT_BYTES


def test_form_pages_extend_the_shell(built_site: Path) -> None:
    environment = Environment(
        loader=FileSystemLoader(built_site / "_shell"), undefined=StrictUndefined, autoescape=True
    )
    template = environment.from_string(
        '{% extends "page.html.j2" %}{% block title %}Gửi phản ánh{% endblock %}'
        "{% block robots %}noindex{% endblock %}"
        "{% block content %}<h1>{{ name }}</h1>{% endblock %}"
    )

    tree: Any = html.document_fromstring(template.render(name="Phiếu <mới>"))

    assert tree.findtext(".//title", "").startswith("Gửi phản ánh – ")
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert tree.xpath("//main/h1/text()") == ["Phiếu <mới>"]
    loaded = tree.xpath("//script/@src | //link[@rel='stylesheet']/@href")
    assert all(
        re.fullmatch(r"/assets/(site|forms|reading|uploads|steps)\.[0-9a-f]{8}\.(css|js)", name)
        for name in loaded
    )
    names = {name.split("/")[-1].split(".")[0] for name in loaded}
    assert names == {"site", "forms", "reading", "uploads", "steps"}
    assert all((built_site / name.lstrip("/")).is_file() for name in loaded)


def test_search_engines_are_told_the_addresses_once_the_site_has_one(addressed_site: Path) -> None:
    sitemap = (addressed_site / "sitemap.xml").read_text(encoding="utf-8")
    assert f"<loc>{ADDRESS}/quy-che/dieu-4/</loc>" in sitemap
    assert "_shell" not in sitemap
    assert f"Sitemap: {ADDRESS}/sitemap.xml" in (addressed_site / "robots.txt").read_text()
    tree = html.parse(str(addressed_site / "lien-he/index.html")).getroot()
    assert tree.xpath("//link[@rel='canonical']/@href") == [f"{ADDRESS}/lien-he/"]
    assert tree.xpath("//meta[@property='og:url']/@content") == [f"{ADDRESS}/lien-he/"]


@pytest.mark.parametrize("suffix", ["css", "js"])
def test_pages_name_assets_by_their_content(built_site: Path, suffix: str) -> None:
    names = [path.name for path in (built_site / "assets").glob(f"*.{suffix}")]

    assert names
    assert all(re.fullmatch(rf"[a-z]+\.[0-9a-f]{{8}}\.{suffix}", name) for name in names)
