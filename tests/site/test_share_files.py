"""Every file of the kit is opened and read back: size, words, letters, codes, room around them."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from forms_api.content.share import SharedPage, load_share, short_links
from forms_api.content.ward import load_areas
from site_builder.share_kit import FOLDER, plain_name
from tests.site.conftest import ADDRESS, CHECK_WORDS, PROJECT
from tests.site.share_readers import (
    DPI,
    MM_PER_INCH,
    codes_in,
    is_white_around,
    missing_glyphs,
    page_pictures,
    page_sizes_mm,
    words_of,
)

CONTENT = PROJECT / "content"
PAGES = load_share(CONTENT).pages
LINKS = short_links(load_share(CONTENT), load_areas(CONTENT))
SPECIMEN = "MẪU: phường chưa có địa chỉ trang"
EMERGENCY = ("Đang nguy hiểm? Gọi ngay", "113", "114", "115")
AREA_SLUG = "bao-tin-tdp-vi-du-3"

PAPERS = {  # sheets: size in mm, how many codes, the least width of one in mm
    "ap-phich-a4": ((210, 297), 1, 40),
    "ap-phich-a3": ((297, 420), 1, 40),
    "to-roi-a5": ((297, 210), 2, 25),
    "the-de-ban": ((210, 297), 2, 25),
    "nhan-dan": ((210, 297), 8, 25),
}
PICTURES = {  # dots
    "ap-phich-a4": (694, 982),
    "ap-phich-a3": (842, 1191),
    "to-roi-a5": (982, 694),
    "the-de-ban": (694, 982),
    "nhan-dan": (992, 1403),
    "anh-bia-nhom": (1640, 856),
    "ma-qr": (480, 717),
}


@pytest.fixture(scope="module")
def specimen(built_site: Path) -> Path:
    """The kit's files as the project is now: the ward has no address yet."""
    return built_site / FOLDER


@pytest.fixture(scope="module")
def real(addressed_site: Path) -> Path:
    """The kit's files of a ward that has an address and has chosen its words."""
    return addressed_site / FOLDER


def file(folder: Path, name: str, suffix: str) -> Path:
    """Return the one file of the kit with this name, whatever its hash."""
    found = [path for path in folder.iterdir() if plain_name(path.name) == f"{name}.{suffix}"]
    assert len(found) == 1, (name, suffix, found)
    return found[0]


def unpacked(folder: Path, slug: str) -> dict[str, bytes]:
    """Return what is in the archive of a short link."""
    with zipfile.ZipFile(file(folder, f"tron-bo-{slug}", "zip")) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_a_paper_has_its_size_its_words_and_danger_first(
    real: Path, paper: str, page: SharedPage
) -> None:
    page_id, headline = page.id, page.headline
    path = file(real, f"{paper}-{page_id}", "pdf")
    words = words_of(path)

    assert page_sizes_mm(path) == [PAPERS[paper][0]]
    for expected in (headline, *EMERGENCY, "Phường Bắc Giang", f"an-ninh.example/s/{page_id}"):
        assert expected in words
    assert CHECK_WORDS in words
    assert SPECIMEN not in words
    assert missing_glyphs(path) == 0


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_codes_on_paper_are_large_readable_and_have_room(
    real: Path, paper: str, page: SharedPage
) -> None:
    page_id = page.id
    _, count, least_mm = PAPERS[paper]
    [picture] = page_pictures(file(real, f"{paper}-{page_id}", "pdf"))

    codes = codes_in(picture)

    assert [code.text for code in codes] == [f"{ADDRESS}/s/{page_id}"] * count
    for code in codes:
        assert code.level in {"M", "Q"}
        assert code.width / DPI * MM_PER_INCH >= least_mm
        assert is_white_around(picture, code, 4)


def test_a_picture_has_its_size_and_is_light(specimen: Path) -> None:
    sizes: dict[str, tuple[int, int]] = {}
    heavy: list[str] = []
    for name in PICTURES:
        path = file(specimen, f"{name}-lua-dao", "png")
        heavy += [path.name] if path.stat().st_size >= 1_000_000 else []
        with Image.open(path) as picture:
            picture.load()
            sizes[name] = picture.size

    assert sizes == PICTURES
    assert heavy == []


def test_the_pictures_of_every_link_lead_where_they_say(real: Path) -> None:
    read: dict[tuple[str, str], list[str]] = {}
    crowded: list[tuple[str, str]] = []
    for picture_of in ((name, slug) for name in ("ap-phich-a4", "ma-qr") for slug in LINKS):
        with Image.open(file(real, "-".join(picture_of), "png")) as opened:
            picture = opened.convert("RGB")
        codes = codes_in(picture)
        read[picture_of] = [code.text for code in codes]
        crowded += [picture_of for code in codes if not is_white_around(picture, code, 4)]

    assert len(read) == 2 * len(LINKS) > 0
    assert {key: texts for key, texts in read.items() if texts != [f"{ADDRESS}/s/{key[1]}"]} == {}
    assert crowded == []


def test_the_pictures_of_sheets_show_readable_codes(specimen: Path) -> None:
    names = ("ap-phich-a3", "to-roi-a5", "the-de-ban", "nhan-dan")
    read: dict[str, list[str]] = {}
    for name in names:
        with Image.open(file(specimen, f"{name}-bao-tin", "png")) as picture:
            read[name] = [code.text for code in codes_in(picture.convert("RGB"))]

    assert read == {name: ["https://phuong.example/s/bao-tin"] * PAPERS[name][1] for name in names}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_a_card_is_1200_by_630_with_its_words_in_the_middle(
    specimen: Path, page: SharedPage
) -> None:
    stem = page.page.strip("/").replace("/", "-")
    path = file(specimen, f"anh-chia-se-{stem}", "png")

    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    sides = picture.crop((0, 0, 284, 630)), picture.crop((916, 0, 1200, 630))

    assert picture.size == (1200, 630)
    assert path.stat().st_size < 1_000_000
    for side in sides:
        assert len(side.getcolors(maxcolors=4) or []) == 1, "something stands outside the square"
    assert len(picture.crop((285, 40, 915, 534)).getcolors(maxcolors=1 << 20) or []) > 20


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_a_talk_is_a_pdf_and_a_picture_for_each_slide(real: Path, page: SharedPage) -> None:
    page_id, slides = page.id, page.slides
    path = file(real, f"trinh-chieu-{page_id}", "pdf")
    words = words_of(path)
    count = len(slides) + 2

    assert page_sizes_mm(path) == [(339, 190)] * count
    for slide in slides:
        assert slide.title in words
        assert all(point in words for point in slide.points)
    assert words.count(EMERGENCY[0]) == count
    assert missing_glyphs(path) == 0
    for number in range(1, count + 1):
        with Image.open(file(real, f"trinh-chieu-{page_id}-{number}", "png")) as picture:
            assert picture.size == (960, 540)
    codes = codes_in(page_pictures(path)[-1])
    assert [code.text for code in codes] == [f"{ADDRESS}/s/{page_id}"]


def test_the_form_on_paper_has_the_boxes_of_the_form_in_order_and_no_number(real: Path) -> None:
    path = file(real, "phieu-giay-phan-anh-antt", "pdf")
    words = words_of(path)
    labels = [
        "Việc có đang xảy ra ngay lúc này không?", "Có người bị thương, cần cấp cứu",
        "Gửi ẩn danh?", "Họ và tên", "Phường trả lời bà con bằng cách nào?", "Số điện thoại",
        "Địa chỉ thư điện tử", "Tôi là đại diện cơ quan, tổ chức", "Tên đơn vị", "Mã số thuế",
        "Tôi đã gửi đơn về việc này tới cơ quan Công an", "Người bị phản ánh", "Việc gì?",
        "Ngày xảy ra", "Khoảng mấy giờ", "Tôi không nhớ địa điểm", "Địa điểm xảy ra",
        "Quanh đó có gì?", "Tổ dân phố nơi xảy ra", "Tóm tắt diễn biến", "Hậu quả", "Ảnh",
        "Người bị hại", "Tôi đồng ý để thông tin trong phiếu này được dùng như trên",
    ]  # fmt: skip
    places = [words.index(f"{number} {label}") for number, label in enumerate(labels, start=1)]

    assert page_sizes_mm(path) == [(210, 297)] * 2
    assert places == sorted(places)
    assert all(number in words for number in EMERGENCY)
    assert words.count("Số phiếu") == 2
    assert "Giấy nhận phiếu" in words
    assert not re.search(r"XG-|[A-Z]{2}-[0-9A-Z]{6}", words)
    assert "Phiếu không nhận: Khiếu nại, tố cáo" in words
    assert missing_glyphs(path) == 0
    with Image.open(file(real, "phieu-giay-xem-phan-anh-antt", "png")) as picture:
        assert picture.width == 694


def test_what_is_not_official_says_so_on_paper(real: Path) -> None:
    form = next(page for page in PAGES if page.id == "gui-phieu")
    assert form.note
    for paper in PAPERS:
        words = words_of(file(real, f"{paper}-gui-phieu", "pdf"))
        assert form.note in words
    poster = words_of(file(real, "ap-phich-a4-bao-tin", "pdf"))
    assert "không phải trang chính thức của cơ quan công an" in poster


def test_a_ward_without_an_address_gets_marked_specimens(specimen: Path) -> None:
    for paper in (*PAPERS, "trinh-chieu", "anh-bia-nhom", "ma-qr"):
        words = words_of(file(specimen, f"{paper}-bao-tin", "pdf"))
        assert SPECIMEN in words
        assert "phuong.example/s/bao-tin" in words
    assert SPECIMEN in words_of(file(specimen, "phieu-giay-phan-anh-antt", "pdf"))
    assert "Chữ đối chiếu" not in words_of(file(specimen, "ap-phich-a4-bao-tin", "pdf"))


def test_the_archive_of_an_area_holds_all_that_a_team_needs(real: Path) -> None:
    parts = unpacked(real, AREA_SLUG)

    assert set(parts) == {
        *(f"{paper}-{AREA_SLUG}.pdf" for paper in PAPERS),
        f"ap-phich-a4-{AREA_SLUG}.png",
        f"ma-qr-{AREA_SLUG}.png",
        "anh-bia-nhom-bao-tin.png",
        "trinh-chieu-bao-tin.pdf",
        "loi-nhan.txt",
    }
    for name, data in parts.items():
        if AREA_SLUG in name and name.endswith(".pdf"):
            words = words_of(data)
            assert "Tổ dân phố ví dụ 3" in words
            assert f"an-ninh.example/s/{AREA_SLUG}" in words.replace(" ", "")
            assert missing_glyphs(data) == 0
    texts = parts["loi-nhan.txt"].decode("utf-8-sig")
    assert texts.count(f"{ADDRESS}/s/{AREA_SLUG}") == 3
    assert "bà con Tổ dân phố ví dụ 3" in texts
    assert not re.search(r"[{}]", texts)


def test_archives_are_stored_and_the_wards_own_holds_everything(real: Path) -> None:
    with zipfile.ZipFile(file(real, "tron-bo-gui-phieu", "zip")) as archive:
        names = set(archive.namelist())
        assert {part.compress_type for part in archive.infolist()} == {zipfile.ZIP_STORED}

    for paper in (*PAPERS, "anh-bia-nhom", "ma-qr"):
        assert {f"{paper}-gui-phieu.pdf", f"{paper}-gui-phieu.png"} <= names
    assert {f"trinh-chieu-gui-phieu-{number}.png" for number in range(1, 9)} <= names
    assert {"phieu-giay-phan-anh-antt.pdf", "anh-chia-se-gui-phan-anh-antt.png"} <= names


def test_the_archive_of_the_form_brings_the_form_on_paper(real: Path) -> None:
    assert "phieu-giay-phan-anh-antt.pdf" in unpacked(real, "gui-phieu-tdp-vi-du-1")


def test_the_list_for_the_builder_names_files_that_are_there(addressed_site: Path) -> None:
    [path] = (addressed_site / FOLDER).glob("danh-sach.*.json")
    listed = json.loads(path.read_text(encoding="utf-8"))

    named = [entry for page in listed["pages"] for link in page["links"] for entry in link[1:]]

    assert len(listed["areas"]) == 5
    assert len(named) == 3 * len(LINKS)
    assert all((addressed_site / name.lstrip("/")).is_file() for name in named)


def test_nothing_in_the_kit_looks_up_anything_on_the_net(real: Path) -> None:
    for path in real.glob("*.pdf"):
        content = path.read_bytes()
        assert b"/URI" not in content
        assert b"/JavaScript" not in content


def test_each_file_has_a_title_and_says_its_language(real: Path) -> None:
    reader = PdfReader(io.BytesIO(file(real, "ap-phich-a4-bao-tin", "pdf").read_bytes()))

    assert reader.metadata
    assert reader.metadata.title == "Thấy việc mất an ninh, trật tự? Báo qua VNeID Phường Bắc Giang"
    assert str(reader.root_object["/Lang"]) == "vi-VN"
