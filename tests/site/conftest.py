"""The project's own site, built once a run, and copies of the project that a test may spoil."""

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

from site_builder.build import BuildReport
from tests.built_site import PROJECT, copy_project, full_site, unchanged

__all__ = ["PROJECT", "copy_project"]

SHARE_CACHE = ".build/share"


@pytest.fixture
def project(tmp_path: Path, built: BuildReport) -> Path:
    """A copy of the project whose content the test may change; its share kit is drawn already."""
    root = copy_project(tmp_path / "project")
    known = built.site_dir.parent / SHARE_CACHE
    shutil.copytree(known, root / SHARE_CACHE, copy_function=os.link)
    return root


@pytest.fixture
def edit(project: Path) -> Callable[[str, str, str], int]:
    """A function that replaces text in a file of the project and returns the line it stands on."""

    def replace(name: str, old: str, new: str) -> int:
        path = project / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    return replace


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
