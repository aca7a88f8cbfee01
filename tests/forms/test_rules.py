"""Conditions, stop screens, roles and what is refused whole."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from tests.forms.small_forms import judged, small_form, values, wrong_fields

ANSWERED_BY_PHONE = (("cach", "goi"), ("so", "0912345678"), ("khi-nao", "tối"), ("lien-lac", "Lan"))


def test_a_field_whose_condition_is_false_is_not_asked_for() -> None:
    judgement = judged("rule-shown-when", ("cach", "thoi"), ("cho", "chợ"))

    assert judgement.is_accepted
    assert values(judgement) == {"cach": "thoi", "cho": "chợ"}


def test_what_is_posted_for_a_field_that_is_not_asked_is_neither_judged_nor_kept() -> None:
    posted = [("cach", "thoi"), ("so", "không phải số"), ("khi-nao", "tối"), ("cho", "chợ")]

    judgement = judged("rule-shown-when", *posted, ("gan", "cầu"))

    assert judgement.is_accepted
    assert values(judgement) == {"cach": "thoi", "cho": "chợ"}


def test_a_field_whose_condition_is_true_is_asked_for() -> None:
    judgement = judged("rule-shown-when", ("cach", "goi"))

    assert wrong_fields(judgement) == ["so", "lien-lac", "cho"]


def test_conditions_follow_one_another() -> None:
    judgement = judged("rule-shown-when", *ANSWERED_BY_PHONE, ("quen", "co"), ("gan", "cầu"))

    assert judgement.is_accepted
    assert [answer.field_id for answer in judgement.answers] == [
        *("cach", "so", "khi-nao", "lien-lac", "quen", "gan")
    ]


def test_no_condition_rests_on_an_answer_that_was_itself_not_asked() -> None:
    judgement = judged("rule-shown-when", ("so", "0912345678"), ("khi-nao", ""), ("cho", "chợ"))

    assert judgement.is_accepted
    assert values(judgement) == {"cho": "chợ"}


@pytest.mark.parametrize(("answer", "wrong"), [("co", ["ke"]), ("khong", []), ("", [])])
def test_a_whole_section_is_asked_only_when_its_condition_is_true(
    answer: str, wrong: list[str]
) -> None:
    assert wrong_fields(judged("rule-section-shown-when", ("them", answer))) == wrong


def test_a_chosen_answer_leads_to_its_stop_screen_first() -> None:
    judgement = judged("rule-stop", ("luc-nay", "co"), ("viec", "chay"))

    assert judgement.stop is not None
    assert judgement.stop.token == "luc-nay:co"
    assert judgement.stop.stop.call == ["113"]
    assert not judgement.is_accepted


def test_a_screen_that_was_read_makes_way_for_the_next() -> None:
    posted = [("luc-nay", "co"), ("viec", "chay"), ("stop_seen", "luc-nay:co")]

    second = judged("rule-stop", *posted)
    passed = judged("rule-stop", *posted, ("stop_seen", "viec:chay"))

    assert second.stop is not None
    assert second.stop.token == "viec:chay"
    assert second.stops_seen == ("luc-nay:co",)
    assert passed.is_accepted
    assert passed.stops_seen == ("luc-nay:co", "viec:chay")


def test_a_screen_that_may_not_be_passed_stays_whatever_was_read() -> None:
    judgement = judged("rule-stop", ("viec", "to-cao"), ("stop_seen", "viec:to-cao"))

    assert judgement.stop is not None
    assert judgement.stop.token == "viec:to-cao"
    assert judgement.stops_seen == ()


def test_whoever_passes_all_screens_is_told_of_every_one() -> None:
    posted = [("luc-nay", "co"), ("viec", "chay"), ("viec", "to-cao"), ("stop_seen", "luc-nay:co")]

    tokens = [shown.token for shown in judged("rule-stop", *posted).stops]

    assert tokens == ["luc-nay:co", "viec:chay", "viec:to-cao"]


def test_a_screen_read_for_another_answer_counts_for_nothing() -> None:
    judgement = judged("rule-stop", ("viec", "chay"), ("stop_seen", "viec:khac"))

    assert judgement.stop is not None
    assert judgement.stops_seen == ()


@pytest.mark.parametrize(
    ("posted", "urgent"),
    [([("luc-nay", "co")], True), ([("luc-nay", "khong")], False), ([], False)],
)
def test_an_urgent_answer_makes_the_report_urgent(
    posted: list[tuple[str, str]], urgent: bool
) -> None:
    assert judged("rule-stop", *posted).urgent is urgent


def test_the_first_of_several_categories_is_the_one_to_sort_by() -> None:
    judgement = judged("rule-roles", ("viec", "chay"), ("viec", "on-ao"))

    assert judgement.category == "on-ao"
    assert judgement.urgent


@pytest.mark.parametrize(
    ("posted", "area"), [("tdp-1", "tdp-1"), ("khong-ro", None), ("", None), ("tdp-99", None)]
)
def test_the_area_is_one_of_the_list_or_none(posted: str, area: str | None) -> None:
    assert judged("rule-roles", ("to", posted)).area == area


@pytest.mark.parametrize(
    ("posted", "anonymous"),
    [([], True), ([("ten", "  ")], True), ([("ten", "Lan")], False), ([("thu", "a@b.vn")], False)],
)
def test_who_leaves_no_contact_is_anonymous(posted: list[tuple[str, str]], anonymous: bool) -> None:
    assert judged("rule-roles", *posted).anonymous is anonymous


def test_an_answer_names_the_field_of_vneid_that_it_fills() -> None:
    judgement = judged("rule-vneid", ("dien-bien", "Ồn ào"), ("rieng", "x"))

    assert [answer.as_json() for answer in judgement.answers] == [
        {
            "field_id": "dien-bien",
            "kind": "paragraph",
            "label": "Chuyện gì",
            "value": "Ồn ào",
            "text": "Ồn ào",
            "vneid": "Tóm tắt diễn biến",
        },
        {"field_id": "rieng", "kind": "text", "label": "Điều riêng", "value": "x", "text": "x"},
    ]


def test_an_answer_says_whether_it_tells_who_the_sender_is() -> None:
    judgement = judged("rule-personal", ("ten", "Lan"), ("so", "0999000111"), ("ke", "Ồn ào"))

    marked = {answer.field_id: answer.as_json().get("personal") for answer in judgement.answers}
    assert marked == {"ten": True, "so": True, "ke": None}


@pytest.mark.parametrize(
    "extra",
    [[("la", "x")], [("Ten", "x")], [("ten", "hai")], [("csrf_token", "a"), ("csrf_token", "b")]],
)
def test_unknown_names_and_doubled_ones_are_refused(extra: list[tuple[str, str]]) -> None:
    assert wrong_fields(judged("kind-text", ("ten", "Lan"), *extra)) == [""]


def test_what_the_page_itself_posts_is_let_through() -> None:
    own = ["csrf_token", "submission", "website", "channel", "link"]
    several = [("stop_seen", "a"), ("stop_seen", "b"), ("drop_file", "1"), ("drop_file", "2")]

    assert judged("kind-text", ("ten", "Lan"), *[(name, "x") for name in own], *several).is_accepted


def test_a_page_may_name_other_parameters_of_its_own() -> None:
    form = small_form("kind-text")
    posted = MultiDict([("ten", "Lan"), ("nut", "gui")])

    assert form.judge(posted, allowed=frozenset({"nut"})).is_accepted
    assert not form.judge(posted).is_accepted


def test_all_mistakes_come_at_once_in_the_order_of_the_form() -> None:
    judgement = judged(
        "rule-shown-when", ("cach", "tim"), ("quen", "x"), ("lien-lac", "y"), ("la", "z")
    )

    assert wrong_fields(judgement) == ["", "cach", "quen"]


def test_one_compiled_form_judges_many_people_without_mixing_them() -> None:
    form = small_form("rule-shown-when")
    hidden = form.judge(MultiDict([("cach", "thoi"), ("cho", "chợ")]))
    shown = form.judge(MultiDict([*ANSWERED_BY_PHONE, ("cho", "chợ")]))

    assert "so" not in values(hidden)
    assert values(shown)["so"] == "+84912345678"
