"""The reports of a period as rows of their clear columns: nothing that anybody wrote is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forms_api.documents import wording
from forms_api.documents.names import Names
from forms_api.documents.spreadsheets import Cell, Sheet
from forms_api.documents.template_files import one_line
from forms_api.reports.counted import CountedReport
from forms_api.reports.statistics import Dues, is_in_time

HEADINGS = (
    "Mã phiếu", "Biểu mẫu", "Loại việc", "Tổ dân phố", "Đến bằng cách nào", "Trạng thái", "Gấp",
    "Ẩn danh", "Nhận lúc", "Xong lúc", "Hạn xử lý", "Đúng hạn",
)  # fmt: skip

_YES_OR_NO: Mapping[bool | None, str | None] = {
    True: wording.YES,
    False: wording.NO,
    None: None,
}


def report_list(found: Sequence[CountedReport], *, title: str, names: Names, dues: Dues) -> Sheet:
    """Return a sheet with a row for each report, in the order in which they came."""
    return Sheet(title, HEADINGS, list(_rows(found, names, dues)))


def _rows(found: Sequence[CountedReport], names: Names, dues: Dues) -> Iterator[Sequence[Cell]]:
    for report in found:
        due = dues.get(report.id, report.due_at)
        yield (
            report.reference,
            _label(names.forms, report.form_id),
            _label(names.categories, report.category),
            _label(names.areas, report.area),
            _label(names.channels, report.channel),
            wording.STATES[report.status],
            _YES_OR_NO[report.urgent],
            _YES_OR_NO[report.anonymous],
            report.received_at,
            report.finished_at,
            due,
            _YES_OR_NO[is_in_time(report, due)],
        )


def _label(labels: Mapping[str, str], key: str) -> str | None:
    return one_line(labels.get(key, key)) or None
