"""What people call the ids that reports are counted by: kinds of trouble, tổ dân phố, channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from forms_api.content.share import load_short_links
from forms_api.content.ward import load_areas
from forms_api.documents.wording import CHANNELS
from forms_api.forms.definition import FormDefinition, load_definitions
from forms_api.forms.specs import ChoiceField, ChoicesField
from forms_api.reports.campaigns import list_campaigns
from forms_api.store.database import Database


@dataclass(frozen=True)
class Names:
    """The label of every id; an id that has none (any more) is shown as it is."""

    categories: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=lambda: CHANNELS)
    links: Mapping[str, str] = field(default_factory=dict)


def load_names(content_dir: Path) -> Names:
    """Return the names that the ward's own content gives. Raises ContentError."""
    definitions = load_definitions(content_dir)
    categories: dict[str, str] = {}
    for definition in definitions.values():
        categories.update(_categories(definition))
    return Names(
        categories=categories,
        areas={area.id: area.name for area in load_areas(content_dir).areas},
        forms={form_id: definition.title for form_id, definition in definitions.items()},
        links={slug: link.title for slug, link in load_short_links(content_dir).items()},
    )


def with_campaigns(names: Names, database: Database) -> Names:
    """Return the names together with the titles that campaign links have at this moment."""
    titles = {link.slug: link.title for link in list_campaigns(database) if link.title}
    return replace(names, links={**titles, **names.links})


def _categories(definition: FormDefinition) -> dict[str, str]:
    return {
        option.id: option.label
        for spec in definition.fields()
        if isinstance(spec, ChoiceField | ChoicesField) and spec.id == definition.roles.category
        for option in spec.options
    }
