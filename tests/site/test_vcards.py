"""Numbers to save: other programs read the cards and the codes, and no number is invented."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import vobject
import zxingcpp
from lxml import html
from PIL import Image
from playwright.sync_api import Browser

from forms_api.content.ward import load_ward
from site_builder.build import build_site
from site_builder.contacts import LINE_BYTES
from tests.site.conftest import ADDRESS, PROJECT

Edit = Callable[[str, str, str], int]

ALL = "lien-he/so-can-goi.vcf"


def cards(path: Path) -> list[vobject.base.Component]:
    """Return the cards of a file as another library reads them."""
    return list(vobject.readComponents(path.read_text(encoding="utf-8")))


def test_one_file_holds_every_number_of_the_ward_and_no_other(built_site: Path) -> None:
    ward = load_ward(PROJECT / "content")

    found = {card.tel.value for card in cards(built_site / ALL)}

    assert found == {entry.tel.removeprefix("tel:") for entry in ward.numbers.values()}


def test_a_card_says_its_name_when_to_call_and_when_it_was_checked(built_site: Path) -> None:
    first, second, *_ = cards(built_site / ALL)

    assert first.version.value == "3.0"
    assert first.fn.value == "Công an 113"
    assert first.n.value.family == "Công an 113"
    assert first.note.value.startswith("Có tội phạm, đánh nhau, cướp giật")
    assert first.note.value.endswith("Đối chiếu nguồn ngày 24/11/2026.")
    assert first.rev.value == "2026-11-24"
    assert second.n.value.family == "Cứu hỏa, cứu nạn 114"


def test_lines_are_folded_between_letters_and_end_as_the_standard_says(built_site: Path) -> None:
    data = (built_site / ALL).read_bytes()

    assert data.count(b"\n") == data.count(b"\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= LINE_BYTES
        line.decode("utf-8")  # no letter is torn apart


def test_the_ward_police_are_missing_until_the_ward_tells_their_number(
    built_site: Path, project: Path, edit: Edit
) -> None:
    before = {card.fn.value for card in cards(built_site / ALL)}
    edit("content/data/ward.yml", "duty_phone: null", "duty_phone: 0204 000 0000")
    edit("content/data/ward.yml", "  address: null", "  address: Nhà số 1, phố Thử")
    edit("content/data/ward.yml", "confirmed: null", "confirmed: 2026-11-20")

    site = build_site(project, share_kit=False).site_dir

    first = cards(site / ALL)[0]
    assert "Công an phường Bắc Giang" not in before
    assert first.fn.value == "Công an phường Bắc Giang"
    assert first.tel.value == "02040000000"
    assert first.adr.value.street == "Nhà số 1, phố Thử"
    assert first.rev.value == "2026-11-20"
    page = (site / "lien-he/index.html").read_text(encoding="utf-8")
    assert "Lưu cả 8 số vào danh bạ" in page


def test_the_page_offers_the_file_and_marks_what_is_missing(built_site: Path) -> None:
    tree = html.parse(str(built_site / "lien-he/index.html")).getroot()
    block = tree.xpath("//div[@class='saved-numbers']")[0]

    assert block.xpath(".//a[@href='/lien-he/so-can-goi.vcf']")
    assert "Phường chưa cung cấp: địa chỉ của trang web" in block.text_content()
    assert "Trong tệp chưa có số của Công an phường Bắc Giang" in tree.text_content()


@pytest.mark.browser
def test_a_reader_of_codes_gets_each_contact_and_the_address_of_all(
    addressed_site: Path, browser: Browser, serve: Callable[[Path], str]
) -> None:
    tab = browser.new_page()
    tab.goto(f"{serve(addressed_site)}/lien-he/")
    tab.locator(".each-number > summary").click()

    read = {}
    for image in tab.locator(".qr img").all():
        image.scroll_into_view_if_needed()
        tab.wait_for_function(
            "image => image.complete && image.naturalWidth", arg=image.element_handle()
        )
        (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(image.screenshot())))
        read[str(image.get_attribute("src"))] = code.text
    tab.close()

    assert read.pop("/lien-he/so-can-goi.svg") == f"{ADDRESS}/{ALL}"
    assert len(read) == 7
    for address, text in read.items():
        card = vobject.readOne(text)
        whole = cards(addressed_site / address.replace(".svg", ".vcf").lstrip("/"))[0]
        assert (card.fn.value, card.tel.value) == (whole.fn.value, whole.tel.value)
