"""What one part of a form says about another: references, roles, ways that lead nowhere.

Each field is read by itself, so that a mistake in one hides no mistake in the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from wtforms import Form

from forms_api.content.yaml_source import Location, YamlSource
from forms_api.errors import Problem
from forms_api.forms import messages
from forms_api.forms.specs import (
    UNKNOWN_AREA,
    AreaField,
    ChoiceField,
    ChoicesField,
    Condition,
    ConsentField,
    EmailField,
    FieldSpec,
    FilesField,
    NoteField,
    PhoneField,
    TextField,
    YesNoField,
    messages_of,
    options_of,
)
from forms_api.forms.wording import Message, Notice

PAGE_PARAMETERS = frozenset(
    {
        "csrf_token",
        "submission",
        "website",
        "stop_seen",
        "channel",
        "link",
        "drop_file",
        "keep_original",
        "checked",
        "proof",
    }
)
"""What a form page posts beside answers; no field may take such a name."""

# Flask-WTF's own names are written out: importing it would load Flask into every check and build.
RESERVED = (
    PAGE_PARAMETERS
    | {name.lower() for name in dir(Form)}
    | {"hidden_tag", "is_submitted", "validate_on_submit"}
)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SINGLE_VALUED = (ChoiceField, YesNoField)
_ROLE_KINDS: Mapping[str, tuple[type[Any], ...]] = {
    "category": (ChoiceField, ChoicesField),
    "area": (AreaField,),
    "contact": (TextField, PhoneField, EmailField),
}
_ROLE_WORDS = {
    "category": "choice, choices",
    "area": "area",
    "contact": "text, phone, email",
}

_FIELD: TypeAdapter[FieldSpec] = TypeAdapter(FieldSpec)
_CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
_NOTICE: TypeAdapter[Message] = TypeAdapter(Notice)
Read = TypeVar("Read")


@dataclass(frozen=True)
class KnownFacts:
    """What a form may refer to: ids of numbers and of tổ dân phố; None where they are unreadable."""

    numbers: frozenset[str] | None
    areas: frozenset[str] | None


@dataclass(frozen=True)
class _Placed:
    """A field where it stands; `spec` is None when the field itself cannot be read."""

    at: Location
    id: str | None
    spec: FieldSpec | None
    section: _PlacedSection


@dataclass(frozen=True)
class _PlacedSection:
    at: Location
    id: str | None
    collapsed: bool
    condition: Condition | None


@dataclass
class _Outline:
    """What can be made out of a file, mistakes and all."""

    source: YamlSource
    known: KnownFacts
    sections: list[_PlacedSection] = field(default_factory=list)
    fields: list[_Placed] = field(default_factory=list)

    def by_id(self) -> dict[str, _Placed]:
        """Return the first field of each id."""
        found: dict[str, _Placed] = {}
        for placed in self.fields:
            if placed.id is not None:
                found.setdefault(placed.id, placed)
        return found


def is_slug(text: str) -> bool:
    """Return whether `text` may be an id: small letters without accents, digits, hyphens."""
    return _SLUG.fullmatch(text) is not None


def cross_check(source: YamlSource, known: KnownFacts) -> list[Problem]:
    """Return every mistake that no field shows by itself."""
    outline = _outline(source, known)
    checks = (_duplicates, _reserved, _conditions, _hidden_for_ever, _calls, _roles, _flow)
    return [problem for check in checks for problem in check(outline)]


def _outline(source: YamlSource, known: KnownFacts) -> _Outline:
    outline = _Outline(source, known)
    for number, section in _entries(source.data, "sections"):
        at: Location = ("sections", number)
        placed = _PlacedSection(
            at,
            _text(section, "id"),
            section.get("collapsed") is True,
            _read(_CONDITION, section.get("shown_when")),
        )
        outline.sections.append(placed)
        for index, raw in _entries(section, "fields"):
            spec = _read(_FIELD, raw)
            outline.fields.append(_Placed((*at, "fields", index), _text(raw, "id"), spec, placed))
    return outline


def _entries(data: object, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    entries = data.get(key) if isinstance(data, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield index, entry


def _text(data: Mapping[str, Any], key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) else None


def _read(adapter: TypeAdapter[Read], raw: object) -> Read | None:
    try:
        return None if raw is None else adapter.validate_python(raw)
    except ValidationError:
        return None


def _duplicates(outline: _Outline) -> Iterator[Problem]:
    yield from _repeated(outline, ((section.at, section.id) for section in outline.sections))
    yield from _repeated(outline, ((placed.at, placed.id) for placed in outline.fields))
    for placed in outline.fields:
        if isinstance(placed.spec, ChoiceField | ChoicesField):
            options = enumerate(placed.spec.options)
            yield from _repeated(
                outline, (((*placed.at, "options", index), option.id) for index, option in options)
            )


def _repeated(outline: _Outline, ids: Iterable[tuple[Location, str | None]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for at, entry_id in ids:
        if entry_id is not None and entry_id in seen:
            yield outline.source.problem((*at, "id"), messages.DUPLICATE.format(id=entry_id))
        seen.add(entry_id or "")


def _reserved(outline: _Outline) -> Iterator[Problem]:
    for placed in outline.fields:
        if placed.id in RESERVED:
            yield outline.source.problem((*placed.at, "id"), messages.RESERVED.format(id=placed.id))


def _conditions(outline: _Outline) -> Iterator[Problem]:
    everything = outline.by_id()
    for at, condition, earlier in _all_conditions(outline):
        message = _condition_mistake(condition, earlier, everything, outline.known)
        if message is not None:
            yield outline.source.problem((*at, "shown_when"), message)


def _all_conditions(
    outline: _Outline,
) -> Iterator[tuple[Location, Condition, dict[str, _Placed]]]:
    """Yield every condition with the fields that stand before it."""
    earlier: dict[str, _Placed] = {}
    section: _PlacedSection | None = None
    for placed in outline.fields:
        if placed.section is not section:
            section = placed.section
            if section.condition is not None:
                yield section.at, section.condition, dict(earlier)
        if placed.spec is not None and placed.spec.shown_when is not None:
            yield placed.at, placed.spec.shown_when, dict(earlier)
        if placed.id is not None:
            earlier.setdefault(placed.id, placed)


def _condition_mistake(
    condition: Condition,
    earlier: Mapping[str, _Placed],
    everything: Mapping[str, _Placed],
    known: KnownFacts,
) -> str | None:
    if condition.field not in everything:
        return messages.UNKNOWN_FIELD.format(id=condition.field)
    if condition.field not in earlier:
        return messages.NOT_EARLIER.format(id=condition.field)
    spec = earlier[condition.field].spec
    return None if spec is None else _comparison_mistake(condition, spec, known)


def _comparison_mistake(condition: Condition, spec: FieldSpec, known: KnownFacts) -> str | None:
    if isinstance(spec, NoteField | FilesField | ConsentField):
        return messages.NOT_A_QUESTION.format(id=spec.id)
    if condition.answered:
        return None
    if isinstance(spec, YesNoField):
        return None if condition.is_true is not None else messages.YES_NO_WANTED.format(id=spec.id)
    if condition.is_true is not None:
        return messages.NOT_YES_NO.format(id=spec.id)
    wanted = condition.wanted or frozenset()
    if isinstance(spec, AreaField):
        unknown = wanted - known.areas - {UNKNOWN_AREA} if known.areas is not None else frozenset()
        return messages.UNKNOWN_AREA_ID.format(option=min(unknown)) if unknown else None
    options = options_of(spec)
    if not options:
        return messages.NO_OPTIONS.format(id=spec.id)
    strange = wanted - options.keys()
    return messages.UNKNOWN_OPTION.format(id=spec.id, option=min(strange)) if strange else None


def _hidden_for_ever(outline: _Outline) -> Iterator[Problem]:
    """A field is lost when all that must hold before it cannot hold together."""
    must: dict[str, list[Condition]] = {}
    fields = outline.by_id()
    for placed in outline.fields:
        own = [placed.section.condition, placed.spec.shown_when if placed.spec else None]
        needed = [condition for condition in own if condition is not None]
        for condition in list(needed):
            needed += must.get(condition.field, [])
        if placed.id is not None:
            must.setdefault(placed.id, needed)
        if _contradict(needed, fields):
            yield outline.source.problem(placed.at, messages.NEVER_SHOWN.format(id=placed.id))


def _contradict(conditions: Iterable[Condition], fields: Mapping[str, _Placed]) -> bool:
    """Whether some one-answer question would need an answer that cannot be given."""
    left: dict[str, set[str]] = {}
    for condition in conditions:
        placed = fields.get(condition.field)
        spec = placed.spec if placed is not None else None
        if spec is None or not isinstance(spec, _SINGLE_VALUED):
            continue
        possible = left.setdefault(spec.id, _passable(spec))
        # An option that does not exist is a mistake of its own, reported where it is named.
        if condition.wanted is not None and condition.wanted <= options_of(spec).keys():
            possible &= condition.wanted
    return any(not possible for possible in left.values())


def _passable(spec: FieldSpec) -> set[str]:
    """Return the marks after which a report can still be sent."""
    return {
        mark
        for mark, option in options_of(spec).items()
        if option.stop is None or option.stop.may_continue
    }


def _calls(outline: _Outline) -> Iterator[Problem]:
    if outline.known.numbers is None:
        return
    for at, message in _all_messages(outline):
        for number in message.call:
            if number not in outline.known.numbers:
                yield outline.source.problem(at, messages.UNKNOWN_NUMBER.format(id=number))


def _all_messages(outline: _Outline) -> Iterator[tuple[Location, Message]]:
    for index, raw in _entries(outline.source.data, "introduction"):
        notice = _read(_NOTICE, raw)
        if notice is not None:
            yield ("introduction", index, "call"), notice
    for placed in outline.fields:
        if placed.spec is None:
            continue
        for message in messages_of(placed.spec):
            yield (*placed.at, *_place_of(message, placed.spec), "call"), message


def _place_of(message: Message, spec: FieldSpec) -> Location:
    """Return where in its field a message stands."""
    if isinstance(spec, ChoiceField | ChoicesField):
        stops = [option.stop for option in spec.options]
        return ("options", next(n for n, stop in enumerate(stops) if stop is message), "stop")
    if isinstance(spec, YesNoField):
        is_yes = spec.when_yes is not None and spec.when_yes.stop is message
        return ("when_yes" if is_yes else "when_no", "stop")
    return ()


def _roles(outline: _Outline) -> Iterator[Problem]:
    data = outline.source.data
    roles = data.get("roles") if isinstance(data, dict) else None
    if not isinstance(roles, dict):
        return
    fields = outline.by_id()
    for role, kinds in _ROLE_KINDS.items():
        value = roles.get(role)
        for field_id in value if isinstance(value, list) else [value]:
            if not isinstance(field_id, str):
                continue
            placed = fields.get(field_id)
            if placed is None:
                message = messages.UNKNOWN_FIELD.format(id=field_id)
            elif placed.spec is not None and not isinstance(placed.spec, kinds):
                message = messages.WRONG_ROLE.format(
                    role=role, kinds=_ROLE_WORDS[role], id=field_id
                )
            else:
                continue
            yield outline.source.problem(("roles", role), message)


def _flow(outline: _Outline) -> Iterator[Problem]:
    """Whether the form can be filled in and sent at all, and with consent."""
    problem = outline.source.problem
    files_seen = False
    for placed in outline.fields:
        spec = placed.spec
        if isinstance(spec, FilesField):
            if files_seen:
                yield problem(placed.at, messages.TWO_FILES_FIELDS.format(id=spec.id))
            files_seen = True
        if isinstance(spec, ConsentField):
            if placed.section.condition is not None or placed.section.collapsed:
                yield problem(placed.at, messages.CONDITIONAL_CONSENT.format(id=spec.id))
        elif spec is not None and not isinstance(spec, NoteField) and spec.required:
            if placed.section.collapsed:
                yield problem(placed.at, messages.REQUIRED_BUT_FOLDED.format(id=spec.id))
            if isinstance(spec, _SINGLE_VALUED) and not _passable(spec):
                yield problem(placed.at, messages.DEAD_END.format(id=spec.id))
    yield from _consent(outline)


def _consent(outline: _Outline) -> Iterator[Problem]:
    data = outline.source.data
    if not isinstance(data, dict) or data.get("sender") != "public":
        return
    unreadable = any(placed.spec is None for placed in outline.fields)
    asked = any(isinstance(placed.spec, ConsentField) for placed in outline.fields)
    if not asked and not unreadable:
        yield outline.source.problem(("sections",), messages.NO_CONSENT)
