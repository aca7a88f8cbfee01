"""The handbook's pictures are of pages that still read so: every place is walked to in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.handbook_pictures import PICTURES, Picture, walk

pytestmark = pytest.mark.browser


def test_every_picture_can_be_taken_and_shows_what_the_handbook_says(
    browser: Browser, tmp_path: Path
) -> None:
    seen: list[str] = []

    def look(picture: Picture, page: Page) -> None:
        place = page.locator("body") if picture.part is None else picture.part(page)
        for text in picture.texts:
            expect(place).to_contain_text(text)
        seen.append(picture.name)

    walk(browser, tmp_path, look)

    assert seen == [picture.name for picture in PICTURES]
