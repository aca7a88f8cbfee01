"""The ward's other forms: made of data alone, judged and kept as the first one is."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from forms_api.forms.judgement import Judgement
from tests.forms.small_forms import ward_form

IDEA = [
    ("ve-viec", "quy-che"),
    ("dieu", "Điều 7"),
    ("noi-dung", "Nên ghi rõ ai làm việc ở cấp phường."),
    ("dong-y", "co"),
]
HELP = [
    ("viec", "cai-dat"),
    ("viec", "mat-khau"),
    ("to-dan-pho-nao", "tdp-vi-du-1"),
    ("ho-ten", "Bà Tư"),
    ("dien-thoai", "0912345678"),
    ("dong-y", "co"),
]


def judged(form_id: str, posted: list[tuple[str, str]]) -> Judgement:
    return ward_form(form_id).judge(MultiDict(posted))


def test_an_idea_for_the_model_names_its_article_and_nobody() -> None:
    judgement = judged("gop-y-mo-hinh", IDEA)

    assert judgement.is_accepted
    assert (judgement.category, judgement.anonymous) == ("quy-che", True)
    assert [answer.text for answer in judgement.answers if answer.field_id == "dieu"] == ["Điều 7"]


def test_who_asks_for_help_says_where_and_whom_to_call() -> None:
    judgement = judged("dang-ky-ho-tro", HELP)

    assert judgement.is_accepted
    assert (judgement.area, judgement.anonymous) == ("tdp-vi-du-1", False)
    assert {answer.field_id for answer in judgement.answers if answer.personal} == {
        "ho-ten",
        "dien-thoai",
    }


@pytest.mark.parametrize("form_id", ["gop-y-mo-hinh", "dang-ky-ho-tro"])
def test_nothing_is_taken_without_consent(form_id: str) -> None:
    posted = [pair for pair in (*IDEA, *HELP) if pair[0] != "dong-y"]

    assert not judged(form_id, posted).is_accepted
