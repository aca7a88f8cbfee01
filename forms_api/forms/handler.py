"""What a kind of field can do: read a POST, judge it, compare it, tell it to officers."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from forms_api.content.ward import Areas, PublicNumber
from forms_api.forms import messages
from forms_api.forms.answer_field import AnswerField, Check, Required, Validator
from forms_api.forms.specs import (
    UNKNOWN_AREA,
    AreaField,
    ConsentField,
    FieldSpec,
    NoteField,
    options_of,
)

Spec = TypeVar("Spec", bound=FieldSpec)
Value = TypeVar("Value")
Json = str | bool | list[str]


@dataclass(frozen=True)
class Surroundings:
    """What fields need to know besides their own definition.

    `consents` are ways in which somebody else says that the sender agreed, words by mark; where there
    are none, the sender ticks a box.
    """

    areas: Areas
    numbers: Mapping[str, PublicNumber]
    today: Callable[[], dt.date]
    consents: Mapping[str, str] = field(default_factory=dict)

    def area_names(self, spec: AreaField) -> dict[str, str]:
        """Return what can be chosen as tổ dân phố, name by id."""
        names = {area.id: area.name for area in self.areas.areas}
        return names if spec.unknown_label is None else {**names, UNKNOWN_AREA: spec.unknown_label}


class FieldHandler(ABC, Generic[Spec, Value]):
    """One field of one form; `multiple` says whether its name may be posted more than once."""

    multiple = False
    missing_message = messages.ANSWER_MISSING

    def __init__(self, spec: Spec, around: Surroundings) -> None:
        self.spec = spec
        self.around = around
        self.options = options_of(spec)

    def offered(self) -> dict[str, str]:
        """Return what can be chosen or ticked, label by mark; nothing where words are typed."""
        return {mark: option.label for mark, option in self.options.items()}

    @abstractmethod
    def parse(self, posted: Sequence[str]) -> Value | None:
        """Return the value, or None for no answer. Raises ValueError with the person's message."""

    def text(self, value: Value) -> str:
        """Return the value in words for an officer."""
        return str(value)

    def mistake(self, value: Value) -> str | None:
        """Return what is wrong with a value that could be read."""
        del value
        return None

    def json(self, value: Value) -> Json:
        """Return the value as the sealed report keeps it."""
        return str(value)

    def marks(self, value: Value | None) -> frozenset[str]:
        """Return what conditions and stop screens compare; empty when not answered."""
        return frozenset() if value is None else frozenset({str(value)})

    def is_answer(self, value: Value | None) -> bool:
        """Whether the person said something that officers should read."""
        return value is not None

    @property
    def is_required(self) -> bool:
        """Whether a report cannot be sent without it."""
        spec: FieldSpec = self.spec
        return isinstance(spec, ConsentField) or (not isinstance(spec, NoteField) and spec.required)

    def build(self) -> AnswerField | None:
        """Return the (unbound) WTForms field; None for a kind that posts nothing."""
        spec: FieldSpec = self.spec
        if isinstance(spec, NoteField):
            return None
        return AnswerField(spec.label, self.validators(), parse=self.parse)

    def validators(self) -> list[Validator]:
        """Return what WTForms asks of the value: that it is there, and that nothing is wrong with it."""
        found: list[Validator] = [Check(self.mistake)]
        if self.is_required:
            found.insert(0, Required(self.sentence_when_missing))
        return found

    @property
    def sentence_when_missing(self) -> str:
        """The editor's own sentence, or the kind's with the question's name."""
        spec: FieldSpec = self.spec
        if isinstance(spec, NoteField):
            return ""
        return spec.required_message or self.missing_message.format(label=spec.label)


def first(posted: Sequence[str]) -> str:
    """Return the only value that was posted, or "" when there is none."""
    return posted[0] if posted else ""
