"""A definition compiled, once at start, into a Flask-WTF form class by which every submission is judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from forms_api.content.ward import Areas, PublicNumber
from forms_api.forms import messages
from forms_api.forms.checks import PAGE_PARAMETERS
from forms_api.forms.definition import FormDefinition
from forms_api.forms.fields import handler_of
from forms_api.forms.handler import FieldHandler, Surroundings
from forms_api.forms.judgement import Answer, FieldError, Judgement, ShownStop
from forms_api.forms.specs import (
    UNKNOWN_AREA,
    Condition,
    ConsentField,
    FieldSpec,
    FilesField,
    NoteField,
)
from forms_api.moments import VIETNAM

STOP_SEEN = "stop_seen"
REPEATABLE_PARAMETERS = frozenset({STOP_SEEN, "drop_file"})
"""What a form page may post several times beside answers."""


class JudgingForm(FlaskForm):  # type: ignore[misc] # Flask-WTF has no types
    """The base of every compiled form. The view checks CSRF, for it sees the session; this judges answers."""

    class Meta:
        """No CSRF field and no translations: every sentence comes from our own table."""

        csrf = False

        def get_translations(self, form: object) -> None:
            """Return none."""
            del form


class Question(NamedTuple):
    """A field at work, with every condition under which it is asked: its section's and its own."""

    handler: FieldHandler[Any, Any]
    conditions: tuple[Condition, ...]

    @property
    def spec(self) -> FieldSpec:
        """The field as its editor wrote it."""
        spec: FieldSpec = self.handler.spec
        return spec


class Answered(NamedTuple):
    """A question that was asked, and its parsed value (None: no answer, or no readable one)."""

    question: Question
    value: Any

    @property
    def marks(self) -> frozenset[str]:
        """What conditions and stop screens compare."""
        return self.question.handler.marks(self.value)


@dataclass(frozen=True)
class CompiledForm:
    """A form ready to judge. Safe to share between threads."""

    definition: FormDefinition
    form_class: type[JudgingForm]
    questions: tuple[Question, ...]
    surroundings: Surroundings

    def judge(
        self,
        formdata: MultiDict[str, str],
        *,
        attachment_count: int = 0,
        allowed: frozenset[str] = PAGE_PARAMETERS,
    ) -> Judgement:
        """Return everything about a submission at once; nothing that is posted makes this raise.

        `formdata` holds the words alone, `attachment_count` says how many pictures came or are kept,
        `allowed` names what the page posts beside answers. Fields whose condition is false are not
        judged and not kept, whatever was posted for them.
        """
        form = self.form_class(formdata=formdata)
        asked = self._ask(form)
        form.validate()
        chosen = list(_chosen_stops(asked))
        seen = _acknowledged(chosen, formdata.getlist(STOP_SEEN))
        values = {answered.question.spec.id: answered.value for answered in asked}
        return Judgement(
            errors=(
                *self._malformed(formdata, allowed),
                *_field_errors(form, asked, attachment_count),
            ),
            stop=next((shown for shown in chosen if shown.token not in seen), None),
            stops_seen=seen,
            answers=tuple(_answers(asked)),
            category=self._category(values),
            area=self._area(values),
            anonymous=all(
                values.get(field_id) is None for field_id in self.definition.roles.contact
            ),
            urgent=any(
                option.urgent and mark in answered.marks
                for answered in asked
                for mark, option in answered.question.handler.options.items()
            ),
            stops=tuple(chosen),
        )

    def _ask(self, form: JudgingForm) -> list[Answered]:
        """Take the fields that are not asked out of `form`; return the others with their values.

        A condition refers to earlier fields only, so one pass is enough.
        """
        marks: dict[str, frozenset[str]] = {}
        asked: list[Answered] = []
        for question in self.questions:
            field_id = question.spec.id
            if all(_holds(condition, marks) for condition in question.conditions):
                value = form[field_id].data if field_id in form else None
                answered = Answered(question, value)
                marks[field_id] = answered.marks
                asked.append(answered)
            elif field_id in form:
                del form[field_id]
        return asked

    def _malformed(
        self, formdata: MultiDict[str, str], allowed: frozenset[str]
    ) -> Iterator[FieldError]:
        """Yield one error when a name is unknown, or posted more often than this form ever does."""
        repeatable = {name: name in REPEATABLE_PARAMETERS for name in allowed}
        for handler, _ in self.questions:
            if hasattr(self.form_class, handler.spec.id):
                repeatable[handler.spec.id] = handler.multiple
        for name, values in formdata.lists():
            if name not in repeatable or (len(values) > 1 and not repeatable[name]):
                yield FieldError("", messages.MALFORMED)
                return

    def _category(self, values: Mapping[str, Any]) -> str | None:
        """Return the one category to sort by: of several, the first in the form's order."""
        value = values.get(self.definition.roles.category or "")
        return value[0] if isinstance(value, list) else value

    def _area(self, values: Mapping[str, Any]) -> str | None:
        value = values.get(self.definition.roles.area or "")
        return None if value == UNKNOWN_AREA else value


def compile_form(
    definition: FormDefinition,
    *,
    areas: Areas,
    numbers: Mapping[str, PublicNumber],
    today: Callable[[], dt.date] | None = None,
    consents: Mapping[str, str] | None = None,
) -> CompiledForm:
    """Return `definition` as a form that judges.

    `numbers` are the ward's numbers to call by id; `today` is the day in Vietnam unless given. With
    `consents` somebody else fills the form in, and says by one of them how the sender agreed.
    """
    around = Surroundings(areas, numbers, today or _today_in_vietnam, consents or {})
    questions = tuple(
        Question(
            handler_of(spec, around),
            tuple(found for found in (section.shown_when, spec.shown_when) if found is not None),
        )
        for section in definition.sections
        for spec in section.fields
    )
    built = {question.spec.id: question.handler.build() for question in questions}
    fields = {field_id: field for field_id, field in built.items() if field is not None}
    form_class = type("CompiledFormClass", (JudgingForm,), fields)
    return CompiledForm(definition, form_class, questions, around)


def _today_in_vietnam() -> dt.date:
    return dt.datetime.now(VIETNAM).date()


def _holds(condition: Condition, marks: Mapping[str, frozenset[str]]) -> bool:
    chosen = marks.get(condition.field, frozenset())
    return bool(chosen if condition.wanted is None else chosen & condition.wanted)


def _chosen_stops(asked: Iterable[Answered]) -> Iterator[ShownStop]:
    """Yield the stop screens of everything chosen, in the form's order."""
    for answered in asked:
        for mark, option in answered.question.handler.options.items():
            if mark in answered.marks and option.stop is not None:
                yield ShownStop(answered.question.spec.id, mark, option.stop)


def _acknowledged(chosen: Iterable[ShownStop], seen: Collection[str]) -> tuple[str, ...]:
    """Return the tokens of chosen screens that were read and may be passed."""
    return tuple(shown.token for shown in chosen if shown.stop.may_continue and shown.token in seen)


def _answers(asked: Iterable[Answered]) -> Iterator[Answer]:
    for question, value in asked:
        handler, spec = question.handler, question.spec
        if isinstance(spec, NoteField) or not handler.is_answer(value):
            continue
        yield Answer(
            spec.id,
            spec.kind,
            spec.label,
            handler.json(value),
            handler.text(value),
            vneid=None if isinstance(spec, ConsentField) else spec.vneid,
            personal=not isinstance(spec, ConsentField) and spec.is_personal,
        )


def _field_errors(
    form: JudgingForm, asked: Iterable[Answered], attachment_count: int
) -> Iterator[FieldError]:
    """Yield every field's mistakes in the form's order, the number of pictures among them."""
    for question, _ in asked:
        spec = question.spec
        if spec.id in form:
            for message in form[spec.id].errors:
                yield FieldError(spec.id, message)
        if isinstance(spec, FilesField):
            if spec.required and attachment_count == 0:
                yield FieldError(spec.id, question.handler.sentence_when_missing)
            if attachment_count > spec.max_files:
                text = messages.TOO_MANY_FILES.format(label=spec.label, limit=spec.max_files)
                yield FieldError(spec.id, text)
