"""One report as an officer reads it: what was told, what was done, files, paper."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, make_response, request
from werkzeug import Response

from forms_api.accounts.permissions import Permission
from forms_api.attachments.names import file_name
from forms_api.documents.case_sheet import SHEET_TYPES, SheetKind, case_sheet
from forms_api.officer_app import case_forms as forms
from forms_api.officer_app.access import current_actor, queue_keys, requires
from forms_api.officer_app.case_acts import ACTS, add_acts
from forms_api.officer_app.case_page import REPORT, opened_case, report_page
from forms_api.officer_app.case_paper import paper_of
from forms_api.officer_app.desk import Desk
from forms_api.reports.reading import (
    RevealReason,
    note_printing,
    open_file,
    reveal_identity,
)

SANDBOX = "default-src 'none'; sandbox"
"""A file opened by its own address may do nothing at all."""


def report_blueprint(desk: Desk) -> Blueprint:
    """Return the pages of one report and everything that is done there."""
    blueprint = Blueprint("report", __name__)
    _add_page(blueprint, desk)
    _add_identity(blueprint, desk)
    _add_files(blueprint, desk)
    add_acts(blueprint, desk, ACTS)
    return blueprint


def _add_page(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.get(REPORT)
    @requires(Permission.READ)
    def show(report_id: str) -> Response:
        return report_page(desk, opened_case(desk, report_id))


def _add_identity(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.post(f"{REPORT}danh-tinh/")
    @requires(Permission.REVEAL)
    def reveal(report_id: str) -> Response:
        form = forms.RevealForm(request.form)
        if not form.validate():
            return report_page(
                desk,
                opened_case(desk, report_id),
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
                reveal=form,
            )
        answers = reveal_identity(
            desk.service,
            actor=current_actor(),
            report_id=report_id,
            keys=queue_keys(desk.service.database),
            reason=RevealReason(form.reason.data),
            note=form.note.data,
        )
        return report_page(desk, opened_case(desk, report_id), identity=answers)


def _add_files(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.get(f"{REPORT}tep/<int:number>")
    @requires(Permission.READ)
    def file(report_id: str, number: int) -> Response:
        opened = open_file(
            desk.service,
            actor=current_actor(),
            report_id=report_id,
            number=number,
            keys=queue_keys(desk.service.database),
        )
        is_original = bool(opened.facts.get("is_original"))
        name = file_name(number, opened.media_type, is_original=is_original)
        return _download(opened.data, opened.media_type, name)

    @blueprint.get(f"{REPORT}phieu.<kind>")
    @requires(Permission.READ)
    def paper(report_id: str, kind: str) -> Response:
        if kind not in set(SheetKind):
            return make_response("", HTTPStatus.NOT_FOUND)
        case = opened_case(desk, report_id)
        wanted = SheetKind(kind)
        note_printing(
            desk.service.database, actor=current_actor(), report_id=report_id, kind=wanted.value
        )
        sheet = paper_of(desk, case, printed_by=current_actor().name)
        data = case_sheet(sheet, with_identity=False, kind=wanted)
        return _download(data, SHEET_TYPES[wanted], f"{case.clear['reference']}.{kind}")


def _download(data: bytes, media_type: str, name: str) -> Response:
    return Response(
        data,
        content_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
        },
    )
