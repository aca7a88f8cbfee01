"""Reads documents back: the tables of numbers as each kind of file holds them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence

import docx
import openpyxl
from pypdf import PdfReader

Count = int | float | None
Table = tuple[str, list[tuple[str, tuple[Count, ...]]]]
"""A title and its lines: a label and the counts."""


def from_csv(content: bytes) -> list[Table]:
    """Return the tables of a CSV file; the apostrophes that disarm formulas are taken off."""
    text = content.decode("utf-8-sig")
    found: dict[str, list[tuple[str, tuple[Count, ...]]]] = {}
    for title, label, *counts in list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:]:
        found.setdefault(title, []).append((armed(label), tuple(map(plain_number, counts))))
    return list(found.items())


def from_xlsx(content: bytes) -> list[Table]:
    """Return the tables of a workbook, one a sheet, by the sheet's name."""
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    found: list[Table] = []
    for sheet in workbook.worksheets:
        rows = [
            (str(label), tuple(_count(value) for value in counts))
            for label, *counts in sheet.iter_rows(min_row=2, values_only=True)
        ]
        found.append((sheet.title, rows))
    return found


def from_json(content: bytes) -> list[Table]:
    """Return the tables of a JSON document."""
    return [
        (table["title"], [(row["label"], tuple(row["counts"])) for row in table["rows"]])
        for table in json.loads(content)["tables"]
    ]


def from_docx(content: bytes) -> list[Table]:
    """Return the numbered tables of a report; the layout's own tables have no heading row."""
    document = docx.Document(io.BytesIO(content))
    titles = [
        re.sub(r"^Bảng \d+\. ", "", paragraph.text)
        for paragraph in document.paragraphs
        if re.match(r"Bảng \d+\. ", paragraph.text)
    ]
    tables = [
        [
            (cells[0], tuple(vietnamese_number(text) for text in cells[1:]))
            for cells in ([cell.text for cell in row.cells] for row in table.rows[1:])
            if cells[1]
        ]
        for table in document.tables
        if len(table.columns) == 3
    ]
    return list(zip(titles, tables, strict=True))


def plain_number(text: str) -> Count:
    """Return a number written for programs, None for an empty cell."""
    if not text:
        return None
    return float(text) if "." in text else int(text)


def vietnamese_number(text: str) -> Count:
    """Return a number written for people, None for a dash."""
    if text == "–":
        return None
    return plain_number(text.replace(".", "").replace(",", "."))


def armed(text: str) -> str:
    """Return a text as it was before an apostrophe disarmed it."""
    return text.removeprefix("'")


def pdf_text(content: bytes) -> str:
    """Return the words of a PDF, page after page."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def docx_text(content: bytes) -> str:
    """Return the words of a Word document: paragraphs, tables, headers and footers."""
    document = docx.Document(io.BytesIO(content))
    section = document.sections[0]
    parts = (section.header, section.footer, section.first_page_footer)
    paragraphs = [*document.paragraphs, *(line for part in parts for line in part.paragraphs)]
    lines = [paragraph.text for paragraph in paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(lines)


def sheet_rows(content: bytes) -> Sequence[tuple[object, ...]]:
    """Return the values of a workbook's first sheet, headings first."""
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    return list(workbook.worksheets[0].iter_rows(values_only=True))


def _count(value: object) -> Count:
    assert value is None or isinstance(value, int | float)
    return value
