"""Nothing of the officers' API answers without a live token that has the route's scope."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from flask import Flask
from werkzeug.routing import Rule

from forms_api.accounts.permissions import Scope
from forms_api.accounts.tokens import list_tokens, revoke_token
from forms_api.officer_app.access import API_PREFIX, OPEN_ENDPOINTS
from forms_api.officer_app.api_v1 import api_scopes
from forms_api.reports.service import ReportService
from tests.officers.desk import A_YEAR, new_token

CLOSED_STATUS = {"no token": 401, "bad": 401, "expired": 401, "revoked": 401, "wrong scope": 403}


def closed_routes(app: Flask) -> list[tuple[str, str, str]]:
    """Return (endpoint, method, path) of every route of the API that is not listed as open."""
    return [
        (rule.endpoint, method, path_of(rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(API_PREFIX) and rule.endpoint not in OPEN_ENDPOINTS
        for method in sorted(rule.methods or ())
    ]


def path_of(rule: Rule) -> str:
    """Return a path that the rule matches."""
    _, path = rule.build({"report_id": "0" * 32, "number": 1}) or ("", "")
    assert path, rule
    return path


def headers_of(kind: str, service: ReportService, needed: Scope) -> dict[str, str]:
    """Return the headers of a caller who must be refused."""
    if kind == "no token":
        return {}
    if kind == "bad":
        return {"Authorization": "Bearer xg_nobody-has-this"}
    scopes = set(Scope) - ({needed} if kind == "wrong scope" else set())
    name = f"{kind} {len(list_tokens(service.database))}"
    secret = new_token(service, name, *scopes)
    if kind == "revoked":
        revoke_token(service.database, name=name, actor="test")
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("kind", CLOSED_STATUS)
def test_every_route_refuses_who_may_not_call_it(
    app: Flask, service: ReportService, kind: str
) -> None:
    routes = closed_routes(app)
    assert {endpoint for endpoint, _, _ in routes} == set(api_scopes())
    for endpoint, method, path in routes:
        headers = headers_of(kind, service, api_scopes()[endpoint])
        late = dt.datetime.now(dt.UTC) + (A_YEAR if kind == "expired" else dt.timedelta())

        with time_machine.travel(late, tick=True):
            answer = app.test_client().open(path, method=method, headers=headers, json={})

        assert answer.status_code == CLOSED_STATUS[kind], (method, path, answer.text)
        assert answer.content_type == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_unknown_addresses_and_methods_tell_a_stranger_nothing(app: Flask) -> None:
    stranger = app.test_client()

    answers = [
        stranger.get("/api/v1/nothing"),
        stranger.delete("/api/v1/queue"),
        stranger.post("/can-bo/nothing/"),
        stranger.get("/can-bo/nothing/"),
        stranger.get("/can-bo/phieu/"),
        stranger.get("/"),
    ]

    # A person is sent to sign in, from an address that is there as from one that is not.
    assert [answer.status_code for answer in answers] == [401, 401, 401, 303, 303, 303]


def test_a_route_that_nobody_listed_is_shut_even_for_a_token_with_every_scope(
    app: Flask, service: ReportService
) -> None:
    app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "open")
    token = new_token(service, "curious")

    stranger = app.test_client().get("/api/v1/forgotten")
    known = app.test_client().get("/api/v1/forgotten", headers={"Authorization": f"Bearer {token}"})

    assert (stranger.status_code, known.status_code) == (401, 403)


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/openapi.json"])
def test_open_routes_answer_without_a_token(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 200


@pytest.mark.parametrize(
    "shown",
    ["Basic eDp5", "Bearer", "Bearer ", "bearer  x", "Bearer a b", "Token x", "Bearer \xff\x00"],
)
def test_credentials_of_any_other_shape_are_refused(app: Flask, shown: str) -> None:
    answer = app.test_client().get("/api/v1/queue", headers={"Authorization": shown})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="officers", error="invalid_token"'
