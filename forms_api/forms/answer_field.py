"""The WTForms field behind every kind: it reads a posted value once and keeps it as typed besides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wtforms import Field as WTFormsField
from wtforms.validators import StopValidation, ValidationError

Parse = Callable[[Sequence[str]], Any]
"""Makes a value of what was posted under one name, or None for no answer; ValueError says what is wrong."""

Validator = Callable[[Any, "AnswerField"], None]


class AnswerField(WTFormsField):
    """A field whose `data` is the parsed value, or None when there is no answer."""

    def __init__(self, *args: Any, parse: Parse, **kwargs: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        super().__init__(*args, **kwargs)
        self._parse = parse
        self.data: Any = None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was posted. Raises ValueError with a sentence for the person."""
        self.data = self._parse(valuelist)


class Required:
    """Refuses a missing answer; a value that could not be read has its own message already."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __call__(self, form: object, field: AnswerField) -> None:
        """Raise StopValidation when nothing was answered."""
        del form
        if field.data is None and not field.process_errors:
            raise StopValidation(self._message)


class Check:
    """Refuses a value for which `is_wrong` returns a message; no answer is never wrong."""

    def __init__(self, is_wrong: Callable[[Any], str | None]) -> None:
        self._is_wrong = is_wrong

    def __call__(self, form: object, field: AnswerField) -> None:
        """Raise ValidationError with the message."""
        del form
        message = None if field.data is None else self._is_wrong(field.data)
        if message is not None:
            raise ValidationError(message)
