"""A JSON Schema of form definitions, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from forms_api.forms.definition import FormBody

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the schema of a `content/forms/*.yml` file, each key described in Vietnamese.

    Source: JSON Schema 2020-12.
    """
    schema = FormBody.model_json_schema()
    schema["$schema"] = DIALECT
    # Docstrings are for developers: of a model the editor's program shows only the keys' words.
    for model in (schema, *schema["$defs"].values()):
        model.pop("description", None)
        model.pop("title", None)
        for key, described in model.get("properties", {}).items():
            described["title"] = key
    # A number may stand without quotes in YAML; it is read as text (see specs.NumberId).
    for model in schema["$defs"].values():
        call = model.get("properties", {}).get("call")
        if call is not None:
            call["items"] = {"anyOf": [call["items"], {"type": "integer"}]}
    return schema
