"""The menu beside a page: the pages of its section, and in a large section those around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

from site_builder.build import BuildReport, build_site
from site_builder.stage import MENU_PAGES
from tests.site.conftest import BuildShared
from tests.site.small_project import copy_small_project

GUIDES = MENU_PAGES + 16


@pytest.fixture(scope="module")
def large_site(build_shared: BuildShared) -> Path:
    """A site with more guides than a menu shows."""

    def build(root: Path) -> BuildReport:
        guides = copy_small_project(root) / "content/huong-dan"
        text = (guides / "mo-hinh.md").read_text(encoding="utf-8")
        for number in range(GUIDES):
            page = guides / f"bai-{number:02}.md"
            page.write_text(
                text.replace("title: ", f"title: Bài {number:02}. ", 1), encoding="utf-8"
            )
        return build_site(root, share_kit=False)

    return build_shared("large-site", build)


def menu(site: Path, address: str) -> tuple[list[str], list[str]]:
    """Return the links of the page's menu, and those that are marked as the page itself."""
    page = html.document_fromstring((site / address.strip("/") / "index.html").read_bytes())
    nav = next(nav for nav in page.iter("nav") if nav.get("aria-label") == "Các trang cùng mục")
    links = [link for item in nav.iter("li") for link in item.iter("a")]
    marked = [str(link.get("href")) for link in links if link.get("aria-current")]
    return [str(link.get("href")) for link in links], marked


def test_a_small_section_is_shown_whole(built_site: Path) -> None:
    guides = [f"/huong-dan/{path.parent.name}/" for path in built_site.glob("huong-dan/*/*.html")]
    links, marked = menu(built_site, "/huong-dan/chon-kenh/")

    assert sorted(links) == sorted(guides)
    assert marked == ["/huong-dan/chon-kenh/"]


@pytest.mark.parametrize("number", [0, GUIDES // 2, GUIDES - 1])
def test_in_a_large_section_a_page_shows_those_around_it_and_itself(
    large_site: Path, number: int
) -> None:
    address = f"/huong-dan/bai-{number:02}/"
    links, marked = menu(large_site, address)

    assert len(links) == MENU_PAGES
    assert marked == [address]


def test_the_page_above_a_large_section_shows_its_first_pages(large_site: Path) -> None:
    links, marked = menu(large_site, "/huong-dan/")

    assert len(links) == MENU_PAGES
    assert marked == []
