"""What a template needs to know of a field to show it: one flat, ready view for every widget."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from forms_api.forms import messages
from forms_api.forms.cleaning import clean_lines
from forms_api.forms.definition import Section
from forms_api.forms.handler import FieldHandler
from forms_api.forms.judgement import FieldError
from forms_api.forms.specs import (
    AreaField,
    ChoicesField,
    ConsentField,
    DateField,
    FilesField,
    ParagraphField,
    TextField,
)
from forms_api.forms.wording import Link

_PICKERS = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
    "time": re.compile(r"\d{2}:\d{2}", re.ASCII),
}


KEEP_ORIGINAL = "keep_original"


@dataclass(frozen=True)
class Typed:
    """A form as it comes back: everything typed, every mistake, the files that are kept."""

    values: MultiDict[str, str]
    errors: Sequence[FieldError]
    kept_files: Sequence[Any]


@dataclass(frozen=True)
class OptionView:
    """Something to tick: the first of a field has the field's own id, so that links reach it."""

    id: str
    value: str
    label: str
    hint: str | None
    chosen: bool


@dataclass(frozen=True)
class FieldView:
    """A field ready to show. `described_by` names the elements that explain it, in reading order."""

    id: str
    widget: str
    label: str
    required: bool
    hints: tuple[str, ...]
    only_when: str | None
    shown_when: str | None
    errors: tuple[str, ...]
    value: str
    options: tuple[OptionView, ...]
    attributes: Mapping[str, str]
    paragraphs: tuple[str, ...]
    link: Link | None
    kept_files: Sequence[Any]
    offers_original: bool
    keeps_original: bool

    @property
    def described_by(self) -> str:
        """The ids for `aria-describedby`; "" for none."""
        parts = {"only": self.only_when, "text": self.paragraphs, "hint": self.hints}
        parts["error"] = self.errors
        return " ".join(f"{self.id}--{part}" for part, present in parts.items() if present)


@dataclass(frozen=True)
class SectionView:
    """A section with its fields already rendered; `is_open` unfolds a folded one."""

    section: Section
    only_when: str | None
    shown_when: str | None
    is_open: bool
    fields: Markup


def view_of(
    handler: FieldHandler[Any, Any],
    typed: Typed,
    *,
    only_when: str | None,
    shown_when: str | None,
) -> FieldView:
    """Return the view of any field but a note."""
    spec = handler.spec
    posted = [clean_lines(value) for value in typed.values.getlist(spec.id)]
    consent = isinstance(spec, ConsentField)
    return FieldView(
        id=spec.id,
        widget=WIDGETS[spec.kind](spec),
        label=spec.label,
        required=handler.is_required,
        hints=() if consent else tuple(_hints(handler)),
        only_when=only_when,
        shown_when=shown_when,
        errors=tuple(error.message for error in typed.errors if error.field_id == spec.id),
        value=posted[0] if posted else "",
        options=_options(handler, posted),
        attributes=_typeable(_ATTRIBUTES.get(spec.kind, _no_attributes)(handler), posted),
        paragraphs=tuple(spec.text) if consent else (),
        link=spec.link if consent else None,
        kept_files=_kept_files(typed) if isinstance(spec, FilesField) else (),
        offers_original=isinstance(spec, FilesField) and spec.offer_original,
        keeps_original=KEEP_ORIGINAL in typed.values,
    )


def _kept_files(typed: Typed) -> Sequence[Any]:
    """Return what can be taken out: an original goes with the file that was made from it."""
    return tuple(file for file in typed.kept_files if file.original_of is None)


def _options(handler: FieldHandler[Any, Any], posted: Sequence[str]) -> tuple[OptionView, ...]:
    field_id = handler.spec.id
    return tuple(
        OptionView(
            id=field_id if index == 0 else f"{field_id}--{mark}",
            value=mark,
            label=label,
            hint=handler.options[mark].hint if mark in handler.options else None,
            chosen=mark in posted,
        )
        for index, (mark, label) in enumerate(handler.offered().items())
    )


def _hints(handler: FieldHandler[Any, Any]) -> list[str]:
    """Return the editor's own hint, then the limits that can be met only when they are known."""
    spec = handler.spec
    hints = [spec.hint] if spec.hint else []
    if isinstance(spec, ChoicesField) and spec.max_choices is not None:
        hints.append(messages.AT_MOST_CHOICES.format(limit=spec.max_choices))
    if isinstance(spec, ParagraphField):
        limit = f"{spec.max_length:,}".replace(",", ".")
        hints.append(messages.AT_MOST_SIGNS.format(limit=limit))
    if isinstance(spec, AreaField) and handler.around.areas.example:
        hints.append(messages.EXAMPLE_AREAS)
    if isinstance(spec, FilesField):
        hints.append(file_limits(spec))
    return hints


def file_limits(spec: FilesField) -> str:
    """Return in words how many files of which kinds and sizes are taken."""
    if not spec.takes_recordings:
        types = ", ".join(messages.FILE_TYPES[name] for name in spec.types)
        return messages.AT_MOST_PHOTOS.format(
            files=spec.max_files, megabytes=spec.max_file_mb, types=types
        )
    kinds = dict.fromkeys(messages.FILE_KINDS[name.partition("/")[0]] for name in spec.types)
    return messages.AT_MOST_FILES.format(
        files=spec.max_files,
        megabytes=spec.max_file_mb,
        recording_megabytes=spec.max_recording_mb or spec.max_file_mb,
        kinds=", ".join(kinds),
    )


def _text_attributes(handler: FieldHandler[TextField, str]) -> dict[str, str]:
    spec = handler.spec
    return {
        "type": "text",
        "inputmode": spec.keyboard,
        "autocomplete": spec.autocomplete,
        "data-max": str(spec.max_length),
    }


def _paragraph_attributes(handler: FieldHandler[ParagraphField, str]) -> dict[str, str]:
    spec = handler.spec
    position = {"data-offer-position": ""} if spec.offer_position else {}
    return {"rows": str(spec.rows), "data-max": str(spec.max_length), **position}


def _date_attributes(handler: FieldHandler[DateField, dt.date]) -> dict[str, str]:
    spec = handler.spec
    latest = [spec.latest] if spec.latest else []
    latest += [handler.around.today()] if spec.not_future else []
    bounds = {"min": spec.earliest, "max": min(latest, default=None)}
    days = {name: day.isoformat() for name, day in bounds.items() if day is not None}
    return {"type": "date", **days}


def _files_attributes(handler: FieldHandler[FilesField, None]) -> dict[str, str]:
    spec = handler.spec
    return {
        "accept": ",".join(spec.types),
        "data-max-files": str(spec.max_files),
        "data-max-file-bytes": str(spec.max_file_bytes),
        "data-max-recording-bytes": str(spec.max_recording_bytes),
    }


def _typeable(attributes: dict[str, str], posted: Sequence[str]) -> dict[str, str]:
    """Return `attributes` without a picker where it could not show, and so would lose, the value."""
    fits = _PICKERS.get(attributes.get("type", ""))
    if fits is None or not posted or not posted[0] or fits.fullmatch(posted[0]):
        return attributes
    return {**attributes, "type": "text"}


def _no_attributes(handler: FieldHandler[Any, Any]) -> dict[str, str]:
    del handler
    return {}


_ATTRIBUTES: Mapping[str, Callable[[FieldHandler[Any, Any]], dict[str, str]]] = {
    "text": _text_attributes,
    "paragraph": _paragraph_attributes,
    "date": _date_attributes,
    "time": lambda _: {"type": "time"},
    "phone": lambda _: {"type": "tel", "inputmode": "tel", "autocomplete": "tel"},
    "email": lambda _: {"type": "email", "inputmode": "email", "autocomplete": "email"},
    "files": _files_attributes,
}

WIDGETS: Mapping[str, Callable[[Any], str]] = {
    "text": lambda _: "line",
    "paragraph": lambda _: "lines",
    "choice": lambda spec: str(spec.widget),
    "choices": lambda _: "checkboxes",
    "yes_no": lambda spec: str(spec.widget),
    "date": lambda _: "line",
    "time": lambda _: "line",
    "phone": lambda _: "line",
    "email": lambda _: "line",
    "area": lambda _: "select",
    "files": lambda _: "files",
    "consent": lambda _: "consent",
}
"""The macro of `widgets.html` that shows a field."""
