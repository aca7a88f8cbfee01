"""The project's own site and form, installed for real, with people who come from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.built_site import full_site, unchanged
from tests.e2e.installation import Installation, Installer, Server, install
from tests.e2e.senders import NewSender, Sender


@pytest.fixture(scope="session")
def site_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The project's site, built once for all processes of this run."""
    site = full_site(tmp_path_factory).site_dir
    with unchanged(site):
        yield site


@pytest.fixture
def new_installation(tmp_path: Path, site_dir: Path) -> Installer:
    """A function that makes an installation of the test's own, with the settings it is given."""
    return lambda **settings: install(tmp_path / "installation", site_dir, **settings)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, site_dir: Path) -> Installation:
    """One installation for all tests that leave it as usable as they found it."""
    return install(tmp_path_factory.mktemp("shared") / "installation", site_dir)


@pytest.fixture(scope="session")
def server(installation: Installation) -> Iterator[Server]:
    """The shared installation's server, without rate limits."""
    with installation.serving() as running:
        yield running


@pytest.fixture(scope="session")
def token_header(installation: Installation) -> dict[str, str]:
    """The header by which an officer's program comes in."""
    return {"Authorization": f"Bearer {installation.token}"}


@pytest.fixture
def new_sender() -> Iterator[NewSender]:
    """A function that brings somebody with a browser of their own to an address."""
    with ExitStack() as leaving:

        def come(url: str, **more: Any) -> Sender:  # noqa: ANN401 - a sender's own fields
            sender = Sender(url, **more)
            leaving.callback(sender.close)
            return sender

        yield come
