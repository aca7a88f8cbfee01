"""Numbers of a period, as tables and charts, and as files that the worker makes."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request
from markupsafe import Markup
from werkzeug import Response

from forms_api.accounts.permissions import Permission
from forms_api.documents import exports
from forms_api.documents.charts import bar_chart
from forms_api.documents.export_files import ExportKind
from forms_api.documents.export_orders import Export
from forms_api.documents.names import with_campaigns
from forms_api.documents.tables import NumberTable, cell, tables
from forms_api.officer_app.access import current_actor, current_session, requires
from forms_api.officer_app.desk import Desk
from forms_api.reports.finish_dues import finish_dues
from forms_api.reports.period import (
    Period,
    local_day,
    month_of,
    parse_period,
    quarter_of,
    week_of,
    year_of,
)
from forms_api.reports.service import utc_now
from forms_api.reports.statistics import count_periods

NUMBERS = "/can-bo/so-lieu/"
PERIOD = "ky"
EXPORT_NAMES: dict[ExportKind, str] = {
    ExportKind.NUMBERS_DOCX: "Dự thảo báo cáo (Word)",
    ExportKind.NUMBERS_XLSX: "Số liệu (Excel)",
    ExportKind.NUMBERS_CSV: "Số liệu (CSV)",
    ExportKind.NUMBERS_JSON: "Số liệu (JSON)",
    ExportKind.REPORTS_XLSX: "Danh sách phiếu, không có nội dung (Excel)",
    ExportKind.REPORTS_CSV: "Danh sách phiếu, không có nội dung (CSV)",
}


def numbers_blueprint(desk: Desk) -> Blueprint:
    """Return `/can-bo/so-lieu/`, its exports and their files."""
    blueprint = Blueprint("numbers", __name__)
    database = desk.service.database

    @blueprint.get(NUMBERS)
    @requires(Permission.STATISTICS)
    def show() -> str:
        actor, period = current_actor(), _period()
        now, before = count_periods(
            database, actor, [period, period.previous], dues_of=finish_dues(database, desk.rules)
        )
        found = tables(now, with_campaigns(desk.names, database), before=before)
        may_export = actor.may(Permission.EXPORT)
        return render_template(
            "numbers.html",
            period=period,
            periods=_offered(),
            tables=[(table, _chart(table)) for table in found],
            cell=cell,
            has_numbers=now.received or now.finished,
            kinds=EXPORT_NAMES,
            exports=_own_exports(desk) if may_export else [],
        )

    @blueprint.post(f"{NUMBERS}xuat/")
    @requires(Permission.EXPORT)
    def order() -> Response:
        kind, period = request.form.get("kind", ""), _period()
        if kind not in set(ExportKind):
            flash("Hãy chọn một loại tệp.", "wrong")
        else:
            exports.ask(
                database,
                current_actor(),
                officer_id=current_session().officer.id,
                kind=ExportKind(kind),
                period=period,
            )
            flash("Đang làm tệp. Khoảng nửa phút nữa tải lại trang này để lấy.", "good")
        return redirect(f"{NUMBERS}?{PERIOD}={period.code}#tep", HTTPStatus.SEE_OTHER)

    @blueprint.get(f"{NUMBERS}tep/<export_id>")
    @requires(Permission.EXPORT)
    def take(export_id: str) -> Response:
        file = exports.download(
            database,
            current_actor(),
            officer_id=current_session().officer.id,
            export_id=export_id,
        )
        return Response(
            file.content,
            content_type=file.media_type,
            headers={"Content-Disposition": f'attachment; filename="{file.file_name}"'},
        )

    return blueprint


def _own_exports(desk: Desk) -> list[Export]:
    officer = current_session().officer
    return exports.list_exports(desk.service.database, officer.actor, officer_id=officer.id)


def _period() -> Period:
    """Return the period that was asked for, this month where it is none."""
    asked = parse_period(request.values.get(PERIOD, ""))
    return asked or month_of(local_day(utc_now()))


def _offered() -> list[tuple[str, list[Period]]]:
    """Return the periods of which reports are due upward (Quy chế, Điều 7), each with the one before."""
    today = local_day(utc_now())
    makers = {"Tuần": week_of, "Tháng": month_of, "Quý": quarter_of, "Năm": year_of}
    return [(name, [make(today), make(today).previous]) for name, make in makers.items()]


def _chart(table: NumberTable) -> Markup:
    return Markup(  # noqa: S704 - drawn from numbers, its labels are escaped
        bar_chart(table, chart_id=f"chart-{table.id}", described_by=f"table-{table.id}")
    )
