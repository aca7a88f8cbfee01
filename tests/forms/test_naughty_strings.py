"""Whatever is typed is kept as words, or refused; it never breaks the judge, a page or a file."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms_api.forms.cleaning import clean_line, clean_lines
from forms_api.forms.rendering import render_error_summary, render_fields
from tests.forms.small_forms import judged, parsed, report_form, small_form, values

KEPT = {
    "emoji": "cháy 🔥 rồi",
    "joined emoji": "👨\u200d👩\u200d👧",
    "flag": "🇻🇳",
    "markup": "<script>x</script>",
    "formula": "=1+1",
    "at": "@SUM(A1)",
    "template": "{{ 7*7 }}",
    "format": "%s {0} ${HOME}",
    "sql": "'; DROP TABLE x;--",
    "quote": "“a” 'b' \"c\"",
    "stacked accents": "\u1eab\u0323\u0309",
    "arabic": "مرحبا",
    "path": "../../etc/passwd",
}
CLEANED = {
    "decomposed Vietnamese": (unicodedata.normalize("NFD", "Tổ Lầu"), "Tổ Lầu"),
    "NUL": ("a\x00b", "ab"),
    "escape": ("a\x1b[31mb", "a[31mb"),
    "bidi override": ("a\u202egpj.exe", "agpj.exe"),
    "bidi isolate": ("\u2066a\u2069", "a"),
    "byte order mark": ("\ufeffa", "a"),
    "lone surrogate": ("a\ud800b\udfff", "ab"),
    "C1 control": ("a\x9bb", "ab"),
    "next line": ("a\u0085b", "a b"),
    "no-break space": ("\u00a0a\u00a0b\u3000", "a b"),
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_words_are_kept_as_they_are(text: str) -> None:
    assert values(judged("rule-vneid", ("rieng", text))) == {
        "rieng": unicodedata.normalize("NFC", text)
    }


@pytest.mark.parametrize(("typed", "kept"), CLEANED.values(), ids=CLEANED)
def test_what_misleads_a_reader_is_taken_out(typed: str, kept: str) -> None:
    assert values(judged("rule-vneid", ("rieng", typed))) == {"rieng": kept}


def test_length_counts_characters_as_they_are_kept() -> None:
    ten = unicodedata.normalize("NFD", "ộ" * 10)
    assert len(ten) > 10

    assert judged("kind-text", ("ten", ten)).is_accepted
    assert judged("kind-text", ("ten", "🔥" * 10)).is_accepted
    assert not judged("kind-text", ("ten", "🔥" * 11)).is_accepted


def test_a_megabyte_of_words_is_a_mistake_like_any_other() -> None:
    judgement = judged("kind-paragraph", ("ke", "ă" * 2**20))

    assert "nhiều nhất 20" in judgement.errors[0].message


@pytest.mark.parametrize("text", [*KEPT.values(), *(typed for typed, _ in CLEANED.values())])
def test_a_form_that_comes_back_shows_words_and_never_obeys_them(text: str) -> None:
    form = small_form("kind-text")
    posted = MultiDict([("ten", text), ("la", text)])

    page = render_fields(form, posted, form.judge(posted).errors)

    page.encode("utf-8")
    assert parsed(page).xpath("//script") == []
    assert parsed(page).xpath("string(//input/@value)") == clean_lines(text)


def test_a_paragraph_that_comes_back_keeps_its_lines() -> None:
    form = small_form("kind-paragraph")

    page = render_fields(form, MultiDict([("ke", "\n  một\n\nhai </textarea><b>")]))

    shown = parsed(page).xpath("//textarea")[0].text
    assert shown.removeprefix("\n") == "một\n\nhai </textarea><b>"


@given(st.text())
def test_cleaning_is_done_once(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_lines(clean_lines(text)) == clean_lines(text)


ANY_TEXT = st.text(st.characters(), max_size=30)  # lone surrogates and controls as well
REAL = report_form()
FIELD_IDS = [question.spec.id for question in REAL.questions]
MARKS = sorted(
    {mark for question in REAL.questions for mark in question.handler.offered()}
    | {"stop_seen", "2026-11-01", "21:30", "0912345678"}
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*FIELD_IDS, "stop_seen", "la"]) | ANY_TEXT,
            st.sampled_from(MARKS) | ANY_TEXT,
        ),
        max_size=25,
    ),
    st.integers(min_value=0, max_value=9),
)
def test_nothing_that_is_posted_breaks_the_judge_or_adds_an_answer(
    posted: list[tuple[str, str]], attachment_count: int
) -> None:
    formdata = MultiDict(posted)

    judgement = REAL.judge(formdata, attachment_count=attachment_count)

    answered = [answer.field_id for answer in judgement.answers]
    assert answered == [field_id for field_id in FIELD_IDS if field_id in answered]
    assert {error.field_id for error in judgement.errors} <= {"", *FIELD_IDS}
    json.dumps([answer.as_json() for answer in judgement.answers]).encode()
    render_fields(REAL, formdata, judgement.errors).encode()
    render_error_summary(REAL, judgement.errors).encode()
