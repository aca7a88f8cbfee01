"""The officers' API: requests by its description, right and wrong, and any bytes at all in their place."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import logging
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from schemathesis.core import NotSet
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from forms_api.accounts.queue_keys import keep_first_key
from forms_api.officer_app.api_v1 import ENDPOINTS, PREFIX
from forms_api.officer_app.app import create_officer_app
from forms_api.officer_app.problems import PROBLEM_TYPE
from forms_api.reports.service import ReportService
from forms_api.settings import read_settings
from forms_api.store.database import Database
from forms_api.store.installation import migrate
from forms_api.vault.sealing import generate_identity
from tests.officers.desk import Caller, new_caller, send_report

log = logging.getLogger(__name__)

REFERENCE = b"@@reference@@"
EXAMPLES = 40
_ROUTES = [(endpoint.method, endpoint.path) for endpoint in ENDPOINTS]


def make_api(folder: Path) -> Callable[[bytes], None]:
    """Return what sends an input to the API of an installation in `folder`, with a token of every scope.

    Its first byte chooses the operation; then come a line of what stands for the parts of the path,
    divided by spaces, a line of the query, and the body. Raises AssertionError for a 5xx, or a refusal
    that is no problem document (RFC 9457).
    """
    app, service, caller = _office(folder)
    reference = send_report(service).reference.encode()

    def send(data: bytes) -> None:
        method, path = _ROUTES[data[0] % len(_ROUTES) if data else 0]
        head, _, rest = data[1:].replace(REFERENCE, reference).partition(b"\n")
        query, _, body = rest.partition(b"\n")
        for name, value in zip(("{id}", "{n}"), head.split(b" "), strict=False):
            path = path.replace(name, quote(value) or "-")
        reply = app.test_client().open(
            f"{PREFIX}{path}",
            method=method,
            query_string=query.decode("latin-1"),
            headers=caller.headers,
            data=body,
            content_type="application/json",
        )
        assert reply.status_code < 500, reply.status_code
        if reply.status_code >= 400:
            assert reply.content_type == PROBLEM_TYPE
            assert {"title", "status", "code"} <= json.loads(reply.data).keys()

    return send


def call_by_description(
    first_seed: int, *, folder: Path, seconds: float
) -> tuple[int, bytes | None]:
    """Let schemathesis call every operation, rightly and wrongly, with one seed after another.

    The installation it calls is made in `folder`. Returns how many requests were made and, where a reply broke the description, that request as an
    input of `make_api`; what was wrong stands in the log.
    """
    app, service, caller = _office(folder)
    send_report(service)
    schema = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == len(ENDPOINTS)
    made, last = 0, time.monotonic() + seconds
    turns = (
        (number, operation, mode)
        for number in itertools.count(first_seed)
        for operation in operations
        for mode in GenerationMode
    )
    for number, operation, mode in turns:
        if time.monotonic() > last:
            break
        seen: list[schemathesis.Case[Any]] = []
        try:
            _call(operation.as_strategy(generation_mode=mode), number, caller, seen)
        except (Exception, FailureGroup):  # a group of failures is no Exception by itself
            log.exception("seed %s, %s %s", number, operation.method, operation.path)
            return made + len(seen), written(seen[-1])
        made += len(seen)
    return made, None


def _call(strategy: Any, number: int, caller: Caller, seen: list[schemathesis.Case[Any]]) -> None:  # noqa: ANN401 - of hypothesis
    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def one(case: schemathesis.Case[Any]) -> None:
        # An address has no way to write an empty list: what is wrong by that alone is never sent.
        assume([] not in dict(case.query or {}).values())
        seen.append(case)
        case.call_and_validate(headers=caller.headers)

    one()


def written(case: schemathesis.Case[Any]) -> bytes:
    """Return a request as an input of `make_api`."""
    path = case.operation.path.removeprefix(PREFIX)
    parts = " ".join(str(value) for value in (case.path_parameters or {}).values())
    query = urlencode(dict(case.query or {}), doseq=True)
    sent = case.body
    if isinstance(sent, NotSet):
        sent = b""
    body = sent if isinstance(sent, bytes) else json.dumps(sent, default=str).encode()
    at = _ROUTES.index((case.method.upper(), path))
    return bytes([at]) + f"{parts}\n{query}\n".encode("utf-8", "replace") + body


def _office(folder: Path) -> tuple[Flask, ReportService, Caller]:
    """Return the officers' face on a new database in `folder`, its service, a program with a token."""
    given_settings = read_settings(
        {"FORMS_DATA_DIR": str(folder), "FORMS_OFFICERS_SECRET": secrets.token_hex(32)}
    )
    database, queue = Database(given_settings.database_url), generate_identity()
    migrate(database)
    now = dt.datetime.now(dt.UTC)
    database.write(lambda connection: keep_first_key(connection, queue.recipient, at=now))
    service = ReportService(database, queue.recipient, secrets.token_bytes(32), "XG")
    app = create_officer_app(given_settings, service=service)
    return app, service, new_caller(app, service)
