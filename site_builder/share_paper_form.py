"""A form on paper: the boxes of a form on the site, numbered, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from forms_api.forms.definition import FormDefinition
from forms_api.forms.messages import NO_LABEL, YES_LABEL
from forms_api.forms.specs import (
    YES,
    ChoiceField,
    ChoicesField,
    Condition,
    ConsentField,
    FieldSpec,
    FilesField,
    NoteField,
    ParagraphField,
    YesNoField,
)

MOST_ROWS = 12
"""Lines for the longest story: more would take the sheet's second side."""

_LINES = {"text": "line", "phone": "line", "email": "line", "area": "line"}

WHEN_CHOSEN = "nếu ở ô {number} chọn “{answers}”"
WHEN_TICKED = "nếu đánh dấu ô {number}"
WHEN_NOT_TICKED = "nếu không đánh dấu ô {number}"
WHEN_ANSWERED = "nếu đã ghi ô {number}"
AT_MOST = "Chọn nhiều nhất {count}."
NOT_HERE = "Phiếu không nhận: {what}."
BETWEEN_ANSWERS = "” hoặc “"


def paper_form(form: FormDefinition) -> dict[str, object]:
    """Return what the template of the paper form is given.

    Answers that end on the site with a screen that leads elsewhere are no boxes: the sheet names them
    at its top as what it does not take.
    """
    numbers = _numbers(form)
    refused: list[str] = []
    sections = [
        {
            "title": section.title,
            "condition": _condition(section.shown_when, form, numbers),
            "fields": [_field(spec, form, numbers, refused) for spec in section.fields],
        }
        for section in form.sections
    ]
    return {
        "title": form.title,
        "sections": sections,
        "not_here": NOT_HERE.format(what="; ".join(refused)) if refused else "",
        "receipt": form.receipt.text[0],
    }


def _numbers(form: FormDefinition) -> dict[str, int]:
    """Return the number of each box, in the form's order; words between the questions have none."""
    asked = [spec.id for spec in form.fields() if not isinstance(spec, NoteField)]
    return {field_id: number for number, field_id in enumerate(asked, start=1)}


def _field(
    spec: FieldSpec, form: FormDefinition, numbers: Mapping[str, int], refused: list[str]
) -> dict[str, object]:
    if isinstance(spec, NoteField):
        heading = spec.title or spec.text[0]
        rest = spec.text if spec.title else spec.text[1:]
        return _box("note", heading, hints=rest)
    number = numbers[spec.id]
    if isinstance(spec, ConsentField):
        return _box("consent", spec.label, number=number, hints=spec.text, required=True)
    hints = [spec.hint] if spec.hint else []
    if isinstance(spec, ChoicesField) and spec.max_choices:
        hints.append(AT_MOST.format(count=spec.max_choices))
    kind, more = _drawn(spec, refused)
    return _box(
        kind,
        spec.label,
        number=number,
        hints=hints,
        required=spec.required,
        condition=_condition(spec.shown_when, form, numbers),
        **more,
    )


def _box(
    kind: str,
    label: str,
    *,
    number: int | None = None,
    hints: Iterable[str] = (),
    required: bool = False,
    condition: str | None = None,
    **more: object,
) -> dict[str, object]:
    return {
        "kind": kind,
        "label": label,
        "number": number,
        "hints": list(hints),
        "required": required,
        "condition": condition,
        **more,
    }


def _drawn(spec: FieldSpec, refused: list[str]) -> tuple[str, dict[str, object]]:
    """Return how the answer to `spec` is drawn, and with what."""
    for kind, drawn in _DRAWN.items():
        if isinstance(spec, kind):
            return drawn(spec, refused)
    return _LINES.get(spec.kind, spec.kind), {}


def _lines(spec: Any, _refused: list[str]) -> tuple[str, dict[str, object]]:  # noqa: ANN401
    return "lines", {"rows": min(spec.rows, MOST_ROWS)}


def _yes_no(spec: Any, _refused: list[str]) -> tuple[str, dict[str, object]]:  # noqa: ANN401
    if spec.widget == "checkbox":
        return "tick", {}
    return "choose", {"options": [_yes_label(spec), _no_label(spec)]}


def _options(spec: Any, refused: list[str]) -> tuple[str, dict[str, object]]:  # noqa: ANN401
    taken = [one for one in spec.options if one.stop is None or one.stop.may_continue]
    refused += [one.label for one in spec.options if one not in taken]
    return "choose", {"options": [one.label for one in taken]}


def _pictures(_spec: Any, _refused: list[str]) -> tuple[str, dict[str, object]]:  # noqa: ANN401
    return "pictures", {}


_DRAWN: Mapping[type[Any], Callable[[Any, list[str]], tuple[str, dict[str, object]]]] = {
    ParagraphField: _lines,
    YesNoField: _yes_no,
    ChoiceField: _options,
    ChoicesField: _options,
    FilesField: _pictures,
}


def _condition(
    condition: Condition | None, form: FormDefinition, numbers: Mapping[str, int]
) -> str | None:
    """Return in words when a box is to be filled in."""
    if condition is None:
        return None
    number = numbers[condition.field]
    earlier = next(spec for spec in form.fields() if spec.id == condition.field)
    if condition.wanted is None:
        return WHEN_ANSWERED.format(number=number)
    if isinstance(earlier, YesNoField) and earlier.widget == "checkbox":
        words = WHEN_TICKED if YES in condition.wanted else WHEN_NOT_TICKED
        return words.format(number=number)
    answers = BETWEEN_ANSWERS.join(_labels(earlier, condition.wanted))
    return WHEN_CHOSEN.format(number=number, answers=answers)


def _labels(spec: FieldSpec, wanted: frozenset[str]) -> list[str]:
    """Return the answers to `spec` whose marks are wanted, in words."""
    if isinstance(spec, YesNoField):
        return [_yes_label(spec) if YES in wanted else _no_label(spec)]
    if isinstance(spec, ChoiceField | ChoicesField):
        return [one.label for one in spec.options if one.id in wanted]
    return sorted(wanted)


def _yes_label(spec: YesNoField) -> str:
    return (spec.when_yes and spec.when_yes.label) or YES_LABEL


def _no_label(spec: YesNoField) -> str:
    return (spec.when_no and spec.when_no.label) or NO_LABEL
