"""How key pages look: the first screen of a phone, paper, and pictures for people to look at.

The pictures are left in `.build/screenshots/`, which git ignores; each run takes them anew and ends
with a line that names the folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from pypdf import PdfReader

from tests.conftest import SCREENSHOTS
from tests.e2e.axe import DESK, SCHEMES
from tests.e2e.browsing import PHONE
from tests.e2e.installation import Server
from tests.e2e.test_accessibility import FORM_STATES, at

pytestmark = pytest.mark.browser

SMALLEST_PHONE: ViewportSize = {"width": 360, "height": 640}
COMFORTABLE = 44
GUIDE = "/huong-dan/gui-phan-anh-vneid/"
SHOWN = {
    "home": at("/"),
    "guide": at(GUIDE),
    "regulation": at("/quy-che/"),
    "contacts": at("/lien-he/"),
    **{name: FORM_STATES[name] for name in ("form", "form with mistakes", "stop", "receipt")},
    **{name: FORM_STATES[name] for name in ("follow-up", "followed report")},
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's page without motion."""
    with closing(
        browser.new_context(
            reduced_motion="reduce", locale="vi-VN", viewport=PHONE, service_workers="block"
        )
    ) as context:
        yield context.new_page()


@pytest.mark.parametrize("name", SHOWN)
def test_pictures_of_key_pages_are_kept_for_people(page: Page, server: Server, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    SHOWN[name](page, server.url)
    taken = []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            path = SCREENSHOTS / f"{name.replace(' ', '-')}-{size['width']}-{scheme}.png"
            page.screenshot(path=path, animations="disabled")
            taken.append(path)
    page.evaluate("document.documentElement.dataset.contrast = ''")
    taken.append(SCREENSHOTS / f"{name.replace(' ', '-')}-{DESK['width']}-contrast.png")
    page.screenshot(path=taken[-1])

    assert len({path.read_bytes() for path in taken}) == len(taken)


def test_home_answers_on_the_first_screen_of_a_small_phone(page: Page, server: Server) -> None:
    page.set_viewport_size(SMALLEST_PHONE)
    page.goto(f"{server.url}/")
    doors = page.get_by_role("navigation", name="Việc cần làm").get_by_role("link").all()
    boxes = [box for door in doors if (box := door.bounding_box())]

    assert [door.get_attribute("href") for door in doors] == [
        "tel:113",
        GUIDE,
        "/gui/phan-anh-antt/",
        "/tra-cuu/",
        "/huong-dan/",
    ]
    assert max(box["y"] + box["height"] for box in boxes) <= SMALLEST_PHONE["height"]
    assert min(min(box["height"], box["width"]) for box in boxes) >= COMFORTABLE


def test_a_desk_has_its_own_arrangement(page: Page, server: Server) -> None:
    page.set_viewport_size(DESK)
    page.goto(f"{server.url}/")
    doors = page.get_by_role("navigation", name="Việc cần làm").bounding_box()
    heading = page.get_by_role("heading", level=1).bounding_box()
    assert doors
    assert heading
    assert heading["x"] + heading["width"] <= doors["x"]
    page.goto(f"{server.url}{GUIDE}")
    places = [
        page.get_by_role("navigation", name="Các trang cùng mục"),
        page.get_by_role("main"),
        page.get_by_role("navigation", name="Nội dung trang này"),
    ]
    boxes = [box for place in places if (box := place.bounding_box())]

    assert [box["x"] for box in boxes] == sorted(box["x"] for box in boxes)
    assert len({box["x"] for box in boxes}) == len(places)


def printed(page: Page, path: Path) -> str:
    """Print the page as a browser prints it; return the letters on the paper.

    Spaces are left out: the reader of PDF sees some where a letter comes from another part of a font.
    """
    page.pdf(path=path, format="A4")
    return letters(" ".join(one.extract_text() for one in PdfReader(path).pages))


def letters(text: str) -> str:
    """Return a text without its spaces."""
    return re.sub(r"\s+", "", text)


def test_a_guide_on_paper_is_its_text_with_the_addresses_of_its_sources(
    page: Page, server: Server, tmp_path: Path
) -> None:
    page.goto(f"{server.url}{GUIDE}")
    page.locator(".source-box summary").click()
    text = printed(page, tmp_path / "guide.pdf")

    for told in ("Gửi phản ánh an ninh, trật tự qua VNeID", "113 Công an", "(https://"):
        assert letters(told) in text
    assert letters("không phải trang chính thức của cơ quan công an") in text
    for left_out in ("Mục lục", "Tương phản cao", "Trong trang này", "Trang sau", "Quyền riêng tư"):
        assert letters(left_out) not in text


def test_the_regulation_on_paper_has_every_article_and_no_menus(
    page: Page, server: Server, tmp_path: Path
) -> None:
    page.goto(f"{server.url}/quy-che/")
    text = printed(page, tmp_path / "regulation.pdf")

    for number in range(1, 13):
        assert letters(f"Điều {number}.") in text
    assert letters("Nơi nhận") in text
    for left_out in ("Trang riêng của", "Liên kết tới", "Mục lục"):
        assert letters(left_out) not in text
