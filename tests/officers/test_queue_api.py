"""Claim, acknowledge, release: every waiting report reaches one program, once."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json

import time_machine
from sqlalchemy import select

from forms_api.reports.service import ReportService
from forms_api.store import audit
from forms_api.store.schema import events
from forms_api.vault.sealing import Identity, unseal
from tests.officers.desk import FORM, LEASE_SECONDS, Caller, photo, send_report

AFTER_THE_LEASE = dt.timedelta(seconds=LEASE_SECONDS + 1)


def actions(service: ReportService, report_id: str) -> list[str]:
    """Return what the audit log says was done to a report, in order."""
    with service.database.read() as connection:
        audit.verify(connection)
        query = select(events.c.action).where(events.c.report_id == report_id)
        return list(connection.execute(query.order_by(events.c.sequence)).scalars())


def test_a_claim_hands_out_the_oldest_reports_sealed_with_their_clear_facts(
    officer: Caller, service: ReportService, queue_identity: Identity
) -> None:
    receipts = [send_report(service, f"chuyện {n}", urgent=n == 0) for n in range(3)]

    first, second = officer.claim(limit=2)

    assert [first["reference"], second["reference"]] == [r.reference for r in receipts[:2]]
    assert (first["status"], first["version"], first["urgent"]) == ("moi", 1, True)
    assert first["form_id"] == FORM
    assert first["received_at"].endswith("Z")
    assert dt.datetime.fromisoformat(first["lease_until"]) > dt.datetime.now(dt.UTC)
    assert first["claimed_by"].startswith("token:program-")
    opened = json.loads(unseal(base64.b64decode(first["sealed"], validate=True), queue_identity))
    assert opened["report_id"] == first["id"]
    assert opened["answers"][0]["text"] == "chuyện 0"
    assert set(first).isdisjoint({"lookup_key", "reply_recipient", "submission_key"})


def test_attachments_come_with_their_digest_and_are_downloaded_sealed(
    officer: Caller, service: ReportService, queue_identity: Identity
) -> None:
    send_report(service, files=[photo("một"), photo("hai")])
    report = officer.claim()[0]

    answers = [
        officer.get(f"/reports/{report['id']}/attachments/{entry['id']}")
        for entry in report["attachments"]
    ]

    assert [entry["id"] for entry in report["attachments"]] == [1, 2]
    for entry, answer, words in zip(report["attachments"], answers, ("một", "hai"), strict=True):
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert (entry["size"], entry["sha256"]) == (
            len(answer.data),
            hashlib.sha256(answer.data).hexdigest(),
        )
        data = unseal(answer.data, queue_identity)
        facts = json.loads(unseal(base64.b64decode(entry["sealed_facts"]), queue_identity))
        assert data == photo(words).data
        assert facts["sha256"] == hashlib.sha256(data).hexdigest()
    assert actions(service, report["id"])[-2:] == ["attachment opened", "attachment opened"]


def test_every_reading_of_a_report_is_in_the_log(officer: Caller, service: ReportService) -> None:
    send_report(service)
    report = officer.claim()[0]

    for _ in range(2):
        assert officer.get(f"/reports/{report['id']}").status_code == 200

    assert actions(service, report["id"]) == ["received", "claimed", "opened", "opened"]


def test_a_claimed_report_is_handed_to_nobody_else_until_its_lease_runs_out(
    officer: Caller, other_officer: Caller, service: ReportService
) -> None:
    send_report(service)
    report = officer.claim()[0]

    before = other_officer.claim()
    with time_machine.travel(dt.datetime.now(dt.UTC) + AFTER_THE_LEASE, tick=True):
        after = other_officer.claim()

    assert before == []
    assert [again["id"] for again in after] == [report["id"]]
    assert after[0]["claimed_by"] != report["claimed_by"]


def test_a_claim_for_one_form_leaves_the_other_forms_waiting(
    officer: Caller, service: ReportService
) -> None:
    send_report(service)
    other = send_report(service, form_id="gop-y")

    claimed = officer.claim(form_id="gop-y")

    assert [report["reference"] for report in claimed] == [other.reference]
    assert officer.claim(form_id="khong-co") == []


def test_an_acknowledged_report_is_received_and_a_repeat_changes_nothing(
    officer: Caller, service: ReportService
) -> None:
    send_report(service)
    report = officer.claim()[0]

    answers = [officer.post(f"/reports/{report['id']}/ack") for _ in range(2)]

    expected = {"id": report["id"], "status": "tiep_nhan", "version": 2}
    assert [(answer.status_code, answer.json) for answer in answers] == [(200, expected)] * 2
    assert actions(service, report["id"]) == ["received", "claimed", "acknowledged"]


def test_an_acknowledgement_after_the_lease_counts_while_nobody_else_has_the_report(
    officer: Caller, service: ReportService
) -> None:
    send_report(service)
    report = officer.claim()[0]

    with time_machine.travel(dt.datetime.now(dt.UTC) + AFTER_THE_LEASE, tick=True):
        answer = officer.post(f"/reports/{report['id']}/ack")

    assert answer.json["status"] == "tiep_nhan"


def test_only_the_claimer_may_acknowledge_or_release(
    officer: Caller, other_officer: Caller, service: ReportService
) -> None:
    send_report(service)
    report = officer.claim()[0]

    refused = [
        other_officer.post(f"/reports/{report['id']}/ack"),
        other_officer.post(f"/reports/{report['id']}/release"),
    ]
    officer.post(f"/reports/{report['id']}/ack")
    refused.append(other_officer.post(f"/reports/{report['id']}/ack"))
    refused.append(officer.post(f"/reports/{report['id']}/release"))

    assert [answer.status_code for answer in refused] == [409] * 4
    assert {answer.json["report"] for answer in refused} == {report["id"]}


def test_many_are_acknowledged_together_in_the_order_asked(
    officer: Caller, service: ReportService
) -> None:
    for _ in range(3):
        send_report(service)
    ids = [report["id"] for report in officer.claim()]

    answer = officer.post("/queue/ack", {"ids": [*reversed(ids), ids[0]]})

    assert [state["id"] for state in answer.json["reports"]] == [*reversed(ids), ids[0]]
    assert {state["status"] for state in answer.json["reports"]} == {"tiep_nhan"}


def test_one_that_is_not_the_callers_keeps_all_others_from_being_acknowledged(
    officer: Caller, other_officer: Caller, service: ReportService
) -> None:
    send_report(service)
    send_report(service)
    mine = officer.claim(limit=1)[0]["id"]
    theirs = other_officer.claim(limit=1)[0]["id"]

    conflict = officer.post("/queue/ack", {"ids": [mine, theirs]})
    unknown = officer.post("/queue/ack", {"ids": [mine, "f" * 32]})

    assert (conflict.status_code, conflict.json["report"]) == (409, theirs)
    assert unknown.status_code == 404
    assert officer.get(f"/reports/{mine}").json["status"] == "moi"


def test_a_released_report_is_the_next_to_be_claimed(
    officer: Caller, other_officer: Caller, service: ReportService
) -> None:
    send_report(service)
    send_report(service)
    report = officer.claim(limit=1)[0]

    answer = officer.post(f"/reports/{report['id']}/release")

    assert answer.status_code == 204
    assert other_officer.claim(limit=1)[0]["id"] == report["id"]
    assert officer.post(f"/reports/{report['id']}/release").status_code == 409


def test_a_report_that_looks_like_spam_waits_apart_until_an_officer_admits_it(
    officer: Caller, service: ReportService
) -> None:
    send_report(service, quarantined="trap")
    kept_apart = officer.get("/reports?quarantined=true").json["reports"][0]

    claimed_before = officer.claim()
    answers = [officer.post(f"/reports/{kept_apart['id']}/admit") for _ in range(2)]
    claimed_after = officer.claim()

    assert kept_apart["quarantined"] == "trap"
    assert claimed_before == []
    assert [answer.status_code for answer in answers] == [204, 409]
    assert [report["id"] for report in claimed_after] == [kept_apart["id"]]
    assert officer.get("/reports?quarantined=true").json["reports"] == []
