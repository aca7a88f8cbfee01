"""What every form of the desk is made of: clean text, and mistakes that are told in Vietnamese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import MutableMapping
from typing import Any, TypeVar

from wtforms import Field, Form, PasswordField, StringField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta

AnyField = TypeVar("AnyField", bound=Field)

WORDS = {
    "Not a valid choice.": "Hãy chọn một trong các lựa chọn.",
    "Not a valid date value.": "Ngày chưa đúng. Gõ ngày, tháng, năm.",
    "Not a valid integer value.": "Hãy gõ một con số.",
    "Field cannot be longer than %(max)d character.": "Dài quá %(max)d chữ.",
}
OTHERWISE = "Chưa đúng. Hãy xem lại."
"""For a mistake that no field here is made to find: nobody should read it in English."""

_CONTROL_SIGNS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def clean_text(text: str | None) -> str | None:
    """Return what was typed in NFC and on plain lines, without ends of blanks and control signs.

    No keyboard types the latter, and not every database takes them.
    """
    if text is None:
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL_SIGNS.sub("", unicodedata.normalize("NFC", lines)).strip()


class Vietnamese:
    """Gives the library's messages in Vietnamese."""

    def gettext(self, string: str) -> str:
        """Return a message's words."""
        return WORDS.get(string, OTHERWISE)

    def ngettext(self, singular: str, plural: str, n: int) -> str:  # noqa: ARG002 - one form for all
        """Return the words of a message that counts something."""
        return WORDS.get(singular, OTHERWISE)


class DeskForm(Form):
    """A form at the desk; the guard has checked its CSRF token."""

    class Meta(DefaultMeta):
        """How the library reads and speaks."""

        def bind_field(
            self,
            form: BaseForm,
            unbound_field: UnboundField[AnyField],
            options: MutableMapping[str, Any],
        ) -> AnyField:
            """Return the form's field; text is cleaned, a password stays as it was typed."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                options["filters"] = [clean_text]
            return super().bind_field(form, unbound_field, options)

        def get_translations(self, form: object) -> Vietnamese:  # noqa: ARG002 - the library's
            """Return who translates."""
            return Vietnamese()
