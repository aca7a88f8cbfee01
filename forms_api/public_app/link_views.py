"""`/s/<slug>`: a short link leads to its page, is counted, and leaves nothing of who opened it."""

from __future__ import annotations

import re
from http import HTTPStatus

from flask import Blueprint, redirect, request
from werkzeug import Response

from forms_api.content.share import short_path
from forms_api.public_app.error_views import error_page
from forms_api.public_app.face import Face
from forms_api.public_app.messages import UNKNOWN_LINK
from forms_api.reports.period import local_day
from forms_api.reports.service import utc_now

# Who fetches pages for others says so. Cubot makes phones, and people open links on them.
_PROGRAM = re.compile(
    r"(?<!cu)bot|crawl|spider|preview|facebookexternalhit|^whatsapp/", re.IGNORECASE
)


def link_blueprint(face: Face) -> Blueprint:
    """Return `/s/<slug>`. No limit stands before it: a poster's readers share a network."""
    blueprint = Blueprint("links", __name__)

    @blueprint.get(short_path("<slug>"), strict_slashes=False)
    def follow(slug: str) -> Response:
        slug = slug.lower()  # a phone begins what is typed with a capital
        today = local_day(utc_now())
        address = face.links.address(slug, today)
        if address is None:
            return error_page(face, HTTPStatus.NOT_FOUND, UNKNOWN_LINK)
        if _is_visit():
            face.visits.count(slug, today)
        return redirect(address, HTTPStatus.FOUND)

    return blueprint


def _is_visit() -> bool:
    """Tell whether somebody opens the link, as far as can be known: no HEAD, no program, no guess.

    What the request says of the browser is looked at here and kept nowhere.
    """
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    is_guess = "prefetch" in purpose.lower()  # by a browser that only thinks it will be opened
    is_program = _PROGRAM.search(request.headers.get("User-Agent", "")) is not None
    return request.method == "GET" and not is_guess and not is_program
