"""A form's fields as HTML: what each shows is decided here, how it looks in `widgets.html`.

Without a script every field shows, and a conditional one says when it is meant; a script hides
it by `data-shown-when`: `{"field": id, "one_of": [marks]}`, where `one_of` null means any answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from forms_api.forms import messages
from forms_api.forms.compiler import CompiledForm, Question
from forms_api.forms.judgement import FieldError
from forms_api.forms.specs import Condition, FilesField, NoteField, YesNoField
from forms_api.forms.views import FieldView, SectionView, Typed, view_of
from forms_api.forms.wording import Message

TEMPLATES_DIR = Path(__file__).resolve().parents[2] / "templates" / "public"
WIDGETS = "widgets.html"


class KeptFile(Protocol):
    """A file of this form that was sent before and is kept."""

    @property
    def number(self) -> int:
        """Its number, counted from 1; posted as `drop_file` to take it out."""

    @property
    def media_type(self) -> str:
        """What it is."""

    @property
    def original_of(self) -> int | None:
        """The number of the file beside which it is kept as it came."""


def render_fields(
    form: CompiledForm,
    typed: MultiDict[str, str],
    errors: Sequence[FieldError] = (),
    *,
    kept_files: Sequence[KeptFile] = (),
    with_files: bool = True,
) -> Markup:
    """Return every section with what was typed and, beside each field, what is wrong with it.

    Without `with_files`, a sentence that no file can be taken now stands where they are chosen.
    The hidden fields, the button and the `<form>` around them (`enctype="multipart/form-data"`,
    `novalidate`: the judge's words are better than the browser's) are the page's.
    """
    return Markup("\n").join(
        _call("section", view)
        for view in _sections(form, Typed(typed, errors, kept_files), with_files=with_files)
    )


def render_error_summary(form: CompiledForm, errors: Sequence[FieldError]) -> Markup:
    """Return the list of all mistakes in the form's order, each a link to its field.

    Returns nothing when there is none.
    """
    places = {question.spec.id: place for place, question in enumerate(form.questions)}
    ordered = sorted(errors, key=lambda error: places.get(error.field_id, -1))
    return _call("error_summary", ordered) if errors else Markup()


def render_introduction(form: CompiledForm) -> Markup:
    """Return what must be read before the form is filled in."""
    return Markup("\n").join(
        _call("notice", notice, _numbers(form, notice), notice.tone)
        for notice in form.definition.introduction
    )


def render_message(form: CompiledForm, message: Message) -> Markup:
    """Return a stop screen's words, numbers to call first."""
    return _call("message_body", message, _numbers(form, message))


def _sections(form: CompiledForm, typed: Typed, *, with_files: bool) -> Iterator[SectionView]:
    questions = {question.spec.id: question for question in form.questions}
    for section in form.definition.sections:
        fields = [
            _call("files_closed", spec)
            if isinstance(spec, FilesField) and not with_files
            else _field(form, questions[spec.id], typed, questions)
            for spec in section.fields
        ]
        touched = any(
            typed.values.get(spec.id) or any(error.field_id == spec.id for error in typed.errors)
            for spec in section.fields
        )
        yield SectionView(
            section=section,
            only_when=_only_when(section.shown_when, questions),
            shown_when=_for_scripts(section.shown_when),
            is_open=touched,
            fields=Markup("\n").join(fields),
        )


def _field(
    form: CompiledForm, question: Question, typed: Typed, questions: Mapping[str, Question]
) -> Markup:
    spec = question.spec
    if isinstance(spec, NoteField):
        return _call(
            "note",
            spec,
            _numbers(form, spec),
            _only_when(spec.shown_when, questions),
            _for_scripts(spec.shown_when),
        )
    view: FieldView = view_of(
        question.handler,
        typed,
        only_when=_only_when(spec.shown_when, questions),
        shown_when=_for_scripts(spec.shown_when),
    )
    return _call(view.widget, view)


def _numbers(form: CompiledForm, message: Message) -> list[Any]:
    return [form.surroundings.numbers[number] for number in message.call]


def _for_scripts(condition: Condition | None) -> str | None:
    if condition is None:
        return None
    wanted = None if condition.wanted is None else sorted(condition.wanted)
    return json.dumps({"field": condition.field, "one_of": wanted})


def _only_when(condition: Condition | None, questions: Mapping[str, Question]) -> str | None:
    """Return the condition in words, for who sees all fields at once."""
    if condition is None:
        return None
    handler = questions[condition.field].handler
    spec, wanted = handler.spec, condition.wanted
    if wanted is None:
        return messages.ONLY_WHEN_ANSWERED.format(label=spec.label)
    if isinstance(spec, YesNoField) and spec.widget == "checkbox":
        table = {True: messages.ONLY_WHEN_TICKED, False: messages.ONLY_WHEN_NOT_TICKED}
        return table[bool(condition.is_true)].format(label=spec.label)
    names = [name for mark, name in handler.offered().items() if mark in wanted]
    return messages.ONLY_WHEN_CHOSEN.format(label=spec.label, answers=_either(names))


def _either(names: Iterable[str]) -> str:
    return messages.OR.join(messages.QUOTED.format(label=name) for name in names)


@cache
def _widgets() -> Any:  # noqa: ANN401 - a Jinja2 module: its macros are made at run time
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["words"] = messages
    return environment.get_template(WIDGETS).module


def _call(macro: str, *arguments: object) -> Markup:
    rendered: Markup = getattr(_widgets(), macro)(*arguments)
    return rendered
