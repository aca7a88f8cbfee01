"""The small project is the real content with less of it, and all of its links lead somewhere."""

from __future__ import annotations

from pathlib import Path

from forms_api.content.share import load_share
from forms_api.content.ward import load_areas
from site_builder.content import load_content
from tests.site.conftest import PROJECT
from tests.site.small_project import AREAS, PAGES


def test_the_small_project_has_a_part_of_the_pages_areas_and_shared_pages(project: Path) -> None:
    small, whole = load_content(project / "content"), PROJECT / "content"

    assert {page.place.as_posix() for page in small.pages} == PAGES
    assert len(small.pages) <= 16
    assert small.areas.areas == load_areas(whole).areas[:AREAS]
    assert [page.id for page in small.share.pages] == ["bao-tin", "lua-dao", "gui-phieu"]
    assert {page.id for page in small.share.pages} < {page.id for page in load_share(whole).pages}
