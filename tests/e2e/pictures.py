"""The README's pictures, taken from the running product: `python -m tests.e2e.pictures`."""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from site_builder.build import build_site
from tests.browser import launched
from tests.e2e.axe import DESK
from tests.e2e.browsing import PHONE, open_form_from_home, receipt, send, tell
from tests.e2e.installation import ROOT, install

FOLDER = ROOT / "docs" / "images"
GUIDE = "/huong-dan/gui-phan-anh-vneid/"
DENSITY = 2
COLOURS = 128
"""Enough for text on flat ground, at a third of the bytes."""


def take_all(folder: Path) -> list[Path]:
    """Write the five pictures into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    with tempfile.TemporaryDirectory() as work:
        site_dir = build_site(ROOT, site_dir=Path(work) / "site").site_dir
        installation = install(Path(work) / "installation", site_dir)
        with installation.serving() as server, launched() as browser:
            page = browser.new_page(
                viewport=PHONE, device_scale_factor=DENSITY, color_scheme="light", locale="vi-VN"
            )
            page.goto(f"{server.url}/")
            taken.append(_take(page, folder / "home-360.png"))
            page.goto(f"{server.url}{GUIDE}")
            taken.append(_take(page, folder / "guide-360.png"))
            open_form_from_home(page, server.url)
            taken.append(_take(page, folder / "form-360.png"))
            tell(page)
            send(page)
            receipt(page)
            taken.append(_take(page, folder / "receipt-360.png"))
            desk = browser.new_page(viewport=DESK, color_scheme="light", locale="vi-VN")
            desk.goto(f"{server.url}/")
            taken.append(_take(desk, folder / "home-1280.png"))
    return taken


def _take(page: Page, path: Path) -> Path:
    """Take what the screen shows, in few colours."""
    with Image.open(BytesIO(page.screenshot())) as shot:
        shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


if __name__ == "__main__":
    for picture in take_all(FOLDER):
        sys.stdout.write(f"{picture.relative_to(ROOT)}  {picture.stat().st_size // 1024} KiB\n")
