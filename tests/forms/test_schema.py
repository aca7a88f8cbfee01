"""The JSON Schema that editors' programs complete and check by."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from forms_api.forms.schema import json_schema
from tests.forms.small_forms import CONTENT, DEFINITIONS

SCHEMA = json_schema()
GOOD = sorted([*DEFINITIONS.glob("*.yml"), *(CONTENT / "forms").glob("*.yml")])


def as_json(text: str) -> object:
    """Return YAML as an editor's program sees it: dates are strings there."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_the_schema_accepts_every_form_that_the_service_takes(path: Path) -> None:
    jsonschema_rs.validate(SCHEMA, as_json(path.read_text(encoding="utf-8")))


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

    unexplained = [
        key
        for model in models
        for key, described in model.get("properties", {}).items()
        if not described.get("description")
    ]
    assert unexplained == []
