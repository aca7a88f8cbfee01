"""A form as a page: usable without a script, by a screen reader, after a mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from lxml import html
from werkzeug.datastructures import MultiDict

from forms_api.forms.compiler import CompiledForm
from forms_api.forms.fields import HANDLERS
from forms_api.forms.judgement import FieldError
from forms_api.forms.rendering import (
    render_error_summary,
    render_fields,
    render_introduction,
    render_message,
)
from forms_api.forms.views import WIDGETS
from tests.forms.small_forms import DEFINITIONS, judged, parsed, report_form, small_form

VALID = sorted(path.stem for path in DEFINITIONS.glob("*.yml"))
REAL = report_form()
Show = Callable[[CompiledForm], html.HtmlElement]
FORMS = {**{name: small_form(name) for name in VALID}, "phan-anh-antt": REAL}


@dataclass(frozen=True)
class Kept:
    number: int
    media_type: str = "image/jpeg"
    original_of: int | None = None


def blank(form: CompiledForm) -> html.HtmlElement:
    return parsed(render_fields(form, MultiDict()))


def with_every_mistake(form: CompiledForm) -> html.HtmlElement:
    errors = [FieldError(question.spec.id, "Hãy sửa.") for question in form.questions]
    return parsed(
        render_error_summary(form, errors)
        + render_fields(form, MultiDict(), errors, kept_files=[Kept(1), Kept(2)])
    )


@pytest.mark.parametrize("show", [blank, with_every_mistake])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
class TestEveryForm:
    def test_every_input_has_a_label(self, form: CompiledForm, show: Show) -> None:
        page = show(form)

        labelled = set(page.xpath("//label/@for"))
        for control in page.xpath("//input | //textarea | //select"):
            assert control.get("id") in labelled
        for label in page.xpath("//label | //legend"):
            assert label.text_content().strip()

    def test_ids_are_unique_and_every_reference_leads_to_one(
        self, form: CompiledForm, show: Show
    ) -> None:
        page = show(form)

        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        references = " ".join(page.xpath("//@aria-describedby | //@aria-labelledby")).split()
        assert set(references) | set(page.xpath("//label/@for")) <= set(ids)

    def test_several_things_to_tick_stand_in_a_group_with_a_name(
        self, form: CompiledForm, show: Show
    ) -> None:
        for control in show(form).xpath("//input[@type='radio']"):
            assert control.xpath("ancestor::fieldset/legend")

    def test_no_code_and_no_style_stands_in_the_page(self, form: CompiledForm, show: Show) -> None:
        page = show(form)

        assert page.xpath("//script | //style | //@style | //@*[starts-with(name(), 'on')]") == []

    def test_consent_is_never_ticked_beforehand(self, form: CompiledForm, show: Show) -> None:
        assert show(form).xpath("//*[contains(@class, 'field--consent')]//input[@checked]") == []


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_mistake_is_beside_its_field_and_linked_from_the_top(form: CompiledForm) -> None:
    page = with_every_mistake(form)

    for question in form.questions:
        if HANDLERS[question.spec.kind].__name__ == "NoteHandler":
            continue
        field_id = question.spec.id
        (link,) = page.xpath(f"//*[@role='alert']//a[@href='#{field_id}']")
        (control,) = page.xpath(f"//*[@id='{field_id}']")
        described = [control, *control.iterancestors("fieldset")]
        assert control.tag in {"input", "textarea", "select"}
        assert any(f"{field_id}--error" in el.get("aria-describedby", "") for el in described)
        assert any(el.get("aria-invalid") == "true" for el in described)
        assert page.xpath(f"//*[@id='{field_id}--error']")
        assert link.text_content() == "Hãy sửa."


def test_every_kind_has_a_widget_and_a_handler() -> None:
    assert set(WIDGETS) | {"note"} == set(HANDLERS)


@pytest.mark.parametrize(
    ("name", "posted"),
    [
        ("kind-text", [("ten", "Lan")]),
        ("kind-paragraph", [("ke", "một\nhai")]),
        ("kind-choice", [("mau", "xanh")]),
        ("kind-choice-select", [("mau", "xanh")]),
        ("kind-choices", [("mau", "do"), ("mau", "vang")]),
        ("kind-yes-no", [("thay", "khong")]),
        ("kind-yes-no-checkbox", [("thay", "co")]),
        ("kind-date", [("ngay", "2026-02-01")]),
        ("kind-date", [("ngay", "hôm qua")]),
        ("kind-time", [("gio", "21:30")]),
        ("kind-time", [("gio", "chín giờ tối")]),
        ("kind-phone", [("dien-thoai", "0912")]),
        ("kind-email", [("thu", "a@b")]),
        ("kind-area", [("to", "tdp-2")]),
        ("kind-consent", [("dong-y", "co")]),
    ],
)
def test_a_form_that_comes_back_has_everything_that_was_typed(
    name: str, posted: list[tuple[str, str]]
) -> None:
    page = render_fields(small_form(name), MultiDict(posted))

    (form,) = parsed(f"<form>{page}</form>").forms
    # A browser drops the line feed that follows <textarea>; lxml does not.
    assert [(field, value.removeprefix("\n")) for field, value in form.form_values()] == posted


@pytest.mark.parametrize(("name", "typed"), [("kind-date", "hôm qua"), ("kind-time", "9h")])
def test_what_a_picker_cannot_show_comes_back_as_text(name: str, typed: str) -> None:
    field = {"kind-date": "ngay", "kind-time": "gio"}[name]

    page = parsed(render_fields(small_form(name), MultiDict([(field, typed)])))

    assert [(i.get("type"), i.get("value")) for i in page.xpath("//input")] == [("text", typed)]


def test_a_conditional_field_says_when_it_is_meant_and_tells_scripts() -> None:
    page = blank(small_form("rule-shown-when"))

    said = {
        el.getparent().xpath("string(.//@name)"): el.text_content()
        for el in page.xpath("//*[@class='field__only-when']")
    }
    assert said == {
        "so": "Chỉ điền nếu ở mục “Cách trả lời” đã chọn “Gọi”.",
        "khi-nao": "Chỉ điền nếu đã trả lời mục “Số”.",
        "lien-lac": "Chỉ điền nếu ở mục “Cách trả lời” đã chọn “Gọi” hoặc “Gửi thư”.",
        "cho": "Chỉ điền nếu không đánh dấu ô “Tôi không nhớ”.",
        "gan": "Chỉ điền nếu đã đánh dấu ô “Tôi không nhớ”.",
    }
    assert [json.loads(value) for value in page.xpath("//@data-shown-when")] == [
        {"field": "cach", "one_of": ["goi"]},
        {"field": "so", "one_of": None},
        {"field": "cach", "one_of": ["goi", "thu"]},
        {"field": "quen", "one_of": ["khong"]},
        {"field": "quen", "one_of": ["co"]},
    ]


def test_a_folded_section_opens_when_something_is_in_it() -> None:
    form = small_form("rule-section-shown-when")

    typed = parsed(render_fields(form, MultiDict([("khac", "x")])))
    wrong = parsed(render_fields(form, MultiDict(), [FieldError("khac", "Hãy sửa.")]))

    assert blank(form).xpath("//details/@open") == []
    assert len(typed.xpath("//details[@open]")) == 1
    assert len(wrong.xpath("//details[@open]")) == 1


def test_limits_are_told_before_they_are_met() -> None:
    photos = blank(small_form("kind-files"))
    words = blank(small_form("kind-paragraph"))

    assert "Nhiều nhất 2 ảnh, mỗi ảnh không quá 3 MB (JPEG, PNG)." in photos.text_content()
    assert photos.xpath("//input/@accept") == ["image/jpeg,image/png"]
    assert photos.xpath("//input/@data-max-file-bytes") == [str(3 * 2**20)]
    assert "Nhiều nhất 20 ký tự." in words.text_content()


def test_a_date_that_must_have_come_ends_today() -> None:
    (picker,) = blank(small_form("kind-date")).xpath("//input")

    assert (picker.get("min"), picker.get("max")) == ("2026-01-01", "2026-11-24")


def test_an_example_list_of_areas_says_so() -> None:
    ours = blank(REAL).xpath("string(//*[@id='to-dan-pho--hint'])")

    assert ("ví dụ" in ours) == REAL.surroundings.areas.example
    assert "ví dụ" not in blank(small_form("kind-area")).text_content()


def test_kept_pictures_can_be_taken_out_again() -> None:
    page = parsed(
        render_fields(small_form("kind-files"), MultiDict(), kept_files=[Kept(1), Kept(3)])
    )

    assert page.xpath("//input[@name='drop_file']/@value") == ["1", "3"]


def test_a_stop_screen_shows_the_numbers_first() -> None:
    stop = judged("rule-stop", ("luc-nay", "co")).stop
    assert stop is not None

    page = parsed(render_message(small_form("rule-stop"), stop.stop))

    assert page.xpath("//a/@href") == ["tel:113"]
    assert [el.tag for el in page][:2] == ["ul", "p"]


def test_the_introduction_starts_with_the_numbers_to_call() -> None:
    page = parsed(render_introduction(REAL))

    assert page.xpath("//a/@href")[:3] == ["tel:113", "tel:114", "tel:115"]
    assert "/huong-dan/gui-phan-anh-vneid/" in page.xpath("//a/@href")


def test_mistakes_are_listed_in_the_order_of_the_form_whoever_found_them() -> None:
    form = small_form("rule-shown-when")
    errors = [FieldError("gan", "Ba."), FieldError("", "Một."), FieldError("cach", "Hai.")]

    page = parsed(render_error_summary(form, errors))

    assert [item.text_content() for item in page.xpath("//li")] == ["Một.", "Hai.", "Ba."]


def test_a_form_without_mistakes_has_no_list_of_them() -> None:
    assert render_error_summary(REAL, []) == ""
