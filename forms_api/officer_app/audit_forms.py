"""What an address asks of the audit log, and what was once copied from it onto paper."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from wtforms import IntegerField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange

from forms_api.officer_app.desk_form import DeskForm
from forms_api.reports.audit_trail import MAX_SEQUENCE, SHOWN_SIGNS, Group, Question

ACTOR, GROUP, REFERENCE, FIRST_DAY, LAST_DAY, BELOW = "nguoi", "viec", "phieu", "tu", "den", "sau"
"""How the parts of a question are called in an address."""

MAX_TYPED = 200
_CONTROL_SIGNS = re.compile(r"[\x00-\x1f\x7f]")
_NO_HEX_DIGIT = re.compile(r"[^0-9a-f]")


def read_question(query: Mapping[str, str]) -> Question:
    """Return what an address asks; a part that no log could answer is left out."""
    group, reference = query.get(GROUP, ""), _words(query.get(REFERENCE, ""))
    return Question(
        actor=_words(query.get(ACTOR, "")),
        group=Group(group) if group in set(Group) else None,
        reference=None if reference is None else reference.upper(),
        first_day=_day(query.get(FIRST_DAY, "")),
        last_day=_day(query.get(LAST_DAY, "")),
        below=_place(query.get(BELOW, "")),
    )


def query_of(question: Question, **changes: object) -> str:
    """Return a question, with changes, as the query of an address."""
    asked = replace(question, **changes)  # type: ignore[arg-type] # names of its own fields
    parts = {
        ACTOR: asked.actor,
        GROUP: asked.group,
        REFERENCE: asked.reference,
        FIRST_DAY: asked.first_day,
        LAST_DAY: asked.last_day,
        BELOW: asked.below,
    }
    return urlencode({name: str(value) for name, value in parts.items() if value is not None})


class PaperForm(DeskForm):
    """A number and code of the log as somebody wrote them down earlier."""

    number = IntegerField(
        "Số đã chép",
        validators=[
            InputRequired("Hãy gõ số đã chép."),
            NumberRange(min=1, max=MAX_SEQUENCE, message="Số này không có trong nhật ký."),
        ],
    )
    code = StringField(
        "Mã đã chép",
        validators=[InputRequired("Hãy gõ mã đã chép."), Length(max=MAX_TYPED)],
    )

    @property
    def is_filled(self) -> bool:
        """Whether there is anything to compare."""
        return bool(self.number.raw_data and self.number.raw_data[0]) or bool(self.code.data)

    @property
    def signs(self) -> str:
        """The code without the gaps and marks of handwriting."""
        return _NO_HEX_DIGIT.sub("", (self.code.data or "").lower())

    def validate_code(self, _field: StringField) -> None:
        """Refuse a code that is not whole: a short one proves little."""
        if len(self.signs) < SHOWN_SIGNS:
            raise ValidationError("Mã chưa đủ.")


def _words(text: str) -> str | None:
    words = _CONTROL_SIGNS.sub("", text).strip()[:MAX_TYPED]
    return words or None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _place(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_SEQUENCE))
    return min(int(text), MAX_SEQUENCE) if is_number else None
