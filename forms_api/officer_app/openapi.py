"""The API's OpenAPI description, made from the same table and models that answer its calls.

Source: OpenAPI 3.1, whose schemas are JSON Schema 2020-12, which pydantic writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from forms_api.accounts.permissions import SCOPE_TITLES
from forms_api.officer_app.api_models import Nothing, Problem
from forms_api.officer_app.endpoint import MAX_ATTACHMENT_NUMBER, Endpoint
from forms_api.officer_app.problems import PROBLEM_TYPE

Schema = dict[str, Any]

_REF = "#/components/schemas/{model}"
_PATH_PARAMETERS: dict[str, Schema] = {
    "{id}": {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    },
    "{n}": {
        "name": "n",
        "in": "path",
        "required": True,
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_ATTACHMENT_NUMBER},
    },
}
_ALWAYS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_ON_POST = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)


def describe(endpoints: Sequence[Endpoint[Any]], *, prefix: str) -> Schema:
    """Return the OpenAPI document of `endpoints`, whose paths stand below `prefix`."""
    paths: dict[str, Schema] = {}
    for endpoint in endpoints:
        operations = paths.setdefault(prefix + endpoint.path, {})
        operations[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Officers' API",
            "version": "1",
            "description": "Claim residents' reports, take them over, decide, answer.",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(endpoints),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint[Any]) -> Schema:
    words = (endpoint.handle.__doc__ or "").strip()
    operation: Schema = {
        "operationId": endpoint.name,
        "summary": words.splitlines()[0],
        "description": f"Scope `{endpoint.scope}`: {SCOPE_TITLES[endpoint.scope]}.",
        "security": [{"token": []}],
        "parameters": list(_parameters(endpoint)),
        "responses": _responses(endpoint),
    }
    if endpoint.method == "POST" and endpoint.asks is not Nothing:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(endpoint.asks)}},
        }
    return operation


def _parameters(endpoint: Endpoint[Any]) -> Iterable[Schema]:
    for mark, parameter in _PATH_PARAMETERS.items():
        if mark in endpoint.path:
            yield parameter
    if endpoint.method == "GET":
        for name, schema in (
            endpoint.asks.model_json_schema(ref_template=_REF).get("properties", {}).items()
        ):
            yield {"name": name, "in": "query", "required": False, "schema": _never_null(schema)}


def _never_null(schema: Schema) -> Schema:
    """Return the schema of a parameter that may be left out: a query has no null."""
    if "anyOf" not in schema:
        return schema
    rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
    chosen = next(choice for choice in schema["anyOf"] if choice != {"type": "null"})
    return {**rest, **chosen}


def _responses(endpoint: Endpoint[Any]) -> Schema:
    refusals = list(_ALWAYS)
    if endpoint.method == "POST":
        refusals.extend(_ON_POST)
    if "{id}" in endpoint.path or endpoint.name == "acknowledge_all":
        refusals.append(HTTPStatus.NOT_FOUND)
    responses = {str(status.value): _refusal(status) for status in sorted(refusals)}
    return {**_success(endpoint), **responses}


def _success(endpoint: Endpoint[Any]) -> Schema:
    if endpoint.answers is not None:
        content = {endpoint.answer_type: {"schema": _ref(endpoint.answers)}}
        return {"200": {"description": "Done.", "content": content}}
    if endpoint.method == "GET":
        schema = {"type": "string", "format": "binary"}
        return {
            "200": {"description": "Done.", "content": {endpoint.answer_type: {"schema": schema}}}
        }
    return {"204": {"description": "Done."}}


def _refusal(status: HTTPStatus) -> Schema:
    answer: Schema = {
        "description": status.phrase,
        "content": {PROBLEM_TYPE: {"schema": _ref(Problem)}},
    }
    if status is HTTPStatus.UNAUTHORIZED:
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return answer


def _schemas(endpoints: Sequence[Endpoint[Any]]) -> Schema:
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    for endpoint in endpoints:
        if endpoint.asks is not Nothing:
            models.append((endpoint.asks, "validation"))
        if endpoint.answers is not None:
            models.append((endpoint.answers, "serialization"))
    _, definitions = models_json_schema(models, ref_template=_REF)
    found: Schema = definitions["$defs"]
    return found


def _ref(model: type[BaseModel]) -> Schema:
    return {"$ref": _REF.format(model=model.__name__)}
