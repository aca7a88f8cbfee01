"""What all processes of a test run share is built once, and a failure is told to each of them."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from site_builder.build import BuildReport
from site_builder.verify import FirstView
from tests.built_site import PROJECT, SharedBuildError, build_once, unchanged

KILLED = """
import os, sys
from pathlib import Path
from tests.built_site import build_once
def die(root):
    root.mkdir()
    (root / "half").touch()
    os._exit(9)
build_once(Path(sys.argv[1]), "site", die)
"""


class Builder:
    """Stands in for a build and counts its calls."""

    def __init__(self, error: Exception | None = None) -> None:
        self.roots: list[Path] = []
        self._error = error

    def __call__(self, root: Path) -> BuildReport:
        """Make a site of one file, or fail."""
        self.roots.append(root)
        if self._error:
            raise self._error
        root.mkdir()
        (root / "index.html").write_text("x", encoding="utf-8")
        return BuildReport(root, 1, FirstView("/", 1))


def test_those_who_ask_at_the_same_time_get_the_same_build(tmp_path: Path) -> None:
    build, together = Builder(), Barrier(4)

    def ask(_: int) -> BuildReport:
        together.wait()
        return build_once(tmp_path, "site", build)

    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(ask, range(4)))

    assert build.roots == [tmp_path / "site"]
    assert reports == [BuildReport(tmp_path / "site", 1, FirstView("/", 1))] * 4


def test_a_build_that_failed_is_told_to_all_and_not_tried_again(tmp_path: Path) -> None:
    build = Builder(ValueError("no such page"))

    for _ in range(2):
        with pytest.raises(SharedBuildError, match="no such page"):
            build_once(tmp_path, "site", build)

    assert len(build.roots) == 1


def test_a_build_whose_process_was_killed_is_made_by_the_next(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, cwd=PROJECT)
    build = Builder()

    report = build_once(tmp_path, "site", build)

    assert done.returncode == 9
    assert [path.name for path in report.site_dir.iterdir()] == ["index.html"]


def test_a_test_that_writes_into_a_shared_site_is_found(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text("x", encoding="utf-8")

    with pytest.raises(AssertionError, match="wrote into the site"), unchanged(tmp_path):
        page.write_text("another", encoding="utf-8")
