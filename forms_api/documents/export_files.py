"""What each kind of export holds: one registry from the kind to the function that makes the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from forms_api.accounts.permissions import Actor
from forms_api.content.ward import Ward, load_ward
from forms_api.documents.names import Names, load_names, with_campaigns
from forms_api.documents.period_report import Made, period_report
from forms_api.documents.report_list import report_list
from forms_api.documents.spreadsheets import (
    Sheet,
    csv_file,
    numbers_csv,
    numbers_json,
    numbers_xlsx,
    xlsx_file,
)
from forms_api.documents.tables import NumberTable, tables
from forms_api.documents.word_files import WORD_TYPE
from forms_api.reports.deadlines import load_rules
from forms_api.reports.finish_dues import finish_dues
from forms_api.reports.period import Period
from forms_api.reports.service import utc_now
from forms_api.reports.statistics import (
    DuesOf,
    Numbers,
    count_periods,
    nobody_decided,
    reports_of_period,
)
from forms_api.store.audit import read_head
from forms_api.store.database import Database


class ExportKind(StrEnum):
    """What an export holds, and as what kind of file."""

    NUMBERS_CSV = "numbers-csv"
    NUMBERS_XLSX = "numbers-xlsx"
    NUMBERS_JSON = "numbers-json"
    NUMBERS_DOCX = "numbers-docx"
    REPORTS_CSV = "reports-csv"
    REPORTS_XLSX = "reports-xlsx"


@dataclass(frozen=True)
class Sources:
    """What files are made from beside the database: the ward's names and facts, its deadlines."""

    names: Names
    ward: Ward
    dues_of: DuesOf = nobody_decided


def load_sources(database: Database, content_dir: Path) -> Sources:
    """Return what files are made from, as the ward's content has it now. Raises ContentError."""
    rules = load_rules(content_dir)
    names = with_campaigns(load_names(content_dir), database)
    return Sources(names, load_ward(content_dir), finish_dues(database, rules))


@dataclass(frozen=True)
class ExportFile:
    """A file to hand out."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class _Order:
    """One file to be made: whose numbers, of which days, from what."""

    database: Database
    actor: Actor
    period: Period
    sources: Sources


@dataclass(frozen=True)
class _Maker:
    """How a kind of file is made and named."""

    file_stem: str
    suffix: str
    media_type: str
    make: Callable[[_Order], bytes]


def make_file(
    database: Database, actor: Actor, *, kind: ExportKind, period: Period, sources: Sources
) -> ExportFile:
    """Return a file of what this actor may see of the period. Raises ForbiddenError."""
    maker = _MAKERS[kind]
    content = maker.make(_Order(database, actor, period, sources))
    name = f"{maker.file_stem}-{period.code.replace('..', '-den-')}.{maker.suffix}"
    return ExportFile(name, maker.media_type, content)


def _numbers_csv(order: _Order) -> bytes:
    return numbers_csv(order.period, _tables(order))


def _numbers_xlsx(order: _Order) -> bytes:
    return numbers_xlsx(_tables(order))


def _numbers_json(order: _Order) -> bytes:
    return numbers_json(order.period, _tables(order))


def _numbers_docx(order: _Order) -> bytes:
    numbers, before = _count(order)
    with order.database.read() as connection:
        made = Made(utc_now(), read_head(connection))
    return period_report(
        numbers, before, names=order.sources.names, ward=order.sources.ward, made=made
    )


def _reports_csv(order: _Order) -> bytes:
    return csv_file(_report_list(order))


def _reports_xlsx(order: _Order) -> bytes:
    return xlsx_file([_report_list(order)])


def _tables(order: _Order) -> list[NumberTable]:
    numbers, before = _count(order)
    return list(tables(numbers, order.sources.names, before=before))


def _count(order: _Order) -> tuple[Numbers, Numbers]:
    periods = [order.period, order.period.previous]
    numbers, before = count_periods(
        order.database, order.actor, periods, dues_of=order.sources.dues_of
    )
    return numbers, before


def _report_list(order: _Order) -> Sheet:
    found = reports_of_period(order.database, order.actor, order.period)
    dues = order.sources.dues_of([report for report in found if report.finished_at is not None])
    return report_list(found, title="Danh sách phiếu", names=order.sources.names, dues=dues)


_CSV = ("csv", "text/csv; charset=utf-8")
_XLSX = ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")

_MAKERS: Mapping[ExportKind, _Maker] = {
    ExportKind.NUMBERS_CSV: _Maker("so-lieu", *_CSV, _numbers_csv),
    ExportKind.NUMBERS_XLSX: _Maker("so-lieu", *_XLSX, _numbers_xlsx),
    ExportKind.NUMBERS_JSON: _Maker("so-lieu", "json", "application/json", _numbers_json),
    ExportKind.NUMBERS_DOCX: _Maker("bao-cao-du-thao", "docx", WORD_TYPE, _numbers_docx),
    ExportKind.REPORTS_CSV: _Maker("danh-sach-phieu", *_CSV, _reports_csv),
    ExportKind.REPORTS_XLSX: _Maker("danh-sach-phieu", *_XLSX, _reports_xlsx),
}
