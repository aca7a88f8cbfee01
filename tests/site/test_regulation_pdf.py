"""The regulation's PDF says what the source says, looks as papers must look, and says that it is a copy."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, PdfObject

from forms_api.content.yaml_source import load
from site_builder import regulation_pdf
from site_builder.build import check_site
from site_builder.errors import BuildError
from site_builder.kept import Kept
from site_builder.regulation import Regulation
from site_builder.regulation_pdf import (
    ABOUT_THE_COPY,
    MARK,
    MOTTO,
    NATION,
    NO_BODY,
    NO_NUMBER,
    NOTES_TITLE,
    PaperMaker,
)
from tests.site.conftest import ADDRESS, CACHES, PROJECT
from tests.site.test_regulation import source_paragraphs

NAME = "quy-che/quy-che-2024-04-22.pdf"
POINTS_PER_MM = 72 / 25.4
Matrix = list[float]
Font = dict[str, object] | None
FOOT = "Bản sao để đọc, không có giá trị thay bản chính. Văn bản ngày 22/04/2024."
VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
LETTERS = " ".join(
    unicodedata.normalize("NFC", letter + tone)
    for letter in VOWELS + VOWELS.upper()
    for tone in TONES
)


@pytest.fixture(scope="module")
def paper(built_site: Path) -> Path:
    """The built PDF."""
    return built_site / NAME


@pytest.fixture(scope="module")
def reader(paper: Path) -> PdfReader:
    """The built PDF, opened."""
    return PdfReader(paper)


@pytest.fixture
def regulation() -> Regulation:
    """The regulation as the project has it."""
    return load(PROJECT / "content/data/regulation.yml", Regulation)


def words(page: PageObject) -> str:
    """Return a page's text with single spaces."""
    return " ".join(page.extract_text().split())


def boxes(path: Path, number: int) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Yield the signs of a page with their boxes in points: left, bottom, right, top."""
    document = pypdfium2.PdfDocument(path)
    page = document[number]
    text = page.get_textpage()
    for index in range(text.count_chars()):
        sign = text.get_text_range(index, 1)
        if sign.strip():
            yield sign, text.get_charbox(index)
    text.close()
    page.close()
    document.close()


def test_the_copy_is_the_source_word_for_word_and_all_else_is_named(
    reader: PdfReader, regulation: Regulation
) -> None:
    pages = [words(page) for page in reader.pages]
    bare = [page.removesuffix(FOOT).strip() for page in pages]
    assert all(page.endswith(FOOT) for page in pages)
    bare = [bare[0], *(page.removeprefix(f"{at} ") for at, page in enumerate(bare[1:], start=2))]
    notes = [ABOUT_THE_COPY, *((note.title, note.text) for note in regulation.notes)]
    added = [MARK, f"[{NO_BODY}]", f"[{NO_NUMBER}]", NATION, MOTTO]
    source = [paragraph.replace("*", "") for paragraph in source_paragraphs()]

    wanted = [*added, *source, NOTES_TITLE, *(f"{title}. {text}" for title, text in notes)]

    assert " ".join(bare) == " ".join(" ".join(wanted).split())


def test_each_paragraph_of_the_source_starts_on_a_line_of_its_own(reader: PdfReader) -> None:
    text = "".join(f"{page.extract_text()}\n" for page in reader.pages)
    lines = [" ".join(line.split()) for line in text.splitlines()]

    for paragraph in source_paragraphs():
        plain = paragraph.replace("*", "")
        assert any(line and plain.startswith(line) for line in lines), plain


def test_emphasis_is_the_source_s(reader: PdfReader) -> None:
    italic: list[str] = []

    def look(text: str, _cm: Matrix, _tm: Matrix, font: Font, _size: float) -> None:
        if font and "Italic" in str(font["/BaseFont"]) and text.strip():
            italic.append(" ".join(text.split()))

    for page in reader.pages:
        page.extract_text(visitor_text=look)
    slanted = " ".join(italic)

    assert "Mô hình Ứng dụng VNeID trong phòng, chống tội phạm" in slanted
    assert "qua Công an phường" in slanted
    assert "Điều 2" not in slanted


def test_it_is_a4_with_the_margins_of_administrative_papers(paper: Path, reader: PdfReader) -> None:
    for number, page in enumerate(reader.pages):
        assert [float(edge) / POINTS_PER_MM for edge in page.mediabox[2:]] == pytest.approx(
            [210, 297], abs=0.1
        )
        height = float(page.mediabox.height)
        body = [
            box
            for _, box in boxes(paper, number)
            if box[1] >= 20 * POINTS_PER_MM and box[3] <= height - 20 * POINTS_PER_MM + 1
        ]
        left = min(box[0] for box in body) / POINTS_PER_MM
        right = 210 - max(box[2] for box in body) / POINTS_PER_MM
        assert 29.5 <= left <= 35, number
        assert right >= 15, number


def test_page_numbers_stand_in_the_top_margin_from_the_second_page(
    paper: Path, reader: PdfReader
) -> None:
    assert not words(reader.pages[0]).startswith("1 ")
    assert words(reader.pages[0]).startswith(MARK)
    for number in range(1, len(reader.pages)):
        height = float(reader.pages[number].mediabox.height)
        above = [
            (sign, box)
            for sign, box in boxes(paper, number)
            if box[1] > height - 20 * POINTS_PER_MM
        ]
        assert "".join(sign for sign, _ in above) == str(number + 1)
        middle = (above[0][1][0] + above[-1][1][2]) / 2 / POINTS_PER_MM
        assert middle == pytest.approx(30 + (210 - 30 - 20) / 2, abs=1)


def test_the_body_is_set_in_fourteen_points_and_nothing_in_less_than_nine(
    reader: PdfReader,
) -> None:
    sizes: dict[float, int] = {}

    def look(text: str, cm: Matrix, tm: Matrix, _font: Font, size: float) -> None:
        real = round(abs(size * tm[3] * cm[3]), 1)
        sizes[real] = sizes.get(real, 0) + len(text.strip())

    for page in reader.pages[:-1]:
        page.extract_text(visitor_text=look)

    counted = {size: count for size, count in sizes.items() if count}
    assert max(counted, key=counted.__getitem__) == 14
    assert min(counted) >= 9


def test_no_seal_signature_or_picture_is_drawn(reader: PdfReader) -> None:
    assert [image for page in reader.pages for image in page.images] == []


def test_the_signature_never_stands_on_a_page_alone(reader: PdfReader) -> None:
    signed = next(page for page in reader.pages if "Hoàng Văn Vượng" in words(page))

    assert "Điều 12." in words(signed)


def test_every_font_is_embedded_and_has_the_widths_of_times(reader: PdfReader) -> None:
    pages: list[Any] = [*reader.pages]
    fonts = {
        str(font["/BaseFont"]): font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }

    assert fonts
    for name, descriptor in fonts.items():
        assert "TeXGyreTermes" in name
        assert "/FontFile3" in descriptor


def test_every_vietnamese_letter_is_drawn(tmp_path: Path, regulation: Regulation) -> None:
    chapter = regulation.chapters[0]
    article = chapter.articles[0].model_copy(update={"clauses": [f"- đ Đ {LETTERS}", "- Ắ ễ ỡ Đ"]})
    chapters = [chapter.model_copy(update={"articles": [article]}), *regulation.chapters[1:]]
    spelled = regulation.model_copy(update={"chapters": chapters})

    maker = PaperMaker(PROJECT / "templates/papers", Kept(tmp_path / "kept"))
    path = tmp_path / "letters.pdf"
    path.write_bytes(maker.paper(spelled, site_url=None).data)

    reader = PdfReader(path)
    text = words(reader.pages[0])
    assert f"- đ Đ {LETTERS}" in text
    assert "- Ắ ễ ỡ Đ" in text
    drawn = [glyph for page in reader.pages for glyph in glyphs(page, reader)]
    assert len(drawn) > 5000
    assert 0 not in drawn


def glyphs(page: PageObject, reader: PdfReader) -> Iterator[int]:
    """Yield the number of every glyph that a page draws; 0 is the empty box for missing letters."""
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        shown = operands[0] if operator == b"TJ" else operands if operator == b"Tj" else []
        for piece in shown:
            if isinstance(piece, int | float):
                continue
            raw = piece.original_bytes if hasattr(piece, "original_bytes") else bytes(piece)
            yield from (int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2))


def test_bookmarks_lead_to_every_chapter_and_article(reader: PdfReader) -> None:
    outline: list[Any] = [*reader.outline]
    chapters = [entry for entry in outline if not isinstance(entry, list)]
    articles = [entry for group in outline if isinstance(group, list) for entry in group]

    assert [entry.title for entry in chapters][:2] == [
        "Chương I NHỮNG QUY ĐỊNH CHUNG",
        "Chương II TỔ CHỨC HOẠT ĐỘNG, TRÁCH NHIỆM CỦA CÁC THÀNH VIÊN",
    ]
    assert [entry.title.split(".")[0] for entry in articles] == [
        f"Điều {number}" for number in range(1, 13)
    ]
    assert [reader.get_destination_page_number(entry) for entry in articles][:4] == [0, 0, 0, 1]


def test_it_is_tagged_and_names_its_title_and_language(reader: PdfReader) -> None:
    root: Any = reader.trailer["/Root"]
    title = str(reader.metadata.title) if reader.metadata else ""

    assert root["/Lang"] == "vi-VN"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert title.startswith("Quy chế hoạt động mô hình")
    assert title.endswith("(bản sao để đọc)")
    kinds = [str(node["/S"]) for node in structure(root["/StructTreeRoot"]) if "/S" in node]
    assert kinds.count("/H2") == 12
    assert "/P" in kinds
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()


def structure(node: PdfObject) -> Iterator[DictionaryObject]:
    """Yield a structure tree's nodes."""
    found = node.get_object()
    if isinstance(found, ArrayObject):
        for part in found:
            yield from structure(part)
    elif isinstance(found, DictionaryObject):
        yield found
        if "/K" in found:
            yield from structure(found["/K"])


def test_the_page_leads_to_it_and_says_how_large_it_is(built_site: Path, paper: Path) -> None:
    page = (built_site / "quy-che/index.html").read_text(encoding="utf-8")

    assert f'href="/{NAME}"' in page or f"href=/{NAME}" in page
    assert f"PDF, 6 trang, {round(paper.stat().st_size / 1000)} KB" in page
    assert "bản sao để đọc" in page


def test_a_copy_on_paper_leads_back_to_the_site_that_has_an_address(addressed_site: Path) -> None:
    first = words(PdfReader(addressed_site / NAME).pages[0])

    assert first.endswith(f"{FOOT} Bản trên mạng: {ADDRESS}/quy-che/")


def test_a_drawing_is_kept_and_drawn_anew_only_when_something_changed(
    project: Path, edit: Callable[[str, str, str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = project / CACHES / "papers"
    shutil.rmtree(papers)
    drawn: list[Path] = []
    draw = regulation_pdf._draw

    def draw_and_count(template: Path, words: str) -> bytes:
        drawn.append(template)
        return draw(template, words)

    monkeypatch.setattr(regulation_pdf, "_draw", draw_and_count)

    check_site(project)
    check_site(project)
    once = len(drawn)
    edit("content/data/regulation.yml", "Trang này giữ nguyên.", "Trang này để nguyên.")
    check_site(project)

    assert once == 1
    assert len(drawn) == 2
    kept = [path for path in papers.iterdir() if path.read_bytes()[:4] == b"%PDF"]
    assert len(kept) == 1


def test_a_template_that_cannot_be_drawn_stops_the_build_with_its_name(
    tmp_path: Path, regulation: Regulation
) -> None:
    (tmp_path / "regulation.typ").write_text("#nothing", encoding="utf-8")

    with pytest.raises(BuildError, match=r"regulation\.typ: unknown variable"):
        PaperMaker(tmp_path, Kept(tmp_path / "kept")).paper(regulation, site_url=None)


def test_a_font_that_is_not_installed_is_named(
    tmp_path: Path, regulation: Regulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regulation_pdf, "FONT_PACKAGE", "no_such_font")

    with pytest.raises(BuildError, match="no-such-font is not installed"):
        PaperMaker(PROJECT / "templates/papers", Kept(tmp_path)).paper(regulation, site_url=None)
