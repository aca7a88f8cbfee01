"""The officers' API: one table of endpoints, each with its scope, models and use case."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from flask import Blueprint, Response

from forms_api.accounts.permissions import Scope
from forms_api.officer_app.api_models import (
    AckRequest,
    Changed,
    Claimed,
    ClaimRequest,
    Counts,
    ListQuery,
    MessageRequest,
    Nothing,
    Page,
    Place,
    Report,
    State,
    States,
    Summary,
    TransitionRequest,
    write_cursor,
)
from forms_api.officer_app.endpoint import Call, Endpoint, add_endpoint
from forms_api.officer_app.openapi import describe
from forms_api.reports import casework, listing, queue, sealed
from forms_api.reports.service import ReportService

NAME = "api_v1"
PREFIX = "/api/v1"
OCTETS = "application/octet-stream"


def claim(call: Call, asked: ClaimRequest) -> Claimed:
    """Claim the oldest waiting reports; a report whose lease runs out waits again."""
    claimed = queue.claim(
        call.service.database,
        actor=call.actor,
        limit=asked.limit,
        lease=dt.timedelta(seconds=asked.lease_seconds),
        form_id=asked.form_id,
    )
    return Claimed(reports=[Report.of_sealed(report) for report in claimed])


def acknowledge_all(call: Call, asked: AckRequest) -> States:
    """Take over several claimed reports in one commit, all or none; a repeat changes nothing."""
    standing = queue.acknowledge(call.service.database, actor=call.actor, report_ids=asked.ids)
    return States(reports=[_state(id_, standing[id_]) for id_ in asked.ids])


def acknowledge(call: Call, _: Nothing) -> State:
    """Take over a claimed report; a repeat by its claimer changes nothing."""
    standing = queue.acknowledge(
        call.service.database, actor=call.actor, report_ids=[call.report_id]
    )
    return _state(call.report_id, standing[call.report_id])


def release(call: Call, _: Nothing) -> None:
    """Give a claimed report back to the queue."""
    queue.release(call.service.database, actor=call.actor, report_id=call.report_id)


def count_reports(call: Call, _: Nothing) -> Counts:
    """Count the reports in each state."""
    counts = queue.count_reports(call.service.database, actor=call.actor)
    return Counts(states=counts.states, quarantined=counts.quarantined)


def list_reports(call: Call, asked: ListQuery) -> Page:
    """List reports without their content, least recently changed first."""
    wanted = listing.Changes(
        status=asked.status,
        form_id=asked.form_id,
        quarantined=asked.quarantined,
        since=asked.since,
        after=asked.cursor,
    )
    rows = listing.list_changed(
        call.service.database, actor=call.actor, wanted=wanted, limit=asked.limit + 1
    )
    page, more = rows[: asked.limit], len(rows) > asked.limit
    last = Place(page[-1]["updated_at"], page[-1]["sequence"]) if more else None
    return Page(
        reports=[Summary.of(row) for row in page],
        next=None if last is None else write_cursor(last),
    )


def read_report(call: Call, _: Nothing) -> Report:
    """Read one report with its sealed content; the audit log keeps that it was read."""
    report = sealed.open_report(call.service.database, actor=call.actor, report_id=call.report_id)
    return Report.of_sealed(report)


def read_attachment(call: Call, _: Nothing) -> Response:
    """Download one attachment's sealed bytes; the audit log keeps that it was read."""
    content = sealed.open_attachment(
        call.service.database, actor=call.actor, report_id=call.report_id, number=call.number
    )
    name = f"{call.report_id}-{call.number}.age"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, content_type=OCTETS, headers=headers)


def move(call: Call, asked: TransitionRequest) -> State:
    """Move a report that still has the version the caller saw, with an answer to its sender."""
    wanted = casework.Move(
        to=asked.to,
        version=asked.version,
        reason=asked.reason,
        answer=asked.answer,
        say_why=False,
    )
    version = casework.transition(
        call.service, actor=call.actor, report_id=call.report_id, move=wanted
    )
    return State(id=call.report_id, status=asked.to, version=version)


def send_message(call: Call, asked: MessageRequest) -> Changed:
    """Send words to the report's sender, who reads them with the follow-up code."""
    version = casework.answer(
        call.service, actor=call.actor, report_id=call.report_id, text=asked.text
    )
    return Changed(id=call.report_id, version=version)


def admit(call: Call, _: Nothing) -> None:
    """Let a report that looked like spam into the queue."""
    queue.admit(call.service.database, actor=call.actor, report_id=call.report_id)


ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("count_reports", "GET", "/queue", Scope.READ, Nothing, count_reports, Counts),
    Endpoint("claim", "POST", "/queue/claim", Scope.QUEUE, ClaimRequest, claim, Claimed),
    Endpoint(
        "acknowledge_all", "POST", "/queue/ack", Scope.QUEUE, AckRequest, acknowledge_all, States
    ),
    Endpoint("list_reports", "GET", "/reports", Scope.READ, ListQuery, list_reports, Page),
    Endpoint("read_report", "GET", "/reports/{id}", Scope.READ, Nothing, read_report, Report),
    Endpoint(
        "read_attachment",
        "GET",
        "/reports/{id}/attachments/{n}",
        Scope.READ,
        Nothing,
        read_attachment,
        answer_type=OCTETS,
    ),
    Endpoint("acknowledge", "POST", "/reports/{id}/ack", Scope.QUEUE, Nothing, acknowledge, State),
    Endpoint("release", "POST", "/reports/{id}/release", Scope.QUEUE, Nothing, release),
    Endpoint(
        "move", "POST", "/reports/{id}/transition", Scope.DECIDE, TransitionRequest, move, State
    ),
    Endpoint(
        "send_message",
        "POST",
        "/reports/{id}/messages",
        Scope.DECIDE,
        MessageRequest,
        send_message,
        Changed,
    ),
    Endpoint("admit", "POST", "/reports/{id}/admit", Scope.DECIDE, Nothing, admit),
)


def api_scopes() -> dict[str, Scope]:
    """Return the scope that each Flask endpoint of the API needs."""
    return {f"{NAME}.{endpoint.name}": endpoint.scope for endpoint in ENDPOINTS}


def api_blueprint(desk_service: ReportService) -> Blueprint:
    """Return the API below `/api/v1`, with its description at `openapi.json`."""
    blueprint = Blueprint(NAME, __name__, url_prefix=PREFIX)
    for endpoint in ENDPOINTS:
        add_endpoint(blueprint, endpoint, desk_service)
    document = json.dumps(describe(ENDPOINTS, prefix=PREFIX), ensure_ascii=False)

    @blueprint.get("/openapi.json")
    def description() -> Response:
        return Response(document, content_type="application/json")

    return blueprint


def _state(report_id: str, standing: queue.Standing) -> State:
    return State(id=report_id, status=standing.status, version=standing.version)
