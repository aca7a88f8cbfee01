"""The one table from a kind's name to the class that handles it.

A new kind is a model in `specs`, a handler in this table, a macro in
`templates/public/widgets.html` and a row in `docs/forms.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_api.forms.chosen_fields import (
    AreaHandler,
    ChoiceHandler,
    ChoicesHandler,
    ConsentHandler,
    FilesHandler,
    NoteHandler,
    YesNoHandler,
)
from forms_api.forms.handler import FieldHandler, Surroundings
from forms_api.forms.specs import FieldSpec
from forms_api.forms.typed_fields import (
    DateHandler,
    EmailHandler,
    ParagraphHandler,
    PhoneHandler,
    TextHandler,
    TimeHandler,
)

HANDLERS: Mapping[str, type[FieldHandler[Any, Any]]] = {
    "text": TextHandler,
    "paragraph": ParagraphHandler,
    "choice": ChoiceHandler,
    "choices": ChoicesHandler,
    "yes_no": YesNoHandler,
    "date": DateHandler,
    "time": TimeHandler,
    "phone": PhoneHandler,
    "email": EmailHandler,
    "area": AreaHandler,
    "files": FilesHandler,
    "consent": ConsentHandler,
    "note": NoteHandler,
}


def handler_of(spec: FieldSpec, around: Surroundings) -> FieldHandler[Any, Any]:
    """Return the handler of one field."""
    return HANDLERS[spec.kind](spec, around)
