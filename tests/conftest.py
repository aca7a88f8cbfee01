"""What every test may ask for: a database on each engine, a service on it, people's keys."""

from __future__ import annotations

import datetime as dt
import gc
import os
import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from forms_api.accounts.queue_keys import keep_first_key
from forms_api.reports.service import ReportService
from forms_api.store.database import Database
from forms_api.vault.sealing import Identity, generate_identity
from tests.browser import find_browser, launched
from tests.caches import parsed_once
from tests.databases import ENGINES, PostgresServer, copy_migrated_file, make_migrated_file

# Every test makes applications and throws them away; looking for cycles after each few hundred objects,
# as Python does by default, takes a sixth of all the time.
gc.set_threshold(50_000, 20, 100)

# No test may fail for being slow: machines are shared. Speed is the benchmark's business.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent
SCREENSHOTS = ROOT / ".build" / "screenshots"
"""Where the browser tests leave pictures of key pages for people to look at."""

ON_BOTH_ENGINES = ("accounts", "reports", "store")
"""Folders of tests in which a statement, a transaction or a lock decides; elsewhere a module says so
by `pytestmark = pytest.mark.both_engines`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `--db` choose the database engines."""
    parser.addoption(
        "--db",
        choices=["default", *ENGINES, "all"],
        default="default",
        help="SQLite everywhere, and PostgreSQL too where statements and locks decide (default);"
        " one engine alone; or both everywhere (all)",
    )


def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are cores: tests of servers and browsers also wait."""
    return (os.cpu_count() or 1) + 1


LONG = ("e2e", "soak")
"""Folders of the longest tests, which begin first so that none of them is left to run alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first; the order is else as written."""
    items.sort(key=lambda item: _folder(item.path) not in LONG)


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every later search for garbage."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that asks for a database on its engines, unless it names them itself."""
    marks = metafunc.definition.iter_markers("parametrize")
    if "engine" in metafunc.fixturenames and all(mark.args[0] != "engine" for mark in marks):
        metafunc.parametrize("engine", _engines_of(metafunc), scope="function")


def _engines_of(metafunc: pytest.Metafunc) -> tuple[str, ...]:
    chosen: str = metafunc.config.getoption("--db")
    if chosen in ENGINES:
        return (chosen,)
    decides = metafunc.definition.get_closest_marker("both_engines") is not None
    everywhere = chosen == "all" or _folder(metafunc.definition.path) in ON_BOTH_ENGINES
    return ENGINES if everywhere or decides else ENGINES[:1]


def _folder(path: Path) -> str:
    """Return the folder of `tests/` that a test stands in."""
    return path.relative_to(ROOT / "tests").parts[0]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the folder of the pictures once some are there."""
    if SCREENSHOTS.is_dir():
        terminalreporter.write_line(f"pictures of key pages: {SCREENSHOTS.relative_to(ROOT)}/")


@pytest.fixture(scope="session", autouse=True)
def _parsed_once() -> Iterator[None]:
    """Templates and content are parsed once a process."""
    with parsed_once():
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL server that lives as long as this test process."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database without a row, to be copied."""
    return make_migrated_file(tmp_path_factory.mktemp("migrated"))


@pytest.fixture
def empty_database_url(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The address of a database of the test's own in which there is no table."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'forms.sqlite3'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.empty_database() as url:
        yield url


@pytest.fixture
def database_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a migrated database of the test's own in which there is no row."""
    if engine == "sqlite":
        migrated: Path = request.getfixturevalue("migrated_file")
        yield copy_migrated_file(migrated, tmp_path / "forms.sqlite3")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.migrated_database() as url:
        yield url


@pytest.fixture
def queue_identity() -> Identity:
    """The private key of the queue under test."""
    return generate_identity()


@pytest.fixture
def database(database_url: str, queue_identity: Identity) -> Iterator[Database]:
    """A migrated database that knows its queue's public key."""
    with closing(Database(database_url)) as opened:
        now = dt.datetime.now(dt.UTC)
        opened.write(
            lambda connection: keep_first_key(connection, queue_identity.recipient, at=now)
        )
        yield opened


@pytest.fixture
def service(database: Database, queue_identity: Identity) -> ReportService:
    """The report service on the test's database."""
    return ReportService(database, queue_identity.recipient, secrets.token_bytes(32), "XG")


@pytest.fixture(scope="session")
def on_ci() -> bool:
    """Whether a missing tool is a failure."""
    return os.environ.get("CI") == "true"


@pytest.fixture(scope="session")
def playwright(on_ci: bool) -> Iterator[Playwright]:
    """The driver of all browsers of this process: it can be started only once."""
    if find_browser() is None and not on_ci:
        pytest.skip("no browser on this machine, and none could be installed")
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A running browser, one for all tests of this process."""
    with launched(playwright) as running:
        yield running


@pytest.fixture(scope="session")
def whole_browser(playwright: Playwright, on_ci: bool) -> Iterator[Browser]:
    """A running browser as people have it: it shows a page when a line is dead, and ends workers."""
    if find_browser(whole=True) is None and not on_ci:
        pytest.skip("no whole browser on this machine, and none could be installed")
    with launched(playwright, whole=True) as running:
        yield running
