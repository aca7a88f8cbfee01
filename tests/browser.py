"""A real browser for the tests: found on this machine, or installed where that is allowed.

`python -m tests.browser install` does nothing where a browser is there. Else it asks the system's
packages (as root on Debian or Ubuntu), then the test tool's own download. Without success the
browser tests are skipped and say so; with CI=true they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

HEADLESS = "chromium-headless-shell"
"""The same engine without windows, menus and their processes: half the processor time."""
WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Browsers as people have them, with a page of their own for a dead line."""
# Headless, and silent towards every host but the one under test.
ARGUMENTS = [
    # A microphone that hums, for pages that record: no test machine has one.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
INSTALL_SECONDS = 600


def find_browser(*, whole: bool = False) -> str | None:
    """Return the path of a Chromium-like browser, a `whole` one if asked; None where there is none."""
    given = os.environ.get("BROWSER_PATH")
    if given:
        return given
    names = WHOLE if whole else (HEADLESS, *WHOLE)
    return next(filter(None, map(shutil.which, names)), None) or _downloaded()


@contextmanager
def launched(playwright: Playwright | None = None, *, whole: bool = False) -> Iterator[Browser]:
    """Give a running browser. Raises FileNotFoundError where there is none."""
    path = find_browser(whole=whole)
    if path is None:
        raise FileNotFoundError("no browser")
    # The browser's own sandbox needs rights that root in a container does not have.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    if playwright is not None:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *sandbox])
        yield browser
        browser.close()
        return
    with sync_playwright() as own, launched(own, whole=whole) as browser:
        yield browser


def _downloaded() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def _all_there() -> bool:
    return bool(find_browser()) and bool(find_browser(whole=True))


def _install() -> None:
    attempts: list[list[str]] = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        attempts = [
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", HEADLESS, "chromium"],
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"],
            *attempts,
        ]
    for command in attempts:
        if _all_there():
            return
        sys.stdout.write(f"==> no browser yet: {' '.join(command[:3])} …\n")
        sys.stdout.flush()
        try:
            subprocess.run(command, check=False, timeout=INSTALL_SECONDS, capture_output=True)
        except (OSError, subprocess.TimeoutExpired) as error:
            sys.stdout.write(f"    {error}\n")
    if not find_browser():
        sys.stdout.write("==> no browser could be installed: browser tests will say so\n")


if __name__ == "__main__" and not _all_there():
    _install()
