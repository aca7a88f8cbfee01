"""Every error is a problem document (RFC 9457) that says what to mend and nothing of the inside."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from forms_api.officer_app.endpoint import MAX_BODY_BYTES
from forms_api.reports.service import ReportService
from tests.officers.desk import Answer, Caller, send_report

UNKNOWN = "0" * 32
CLAIM = {"limit": 1, "lease_seconds": 30}


def problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """Return the problem document of `answer`, which must have this status and code."""
    document = answer.json
    assert answer.content_type == "application/problem+json"
    assert answer.status_code == document["status"] == status, answer.text
    assert document["code"] == code
    assert document["type"] == "about:blank"
    assert document["title"]
    assert document["detail"]
    return dict(document)


def test_an_unknown_address_is_not_found(officer: Caller) -> None:
    problem(officer.get("/nothing"), 404, "not-found")


@pytest.mark.parametrize(
    "id_", [UNKNOWN, "0" * 31, "0" * 4000, "%00", "a%00b", "%0a" + "0" * 32, "0" * 32 + "%0a", "ổ"]
)
def test_ids_that_no_report_has_are_not_found(officer: Caller, id_: str) -> None:
    problem(officer.get(f"/reports/{id_}"), 404, "not-found")
    problem(officer.post(f"/reports/{id_}/ack"), 404, "not-found")


@pytest.mark.parametrize("number", ["0", "-1", "1", "9" * 30, "x", "%00"])
def test_attachments_that_are_not_there_are_not_found(
    officer: Caller, service: ReportService, number: str
) -> None:
    send_report(service)
    report_id = officer.claim()[0]["id"]

    problem(officer.get(f"/reports/{report_id}/attachments/{number}"), 404, "not-found")


def test_a_method_that_an_address_does_not_take_is_refused_with_those_it_takes(
    officer: Caller,
) -> None:
    answer = officer.get("/queue/claim")

    problem(answer, 405, "method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"limit": "\\ud800"}', b"[" * 5000])
def test_a_body_that_is_no_json_is_malformed(officer: Caller, body: bytes) -> None:
    problem(officer.post_raw("/queue/claim", body), 400, "malformed")


def test_a_body_that_is_not_declared_as_json_is_unsupported(officer: Caller) -> None:
    problem(officer.post_raw("/queue/claim", b"{}", "text/plain"), 415, "unsupported")
    problem(officer.post("/queue/claim"), 415, "unsupported")


def test_a_body_beyond_the_limit_is_refused(officer: Caller) -> None:
    body = b'{"limit": 1, "lease_seconds": 30}' + b" " * MAX_BODY_BYTES

    answer = officer.post_raw("/queue/claim", body)

    problem(answer, 413, "request-entity-too-large")


def test_every_mistake_of_a_body_is_listed_at_once_with_its_place(officer: Caller) -> None:
    body = {"limit": 101, "lease_seconds": "30", "form_id": "KHÔNG", "a/b~c": 1}

    document = problem(officer.post("/queue/claim", body), 422, "invalid")

    places = {mistake["pointer"] for mistake in document["errors"]}
    assert places == {"/limit", "/lease_seconds", "/form_id", "/a~1b~0c"}
    assert all(mistake["detail"] for mistake in document["errors"])
    assert "KHÔNG" not in str(document)


@pytest.mark.parametrize(
    "body",
    [
        {**CLAIM, "limit": 0},
        {**CLAIM, "limit": 101},
        {**CLAIM, "limit": True},
        {**CLAIM, "limit": 1e400},
        {**CLAIM, "limit": float("nan")},
        {**CLAIM, "lease_seconds": 29},
        {**CLAIM, "lease_seconds": 86_401},
        {**CLAIM, "form_id": "a\0b"},
        {**CLAIM, "form_id": "a" * 61},
        {**CLAIM, "unknown": 1},
        {"limit": 1},
        [],
        None,
        "x",
    ],
)
def test_a_claim_out_of_its_bounds_is_invalid(officer: Caller, body: object) -> None:
    problem(officer.post_raw("/queue/claim", json.dumps(body).encode()), 422, "invalid")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=1&limit=2",
        "status=xong",
        "status=",
        "form_id=%00",
        "since=hôm-qua",
        "since=0",
        "since=2026-11-24T00:00:00",
        "since=2026-13-24T00:00:00Z",
        "cursor=x",
        "cursor=",
        "cursor=%00",
        "cursor=" + "9" * 18 + ".1",
        "cursor=1.1%0a",
        "quarantined=2",
        "unknown=1",
    ],
)
def test_a_list_asked_for_wrongly_is_invalid(officer: Caller, query: str) -> None:
    document = problem(officer.get(f"/reports?{query}"), 422, "invalid")

    assert [mistake["parameter"] for mistake in document["errors"]] == [query.partition("=")[0]]


def test_an_endpoint_without_a_body_refuses_one_with_fields(officer: Caller) -> None:
    problem(officer.post(f"/reports/{UNKNOWN}/ack", {"force": True}), 422, "invalid")
    problem(officer.post(f"/reports/{UNKNOWN}/ack", {}), 404, "not-found")
    problem(officer.get("/queue?all=1"), 422, "invalid")


def test_a_database_that_does_not_answer_is_said_and_worth_another_try(
    officer: Caller, service: ReportService
) -> None:
    def lose_reports(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE reports RENAME TO away"))

    service.database.write(lose_reports)

    for answer in (officer.get("/queue"), officer.post("/queue/claim", CLAIM)):
        problem(answer, 503, "storage")
        assert answer.headers["Retry-After"].isdigit()


def test_a_failure_of_ours_has_a_number_that_the_log_explains_and_no_traceback(
    app: Flask,
    officer: Caller,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("an inside word")

    app.before_request_funcs[None].append(fail)

    document = problem(officer.get("/queue"), 500, "failure")

    assert "inside" not in str(document)
    assert f"incident {document['incident']}" in caplog.text
    assert officer.token not in caplog.text
