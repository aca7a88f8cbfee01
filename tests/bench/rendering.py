"""Two ways to show the form: as the product does, and field by field for every visitor."""

from __future__ import annotations

import time
from collections.abc import Callable

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
    blank_parts = form_page.FormPages._blank_parts

    def made_anew(pages: form_page.FormPages, form: CompiledForm, *, at_talk: bool) -> list[str]:
        pages._blanks.clear()
        return blank_parts(pages, form, at_talk=at_talk)

    def kept() -> float:
        form_page.FormPages._blank_parts = blank_parts  # type: ignore[method-assign] # measured as it is
        return _seconds(client.get)

    def anew() -> float:
        form_page.FormPages._blank_parts = made_anew  # type: ignore[method-assign, assignment] # the baseline
        return _seconds(unkept.get)

    return kept, anew


def _seconds(get: Callable[[str], object]) -> float:
    started = time.perf_counter()
    for _ in range(TIMES):
        get(FORM)
    return (time.perf_counter() - started) / TIMES
