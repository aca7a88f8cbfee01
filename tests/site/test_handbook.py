"""The officers' handbook: public but not looked for, short pages, true to the screens that it quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html
from PIL import Image

from forms_api.content.answers import load_answers
from forms_api.errors import ContentError
from site_builder.build import check_site
from site_builder.content import HANDBOOK
from site_builder.pagewriter import SCREENSHOTS
from tests.e2e.handbook_pictures import MAX_BYTES, PICTURES
from tests.site.conftest import PROJECT

SOURCES = sorted((PROJECT / "content" / HANDBOOK).glob("*.md"))
MOST_WORDS = 450
_QUOTED = re.compile(r"“([^”]+)”")
_SHOWN = (
    *(PROJECT / "templates" / "officers").glob("*.html"),
    *(PROJECT / "forms_api").rglob("*.py"),
    PROJECT / "content" / "forms" / "phan-anh-antt.yml",
)


def shown_texts() -> str:
    """Return all that screens of the desk can show, in one text without line breaks."""
    texts = (path.read_text(encoding="utf-8") for path in _SHOWN)
    return " ".join(" ".join(texts).split())


def body(source: Path) -> str:
    """Return a page's Markdown without its front matter."""
    return source.read_text(encoding="utf-8").split("---\n", 2)[2]


def built_pages(site: Path) -> list[Path]:
    """Return the handbook's pages as they are served."""
    return sorted((site / HANDBOOK).rglob("index.html"))


def test_every_page_is_built_and_the_first_leads_to_all(built_site: Path) -> None:
    first = html.parse(str(built_site / HANDBOOK / "index.html"))
    links = set(first.xpath("//main//a/@href"))

    others = {source.stem for source in SOURCES} - {"index"}
    assert len(built_pages(built_site)) == len(SOURCES) >= 19
    assert {f"/{HANDBOOK}/{stem}/" for stem in others} <= links


def test_search_engines_and_residents_search_leave_it_out(built_site: Path) -> None:
    for page in built_pages(built_site):
        tree = html.parse(str(page))
        assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"], page
    index = json.loads((built_site / "search.json").read_text(encoding="utf-8"))
    addresses = [address for address, *_ in index["pages"]]
    assert addresses
    assert [address for address in addresses if HANDBOOK in address] == []


def test_the_sitemap_leaves_it_out(addressed_site: Path) -> None:
    assert HANDBOOK not in (addressed_site / "sitemap.xml").read_text(encoding="utf-8")


def test_every_page_of_the_site_leads_there_from_its_foot_and_no_menu_does(
    built_site: Path,
) -> None:
    for page in built_site.rglob("*.html"):
        if page == built_site / "may-chu-tam-nghi.html":
            continue  # it stands in while the service, and so the desk, does not answer
        tree = html.parse(str(page))
        assert tree.xpath(f"//footer//a[@href='/{HANDBOOK}/']/text()") == ["Dành cho cán bộ"], page
        assert tree.xpath(f"//ul[@class='menu']//a[@href='/{HANDBOOK}/']") == [], page


def test_a_page_of_it_shows_the_others_beside_it(built_site: Path) -> None:
    tree = html.parse(str(built_site / HANDBOOK / "tra-loi" / "index.html"))
    section = tree.xpath("//nav[@class='section']")[0]

    assert len(section.xpath(".//li")) == len(SOURCES) - 1
    assert section.xpath(".//a[@aria-current='page']/text()") == ["Trả lời cho tốt"]


def test_what_a_page_quotes_stands_on_a_screen() -> None:
    shown = shown_texts()
    quoted = {
        (source.stem, " ".join(text.split()))
        for source in SOURCES
        for text in _QUOTED.findall(body(source))
    }

    assert quoted
    assert [(page, text) for page, text in sorted(quoted) if text not in shown] == []


def test_the_ready_answers_can_be_read_and_copied_there(built_site: Path) -> None:
    tree = html.parse(str(built_site / HANDBOOK / "mau-cau" / "index.html"))
    shown = tree.xpath("//main//blockquote")

    answers = load_answers(PROJECT / "content").answers
    assert [" ".join(quote.itertext()).split() for quote in shown] == [
        answer.text.split() for answer in answers
    ]


def test_a_page_is_short() -> None:
    counts = {
        source.stem: len(re.sub(r"\{\{.*?\}\}", "", body(source)).split()) for source in SOURCES
    }

    assert counts
    assert {page: count for page, count in counts.items() if count > MOST_WORDS} == {}


def test_every_screenshot_is_used_and_can_be_made_again() -> None:
    used = [name for page in SOURCES for name in re.findall(r'screenshot\("([^"]+)"', body(page))]
    kept = {path.name for path in (PROJECT / "content" / SCREENSHOTS).iterdir()}

    assert sorted(used) == sorted(kept)
    assert kept == {picture.name for picture in PICTURES}


def test_a_screenshot_is_a_phones_and_light() -> None:
    paths = [PROJECT / "content" / SCREENSHOTS / picture.name for picture in PICTURES]
    sizes = {path.name: path.stat().st_size for path in paths}
    shapes = {}
    for path in paths:
        with Image.open(path) as picture:
            shapes[path.name] = (picture.width, picture.mode)

    assert paths
    assert {name: size for name, size in sizes.items() if size > MAX_BYTES} == {}
    assert {
        name: shape for name, shape in shapes.items() if shape[0] > 720 or shape[1] != "P"
    } == {}


def test_screenshots_are_described_and_wait_until_they_are_looked_at(built_site: Path) -> None:
    for page in built_pages(built_site):
        for image in html.parse(str(page)).xpath("//main//img"):
            assert len(image.get("alt")) >= 30
            assert image.get("loading") == "lazy"
            assert int(image.get("width")) <= 360


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('{{ screenshot("khong-co.png", alt="Hình") }}', "không có hình PNG “khong-co.png”"),
        ('{{ screenshot("vao.png") }}', "cần lời mô tả"),
        ('{{ desk("/can-bo/khong-co/", "chỗ ấy") }}', "không có trang “/can-bo/khong-co/”"),
    ],
)
def test_a_picture_or_page_that_is_not_there_is_told_with_its_line(
    project: Path, edit: Callable[[str, str, str], int], written: str, told: str
) -> None:
    name = f"content/{HANDBOOK}/thung-rac.md"
    line = edit(name, "## Khi nào bỏ vào", f"{written}\n\n## Khi nào bỏ vào")

    with pytest.raises(ContentError) as caught:
        check_site(project)

    [problem] = caught.value.problems
    assert problem.line == line
    assert told in problem.message


def test_a_site_without_a_handbook_is_refused(project: Path) -> None:
    (project / "content" / HANDBOOK / "index.md").unlink()

    with pytest.raises(ContentError) as caught:
        check_site(project)

    assert "thiếu trang này" in str(caught.value)
