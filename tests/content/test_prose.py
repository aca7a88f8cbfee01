"""What residents read keeps its rules: sources, no invented numbers or promises, links that lead somewhere."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
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
    def prose(self) -> str:
        """The body without what Jinja fills in."""
        return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", self.body)

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


PAGES = [page_at(path) for path in sorted(CONTENT.rglob("*.md"))]
IMAGES = sorted(PICTURES.glob("*.svg"))
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: name_of(page.path))
each_picture = pytest.mark.parametrize("picture", IMAGES, ids=lambda path: path.name)


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(CONTENT.rglob("*")) if path.suffix in {".md", ".yml", ".svg"}],
    ids=name_of,
)
def test_every_text_is_composed_unicode(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert unicodedata.is_normalized("NFC", text)


@each_page
def test_telephone_numbers_come_only_from_the_wards_data(page: Page) -> None:
    text = f"{page.front['title']}\n{page.front['description']}\n{page.prose}"

    assert TELEPHONE_NUMBER.findall(text) == []


@each_page
def test_names_of_units_come_only_from_the_wards_data(page: Page) -> None:
    ward = load_ward(CONTENT)
    units = (ward.historical, ward.current)
    named = {name for unit in units for name in (unit.ward, unit.police, unit.province)}
    places = {
        re.sub(r"^(Công an )?(phường|xã|tỉnh) ", "", name, flags=re.IGNORECASE) for name in named
    }
    text = f"{page.front['title']}\n{page.front['description']}\n{page.prose}"

    assert [place for place in places if place in text] == []


@each_page
def test_a_page_names_known_sources(page: Page) -> None:
    known = read_yaml(CONTENT / "data" / "sources.yml").data

    assert page.front["sources"]
    assert [source for source in page.front["sources"] if source not in known] == []


def test_every_source_says_who_wrote_what_where() -> None:
    sources = read_yaml(CONTENT / "data" / "sources.yml").data
    for source_id, source in sources.items():
        assert re.fullmatch(r"S[0-9]+|quy-che", source_id)
        assert set(source) == {"publisher", "title", "date", "url"}
        assert source["publisher"]
        assert source["title"]
        assert source["url"] is None or re.match(r"https?://[a-z]|/quy-che/$", source["url"])


@each_page
def test_a_page_says_when_it_was_checked_and_when_again(page: Page) -> None:
    checked, again = page.front["checked"], page.front["check_again"]

    assert isinstance(checked, date)
    assert timedelta(days=1) <= again - checked <= timedelta(days=183)
    assert page.front["owner"]


@each_page
def test_nothing_is_promised_that_nobody_signed(page: Page) -> None:
    text = f"{page.front['title']} {page.front['description']} {page.body}".casefold()

    assert [phrase for phrase in NEVER_SAY if phrase in text] == []


@each_page
def test_a_description_fits_a_shared_link(page: Page) -> None:
    assert 50 <= len(page.front["description"]) <= 160


def test_titles_and_descriptions_are_unique() -> None:
    for field in ("title", "description"):
        counted = Counter(page.front[field] for page in PAGES)
        assert [text for text, count in counted.items() if count > 1] == []


def test_guides_stand_in_an_unambiguous_order() -> None:
    orders = Counter(page.front["order"] for page in PAGES if page.path.parent.name == "huong-dan")

    assert set(orders.values()) == {1}


@each_page
def test_headings_start_below_the_title_and_carry_their_own_id(page: Page) -> None:
    assert {level for level, _ in page.headings} <= {2, 3}
    assert len(page.heading_ids) == len(page.headings)
    assert len(set(page.heading_ids)) == len(page.heading_ids)


@each_page
def test_every_link_leads_to_a_page_and_a_heading_that_exist(page: Page) -> None:
    lost = []
    for link in page.links:
        target, _, anchor = link.partition("#")
        if target.startswith("/"):
            if not SERVED_ELSEWHERE.fullmatch(target):
                lost.append(link)
            continue
        if target.startswith("tel:"):
            continue
        file = (page.path.parent / target).resolve() if target else page.path
        if not file.is_file() or (anchor and anchor not in page_at(file).heading_ids):
            lost.append(link)

    assert lost == []


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


@each_picture
def test_a_picture_is_named_self_contained_and_readable_on_a_phone(picture: Path) -> None:
    root = ET.fromstring(picture.read_text(encoding="utf-8"))
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    attributes = {name for element in root.iter() for name in element.attrib}
    sizes = [float(element.get("font-size", "15")) for element in root.iter()]

    assert root.get("width") == "320"
    assert (root.findtext(f"{SVG}title") or "").strip()
    assert (root.findtext(f"{SVG}desc") or "").strip()
    assert tags <= {"svg", "title", "desc", "rect", "circle", "path", "text"}
    assert attributes.isdisjoint({"style", "class", "href", "onload"})
    assert min(sizes) >= 14
    assert TELEPHONE_NUMBER.findall("\n".join(root.itertext())) == []
