"""Consent that somebody else notes: the same form, with ways to agree in place of a box to tick."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from forms_api.forms import messages
from forms_api.forms.compiler import CompiledForm, compile_form
from forms_api.forms.rendering import render_fields
from tests.forms.small_forms import AREAS, NUMBERS, parsed, small_form, values

WAYS = {"noi": "Nói đồng ý", "ky": "Ký trên giấy"}


def for_another() -> CompiledForm:
    """Return the small form with a consent, as it is filled in for somebody else."""
    definition = small_form("kind-consent").definition
    return compile_form(definition, areas=AREAS, numbers=NUMBERS, consents=WAYS)


@pytest.mark.parametrize("way", WAYS)
def test_a_way_is_consent_and_is_kept_in_its_own_words(way: str) -> None:
    judgement = for_another().judge(MultiDict({"dong-y": way}))

    assert judgement.is_accepted
    assert values(judgement) == {"dong-y": way}
    assert [answer.text for answer in judgement.answers] == [WAYS[way]]


@pytest.mark.parametrize("posted", [{}, {"dong-y": ""}, {"dong-y": "co"}, {"dong-y": "khac"}])
def test_nothing_else_is_consent_there(posted: dict[str, str]) -> None:
    judgement = for_another().judge(MultiDict(posted))

    assert [error.message for error in judgement.errors] == [messages.CONSENT_WAY_MISSING]


def test_a_way_is_no_consent_where_the_sender_ticks_a_box() -> None:
    assert not small_form("kind-consent").judge(MultiDict({"dong-y": "noi"})).is_accepted


def test_the_text_to_read_out_stands_above_the_ways() -> None:
    page = parsed(render_fields(for_another(), MultiDict({"dong-y": "ky"})))
    group = page.xpath("//fieldset[@role='radiogroup']")[0]

    assert group.xpath(".//input/@type") == ["radio", "radio"]
    assert group.xpath(".//input[@checked]/@value") == ["ky"]
    assert group.get("aria-describedby") == "dong-y--text"
    assert group.xpath(".//*[@id='dong-y--text']")


def test_the_versions_are_those_of_the_form_for_everybody() -> None:
    definition = small_form("kind-consent").definition

    assert for_another().definition.consent_version == definition.consent_version
