"""A report on paper: readable, whole, in Vietnamese letters, and without what must not be printed."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from forms_api.documents.case_sheet import CaseSheet, SheetEntry, SheetKind, case_sheet
from tests.documents.reading import docx_text, pdf_text

AT = dt.datetime(2026, 11, 24, 7, 5, tzinfo=dt.UTC)
EVERY_LETTER = (
    "".join(map(chr, range(0x1EA0, 0x1EFA))) + "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư"
)
SHEET = CaseSheet(
    reference="XG-7K3M92",
    form_title="Phiếu phản ánh an ninh, trật tự",
    state="Đang xác minh",
    received_at=AT,
    updated_at=AT,
    category="Trộm cắp",
    area="Tổ dân phố ví dụ 1",
    channel="Biểu mẫu trên trang",
    is_urgent=True,
    file_count=2,
    answers=[("Tóm tắt diễn biến", "Ắ ễ ỡ Đ\nDòng hai")],
    identity=[("Họ và tên", "Nguyễn Văn Ví Dụ")],
    timeline=[SheetEntry(AT, "Cán bộ Lan", "Đã tiếp nhận")],
    messages=[SheetEntry(AT, "Người gửi", "Vẫn tái diễn")],
    external_numbers=[("VNeID", "PA-12345")],
    has_notes=True,
    due_at=None,
    printed_at=AT,
    printed_by="Nguyễn Thị Lan",
)
READERS: dict[SheetKind, Callable[[bytes], str]] = {
    SheetKind.PDF: pdf_text,
    SheetKind.WORD: docx_text,
}

in_both_kinds = pytest.mark.parametrize("kind", SheetKind)


def printed(kind: SheetKind, *, with_identity: bool = True, **changes: object) -> str:
    """Return the words on the sheet, with changes to what is printed."""
    sheet = replace(SHEET, **changes)  # type: ignore[arg-type] # any field
    return READERS[kind](case_sheet(sheet, with_identity=with_identity, kind=kind))


@in_both_kinds
def test_it_says(kind: SheetKind) -> None:
    text = printed(kind)
    wanted = (
        "XG-7K3M92", "Phiếu phản ánh an ninh, trật tự", "VIỆC GẤP", "Đang xác minh", "Trộm cắp",
        "Tổ dân phố ví dụ 1", "24/11/2026 lúc 14:05", "Ắ ễ ỡ Đ", "Dòng hai", "Nguyễn Văn Ví Dụ",
        "Đã tiếp nhận", "Vẫn tái diễn", "PA-12345", "bởi Nguyễn Thị Lan", "có ghi chú nội bộ",
    )  # fmt: skip

    assert [words for words in wanted if words not in text] == []


@in_both_kinds
def test_identity_is_left_out_and_the_sheet_says_so(kind: SheetKind) -> None:
    text = printed(kind, with_identity=False)

    assert "Nguyễn Văn Ví Dụ" not in text
    assert "Họ và tên" not in text
    assert "Không in trong bản này" in text


@in_both_kinds
def test_an_anonymous_sender_is_told_apart_from_one_that_is_not_printed(kind: SheetKind) -> None:
    assert "Không để lại tên hoặc cách liên lạc" in printed(kind, identity=[])


@in_both_kinds
def test_a_purged_report_says_that_its_content_is_gone(kind: SheetKind) -> None:
    text = printed(kind, answers=[], messages=[], external_numbers=[], has_notes=False)

    assert "Nội dung đã được xóa" in text
    assert "Chưa có lời nào" in text
    assert "Số bên ngoài" not in text
    assert "ghi chú nội bộ" not in text


@in_both_kinds
@pytest.mark.parametrize(
    "markup",
    ["#strong[x] $x^2$ @ref <nhan>", "{{ 7*7 }} {% if x %}", "<w:t>&amp;</w:t> & <b>", "= Tiêu đề"],
)
def test_markup_that_somebody_wrote_stays_words(kind: SheetKind, markup: str) -> None:
    assert markup in printed(kind, answers=[("Diễn biến", markup)])


def test_every_vietnamese_letter_is_in_the_font_that_comes_along() -> None:
    text = printed(SheetKind.PDF, answers=[("Chữ", " ".join(EVERY_LETTER))])

    assert [letter for letter in EVERY_LETTER if letter not in text] == []


def test_no_font_of_the_machine_is_used() -> None:
    families = typst.Fonts(include_system_fonts=False).families()
    reader = PdfReader(io.BytesIO(case_sheet(SHEET, with_identity=True, kind=SheetKind.PDF)))

    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index] # as the PDF has it
    }
    assert "Libertinus Serif" in families
    assert all(re.search(r"\+LibertinusSerif", font) for font in fonts)


def test_letters_typed_in_pieces_are_printed_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "Nguyễn Đình Ỡ")

    assert "Nguyễn Đình Ỡ" in printed(SheetKind.WORD, answers=[("Chữ", decomposed)])
    assert "Nguyễn Đình Ỡ" in printed(SheetKind.PDF, answers=[("Chữ", decomposed)])


def test_a_pdf_is_a4_with_numbered_pages() -> None:
    long = replace(SHEET, answers=[("Diễn biến", "kể dài " * 2000)])
    reader = PdfReader(io.BytesIO(case_sheet(long, with_identity=True, kind=SheetKind.PDF)))

    assert len(reader.pages) > 2
    for number, page in enumerate(reader.pages, start=1):
        assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (595, 842)
        assert f"Trang {number}/{len(reader.pages)}" in page.extract_text()


def test_a_word_longer_than_the_line_breaks() -> None:
    text = printed(SheetKind.PDF, answers=[("Địa chỉ", "a" * 300)])

    lines = [line for line in text.splitlines() if re.fullmatch("a+", line)]
    assert len(lines) >= 3
    assert sum(len(line) for line in lines) == 300


@pytest.mark.parametrize("sign", ["\0", "\x0b", "\ufffe", "\ud800", "\u202e", "\x1b"])
@in_both_kinds
def test_signs_that_no_paper_can_hold_are_left_out(kind: SheetKind, sign: str) -> None:
    assert "trướcsau" in printed(kind, answers=[("Chữ", f"trước{sign}sau")]).replace("\n", "")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(), st.text())
def test_whatever_was_written_both_files_can_be_opened(label: str, text: str) -> None:
    for kind in SheetKind:
        assert "XG-7K3M92" in printed(kind, answers=[(label, text)], printed_by=text)
