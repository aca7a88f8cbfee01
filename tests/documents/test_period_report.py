"""The draft report is laid out as administrative papers are, and leaves open what nobody here knows."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import docx
import pytest
from docx.document import Document
from docx.shared import Mm, Pt

from forms_api.documents.names import Names
from forms_api.documents.period_report import period_report
from forms_api.reports.period import week_of
from forms_api.reports.statistics import count
from tests.documents.reading import docx_text
from tests.documents.samples import MADE, WARD

WEEK = week_of(dt.date(2026, 11, 18))


def made(names: Names | None = None) -> bytes:
    """Return the draft of a week in which nothing came."""
    numbers, before = (count([], week, dues={}) for week in (WEEK, WEEK.previous))
    return period_report(numbers, before, names=names or Names(), ward=WARD, made=MADE)


@pytest.fixture(scope="module")
def document() -> Document:
    """The draft, opened."""
    return docx.Document(io.BytesIO(made()))


def test_the_paper_and_its_margins_are_those_of_the_decree(document: Document) -> None:
    section = document.sections[0]

    assert round((section.page_width or 0) / Mm(1)) == 210
    assert round((section.page_height or 0) / Mm(1)) == 297
    assert 20 <= round((section.top_margin or 0) / Mm(1)) <= 25
    assert 20 <= round((section.bottom_margin or 0) / Mm(1)) <= 25
    assert 30 <= round((section.left_margin or 0) / Mm(1)) <= 35
    assert 15 <= round((section.right_margin or 0) / Mm(1)) <= 20


def test_the_body_is_times_new_roman_of_13_or_14(document: Document) -> None:
    normal = document.styles["Normal"].font
    sizes = {
        run.font.size
        for paragraph in document.paragraphs[:-1]
        for run in paragraph.runs
        if run.font.size is not None
    }

    assert normal.name == "Times New Roman"
    assert sizes <= {Pt(13), Pt(14)}


def test_pages_are_numbered_on_top_in_the_middle_but_the_first_is_not(document: Document) -> None:
    section = document.sections[0]

    assert section.different_first_page_header_footer
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    assert section.header.paragraphs[0].alignment == 1
    assert "PAGE" not in section.first_page_header.paragraphs[0]._p.xml


def test_it_says() -> None:
    text = docx_text(made())
    wanted = (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "PHƯỜNG BẮC GIANG",
        "Bắc Giang, ngày …… tháng …… năm ………",
        "BÁO CÁO",
        "Tuần 47 (16/11/2026–22/11/2026)",
        "Nơi nhận:",
        "24/11/2026 lúc 14:05",
        "sự kiện số 1234, mã 0001020304050607",
    )

    assert [words for words in wanted if words not in text] == []


def test_it_is_a_draft_without_a_number_and_without_anybodys_name() -> None:
    text = docx_text(made())

    assert "DỰ THẢO" in text
    assert re.search(r"Số: +/BC-", text)
    gaps = re.findall(r"\[Điền tay[^]]*\]", text, re.IGNORECASE)
    assert len(gaps) >= 10
    assert any("phần mềm nghiệp vụ của Công an" in gap for gap in gaps)


def test_every_gap_is_marked_so_that_nobody_misses_it(document: Document) -> None:
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    paragraphs = [*document.paragraphs, *(line for cell in cells for line in cell.paragraphs)]
    gaps = [run for line in paragraphs for run in line.runs if run.text.startswith("[")]

    assert len(gaps) >= 10
    assert all(run.font.highlight_color is not None for run in gaps)


def test_its_parts_follow_the_usual_order() -> None:
    numbers = re.findall(r"^(\d)\. ", docx_text(made()), re.MULTILINE)

    assert numbers == [str(n) for n in range(1, 10)]


def test_nothing_of_the_template_is_left() -> None:
    with zipfile.ZipFile(io.BytesIO(made())) as parts:
        for name in parts.namelist():
            assert not re.search(rb"\{[{%]", parts.read(name)), name
