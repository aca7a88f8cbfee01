"""Changes are listed for people on a page, and for feed readers as Atom (RFC 4287)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from forms_api.content.ward import load_ward
from forms_api.content.yaml_source import load
from forms_api.errors import ContentError
from site_builder.build import build_site, check_site
from site_builder.feed import MOST_ENTRIES, Change, Changes, atom
from site_builder.offline import STAND_IN
from tests.site.conftest import ADDRESS, PROJECT

Edit = Callable[[str, str, str], int]

ATOM = {"a": "http://www.w3.org/2005/Atom"}
CHANGES = "content/data/changes.yml"


@pytest.fixture(scope="module")
def feed(addressed_site: Path) -> etree._Element:
    """The built feed."""
    return etree.parse(str(addressed_site / "tin-moi.xml")).getroot()


def found(element: etree._Element, path: str) -> list[Any]:
    """Return what an XPath with the feed's names finds."""
    result = element.xpath(path, namespaces=ATOM)
    assert isinstance(result, list)
    return result


def one(element: etree._Element, name: str) -> str:
    """Return the text of the only child `name`, which must be there once."""
    (child,) = element.findall(f"a:{name}", ATOM)
    return (child.text or "").strip()


def changes() -> Changes:
    """Return the project's changes."""
    return load(PROJECT / CHANGES, Changes)


def is_rfc3339(moment: str) -> bool:
    """Whether a moment is written with its date, time and offset, capital T between (RFC 4287, 3.3)."""
    return "T" in moment and dt.datetime.fromisoformat(moment).tzinfo is not None


def test_the_feed_has_what_rfc_4287_requires(feed: etree._Element) -> None:
    assert feed.tag == f"{{{ATOM['a']}}}feed"
    assert one(feed, "id") == f"{ADDRESS}/moi/"
    assert one(feed, "title")
    assert is_rfc3339(one(feed, "updated"))
    assert found(feed, "a:author/a:name/text()") == ["An ninh phường qua VNeID"]
    assert found(feed, "a:link[@rel='self']/@href") == [f"{ADDRESS}/tin-moi.xml"]
    assert found(feed, "a:link[@rel='alternate']/@href") == [f"{ADDRESS}/moi/"]


def test_every_entry_has_what_rfc_4287_requires(feed: etree._Element) -> None:
    entries = feed.findall("a:entry", ATOM)

    assert len(entries) == len(changes().changes)
    for entry in entries:
        assert one(entry, "title")
        assert is_rfc3339(one(entry, "updated"))
        assert one(entry, "summary")
        assert len(found(entry, "a:link[@rel='alternate']")) == 1
    ids = [one(entry, "id") for entry in entries]
    assert len(set(ids)) == len(ids)
    assert one(feed, "updated") == max(one(entry, "updated") for entry in entries)


def test_entries_lead_to_pages_and_their_ids_to_the_list(
    feed: etree._Element, addressed_site: Path
) -> None:
    listed = html.parse(str(addressed_site / "moi/index.html")).getroot()

    for entry in feed.findall("a:entry", ATOM):
        (address,) = found(entry, "a:link/@href")
        target = address.removeprefix(ADDRESS)
        assert (addressed_site / target.lstrip("/") / "index.html").is_file()
        page, _, anchor = one(entry, "id").removeprefix(ADDRESS).partition("#")
        assert page == "/moi/"
        assert listed.xpath(f"//li[@id='{anchor}']")


def test_every_page_of_a_site_with_an_address_names_the_feed(addressed_site: Path) -> None:
    for path in set(addressed_site.rglob("*.html")) - {addressed_site / STAND_IN.lstrip("/")}:
        tree = html.parse(str(path)).getroot()
        links = tree.xpath("//link[@rel='alternate'][@type='application/atom+xml']/@href")
        assert links == ["/tin-moi.xml"], path


def test_a_site_without_an_address_has_the_list_and_no_feed(built_site: Path) -> None:
    page = (built_site / "moi/index.html").read_text(encoding="utf-8")

    assert not (built_site / "tin-moi.xml").exists()
    assert "atom+xml" not in page
    assert changes().changes[0].title in page


def test_the_newest_stands_first_and_old_ones_leave_the_feed() -> None:
    start = dt.date(2026, 1, 1)
    many = Changes(
        changes=[
            Change(
                id=f"tin-{day}",
                date=start + dt.timedelta(days=day),
                title=f"Tin của ngày thứ {day}",
                page="/",
                words="Có <đổi> & thêm.",
            )
            for day in range(40)
        ]
    )

    root = etree.fromstring(atom(many, load_ward(PROJECT / "content"), site_url=ADDRESS))

    titles = found(root, "a:entry/a:title/text()")
    assert titles[0] == "Tin của ngày thứ 39"
    assert len(titles) == MOST_ENTRIES
    assert found(root, "a:entry/a:summary/text()")[0] == "Có <đổi> & thêm."


def test_a_ward_with_nothing_to_tell_has_an_empty_list(project: Path, edit: Edit) -> None:
    edit("content/data/ward.yml", "site_url: null", f"site_url: {ADDRESS}")
    (project / CHANGES).write_text("changes: []\n", encoding="utf-8")

    site = build_site(project, share_kit=False).site_dir

    assert "Chưa có tin nào." in (site / "moi/index.html").read_text(encoding="utf-8")
    assert not (site / "tin-moi.xml").exists()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("page: /dung-trang/", "page: /khong-co/", "“/khong-co/” không phải là trang nào"),
        ("id: quy-che-ban-pdf", "id: dung-trang-cua-phuong", "mã thay đổi bị trùng"),
        ("date: 2026-11-24", "date: hôm qua", "“date” phải là ngày"),
    ],
)
def test_a_mistake_in_a_change_is_told(
    project: Path, edit: Edit, old: str, new: str, words: str
) -> None:
    line = edit(CHANGES, old, new)

    with pytest.raises(ContentError) as caught:
        check_site(project)

    (problem,) = caught.value.problems
    assert words in problem.message
    assert problem.file.name == "changes.yml"
    assert problem.line in {line, line - 1} or "trùng" in words


def test_the_sitemap_says_when_each_page_was_last_checked(addressed_site: Path) -> None:
    sitemap = (addressed_site / "sitemap.xml").read_text(encoding="utf-8")

    for address in ("/lien-he/", "/quy-che/", "/quy-che/dieu-4/", "/dung-trang/"):
        assert f"<loc>{ADDRESS}{address}</loc><lastmod>2026-11-24</lastmod>" in sitemap
