"""The sites that tests read, each built once a run, and projects that a test may spoil."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from site_builder.build import BuildReport, build_site
from tests.built_site import (
    PROJECT,
    Build,
    build_once,
    copy_project,
    full_site,
    shared_folder,
    unchanged,
)
from tests.site.small_project import copy_small_project

__all__ = ["PROJECT", "copy_project"]

ADDRESS = "https://an-ninh.example"
CHECK_WORDS = "lúa vàng Ắễỡ"
CACHES = ".build"

BuildShared = Callable[[str, Build], Path]
"""Takes the name of a site and what builds it; returns its folder."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuildReport]:
    """The project itself, built once for all tests that only read."""
    report = full_site(tmp_path_factory)
    with unchanged(report.site_dir):
        yield report


@pytest.fixture(scope="session")
def built_site(built: BuildReport) -> Path:
    """The folder of the built site."""
    return built.site_dir


@pytest.fixture(scope="session")
def build_shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuildShared]:
    """A function that builds a site once for all processes of this run, for tests that only read."""
    shared = shared_folder(tmp_path_factory)
    with ExitStack() as checks:

        def build(name: str, make: Build) -> Path:
            site = build_once(shared, name, make).site_dir
            checks.enter_context(unchanged(site))
            return site

        yield build


@pytest.fixture(scope="session")
def addressed_site(build_shared: BuildShared) -> Path:
    """The whole site of a ward that has an address and has chosen its words for papers."""

    def build(root: Path) -> BuildReport:
        data = copy_project(root) / "content/data"
        replace_in(data / "ward.yml", "site_url: null ", f"site_url: {ADDRESS} ")
        replace_in(data / "share.yml", "check_words: null ", f"check_words: {CHECK_WORDS} ")
        return build_site(root)

    return build_shared("addressed-site", build)


@pytest.fixture(scope="session")
def small_site(build_shared: BuildShared) -> Path:
    """The site of the small project, its caches beside it."""
    return build_shared("small-site", lambda root: build_site(copy_small_project(root)))


@pytest.fixture
def project(tmp_path: Path, small_site: Path) -> Path:
    """A small project whose content the test may change; drawings and compressed files are cached."""
    root = copy_small_project(tmp_path / "project")
    link_files(small_site.parent / CACHES, root / CACHES)
    return root


@pytest.fixture
def built_project(project: Path, small_site: Path) -> Path:
    """The same project as a build leaves it, with its site."""
    link_files(small_site, project / "site")
    return project


@pytest.fixture
def fixed_zip_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let builds say the same size of every ZIP.

    A small site's is told in KB, so that a change of any page may change the page that says it.
    """
    monkeypatch.setattr("site_builder.offline.size_in_words", lambda _: "1 MB")


def link_files(source: Path, target: Path) -> None:
    """Give every file below `source` a second name below `target`: builds replace, never rewrite."""
    shutil.copytree(source, target, copy_function=os.link)


@pytest.fixture
def edit(project: Path) -> Callable[[str, str, str], int]:
    """A function that replaces text in a file of the project and returns the line it stands on."""
    return lambda name, old, new: replace_in(project / name, old, new)


def replace_in(path: Path, old: str, new: str) -> int:
    """Replace `old`, which must be there, by `new` where it stands first; return that line."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    """Says nothing of browsers that left before they had everything."""

    def handle_error(self, *_: object) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """A function that serves a folder until the test ends and returns the server's address."""
    with ExitStack() as servers:

        def start(folder: Path) -> str:
            handler = partial(_Quiet, directory=str(folder))
            server = servers.enter_context(_Server(("127.0.0.1", 0), handler))
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            servers.callback(thread.join)
            servers.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


def site_files(site: Path) -> dict[str, bytes]:
    """Return every file of the site by its path."""
    found = (path for path in site.rglob("*") if path.is_file())
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in found}
