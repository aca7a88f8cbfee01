"""What residents read keeps its rules: sources, no invented numbers or promises, links that lead somewhere."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest

from forms_api.content.ward import load_ward
from forms_api.content.yaml_source import parse_yaml, read_yaml

CONTENT = Path(__file__).resolve().parents[2] / "content"
PICTURES = CONTENT / "images"
SVG = "{http://www.w3.org/2000/svg}"

TELEPHONE_NUMBER = re.compile(
    r"(?<![\w/–-])(?:11[1-5]|156|5656)(?![\w/–-])"  # short numbers standing alone
    r"|(?<![\w/])(?:1[89]00(?:[ .]?\d){4,}|(?:\+84|0)(?:[ .]?\d){6,})"
)
NEVER_SAY = [
    "tuyệt đối bí mật",
    "bí mật tuyệt đối",
    "bảo mật tuyệt đối",
    "hoàn toàn bí mật",
    "tuyệt đối an toàn",
    "cam kết xử lý",
    "cam kết giải quyết",
    "xử lý trong vòng",
    "giải quyết trong vòng",
    "trong vòng 24",
    "tải tệp apk tại",
    "tải apk",
    "đường dây nóng của phường",
    "kênh chính thức của công an",
    "đăng nhập bằng vneid",
    "mục tố giác tội phạm trong vneid",
]
# The only absolute addresses: the form service and the regulation, which are not Markdown here.
SERVED_ELSEWHERE = re.compile(
    r"/gui/(?:phan-anh-antt|gop-y-mo-hinh|dang-ky-ho-tro)/|/tra-cuu/|/quy-che/(?:dieu-(?:[1-9]|1[0-2])/)?"
)


@dataclass(frozen=True)
class Page:
    path: Path
    front: dict[str, Any]
    body: str

    @property
    def name(self) -> str:
        return name_of(self.path)

    @property
    def prose(self) -> str:
        """The body without what Jinja fills in."""
        return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", self.body)

    @property
    def words(self) -> str:
        """The title, the description and the prose."""
        return f"{self.front['title']}\n{self.front['description']}\n{self.prose}"

    @property
    def headings(self) -> list[tuple[int, str]]:
        found = re.findall(r"^(#{1,6}) +(.+)$", self.body, re.MULTILINE)
        return [(len(signs), text) for signs, text in found]

    @property
    def heading_ids(self) -> list[str]:
        return re.findall(r"^#{1,6} .*\{ ?#([a-z0-9-]+) ?\}$", self.body, re.MULTILINE)

    @property
    def links(self) -> list[str]:
        return re.findall(r"\]\(([^)]*)\)", self.prose)


@cache
def page_at(path: Path) -> Page:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return Page(path, cast("dict[str, Any]", parse_yaml(front, path).data), body)


def name_of(path: Path) -> str:
    return path.relative_to(CONTENT).as_posix()


TEXTS = [path for path in sorted(CONTENT.rglob("*")) if path.suffix in {".md", ".yml", ".svg"}]
PAGES = [page_at(path) for path in sorted(CONTENT.rglob("*.md"))]
IMAGES = sorted(PICTURES.glob("*.svg"))


def test_it_is_looked_at_at_all() -> None:
    assert {"index.md", "data/ward.yml", "forms/phan-anh-antt.yml"} <= {*map(name_of, TEXTS)}
    assert {"index.md", "lien-he.md", "huong-dan/gui-phan-anh-vneid.md"} <= {
        page.name for page in PAGES
    }
    assert set(IMAGES) <= set(TEXTS)
    assert IMAGES


def test_every_text_is_composed_unicode() -> None:
    assert [
        name_of(path)
        for path in TEXTS
        if not unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))
    ] == []


def test_telephone_numbers_come_only_from_the_wards_data() -> None:
    assert [
        f"{page.name}: {number}"
        for page in PAGES
        for number in TELEPHONE_NUMBER.findall(page.words)
    ] == []


def test_names_of_units_come_only_from_the_wards_data() -> None:
    ward = load_ward(CONTENT)
    units = (ward.historical, ward.current)
    named = {name for unit in units for name in (unit.ward, unit.police, unit.province)}
    places = {
        re.sub(r"^(Công an )?(phường|xã|tỉnh) ", "", name, flags=re.IGNORECASE) for name in named
    }

    assert places
    assert [
        f"{page.name}: {place}" for page in PAGES for place in places if place in page.words
    ] == []


def test_a_page_names_known_sources() -> None:
    known = read_yaml(CONTENT / "data" / "sources.yml").data

    assert [
        f"{page.name}: {source}"
        for page in PAGES
        for source in page.front.get("sources") or ["no source"]
        if source not in known
    ] == []


def is_complete(name: str, source: dict[str, Any]) -> bool:
    """Tell whether a source has its name, its four facts, and an address to open or none."""
    return (
        bool(re.fullmatch(r"S[0-9]+|quy-che", name))
        and set(source) == {"publisher", "title", "date", "url"}
        and bool(source["publisher"])
        and bool(source["title"])
        and (source["url"] is None or bool(re.match(r"https?://[a-z]|/quy-che/$", source["url"])))
    )


def test_every_source_says_who_wrote_what_where() -> None:
    sources = read_yaml(CONTENT / "data" / "sources.yml").data

    assert sources
    assert [name for name, source in sources.items() if not is_complete(name, source)] == []


def is_checked_in_time(page: Page) -> bool:
    """Tell whether a page has an owner, a day of checking, and the next one within half a year."""
    checked, again = page.front.get("checked"), page.front.get("check_again")
    if not isinstance(checked, date) or not isinstance(again, date):
        return False
    soon = timedelta(days=1) <= again - checked <= timedelta(days=183)
    return soon and bool(page.front.get("owner"))


def test_a_page_says_when_it_was_checked_and_when_again() -> None:
    assert [page.name for page in PAGES if not is_checked_in_time(page)] == []


def test_nothing_is_promised_that_nobody_signed() -> None:
    texts = {
        page.name: f"{page.front['title']} {page.front['description']} {page.body}".casefold()
        for page in PAGES
    }

    assert [
        f"{name}: {phrase}"
        for name, text in texts.items()
        for phrase in NEVER_SAY
        if phrase in text
    ] == []


def test_a_description_fits_a_shared_link() -> None:
    lengths = {page.name: len(page.front["description"]) for page in PAGES}

    assert [
        f"{name}: {length}" for name, length in lengths.items() if not 50 <= length <= 160
    ] == []


def test_titles_and_descriptions_are_unique() -> None:
    counted = Counter(
        (field, page.front[field]) for page in PAGES for field in ("title", "description")
    )

    assert [text for text, count in counted.items() if count > 1] == []


def test_guides_stand_in_an_unambiguous_order() -> None:
    orders = Counter(page.front["order"] for page in PAGES if page.path.parent.name == "huong-dan")

    assert orders
    assert [order for order, count in orders.items() if count > 1] == []


def wrong_headings(page: Page) -> Iterator[str]:
    """Find headings of another level, and ids that are missing or stand twice."""
    yield from (text for level, text in page.headings if level not in {2, 3})
    if len(page.heading_ids) != len(page.headings):
        yield f"{len(page.headings)} headings, {len(page.heading_ids)} ids"
    yield from (f"#{anchor} twice" for anchor, n in Counter(page.heading_ids).items() if n > 1)


def test_headings_start_below_the_title_and_carry_their_own_id() -> None:
    assert any(page.headings for page in PAGES)
    assert [f"{page.name}: {wrong}" for page in PAGES for wrong in wrong_headings(page)] == []


def leads_somewhere(page: Page, link: str) -> bool:
    """Tell whether a page's link leads to a number, a page and its heading, or what else is served."""
    target, _, anchor = link.partition("#")
    if target.startswith("/"):
        return bool(SERVED_ELSEWHERE.fullmatch(target))
    if target.startswith("tel:"):
        return True
    file = (page.path.parent / target).resolve() if target else page.path
    return file.is_file() and (not anchor or anchor in page_at(file).heading_ids)


def test_every_link_leads_to_a_page_and_a_heading_that_exist() -> None:
    links = [(page, link) for page in PAGES for link in page.links]

    assert links
    assert [f"{page.name}: {link}" for page, link in links if not leads_somewhere(page, link)] == []


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("index.md", 'call("113")'),
        ("khong-tim-thay.md", 'call("113")'),
        ("lien-he.md", "number_list()"),
    ],
)
def test_the_emergency_numbers_come_before_any_other_way(name: str, first: str) -> None:
    body = page_at(CONTENT / name).body
    ways = re.findall(r"(?:call|number)\(\"[^\"]+\"\)|number_list\(\)|\]\(", body)

    assert ways[0] == first
    assert next(iter(load_ward(CONTENT).numbers)) == "113"


@pytest.mark.parametrize(
    "text", ["Gọi 113 ngay.", "số 0769.04.04.04", "1900 0368", "+84 912 345 678", "nhắn tới 5656"]
)
def test_a_number_typed_by_hand_is_noticed(text: str) -> None:
    assert TELEPHONE_NUMBER.search(text)


@pytest.mark.parametrize("text", ["28–29/8/2025", "Luật số 91/2025/QH15", "Điều 2", "123.456 đồng"])
def test_other_digits_are_left_alone(text: str) -> None:
    assert not TELEPHONE_NUMBER.search(text)


def test_home_offers_its_four_doors_in_order() -> None:
    home = page_at(CONTENT / "index.md")

    assert home.heading_ids == ["dang-nguy-hiem", "bao-tin", "da-gui", "doc-them"]
    assert home.links.index("huong-dan/gui-phan-anh-vneid.md") < home.links.index(
        "/gui/phan-anh-antt/"
    )


def test_every_picture_is_used_and_described() -> None:
    used = [
        found
        for page in PAGES
        for found in re.findall(r"picture\(\"([^\"]+)\", alt=\"([^\"]{20,})\"\)", page.body)
    ]

    assert sorted({name for name, _ in used}) == [path.name for path in IMAGES]


def faults(picture: Path) -> Iterator[str]:
    """Find what makes a picture unreadable on a phone, without a name, or dependent on others."""
    root = ET.fromstring(picture.read_text(encoding="utf-8"))
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    attributes = {name for element in root.iter() for name in element.attrib}
    smallest = min(float(element.get("font-size", "15")) for element in root.iter())

    if root.get("width") != "320":
        yield "its width is not 320"
    for name in ("title", "desc"):
        if not (root.findtext(f"{SVG}{name}") or "").strip():
            yield f"<{name}> is missing"
    for tag in sorted(tags - {"svg", "title", "desc", "rect", "circle", "path", "text"}):
        yield f"it holds <{tag}>"
    for attribute in sorted(attributes & {"style", "class", "href", "onload"}):
        yield f"it holds the attribute {attribute}"
    if smallest < 14:
        yield f"letters are as small as {smallest}"
    for number in TELEPHONE_NUMBER.findall("\n".join(root.itertext())):
        yield f"it holds the number {number}"


def test_a_picture_is_named_self_contained_and_readable_on_a_phone() -> None:
    assert [f"{picture.name}: {fault}" for picture in IMAGES for fault in faults(picture)] == []
