"""A corrected page reaches readers: at once where the line is good, at the second visit at the latest.

The site is served here by a small server that can make one page wait, as a slow line does.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from forms_api.web.headers import CONTENT_SECURITY_POLICY
from site_builder.build import build_site
from tests.e2e.keeping import (
    SAYS_IT_SAVES_DATA,
    kept,
    kept_paths,
    listed,
    visit_once,
    wait_until_kept,
)
from tests.site.conftest import copy_project
from tests.store.waiting import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(whole_browser: Browser) -> Browser:
    """A browser as people have it, with its own life of workers and its page for a dead line."""
    return whole_browser


PAGE = "/huong-dan/mo-hinh/"
OLD = "Đây là cách phường giúp bà con"
NEW = "Đây đúng là cách phường giúp bà con"
WAITS = "navigator.serviceWorker.getRegistration().then(({ waiting }) => Boolean(waiting))"
# No browser without a screen hides a page; what the page would be told is told by hand.
OUT_OF_SIGHT = """() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
}"""


class Line:
    """A line to the server on which one page may have to wait."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.asked: list[str] = []
        self.carried: list[str] = []


class _Site(SimpleHTTPRequestHandler):
    """Serves the folder as the service does, as far as caches go."""

    def __init__(self, *args: Any, line: Line, **kwargs: Any) -> None:  # noqa: ANN401
        self._line = line
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        self._line.asked.append(self.path)
        if self.path.split("?")[0] == PAGE:
            self._line.open.wait(timeout=60)
        super().do_GET()
        self._line.carried.append(self.path)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        age = "no-cache" if self.path == "/sw.js" else "max-age=300"
        self.send_header("Cache-Control", age)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class Builds:
    """The project as it is built before a correction, after it, and then without the worker.

    Without the share kit, of which readers keep nothing.
    """

    old: Path
    new: Path
    without_worker: Path


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    """The builds that tests serve, each made once."""
    root = copy_project(tmp_path_factory.mktemp("updates") / "project")
    built = Builds(root / "old", root / "new", root / "without")
    build_site(root, site_dir=built.old, share_kit=False)
    page = root / "content/huong-dan/mo-hinh.md"
    page.write_text(page.read_text(encoding="utf-8").replace(OLD, NEW), encoding="utf-8")
    build_site(root, site_dir=built.new, share_kit=False)
    build_site(root, site_dir=built.without_worker, share_kit=False, worker=False)
    return built


@pytest.fixture
def site(tmp_path: Path, builds: Builds) -> Path:
    """The folder that is served: the old build, until the test puts another in its place."""
    folder = tmp_path / "site"
    put(builds.old, folder)
    return folder


def put(build: Path, site: Path) -> None:
    """Put a build in the place of what is served; the folder itself stays: the server holds it open."""
    shutil.rmtree(site, ignore_errors=True)
    # Links hold what the build holds; a test replaces files and never writes into one.
    shutil.copytree(build, site, copy_function=os.link)


@pytest.fixture
def line() -> Line:
    """The reader's line."""
    return Line()


@pytest.fixture
def url(site: Path, line: Line) -> Iterator[str]:
    """Where the site is served."""
    handler = partial(_Site, directory=str(site), line=line)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        line.open.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A reader's browser."""
    with closing(browser.new_context()) as opened:
        yield opened


def wait_until_filled(page: Page) -> None:
    """Return when the new build's worker has all that it keeps, beside what the old one has."""
    wanted = listed(page).items()
    wait_until(lambda: wanted <= kept(page).items() and page.evaluate(WAITS))


@pytest.fixture
def correct(builds: Builds, site: Path) -> Callable[[], None]:
    """A function that puts the corrected build in the place of the old one."""
    return lambda: put(builds.new, site)


def open_with_a_new_build_waiting(
    context: BrowserContext, url: str, correct: Callable[[], None]
) -> Page:
    """Return a page of a site that was corrected since the visit before, and is fetched anew."""
    page = visit_once(context, url)
    correct()
    page.goto(f"{url}/lien-he/")
    wait_until_filled(page)
    return page


def shows(page: Page, words: str) -> None:
    """Check that the page shows these words."""
    expect(page.get_by_role("main")).to_contain_text(words)


def test_on_a_good_line_the_correction_is_there_at_once(
    context: BrowserContext, url: str, correct: Callable[[], None]
) -> None:
    page = visit_once(context, url)
    correct()

    page.goto(f"{url}{PAGE}")

    shows(page, NEW)
    expect(page.locator(".told")).to_have_count(0)


def test_on_a_slow_line_the_reader_is_told_and_the_second_visit_shows_it(
    context: BrowserContext, url: str, correct: Callable[[], None], line: Line
) -> None:
    page = visit_once(context, url)
    correct()
    line.open.clear()
    page.goto(f"{url}{PAGE}")
    shows(page, OLD)

    line.open.set()
    expect(page.locator(".told")).to_contain_text("vừa có bản mới")
    line.open.clear()  # the second visit, too, cannot wait for the network
    page.goto(f"{url}/lien-he/")
    page.goto(f"{url}{PAGE}")

    shows(page, NEW)


def test_the_reader_who_is_told_comes_to_the_new_page_by_the_link(
    context: BrowserContext, url: str, correct: Callable[[], None], line: Line
) -> None:
    page = visit_once(context, url)
    correct()
    line.open.clear()
    page.goto(f"{url}{PAGE}#nay-da-khac")
    line.open.set()

    page.get_by_role("link", name="Xem bản mới").click()

    shows(page, NEW)
    expect(page.locator(".told")).to_have_count(0)


def test_an_unchanged_page_on_a_slow_line_is_shown_without_a_word(
    context: BrowserContext, url: str, line: Line
) -> None:
    page = visit_once(context, url)
    line.open.clear()
    page.goto(f"{url}{PAGE}")
    shows(page, OLD)
    asked = len(line.asked)
    line.open.set()
    page.goto(f"{url}/lien-he/")
    wait_until(lambda: len(line.asked) > asked)

    expect(page.locator(".told")).to_have_count(0)


def test_a_new_build_waits_while_somebody_reads_and_has_fetched_what_changed(
    context: BrowserContext, url: str, correct: Callable[[], None], line: Line
) -> None:
    page = visit_once(context, url)
    before = kept(page)
    correct()
    line.asked.clear()
    page.goto(f"{url}/lien-he/")
    wait_until_filled(page)
    page.goto(f"{url}/")  # leaving a page is no time for it either: a navigation is on its way

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate(WAITS)
    assert kept(page) == before | listed(page)
    again = {path for path in line.asked if path.startswith(("/huong-dan/", "/quy-che/"))}
    assert again == {PAGE}


def test_it_takes_over_once_no_page_is_open_and_leaves_no_old_cache(
    context: BrowserContext, url: str, correct: Callable[[], None]
) -> None:
    page = open_with_a_new_build_waiting(context, url, correct)
    page.close()
    context.set_offline(True)

    page = context.new_page()
    page.goto(f"{url}{PAGE}")

    shows(page, NEW)
    assert len(kept(page)) == 1
    assert not page.evaluate(WAITS)


def test_it_takes_over_when_the_page_goes_out_of_sight(
    context: BrowserContext, url: str, correct: Callable[[], None]
) -> None:
    page = open_with_a_new_build_waiting(context, url, correct)
    wanted = listed(page)

    def looks_away_again() -> bool:
        page.evaluate(OUT_OF_SIGHT)
        return kept(page) == wanted

    # Chromium now and then lets a takeover go; the next time out of sight tries again.
    wait_until(looks_away_again)


def test_what_a_saving_reader_has_read_is_not_lost_with_the_old_build(
    context: BrowserContext, url: str, correct: Callable[[], None]
) -> None:
    page = visit_once(context, url)
    context.add_init_script(SAYS_IT_SAVES_DATA)  # from here on nothing is filled
    correct()
    page.goto(f"{url}/lien-he/")
    wait_until(lambda: page.evaluate(WAITS))
    page.close()
    context.set_offline(True)

    page = context.new_page()
    page.goto(f"{url}/quy-che/dieu-4/")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Điều 4")


def test_a_build_without_the_worker_empties_the_browser(
    context: BrowserContext, url: str, builds: Builds, site: Path
) -> None:
    page = visit_once(context, url)
    put(builds.without_worker, site)
    page.goto(f"{url}/lien-he/")

    wait_until(lambda: kept(page) == {})
    page.goto(f"{url}{PAGE}")
    assert kept(page) == {}


def test_a_line_that_breaks_while_pages_are_kept_goes_on_at_the_next_page(
    context: BrowserContext, url: str, line: Line
) -> None:
    line.open.clear()  # the worker waits for one page, in the middle of its list
    page = context.new_page()
    page.goto(f"{url}/")
    wait_until(lambda: PAGE in line.asked)
    assert PAGE not in kept_paths(page)
    page.close()  # and the reader leaves
    line.open.set()

    page = context.new_page()
    page.goto(f"{url}/lien-he/")

    wait_until_kept(page)
