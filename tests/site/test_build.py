"""`build.py` as an editor runs it: exit codes, words on stderr, and an old site that survives."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from site_builder.build import build_site
from site_builder.errors import BuildError
from site_builder.kept import Kept
from tests.site.conftest import CACHES, PROJECT, site_files


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `build.py` on `project` as a command."""
    return subprocess.run(
        [sys.executable, PROJECT / "build.py", "--root", project, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )


def test_build_makes_the_site_and_says_what_it_weighs(project: Path) -> None:
    done = run(project)

    assert done.returncode == 0, done.stderr
    assert "KB (brotli)" in done.stdout
    assert (project / "site/index.html").is_file()
    assert sorted(path.name for path in project.iterdir()) == [
        ".build",
        "content",
        "mkdocs.yml",
        "site",
        "templates",
    ]


def test_check_finds_nothing_wrong_and_builds_nothing(project: Path) -> None:
    done = run(project, "check")

    assert done.returncode == 0
    assert not (project / "site").exists()


@pytest.mark.parametrize("command", ["check", "build"])
def test_a_mistake_is_refused_with_its_place_and_without_a_traceback(
    project: Path, command: str
) -> None:
    (project / "content/lien-he.md").write_text("x", encoding="utf-8")

    done = run(project, command)

    assert done.returncode == 1
    assert "content/lien-he.md:1: trang phải bắt đầu" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_command_is_wrong_use(project: Path) -> None:
    assert run(project, "bild").returncode == 2
    assert run(project, "build", "--engine", "hugo").returncode == 2


def test_a_failed_build_keeps_the_old_site(built_project: Path) -> None:
    site = built_project / "site"
    before = site_files(site)
    page = built_project / "content/lien-he.md"
    page.write_text(
        page.read_text(encoding="utf-8") + "\n[Xem](quyen-rieng-tu.md#khong-co-cho-nay)\n",
        encoding="utf-8",
    )

    with pytest.raises(BuildError) as caught:
        build_site(built_project)

    assert "khong-co-cho-nay" in str(caught.value)
    assert site_files(site) == before


def test_a_new_build_leaves_nothing_of_the_old_site(built_project: Path) -> None:
    site = built_project / "site"
    (site / "cu.html").write_text("cũ", encoding="utf-8")

    build_site(built_project, share_kit=False)

    assert not (site / "cu.html").exists()


def test_the_same_content_gives_the_same_bytes(project: Path, small_site: Path) -> None:
    for name in ("compressed", "papers"):  # tests/site/test_share_cache.py draws the kit again
        shutil.rmtree(project / CACHES / name)

    site = build_site(project).site_dir

    assert site_files(site) == site_files(small_site)


def test_what_another_build_is_still_writing_is_left_to_it(project: Path) -> None:
    cache = project / ".build/compressed"
    kept = Kept(cache)

    def slow() -> bytes:
        Kept(cache).forget_unused()  # another build ends now
        return b"made"

    kept.place(b"recipe", slow, project / "first")
    Kept(cache).forget_unused()
    kept.place(b"recipe", slow, project / "second")
    (cache / "part-of-another").touch()
    Kept(cache).forget_unused()

    assert (project / "first").read_bytes() == (project / "second").read_bytes() == b"made"
    assert [path.name for path in cache.iterdir()] == ["part-of-another"]


@pytest.mark.usefixtures("fixed_zip_size")
def test_compressed_files_are_remembered_and_the_unused_forgotten(project: Path) -> None:
    build_site(project)
    cache = project / CACHES / "compressed"
    first = {path.name: path.stat().st_ino for path in cache.iterdir()}
    page = project / "content/lien-he.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nXin cảm ơn.\n", encoding="utf-8")

    build_site(project)

    second = {path.name: path.stat().st_ino for path in cache.iterdir()}
    kept = first.items() & second.items()
    assert len(second) == len(first)
    # The page, the search index, the list of what is kept; each by two programs.
    assert len(first) - len(kept) == 2 * 3
