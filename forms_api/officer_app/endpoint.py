"""What an endpoint of the API is, and how a request becomes a typed call of its use case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.routing import BaseConverter

from forms_api.accounts.permissions import Actor, Scope
from forms_api.officer_app.access import current_actor
from forms_api.officer_app.problems import (
    MalformedRequestError,
    UnsupportedBodyError,
    mistakes_of,
)
from forms_api.reports.service import ReportService

MAX_BODY_BYTES = 256 * 1024
MAX_ATTACHMENT_NUMBER = 2**31 - 1

Asked = TypeVar("Asked", bound=BaseModel)


class ReportIdConverter(BaseConverter):
    """Takes what can be a report's id from a path; any other path is not found."""

    regex = "[0-9a-f]{32}"


@dataclass(frozen=True)
class Call:
    """Who calls, on which service, about which report and attachment (where the path has them)."""

    service: ReportService
    actor: Actor
    report_id: str = ""
    number: int = 0


@dataclass(frozen=True)
class Endpoint(Generic[Asked]):
    """One address and method: the scope it needs, what it asks for, what it answers.

    `asks` is the query of a GET and the body of a POST. `answers` is None for an empty answer.
    """

    name: str
    method: str
    path: str
    scope: Scope
    asks: type[Asked]
    handle: Callable[[Call, Asked], BaseModel | Response | None]
    answers: type[BaseModel] | None = None
    answer_type: str = "application/json"

    @property
    def rule(self) -> str:
        """The path as Flask's router reads it."""
        return self.path.replace("{id}", "<report_id:report_id>").replace(
            "{n}", f"<int(min=1, max={MAX_ATTACHMENT_NUMBER}):number>"
        )


def add_endpoint(blueprint: Blueprint, endpoint: Endpoint[Any], service: ReportService) -> None:
    """Let `blueprint` answer `endpoint`."""

    def view(**path: Any) -> Response:  # noqa: ANN401 - what the router found: a text, a number
        asked = _read_query(endpoint.asks) if endpoint.method == "GET" else _read(endpoint.asks)
        answer = endpoint.handle(Call(service, current_actor(), **path), asked)
        if isinstance(answer, Response):
            return answer
        if answer is None:
            return Response(status=204)
        return Response(answer.model_dump_json(), content_type="application/json")

    blueprint.add_url_rule(
        endpoint.rule, endpoint.name, view, methods=[endpoint.method], strict_slashes=True
    )


def _read(model: type[Asked]) -> Asked:
    """Return the request's JSON body. Raises a FormsError for every way in which it is none."""
    request.max_content_length = MAX_BODY_BYTES
    body = request.get_data(cache=False)
    if not body and not model.model_fields:
        return model()
    if not request.is_json:
        raise UnsupportedBodyError
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        if any(found["type"] == "json_invalid" for found in error.errors(include_input=False)):
            raise MalformedRequestError from None
        raise mistakes_of(error, in_query=False) from None


def _read_query(model: type[Asked]) -> Asked:
    """Return the request's query; a parameter given twice is a mistake like any other."""
    given = {
        name: values[0] if len(values) == 1 else values for name, values in request.args.lists()
    }
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise mistakes_of(error, in_query=True) from None
