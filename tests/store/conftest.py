"""What the store's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.servers import OwnServer


@pytest.fixture
def own_server(postgres_url: str, tmp_path: Path) -> Iterator[OwnServer]:
    """A PostgreSQL server that nobody else needs (after the shared one has prepared the machine)."""
    folder = tmp_path / "server"
    folder.mkdir()
    server = OwnServer(folder)
    yield server
    server.remove()
