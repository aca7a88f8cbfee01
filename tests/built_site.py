"""Build a site once for all processes of a test run."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from site_builder.build import BuildReport, build_site

PROJECT = Path(__file__).resolve().parents[1]

Build = Callable[[Path], BuildReport]
"""Makes a project in a folder that does not exist yet and builds it."""


class SharedBuildError(Exception):
    """The one build of this run failed; carries the traceback of the process that built."""


def copy_project(root: Path) -> Path:
    """Return `root` as a project of its own: content copied, templates shared."""
    shutil.copytree(PROJECT / "content", root / "content")
    (root / "templates").symlink_to(PROJECT / "templates")
    (root / "mkdocs.yml").symlink_to(PROJECT / "mkdocs.yml")
    return root


def full_site(factory: pytest.TempPathFactory) -> BuildReport:
    """Return the project's own site, all pages and the share kit. Tests only read it.

    It starts with an empty cache, so that it shows the code under test and not an earlier build.
    """
    return build_once(
        shared_folder(factory), "full-site", lambda root: build_site(copy_project(root))
    )


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the temporary folder that all processes of this run share.

    pytest-xdist gives each of its processes a folder below it.
    """
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def build_once(shared: Path, name: str, build: Build) -> BuildReport:
    """Return the report of `build`, which is called once for all processes that share `shared`.

    1. A process takes the lock `name`. The system releases it when the process ends, however it ends.
    2. The first process finds no outcome: it builds in `shared/name`, then writes the outcome.
    3. The others read the outcome: the report, or the first process's traceback.

    Raises SharedBuildError in every process when the build failed.
    """
    outcome = shared / f"{name}.outcome"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not outcome.exists():
            root = shared / name
            shutil.rmtree(root, ignore_errors=True)  # left by a process that was killed
            part = shared / f"{name}.part"
            part.write_bytes(pickle.dumps(_attempt(build, root)))
            part.replace(outcome)
    found: BuildReport | str = pickle.loads(outcome.read_bytes())
    if isinstance(found, str):
        raise SharedBuildError(found)
    return found


def _attempt(build: Build, root: Path) -> BuildReport | str:
    """Return the report of `build`, or its traceback."""
    try:
        return build(root)
    except Exception:  # noqa: BLE001 - told to every process that waits
        return traceback.format_exc()


@contextmanager
def unchanged(site: Path) -> Iterator[None]:
    """Fail if a file of the shared site is written, added or removed meanwhile."""
    before = _listing(site)
    yield
    assert _listing(site) == before, "a test wrote into the site that all tests share"


def _listing(site: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of change of every file below `site`, by path."""
    found = ((path, path.stat()) for path in site.rglob("*") if path.is_file())
    return {str(path): (status.st_size, status.st_mtime_ns) for path, status in found}
