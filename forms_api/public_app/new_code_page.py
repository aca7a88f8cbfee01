"""The first visit with a stub's code: the page gives a new code, and shows the report once that is kept."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, make_response, render_template, request

from forms_api.errors import NotFoundError
from forms_api.public_app.face import Face
from forms_api.public_app.messages import Notice, Said, notice
from forms_api.public_app.tokens import csrf_token
from forms_api.reports.followup import follow
from forms_api.reports.new_codes import change_code
from forms_api.vault.receipts import FollowUpCode, new_code, parse_code, receipt_stamp
from forms_api.web.squares import follow_up_square

TAKE_UP = "new_code"


def taken_up(face: Face, code: FollowUpCode) -> tuple[FollowUpCode, Said | None]:
    """Return the code to go on with, and what to say when it has just taken the place of a stub's.

    The same page sent again finds the stub's code gone, and goes on with the new one.
    """
    new = parse_code(request.form.get("new_code", ""))
    if request.form.get("action") != TAKE_UP or new is None:
        return code, None
    try:
        change_code(face.service, code, new)
    except NotFoundError:
        return new, None
    return new, (notice(Notice.CODE_CHANGED), HTTPStatus.OK)


def show_new_code(face: Face, code: FollowUpCode) -> Response:
    """Return the page with a new code, which counts when its button is pressed."""
    report = follow(face.service, code)
    site, new = face.ward.site_url or request.host_url.rstrip("/"), new_code().reveal()
    page = render_template(
        "new_code.html",
        report=report,
        code=code.reveal(),
        new_code=new,
        square=follow_up_square(site, new),
        stamp=receipt_stamp(face.service.receipt_key, report.reference, report.received_at),
        csrf_token=csrf_token(),
        site_address=site,
    )
    return make_response(page)
