"""Two ways to show the form: as the product does, and field by field for every visitor."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Response
from flask.testing import FlaskClient

from forms_api.forms.compiler import CompiledForm
from forms_api.public_app import form_page
from forms_api.public_app.app import create_public_app
from forms_api.settings import read_settings
from tests.bench.intake import FORM

TIMES = 100


def both_ways() -> tuple[Callable[[], float], Callable[[], float]]:
    """Return two functions that give the seconds of one GET, averaged over many, through the app."""
    settings = read_settings()
    client = create_public_app(settings).test_client()
    unkept = create_public_app(settings).test_client()
    blank = form_page.FormPages.blank

    def made_anew(
        pages: form_page.FormPages, form: CompiledForm, *, link: str | None, talk: str = ""
    ) -> Response:
        hidden = pages._hidden(form, pages._face.tokens.new(), link=link, talk=talk)
        return Response(form_page._render(pages._face, form, hidden))

    def kept() -> float:
        form_page.FormPages.blank = blank  # type: ignore[method-assign] # measured as it is
        return _seconds(client)

    def anew() -> float:
        form_page.FormPages.blank = made_anew  # type: ignore[method-assign, assignment] # the baseline
        return _seconds(unkept)

    return kept, anew


def _seconds(client: FlaskClient) -> float:
    started = time.perf_counter()
    for _ in range(TIMES):
        client.get(FORM, headers={"Accept-Encoding": "gzip"})
    return (time.perf_counter() - started) / TIMES
