"""No spreadsheet takes a text of ours for a formula, and what was written is read back."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api.documents.spreadsheets import Sheet, csv_file, formula_safe, xlsx_file

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "\0=1+1",
    "＝1+1", "＋1+1", "－1+1", "＠SUM(A1)", "﹦1+1", "﹢1", "﹣1", "﹫x", "−1",
    "=HYPERLINK(\"http://x\")", "=cmd|' /C calc'!A0", "{=1+1}", "http://x",
]  # fmt: skip
HARMLESS = ["", "Cờ bạc", "1+1", "'đã có dấu", "a=b", "Tổ 1 - ngõ 2", "🙂"]


def csv_rows(*texts: str) -> list[list[str]]:
    """Return the rows of a CSV file with these texts in one column, as any reader finds them."""
    content = csv_file(Sheet("x", ["Đầu"], [[text] for text in texts]))
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("text", [f for f in FORMULAS if f[0] not in "{h"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert formula_safe(text) == f"'{text}"
    assert csv_rows(text)[1] == [f"'{text}"]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert csv_rows(text)[1:] == [[text]]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=4))
def test_csv_is_read_back_whatever_was_written(texts: list[str]) -> None:
    content = csv_file(Sheet("x", ["a"] * len(texts), [texts]))

    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)

    assert list(rows)[1] == [formula_safe(text) for text in texts]


def test_csv_has_the_mark_of_utf_8_and_line_ends_of_the_standard() -> None:
    content = csv_file(Sheet("x", ["Đầu", "b"], [['a"b', "x,y"], [1, 2.5], [None, True]]))

    assert content == '\ufeffĐầu,b\r\n"a""b","x,y"\r\n1,2.5\r\n,1\r\n'.encode()


@pytest.mark.parametrize("text", FORMULAS)
def test_a_workbook_holds_texts_and_no_formula_or_link(text: str) -> None:
    content = xlsx_file([Sheet(text, [text], [[text]])])

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        page = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in page
    assert b"hyperlink" not in page
    cell = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]["A2"]
    assert cell.data_type == "s"


@pytest.mark.parametrize("text", FORMULAS[:4])
def test_a_formula_like_cell_stays_text_when_it_is_edited(text: str) -> None:
    content = xlsx_file([Sheet("x", ["Đầu"], [[text], ["lành"]])])

    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet["A2"].value == text
    assert sheet["A2"].quotePrefix
    assert not sheet["A3"].quotePrefix


def test_moments_are_dates_of_vietnam_in_a_workbook_and_in_csv() -> None:
    moment = dt.datetime(2026, 11, 23, 17, 5, tzinfo=dt.UTC)
    sheet = Sheet("x", ["Lúc"], [[moment]])

    cell = openpyxl.load_workbook(io.BytesIO(xlsx_file([sheet]))).worksheets[0]["A2"]
    assert cell.is_date
    assert str(cell.value) == "2026-11-24 00:05:00"
    assert "2026-11-24 00:05" in csv_file(sheet).decode()


def test_numbers_are_numbers_in_a_workbook() -> None:
    content = xlsx_file([Sheet("x", ["Số"], [[12], [3.5], [None], [True]])])

    column = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]["A"]
    assert [cell.value for cell in column[1:]] == [12, 3.5, None, True]


def test_titles_that_excel_would_refuse_or_that_come_twice_name_sheets_all_the_same() -> None:
    titles = ["a/b:c?[d]*'", "dài " * 20, "dài " * 20, ""]

    content = xlsx_file([Sheet(title, ["x"], []) for title in titles])

    names = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert len(set(names)) == len(titles)
