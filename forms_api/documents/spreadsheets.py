"""Rows as CSV and XLSX that no spreadsheet takes for formulas, and numbers as JSON.

A text that begins like a formula could run in the program of whoever opens the file (OWASP, CSV
injection). In CSV it gets an apostrophe before it; a cell of XLSX is typed as text and marked as
quoted, so that it stays text when somebody edits it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms_api.documents.tables import NumberTable
from forms_api.documents.template_files import one_line
from forms_api.moments import VIETNAM
from forms_api.reports.period import Period

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | bool | dt.datetime | None

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Tells Excel that a CSV file is UTF-8."""

_FORMULA_SIGNS = frozenset("=+-@\t\r\n\0")
_MINUS_SIGN = "\N{MINUS SIGN}"  # no compatible form of "-", but read as one
_SHEET_NAME_SIGNS = 31
_WIDEST_COLUMN = 60
_NARROWEST_COLUMN = 10
_CSV_TIME = "%Y-%m-%d %H:%M"
_XLSX_TIME = "dd/mm/yyyy hh:mm"
_LAID_OUT = {"text_wrap": True, "valign": "top"}
_A4 = 9  # Excel's number of the paper


@dataclass(frozen=True)
class Sheet:
    """Rows of cells under headings; `title` is the name of the sheet in a workbook."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def formula_safe(text: str) -> str:
    """Return the text as a CSV cell may hold it: an apostrophe first if it begins like a formula.

    Full-width and small forms count too: some programs read ＝ as =.
    """
    first = unicodedata.normalize("NFKC", text[:1])
    return f"'{text}" if first in _FORMULA_SIGNS or first == _MINUS_SIGN else text


def csv_file(sheet: Sheet) -> bytes:
    """Return a CSV file (RFC 4180): UTF-8 with its mark, numbers with a point, local times."""
    out = io.StringIO(newline="")
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([formula_safe(heading) for heading in sheet.headings])
    writer.writerows([_csv_cell(value) for value in row] for row in sheet.rows)
    return out.getvalue().encode()


def xlsx_file(sheets: Sequence[Sheet]) -> bytes:
    """Return an Excel workbook with a sheet for each, headings kept in view and columns wide enough."""
    out = io.BytesIO()
    # rows go to a temporary file as they come: 100,000 of them fit a small machine
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    import xlsxwriter  # noqa: PLC0415 - 9 MB that only who makes a workbook needs

    with xlsxwriter.Workbook(out, options) as workbook:
        formats = _Formats(
            heading=workbook.add_format({**_LAID_OUT, "bold": True}),
            plain=workbook.add_format(_LAID_OUT),
            quoted=workbook.add_format({**_LAID_OUT, "quote_prefix": True}),
            moment=workbook.add_format({**_LAID_OUT, "num_format": _XLSX_TIME}),
        )
        for number, sheet in enumerate(sheets, start=1):
            _write_sheet(workbook.add_worksheet(_sheet_name(sheet.title, number)), sheet, formats)
    return out.getvalue()


@dataclass(frozen=True)
class _Formats:
    """How the cells of one workbook look."""

    heading: Format
    plain: Format
    quoted: Format
    moment: Format


def _write_sheet(page: Worksheet, sheet: Sheet, formats: _Formats) -> None:
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    for column, heading in enumerate(sheet.headings):
        page.write_string(0, column, heading, formats.heading)
    widths = [len(heading) for heading in sheet.headings]
    for place, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            _write_cell(page, (place, column), value, formats)
            widths[column] = max(widths[column], len(_csv_cell(value)))
    for column, width in enumerate(widths):
        page.set_column(column, column, _column_width(width))


def _write_cell(page: Worksheet, place: tuple[int, int], value: Cell, formats: _Formats) -> None:
    match value:
        case None:
            page.write_blank(*place, None, formats.plain)
        case str():
            is_safe = formula_safe(value) == value
            page.write_string(*place, value, formats.plain if is_safe else formats.quoted)
        case bool():
            page.write_boolean(*place, value, formats.plain)
        case dt.datetime():
            page.write_datetime(*place, _local(value), formats.moment)
        case _:
            page.write_number(*place, value, formats.plain)


def numbers_csv(period: Period, tables: Sequence[NumberTable]) -> bytes:
    """Return all tables of a period as one CSV table, each line with the name of its own."""
    headings = ("Bảng", "Mục", *_count_headings(period, tables))
    rows = [(table.title, row.label, *row.counts) for table in tables for row in table.rows]
    return csv_file(Sheet(period.code, headings, rows))


def numbers_xlsx(tables: Sequence[NumberTable]) -> bytes:
    """Return all tables as an Excel workbook, a sheet for each."""
    return xlsx_file(
        [
            Sheet(table.title, table.headings, [(row.label, *row.counts) for row in table.rows])
            for table in tables
        ]
    )


def numbers_json(period: Period, tables: Sequence[NumberTable]) -> bytes:
    """Return all tables as JSON: ids for programs, titles and labels for people."""
    document = {
        "period": {
            "code": period.code,
            "name": period.name,
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
        },
        "tables": [
            {
                "id": table.id,
                "title": table.title,
                "headings": list(table.headings),
                "rows": [{"label": row.label, "counts": list(row.counts)} for row in table.rows],
            }
            for table in tables
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _count_headings(period: Period, tables: Sequence[NumberTable]) -> Sequence[str]:
    return tables[0].headings[1:] if tables else (period.name,)


def _csv_cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _TRUTH[value]
        case dt.datetime():
            return _local(value).strftime(_CSV_TIME)
        case str():
            return formula_safe(value)
        case _:
            return str(value)


_TRUTH: Mapping[bool, str] = {True: "1", False: "0"}


def _local(moment: dt.datetime) -> dt.datetime:
    """Return the moment as Vietnam's clock shows it; a spreadsheet knows no time zones."""
    return moment.astimezone(VIETNAM).replace(tzinfo=None)


def _sheet_name(title: str, number: int) -> str:
    """Return a name that Excel takes: short, without its special signs, told apart by a number."""
    name = "".join(sign for sign in one_line(title) if sign not in "[]:*?/\\'")
    return f"{number} {name}"[:_SHEET_NAME_SIGNS].strip()


def _column_width(signs: int) -> int:
    return min(max(signs + 2, _NARROWEST_COLUMN), _WIDEST_COLUMN)
