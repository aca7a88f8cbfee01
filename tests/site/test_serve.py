"""`build.py serve` shows an editor's change without anybody starting a build."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.site.conftest import PROJECT

PATIENCE = 20
"""How often a test asks for the next build: a loaded machine takes longer than one answer waits."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def next_build(preview: httpx.Client) -> int:
    """Return how many builds the preview tells of; it answers 0 after a while without one."""
    asked = (int(preview.get("/_reload?0").text) for _ in range(PATIENCE))
    return next((builds for builds in asked if builds), 0)


@pytest.fixture
def preview(project: Path) -> Iterator[httpx.Client]:
    """A client of a running preview of the project."""
    port = free_port()
    options = ["--root", str(project), "--port", str(port)]
    command = [sys.executable, str(PROJECT / "build.py"), *options, "serve"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout is not None
        assert "Xem trang ở" in process.stdout.readline()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
        process.kill()


def test_a_change_is_built_and_the_browser_told(preview: httpx.Client, project: Path) -> None:
    assert "Xin chào từ bài thử" not in preview.get("/lien-he/").text
    page = project / "content/lien-he.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nXin chào từ bài thử.\n", encoding="utf-8")

    assert next_build(preview) >= 1
    assert "Xin chào từ bài thử" in preview.get("/lien-he/").text


def test_an_unknown_address_shows_the_page_that_helps(preview: httpx.Client) -> None:
    reply = preview.get("/khong-co/")

    assert reply.status_code == 404
    assert "tel:113" in reply.text
