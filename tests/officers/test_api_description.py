"""The API does what its description says: schemathesis calls everything in it, rightly and wrongly."""

from __future__ import annotations

from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, assume, settings

from forms_api.officer_app.api_v1 import ENDPOINTS, PREFIX
from forms_api.officer_app.openapi import describe
from forms_api.reports.service import ReportService
from tests.officers.desk import Caller

EXAMPLES = 30

description = describe(ENDPOINTS, prefix=PREFIX)
schema = schemathesis.openapi.from_dict(description)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_to_its_description(
    case: schemathesis.Case[Any], officer: Caller, address: str
) -> None:
    # An address has no way to write an empty list: what is wrong by that alone would never be sent.
    assume([] not in dict(case.query or {}).values())
    case.call_and_validate(base_url=address, headers=officer.headers)


def test_the_description_is_served_as_it_is_made(app: Flask, service: ReportService) -> None:
    assert app.test_client().get(f"{PREFIX}/openapi.json").json == description


def test_every_endpoint_is_described_with_its_scope(service: ReportService) -> None:
    described = {
        (method.upper(), path): operation
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    }

    assert set(described) == {(e.method, PREFIX + e.path) for e in ENDPOINTS}
    for endpoint in ENDPOINTS:
        operation = described[endpoint.method, PREFIX + endpoint.path]
        assert f"`{endpoint.scope}`" in operation["description"]
        assert operation["summary"].endswith(".")
        assert {"401", "403", "503"} <= set(operation["responses"])
