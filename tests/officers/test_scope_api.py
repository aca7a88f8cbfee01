"""A token sees its owner's part of the work, by every address of the API."""

from __future__ import annotations

import pytest
from flask import Flask

from forms_api.accounts.officers import find_officer
from forms_api.accounts.permissions import Role, Scope
from forms_api.accounts.tokens import add_token
from forms_api.officer_app.api_v1 import ENDPOINTS
from forms_api.reports.service import ReportService, utc_now
from tests.officers.desk import A_YEAR, Caller, photo, send_report
from tests.reports.cases import hire, put
from tests.reports.people import id_of

HERE, THERE = "to-1", "to-2"
BODIES = {
    "claim": {"limit": 9, "lease_seconds": 60},
    "move": {"to": "tiep_nhan", "version": 1},
    "send_message": {"text": "chào"},
}


@pytest.fixture
def local(app: Flask, service: ReportService) -> Caller:
    """The program of a lead whose part is one tổ dân phố."""
    hire(service.database, "lan", Role.POLICE, areas=[HERE])
    owner = find_officer(service.database, "lan")
    token = add_token(
        service.database,
        name="may-lan",
        scopes=tuple(Scope),
        lifetime=A_YEAR,
        actor="test",
        owner=owner,
    )
    return Caller(app, token)


def test_lists_counts_and_claims_hold_the_owner_s_part_alone(
    local: Caller, service: ReportService
) -> None:
    here = send_report(service, area=HERE).reference
    nowhere = send_report(service).reference
    send_report(service, area=THERE)

    listed = [report["reference"] for report in local.get("/reports").json["reports"]]
    counted = local.get("/queue").json["states"]["moi"]
    claimed = [report["reference"] for report in local.claim()]

    assert listed == claimed == [here, nowhere]
    assert counted == 2


@pytest.mark.parametrize("hidden", ["elsewhere", "in the trash"])
def test_a_report_out_of_reach_is_not_found_at_any_address(
    local: Caller, service: ReportService, hidden: str
) -> None:
    report_id = id_of(service, send_report(service, area=THERE, files=[photo("a")]))
    if hidden == "in the trash":
        put(service.database, report_id, area=HERE, trashed_at=utc_now())
    of_a_report = [endpoint for endpoint in ENDPOINTS if "{id}" in endpoint.path]

    for endpoint in of_a_report:
        path = endpoint.path.replace("{id}", report_id).replace("{n}", "1")
        body = BODIES.get(endpoint.name)
        answer = local.get(path) if endpoint.method == "GET" else local.post(path, body)
        assert (answer.status_code, answer.json["code"]) == (404, "not-found"), endpoint.name

    assert local.claim() == []
    assert local.get("/reports").json["reports"] == []


def test_a_conflict_names_the_report(
    local: Caller, officer: Caller, service: ReportService
) -> None:
    report_id = id_of(service, send_report(service, area=HERE))
    officer.claim()

    refused = local.post(f"/reports/{report_id}/transition", BODIES["move"])

    assert (refused.status_code, refused.json["code"]) == (409, "conflict")
    assert refused.json["report"] == report_id
