"""axe and the width of the screen, on a phone and on a desk, in light and in dark."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from tests.e2e.browsing import PHONE

DESK: ViewportSize = {"width": 1280, "height": 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


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
