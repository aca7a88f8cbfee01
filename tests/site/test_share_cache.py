"""What was drawn once is not drawn again; what a page's words change is; a failure leaves the old site."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder import share_press
from site_builder.build import build_site, check_site
from site_builder.errors import BuildError
from site_builder.share_kit import FOLDER, plain_name
from site_builder.share_order import Order
from tests.site.conftest import site_files
from tests.site.small_project import AREAS

Edit = Callable[[str, str, str], int]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names, without their hashes, of all that is ordered from now on."""
    names: list[str] = []
    start = share_press.start_process

    def note(order: Order) -> object:
        pages = [one for wanted in order.pages.values() for one in wanted]
        sheets = [one for wanted in order.sheets.values() for one in wanted]
        for made in (*(one.pdf for one in pages), *(one.pdf for one in sheets)):
            names.extend([plain_name(made)] if made else [])
        for made in (*(name for one in pages for name in one.pngs), *(one.png for one in sheets)):
            names.extend([plain_name(made)] if made else [])
        return start(order)

    monkeypatch.setattr(share_press, "start_process", note)
    return names


def refuse(*_: object) -> None:
    """Stand in for `os.link` where the cache is on another file system."""
    raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))


def kit_files(project: Path) -> dict[str, bytes]:
    """Return the kit's files of the built site."""
    return {path.name: path.read_bytes() for path in (project / "site" / FOLDER).iterdir()}


def test_a_second_build_draws_nothing_and_gives_the_same_files(
    built_project: Path, drawn: list[str]
) -> None:
    first = kit_files(built_project)

    build_site(built_project)

    assert drawn == []
    assert kit_files(built_project) == first


def test_a_kit_that_is_drawn_anew_is_the_same_to_the_byte(
    built_project: Path, drawn: list[str]
) -> None:
    first = kit_files(built_project)
    shutil.rmtree(built_project / ".build/share")

    build_site(built_project)

    assert drawn
    assert kit_files(built_project) == first


def test_the_words_of_a_page_draw_that_pages_papers_alone(
    built_project: Path, edit: Edit, drawn: list[str]
) -> None:
    before = kit_files(built_project)
    edit("content/data/share.yml", "      - Nhớ đến đâu, ghi đến đó", "      - Nhớ gì ghi nấy")

    build_site(built_project)

    assert drawn
    assert {name for name in drawn if "bao-tin" not in name} == set()
    assert "ap-phich-a4-bao-tin-tdp-vi-du-2.png" in drawn
    assert not any(name.startswith(("ma-qr", "anh-chia-se")) for name in drawn)
    changed = {plain_name(name) for name in kit_files(built_project).keys() - before.keys()}
    assert "ap-phich-a4-bao-tin.png" in changed
    assert "ap-phich-a4-lua-dao.png" not in changed


def test_a_ready_text_makes_new_archives_and_draws_nothing(
    built_project: Path, edit: Edit, drawn: list[str]
) -> None:
    before = kit_files(built_project)
    edit("content/data/share.yml", "Dấu hiệu và cách làm: {link}", "Cách làm: {link}")

    build_site(built_project)

    assert drawn == []
    changed = {plain_name(name) for name in kit_files(built_project).keys() - before.keys()}
    assert {name for name in changed if name.endswith(".zip")} == {
        "tron-bo-lua-dao.zip",
        *(f"tron-bo-lua-dao-tdp-vi-du-{number}.zip" for number in range(1, AREAS + 1)),
    }
    assert all(name.startswith(("tron-bo-lua-dao", "danh-sach")) for name in changed)


def test_an_area_that_is_added_draws_its_own_papers_alone(
    built_project: Path, edit: Edit, drawn: list[str]
) -> None:
    edit(
        "content/data/areas.yml",
        "  - {id: tdp-vi-du-2,",
        "  - {id: tdp-5, name: Tổ năm}\n  - {id: tdp-vi-du-2,",
    )

    build_site(built_project)

    assert drawn
    assert {name for name in drawn if "tdp-5" not in name} == set()


def test_an_edited_page_that_is_not_shared_draws_nothing(
    built_project: Path, edit: Edit, drawn: list[str]
) -> None:
    edit("content/lien-he.md", "## Số cần gọi", "Xin chào bà con.\n\n## Số cần gọi")

    build_site(built_project)

    assert drawn == []


def test_the_cache_keeps_what_is_used_and_forgets_the_rest(built_project: Path, edit: Edit) -> None:
    cache = built_project / ".build/share"
    first = {path.name for path in cache.iterdir()}
    edit("content/data/share.yml", "headline: Ai gọi hỏi mã OTP", "headline: Ai gọi để hỏi mã OTP")

    build_site(built_project)

    second = {path.name for path in cache.iterdir()}
    _, stage = check_site(built_project)
    assert stage.kit
    assert second == stage.kit.names
    assert first - second
    assert all("lua-dao" in name for name in first - second)


def test_a_cache_that_is_gone_is_made_anew(built_project: Path) -> None:
    first = kit_files(built_project)
    for path in sorted((built_project / ".build/share").glob("*bao-tin-tdp-vi-du-2*")):
        path.unlink()

    build_site(built_project)

    again = kit_files(built_project)
    assert again.keys() == first.keys()
    poster = next(name for name in again if name.startswith("ap-phich-a4-bao-tin-tdp-vi-du-2"))
    assert again[poster]


def test_a_cache_on_another_file_system_is_copied_from(
    built_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = built_project / "site"
    first = site_files(site)
    monkeypatch.setattr(os, "link", refuse)

    build_site(built_project)

    assert site_files(site) == first


def test_a_server_of_another_user_may_read_what_comes_from_a_cache(
    built_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = build_site(built_project).site_dir
    linked = [path for path in site.rglob("*") if path.is_file()]
    assert [path for path in linked if not path.stat().st_mode & stat.S_IROTH] == []

    monkeypatch.setattr(os, "link", refuse)
    build_site(built_project)

    copied = [path for path in site.rglob("*") if path.is_file()]
    assert [path for path in copied if not path.stat().st_mode & stat.S_IROTH] == []


def test_what_cannot_be_drawn_keeps_the_old_site_and_says_which(
    built_project: Path, edit: Edit
) -> None:
    site = built_project / "site"
    before = {path.name for path in site.rglob("*")}
    templates = built_project / "templates"
    source = templates.resolve()
    templates.unlink()
    templates.mkdir()
    for path in source.iterdir():
        if path.name != "share":
            (templates / path.name).symlink_to(path)
    share = templates / "share"
    share.mkdir()
    for path in (source / "share").iterdir():
        (share / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    edit("templates/share/tent.typ", "let side = 12mm", "let side = ")

    with pytest.raises(BuildError) as caught:
        build_site(built_project)

    assert "tent.typ (" in str(caught.value)
    assert {path.name for path in site.rglob("*")} == before


def test_a_build_without_the_kit_has_no_kit_and_leaves_its_cache_alone(
    built_project: Path,
) -> None:
    cache = {path.name for path in (built_project / ".build/share").iterdir()}
    assert cache

    site = build_site(built_project, share_kit=False).site_dir

    assert not (site / "chia-se").exists()
    assert "/chia-se/" not in (site / "index.html").read_text(encoding="utf-8")
    assert {path.name for path in (built_project / ".build/share").iterdir()} == cache
