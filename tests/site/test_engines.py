"""MkDocs and its successor give the same pages from the same `mkdocs.yml`."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

from site_builder.build import BuildReport, build_site
from tests.site.conftest import CACHES, BuildShared, copy_project, link_files
from tests.site.test_regulation import built_paragraphs, source_paragraphs


@pytest.fixture(scope="module")
def other_site(built_site: Path, build_shared: BuildShared) -> Path:
    """The project built with Zensical; its share kit is drawn already."""

    def build(root: Path) -> BuildReport:
        copy_project(root)
        link_files(built_site.parent / CACHES / "share", root / CACHES / "share")
        return build_site(root, engine="zensical")

    return build_shared("zensical-site", build)


def words(page: Path) -> str:
    """Return the page's title and main text."""
    tree = html.parse(str(page), html.HTMLParser(encoding="utf-8")).getroot()
    main = tree.xpath("//main")[0]
    return " ".join(f"{tree.findtext('.//title')} {main.text_content()}".split())


def test_both_engines_give_the_same_addresses(built_site: Path, other_site: Path) -> None:
    def addresses(site: Path) -> set[str]:
        return {path.relative_to(site).as_posix() for path in site.rglob("*.html")}

    assert addresses(other_site) == addresses(built_site)


def test_both_engines_give_the_same_titles_and_words(built_site: Path, other_site: Path) -> None:
    for page in sorted(built_site.rglob("*.html")):
        assert words(other_site / page.relative_to(built_site)) == words(page)


def test_both_engines_give_the_same_anchors(built_site: Path, other_site: Path) -> None:
    for page in sorted(built_site.rglob("*.html")):
        other = other_site / page.relative_to(built_site)
        assert html.parse(str(other)).xpath("//@id") == html.parse(str(page)).xpath("//@id")


def test_the_other_engine_keeps_the_regulation_word_for_word(other_site: Path) -> None:
    assert built_paragraphs(other_site / "quy-che/index.html") == source_paragraphs()
