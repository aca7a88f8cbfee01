"""The kinds of matter that forms ask for: what deadlines, filters and counts are kept by."""

from __future__ import annotations

from collections.abc import Iterable

from forms_api.forms.definition import FormDefinition
from forms_api.forms.specs import options_of


def category_labels(definitions: Iterable[FormDefinition]) -> dict[str, str]:
    """Return every category's label by its id, in the forms' order; of two forms, the first names it."""
    found: dict[str, str] = {}
    for definition in definitions:
        for spec in definition.fields():
            if spec.id == definition.roles.category:
                for mark, option in options_of(spec).items():
                    found.setdefault(mark, option.label)
    return found
