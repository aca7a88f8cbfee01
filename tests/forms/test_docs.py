"""`docs/forms.md` tells an editor every kind and every key, and its example works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from forms_api.accounts.permissions import Role as OfficerRole
from forms_api.forms.definition import Role, read_definition
from forms_api.forms.fields import HANDLERS
from forms_api.forms.schema import json_schema
from forms_api.forms.specs import ChoiceField, FieldSpec, YesNoField, options_of
from tests.forms.small_forms import CONTENT, DEFINITIONS, KNOWN, small_form

DOCS = (CONTENT.parent / "docs" / "forms.md").read_text(encoding="utf-8")
FOR_EDITORS = DOCS.partition("## For developers")[0]
SCHEMA = json_schema()
MODELS = {"": SCHEMA, **SCHEMA["$defs"]}
KEYS = sorted({key for model in MODELS.values() for key in model.get("properties", {})})


def test_every_kind_has_a_row() -> None:
    assert HANDLERS
    assert [
        kind for kind in HANDLERS if not re.search(rf"^\| `{kind}` \|", FOR_EDITORS, re.MULTILINE)
    ] == []


def test_every_key_is_explained() -> None:
    assert {"kind", "label", "required"} <= set(KEYS)
    assert [
        key for key in KEYS if f"`{key}`" not in FOR_EDITORS and f"`{key}:" not in FOR_EDITORS
    ] == []


def test_a_kinds_own_keys_stand_in_its_row() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|[^|]*\|([^|\n]*)\|$", FOR_EDITORS, re.MULTILINE))
    shared = {
        *("id", "kind", "label", "hint", "required", "required_message", "shown_when"),
        *("vneid", "personal"),
    }

    own = [
        (kind, key)
        for model in SCHEMA["$defs"].values()
        if (kind := model.get("properties", {}).get("kind", {}).get("const")) not in (None, "note")
        for key in sorted(model["properties"].keys() - shared)
    ]

    assert own
    assert [f"{kind}: {key}" for kind, key in own if f"`{key}`" not in rows[kind]] == []


def test_a_form_names_the_officers_roles_as_the_desk_does() -> None:
    assert set(get_args(Role)) == {role.value for role in OfficerRole}
    for role in get_args(Role):
        assert f"`{role}`" in FOR_EDITORS


def test_the_example_is_a_form(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.+?)```", DOCS, re.DOTALL)
    assert example is not None
    path = tmp_path / "den-duong.yml"
    path.write_text(example[1], encoding="utf-8")

    assert read_definition(path, KNOWN).is_public


def test_every_kind_and_every_widget_has_a_minimal_definition() -> None:
    specs: list[FieldSpec] = [
        question.spec
        for path in DEFINITIONS.glob("*.yml")
        for question in small_form(path.stem).questions
    ]

    assert {spec.kind for spec in specs} == set(HANDLERS)
    assert {(s.kind, s.widget) for s in specs if isinstance(s, ChoiceField | YesNoField)} == {
        ("choice", "radio"),
        ("choice", "select"),
        ("yes_no", "radio"),
        ("yes_no", "checkbox"),
    }
    assert any(option.stop for spec in specs for option in options_of(spec).values())
