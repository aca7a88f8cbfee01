"""What the store's tests share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import PostgresServer
from tests.store.servers import OwnServer


@pytest.fixture
def own_server(postgres: PostgresServer) -> Iterator[OwnServer]:
    """A PostgreSQL server that nobody else needs (after the shared one has prepared the machine)."""
    server = OwnServer(Path(tempfile.mkdtemp(prefix="postgres-")))
    yield server
    server.remove()
