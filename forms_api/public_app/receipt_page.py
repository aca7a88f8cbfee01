"""The receipt: what a reporter keeps of a report, as a page, a picture and words."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from forms_api.forms.definition import FormDefinition
from forms_api.forms.judgement import Judgement
from forms_api.public_app.face import Face
from forms_api.reports.intake import Receipt
from forms_api.vault.receipts import receipt_stamp
from forms_api.web.squares import follow_up_square
from forms_api.web.submissions import hand_off_of


def receipt_page(
    face: Face,
    form: FormDefinition,
    receipt: Receipt,
    judgement: Judgement,
    *,
    is_trial: bool,
    is_looked_at_first: bool,
) -> Response:
    """Return the page that shows reference and code, and what VNeID would ask for.

    It says that it `is_trial`, or that an officer looks at it before it joins the queue.
    """
    site = face.ward.site_url or request.host_url.rstrip("/")
    code = receipt.code.reveal()
    page = render_template(
        "receipt.html",
        ward=face.ward,
        form=form,
        receipt=receipt,
        code=code,
        stamp=receipt_stamp(face.service.receipt_key, receipt.reference, receipt.received_at),
        square=follow_up_square(site, code),
        hand_off=() if is_trial else hand_off_of(judgement),
        site_address=site,
        is_trial=is_trial,
        is_looked_at_first=is_looked_at_first,
    )
    return make_response(page)
