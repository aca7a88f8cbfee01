"""The JSON Schema that editors' programs complete and check by."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest
import yaml

from forms_api.forms.schema import json_schema
from tests.forms.small_forms import CONTENT, DEFINITIONS

SCHEMA = json_schema()
FOLDERS = (DEFINITIONS, CONTENT / "forms")


def as_json(text: str) -> object:
    """Return YAML as an editor's program sees it: dates are strings there."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def test_the_schema_accepts_every_form_that_the_service_takes() -> None:
    forms = [path for folder in FOLDERS for path in sorted(folder.glob("*.yml"))]
    validator = jsonschema_rs.validator_for(SCHEMA)

    assert {path.parent for path in forms} == set(FOLDERS)
    assert [
        f"{path.name}: {error.message}"
        for path in forms
        for error in validator.iter_errors(as_json(path.read_text(encoding="utf-8")))
    ] == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("kind: text", "kind: bieu-do"),
        ("label: Tên", "nhan: Tên"),
        ("max_length: 10", "max_length: nhiều"),
        ("submit_label: Gửi", "submit_lable: Gửi"),
        ("id: ten", "id: Tên Tôi"),
    ],
)
def test_the_schema_finds_what_it_can_see(right: str, wrong: str) -> None:
    text = (DEFINITIONS / "kind-text.yml").read_text(encoding="utf-8").replace(right, wrong)

    assert not jsonschema_rs.is_valid(SCHEMA, as_json(text))


def test_every_key_is_explained_in_vietnamese() -> None:
    models = [SCHEMA, *SCHEMA["$defs"].values()]
    described = [pair for model in models for pair in model.get("properties", {}).items()]

    assert described
    assert [key for key, description in described if not description.get("description")] == []
