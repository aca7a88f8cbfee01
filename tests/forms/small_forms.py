"""Small forms for tests: each definition shows one kind or one rule; the ward around them is made up."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from lxml import html
from werkzeug.datastructures import MultiDict

from forms_api.content.ward import Area, Areas, PublicNumber, load_areas, load_ward
from forms_api.forms.checks import KnownFacts
from forms_api.forms.compiler import CompiledForm, compile_form
from forms_api.forms.definition import load_definitions, read_definition
from forms_api.forms.judgement import Judgement

DEFINITIONS = Path(__file__).parent / "definitions"
CONTENT = Path(__file__).resolve().parents[2] / "content"
TODAY = dt.date(2026, 11, 24)
AREAS = Areas(
    example=False,
    areas=[Area(id="tdp-1", name="Tổ dân phố 1"), Area(id="tdp-2", name="Tổ dân phố 2")],
)
NUMBERS = {
    number: PublicNumber(
        number=number, name="Nơi gọi", when="Khi cần", sources=["phuong"], checked=TODAY
    )
    for number in ("111", "113", "114", "115", "1900")
}
KNOWN = KnownFacts(frozenset(NUMBERS), frozenset(area.id for area in AREAS.areas))


def small_form(name: str) -> CompiledForm:
    """Return the form of one definition, on a day of its own."""
    definition = read_definition(DEFINITIONS / f"{name}.yml", KNOWN)
    return compile_form(definition, areas=AREAS, numbers=NUMBERS, today=lambda: TODAY)


def report_form() -> CompiledForm:
    """Return the ward's own form, as the service compiles it."""
    return ward_form("phan-anh-antt")


def ward_form(form_id: str) -> CompiledForm:
    """Return one of the ward's forms, as the service compiles it."""
    definition = load_definitions(CONTENT)[form_id]
    numbers = load_ward(CONTENT).numbers
    return compile_form(definition, areas=load_areas(CONTENT), numbers=numbers, today=lambda: TODAY)


def judged(name: str, *posted: tuple[str, str], attachment_count: int = 0) -> Judgement:
    """Return the judgement of what was posted to a small form."""
    form = small_form(name)
    return form.judge(MultiDict(posted), attachment_count=attachment_count)


def values(judgement: Judgement) -> dict[str, object]:
    """Return each answer's value by its field."""
    return {answer.field_id: answer.value for answer in judgement.answers}


def wrong_fields(judgement: Judgement) -> list[str]:
    """Return the fields with mistakes, in order."""
    return [error.field_id for error in judgement.errors]


def parsed(markup: str) -> html.HtmlElement:
    """Return rendered markup as a tree."""
    tree = html.fragment_fromstring(markup, create_parent="main")
    assert isinstance(tree, html.HtmlElement)
    return tree


def expected_mistakes(path: Path) -> list[tuple[int, str]]:
    """Return the line of each `#!` remark and the words that must be reported there."""
    lines = path.read_text(encoding="utf-8").splitlines()
    remarks = ((number, re.search(r"#! (.+)", line)) for number, line in enumerate(lines, 1))
    return [(number, remark[1]) for number, remark in remarks if remark]
