"""axe and the width of the screen, on a phone and on a desk, in light and in dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from tests.e2e.browsing import PHONE

DESK: ViewportSize = {"width": 1280, "height": 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SCRIPT = Path(axe_playwright_python.__file__).with_name("axe.min.js")

_RUN = """(options) => axe.run({ ...options, resultTypes: ["violations"] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`)))"""
# Targets of 24 px (WCAG 2.2) are off in axe unless asked for.
_EVERYTHING = {"rules": {"target-size": {"enabled": True}}}
_COLOURS = {"runOnly": ["color-contrast"]}


def found_by_axe(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, and where it is wider than the screen."""
    found = []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            results = Axe().run(page)
            if results.violations_count:
                found.append(f"{size['width']} px, {scheme}:\n{results.generate_report()}")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found.append(f"{size['width']} px: {wide} px wider than the screen")
    return found


def found_on_public_page(page: Page) -> list[str]:
    """Return the same, by WCAG 2.2, of a page of the residents' face, its colours in high contrast too.

    The script is given to the page once: every page of the site is looked at so.
    """
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found: list[str] = []

    def look(where: str, options: dict[str, Any]) -> None:
        found.extend(f"{where}: {words}" for words in page.evaluate(_RUN, options))

    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            look(f"{size['width']} px, {scheme}", _EVERYTHING)
    page.evaluate("document.documentElement.dataset.contrast = ''")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        look(f"high contrast, {scheme}", _COLOURS)
    return found
