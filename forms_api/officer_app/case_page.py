"""The page of one opened report, with every form that stands on it."""

from __future__ import annotations

from http import HTTPStatus

from flask import make_response, render_template
from werkzeug import Response

from forms_api.accounts.permissions import Actor
from forms_api.officer_app import case_forms as forms
from forms_api.officer_app.access import current_actor, queue_keys
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.desk_form import DeskForm
from forms_api.officer_app.request_forms import blocks_of
from forms_api.reports.lifecycle import Status
from forms_api.reports.reach import Colleague, colleagues_for
from forms_api.reports.reading import OpenedCase, open_case
from forms_api.reports.request_acts import requests_about
from forms_api.reports.service import utc_now
from forms_api.vault.receipts import receipt_stamp

REPORT = "/can-bo/phieu/<report_id:report_id>/"


def report_page(
    desk: Desk,
    case: OpenedCase,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    identity: object = (),
    **filled: object,
) -> Response:
    """Return the page of an opened report; `filled` are forms that came back with mistakes."""
    actor, report = current_actor(), case.clear
    current = Status(report["status"])
    move = filled.pop("move", None) or forms.MoveForm(version=report["version"])
    assert isinstance(move, forms.MoveForm)
    move.offer(current)
    about_data = filled.pop("about_data", None)
    assert about_data is None or isinstance(about_data, DeskForm)
    requests = requests_about(desk.service.database, report["id"])
    most_days = desk.rules.deadlines.data_requests.extension_days
    shown: dict[str, object] = {
        "case": case,
        "report": report,
        "now": utc_now(),
        "identity": identity,
        "mine": report["claimed_by"] == actor.name,
        "current": current,
        "move": move,
        "answer": forms.AnswerForm(version=report["version"]),
        "note": forms.NoteForm(),
        "number": forms.NumberForm(),
        "link": forms.LinkForm(),
        "reveal": forms.RevealForm(),
        "trash": forms.TrashForm(version=report["version"]),
        "requests": blocks_of(requests, most_days=most_days, filled=about_data),
        "request_received": desk.request_received,
        "templates": desk.answers,
        "stamp": receipt_stamp(
            desk.service.receipt_key, report["reference"], report["received_at"]
        ),
        # Nothing in the trash is given to anybody; it is looked at, by who decides about it.
        "colleagues": [] if report["trashed_at"] else _colleagues(desk, actor, report["id"]),
    }
    return make_response(render_template("report.html", **{**shown, **filled}), status)


def _colleagues(desk: Desk, actor: Actor, report_id: str) -> list[Colleague]:
    found = colleagues_for(desk.service.database, actor=actor, report_id=report_id)
    return [colleague for colleague in found if f"officer:{colleague.name}" != actor.name]


def opened_case(desk: Desk, report_id: str) -> OpenedCase:
    """Return a report opened with the keys of the officer who asks; the reading is audited."""
    return open_case(
        desk.service,
        actor=current_actor(),
        report_id=report_id,
        keys=queue_keys(desk.service.database),
    )
