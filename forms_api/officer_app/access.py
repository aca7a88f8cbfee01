"""Who may come in: nobody, unless a route is listed as open or a live token has its scope.

The refusal stands before the whole face, so that a route which somebody forgets to list is shut.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, g, request

from forms_api.accounts.permissions import Scope
from forms_api.accounts.tokens import authenticate
from forms_api.errors import ForbiddenError, UnauthenticatedError
from forms_api.store.database import Database

OPEN_ENDPOINTS = frozenset({"health.healthz", "health.readyz", "api_v1.description"})
"""What answers without a token: liveness, readiness, the API's description."""


def install_guard(app: Flask, database: Database, scopes: Mapping[str, Scope]) -> None:
    """Refuse every request to `app` that `scopes` (Flask endpoint → scope) does not let in."""

    @app.before_request
    def refuse_strangers() -> None:
        if request.endpoint in OPEN_ENDPOINTS:
            return
        token = authenticate(database, _bearer())
        if request.endpoint is None:
            return  # an unknown address or method; the router says so
        scope = scopes.get(request.endpoint)
        if scope is None:
            raise ForbiddenError
        if scope not in token.scopes:
            raise ForbiddenError(scope.value)
        g.actor = token.actor


def current_actor() -> str:
    """Return the name of the token that the guard let in, as audit events and claims have it."""
    actor: str = g.actor
    return actor


def _bearer() -> str:
    """Return the token of the request (RFC 6750 section 2.1). Raises UnauthenticatedError."""
    credentials = request.authorization
    if credentials is None or credentials.type != "bearer" or not credentials.token:
        raise UnauthenticatedError
    return credentials.token
