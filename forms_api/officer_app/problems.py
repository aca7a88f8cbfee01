"""Every refusal of the officers' API as a problem document: one shape, one table.

Source: RFC 9457 (problem details), RFC 6750 section 3 (Bearer challenges).
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from forms_api import errors

PROBLEM_TYPE = "application/problem+json"
RETRY_SECONDS = 5
CHALLENGE = 'Bearer realm="officers"'

log = logging.getLogger(__name__)


class InvalidRequestError(errors.FormsError):
    """The request's body or query is not what the endpoint takes; holds every mistake.

    Each mistake has `detail` and, for a body, `pointer` (RFC 6901), for a query, `parameter`.
    """

    def __init__(self, mistakes: list[dict[str, str]]) -> None:
        self.mistakes = mistakes
        super().__init__(f"{len(mistakes)} mistakes")


class MalformedRequestError(errors.FormsError):
    """The request's body is no JSON document in UTF-8."""


class UnsupportedBodyError(errors.FormsError):
    """The request's body is not declared as JSON."""


@dataclass(frozen=True)
class Refusal:
    """How one kind of error is told: HTTP status, a stable word for programs, a sentence."""

    status: HTTPStatus
    code: str
    detail: str


REFUSALS: dict[type[errors.FormsError], Refusal] = {
    MalformedRequestError: Refusal(
        HTTPStatus.BAD_REQUEST, "malformed", "The body is no JSON document."
    ),
    errors.UnauthenticatedError: Refusal(
        HTTPStatus.UNAUTHORIZED, "unauthenticated", "A live token is needed."
    ),
    errors.ForbiddenError: Refusal(
        HTTPStatus.FORBIDDEN, "forbidden", "This token may not do this."
    ),
    errors.NotFoundError: Refusal(
        HTTPStatus.NOT_FOUND, "not-found", "There is no such report or attachment."
    ),
    errors.ConflictError: Refusal(
        HTTPStatus.CONFLICT, "conflict", "Somebody else was first: read the report again."
    ),
    errors.TransitionError: Refusal(
        HTTPStatus.CONFLICT, "no-such-move", "The report cannot make this move from where it is."
    ),
    UnsupportedBodyError: Refusal(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported", "Send the body as application/json."
    ),
    InvalidRequestError: Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "The request has mistakes; see errors."
    ),
    errors.StorageError: Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "storage",
        "The database or disk did not answer; nothing was changed. Try again.",
    ),
}


def problem_of(error: Exception) -> Response:
    """Return the problem document of any error; no traceback ever reaches a caller."""
    if isinstance(error, errors.FormsError):
        return _refused(error)
    if isinstance(error, HTTPException):
        return _refused_by_http(error)
    return _failed(error)


def mistakes_of(error: ValidationError, *, in_query: bool) -> InvalidRequestError:
    """Return every mistake that pydantic found, without the values that were sent."""
    mistakes = []
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        place = [str(part) for part in found["loc"]]
        if in_query:
            where = {"parameter": place[0] if place else ""}
        else:
            where = {"pointer": "".join(f"/{_escaped(part)}" for part in place)}
        mistakes.append({**where, "detail": found["msg"]})
    return InvalidRequestError(mistakes)


def _refused(error: errors.FormsError) -> Response:
    refusal = next((REFUSALS[kind] for kind in type(error).mro() if kind in REFUSALS), None)
    if refusal is None:
        return _failed(error)
    headers = {}
    extra: dict[str, Any] = {}
    if isinstance(error, errors.UnauthenticatedError):
        headers["WWW-Authenticate"] = _challenge(
            "invalid_token" if "Authorization" in request.headers else None
        )
    elif isinstance(error, errors.ForbiddenError):
        headers["WWW-Authenticate"] = _challenge("insufficient_scope", scope=str(error))
    elif isinstance(error, errors.StorageError):
        headers["Retry-After"] = str(RETRY_SECONDS)
    elif isinstance(error, InvalidRequestError):
        extra["errors"] = error.mistakes
    elif isinstance(error, errors.ConflictError) and error.args:
        extra["report"] = str(error)
        if isinstance(error, errors.OvertakenError) and error.by is not None:
            at = None if error.at is None else error.at.isoformat()
            extra["first"] = {"by": error.by, "action": error.action, "at": at}
    return _problem(refusal, headers=headers, extra=extra)


def _refused_by_http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    code = status.name.lower().replace("_", "-")
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return _problem(Refusal(status, code, status.description or status.phrase), headers=headers)


def _failed(error: Exception) -> Response:
    """Answer what nobody foresaw with a number that the log explains."""
    incident = secrets.token_hex(4)
    log.error("incident %s", incident, exc_info=error)
    refusal = Refusal(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "failure",
        "Our mistake; the log knows it by its incident.",
    )
    return _problem(refusal, extra={"incident": incident})


def _problem(
    refusal: Refusal,
    *,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Response:
    document = {
        "type": "about:blank",
        "title": refusal.status.phrase,
        "status": refusal.status.value,
        "code": refusal.code,
        "detail": refusal.detail,
        **(extra or {}),
    }
    return Response(
        json.dumps(document),
        status=refusal.status,
        headers=dict(headers or {}),
        content_type=PROBLEM_TYPE,
    )


def _challenge(error: str | None, *, scope: str | None = None) -> str:
    parts = [CHALLENGE]
    if error is not None:
        parts.append(f'error="{error}"')
    if scope:
        parts.append(f'scope="{scope}"')
    return ", ".join(parts)


def _escaped(part: str) -> str:
    """Return one step of a JSON pointer (RFC 6901 section 3)."""
    return part.replace("~", "~0").replace("/", "~1")
