"""Who may come in: nobody, unless a route says whom it lets in and the caller is one of them.

Pages ask the officer's session, the API asks the token; both end in an `Actor`. The refusal stands
before the whole face, so that a route which somebody forgets to mark is shut.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, g, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from forms_api.accounts import sessions
from forms_api.accounts.permissions import Actor, Permission, Scope
from forms_api.accounts.tokens import authenticate
from forms_api.errors import ForbiddenError, StaleSessionError, UnauthenticatedError
from forms_api.store.database import Database
from forms_api.vault.sealing import Identity

OPEN_ENDPOINTS = frozenset({"health.healthz", "health.readyz", "api_v1.description"})
"""What answers without anybody: liveness, readiness, the API's description."""

OWN_PAGES = frozenset({"same-origin", "none"})
"""Where a form may come from, as browsers tell it (Fetch Metadata); older ones tell nothing."""

SESSION_KEY = "officer"
API_PREFIX = "/api/"

View = TypeVar("View", bound=Callable[..., Any])
_RULE = "__desk_rule__"


@dataclass(frozen=True)
class Rule:
    """Whom a page lets in: everybody, anybody signed in, or who has one of the permissions.

    `fresh` pages need password and code to have been typed a short while ago. What a page `by_itself`
    asks for, with nobody's hand at it, keeps no session alive.
    """

    is_open: bool = False
    permissions: frozenset[Permission] = frozenset()
    fresh: bool = False
    by_itself: bool = False


def open_to_all(view: View) -> View:
    """Let everybody see this page."""
    return _marked(view, Rule(is_open=True))


def signed_in(view: View) -> View:
    """Let every officer see this page."""
    return _marked(view, Rule())


def requires(
    *permissions: Permission, fresh: bool = False, by_itself: bool = False
) -> Callable[[View], View]:
    """Let those see this page who have one of the permissions."""
    rule = Rule(permissions=frozenset(permissions), fresh=fresh, by_itself=by_itself)
    return lambda view: _marked(view, rule)


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """Return the rule of a page, None where nobody wrote one: it is shut."""
    return getattr(app.view_functions[endpoint], _RULE, None)


def install_guard(app: Flask, database: Database, scopes: Mapping[str, Scope]) -> None:
    """Refuse every request to `app` that neither `scopes` (of the API) nor a page's rule lets in."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session
    # Over HTTPS the library wants a Referer, which our own Referrer-Policy keeps browsers from sending.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf = CSRFProtect(app)

    @app.before_request
    def refuse_strangers() -> None:
        if request.endpoint in OPEN_ENDPOINTS:
            return
        if request.path.startswith(API_PREFIX):
            _admit_program(database, scopes)
        else:
            _admit_person(app, database)
            _refuse_null_signs()
            if request.method == "POST":
                _refuse_other_sites()
                csrf.protect()


def current_actor() -> Actor:
    """Return whom the guard let in."""
    actor: Actor = g.actor
    return actor


def current_session() -> sessions.Session:
    """Return the session of the officer whom the guard let in."""
    found: sessions.Session = g.session
    return found


def queue_keys(database: Database) -> tuple[Identity, ...]:
    """Return the queue's private keys of the officer who asks, the present one first."""
    if "queue_keys" not in g:
        g.queue_keys = sessions.queue_keys_of(database, current_session())
    found: tuple[Identity, ...] = g.queue_keys
    return found


def _marked(view: View, rule: Rule) -> View:
    setattr(view, _RULE, rule)
    return view


def _refuse_null_signs() -> None:
    """Refuse what no keyboard types and PostgreSQL takes in no text. Raises BadRequest."""
    texts = (request.path, *_values(request.args), *_values(request.form))
    if any("\x00" in text for text in texts):
        raise BadRequest


def _values(given: MultiDict[str, str]) -> Iterator[str]:
    return (value for _, value in given.items(multi=True))


def _refuse_other_sites() -> None:
    """Refuse a form that the browser says another site sent. Raises CSRFError."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in OWN_PAGES:
        raise CSRFError("from another site")


def _admit_program(database: Database, scopes: Mapping[str, Scope]) -> None:
    token = authenticate(database, _bearer(), address=request.remote_addr)
    if request.endpoint is None:
        return  # an unknown address or method; the router says so
    scope = scopes.get(request.endpoint)
    if scope is None:
        raise ForbiddenError
    if scope not in token.scopes:
        raise ForbiddenError(scope.value)
    g.actor = token.actor


def _admit_person(app: Flask, database: Database) -> None:
    rule = None if request.endpoint is None else rule_of(app, request.endpoint)
    if rule is not None and rule.is_open:
        return
    is_step = rule is None or not rule.by_itself
    g.session = sessions.resume(database, session.get(SESSION_KEY, ""), is_step=is_step)
    g.actor = g.session.officer.actor
    if request.endpoint is None:
        return
    if rule is None:
        raise ForbiddenError
    if rule.permissions and not rule.permissions & g.actor.permissions:
        raise ForbiddenError(",".join(sorted(rule.permissions)))
    if rule.fresh and not g.session.is_fresh(dt.datetime.now(dt.UTC)):
        raise StaleSessionError


def _bearer() -> str:
    """Return the token of the request (RFC 6750 section 2.1). Raises UnauthenticatedError."""
    credentials = request.authorization
    if credentials is None or credentials.type != "bearer" or not credentials.token:
        raise UnauthenticatedError
    return credentials.token
