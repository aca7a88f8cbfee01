"""Moving a report, answering its sender, counting and listing."""

from __future__ import annotations

import base64
import itertools
import json

import pytest

from forms_api.reports.followup import add_message, follow
from forms_api.reports.lifecycle import END_STATES, MOVES, Status
from forms_api.reports.service import ReportService
from forms_api.vault.sealing import Identity, unseal
from tests.officers.desk import Caller, send_report


def received(officer: Caller) -> str:
    """Claim and acknowledge the oldest report and return its id; its version is 2."""
    report_id: str = officer.claim(limit=1)[0]["id"]
    officer.post(f"/reports/{report_id}/ack")
    return report_id


def test_a_move_with_an_answer_reaches_the_sender_through_the_follow_up_code(
    officer: Caller, service: ReportService
) -> None:
    receipt = send_report(service)
    report_id = received(officer)

    answer = officer.post(
        f"/reports/{report_id}/transition",
        {"to": "da_giai_quyet", "version": 2, "answer": "Đã nhắc nhở. Cảm ơn bác."},
    )

    followed = follow(service, receipt.code)
    assert answer.json == {"id": report_id, "status": "da_giai_quyet", "version": 4}
    assert followed.status is Status.RESOLVED
    assert [(m.from_officer, m.text) for m in followed.messages] == [
        (True, "Đã nhắc nhở. Cảm ơn bác.")
    ]


def test_of_two_moves_from_the_same_version_the_second_is_a_conflict(
    officer: Caller, other_officer: Caller, service: ReportService
) -> None:
    send_report(service)
    report_id = received(officer)

    first = officer.post(f"/reports/{report_id}/transition", {"to": "xac_minh", "version": 2})
    second = other_officer.post(
        f"/reports/{report_id}/transition", {"to": "trung_lap", "version": 2, "answer": "Trùng"}
    )

    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json["code"] == "conflict"
    report = officer.get(f"/reports/{report_id}").json
    assert (report["status"], report["messages"]) == ("xac_minh", [])


@pytest.mark.parametrize("end", sorted(END_STATES))
def test_a_finished_report_is_reopened_with_a_reason_that_stays_among_officers(
    officer: Caller, service: ReportService, queue_identity: Identity, end: Status
) -> None:
    receipt = send_report(service)
    report_id = received(officer)
    officer.post(f"/reports/{report_id}/transition", {"to": end, "version": 2})
    reopening = {"to": "xac_minh", "version": 3}

    without = officer.post(f"/reports/{report_id}/transition", reopening)
    reopened = officer.post(
        f"/reports/{report_id}/transition", {**reopening, "reason": "Vẫn tái diễn"}
    )

    assert (without.status_code, without.json["code"]) == (409, "no-such-move")
    assert reopened.json["status"] == "xac_minh"
    note = officer.get(f"/reports/{report_id}").json["notes"][0]
    assert json.loads(unseal(base64.b64decode(note["sealed"]), queue_identity)) == {
        "text": "Vẫn tái diễn"
    }
    assert follow(service, receipt.code).messages == ()


def test_every_move_outside_the_table_is_refused(officer: Caller, service: ReportService) -> None:
    for current, to in itertools.product(Status, Status):
        if to in MOVES[current]:
            continue
        send_report(service)
        report_id = officer.claim(limit=1)[0]["id"] if current is Status.NEW else received(officer)
        version = 1 if current is Status.NEW else 2
        if current not in {Status.NEW, Status.RECEIVED}:
            moved = officer.post(
                f"/reports/{report_id}/transition", {"to": current, "version": version}
            )
            version = moved.json["version"]

        answer = officer.post(
            f"/reports/{report_id}/transition", {"to": to, "version": version, "reason": "Vì"}
        )

        assert (answer.status_code, answer.json["code"]) == (409, "no-such-move"), (current, to)


@pytest.mark.parametrize("text", ["", "   ", "\n", "x" * 10_001, 5, None])
def test_an_answer_without_words_or_beyond_the_limit_is_invalid(
    officer: Caller, service: ReportService, text: object
) -> None:
    send_report(service)
    report_id = received(officer)

    answer = officer.post(f"/reports/{report_id}/messages", {"text": text})

    assert answer.status_code == 422


def test_words_go_both_ways_and_each_changes_the_version(
    officer: Caller, service: ReportService, queue_identity: Identity
) -> None:
    receipt = send_report(service)
    report_id = received(officer)

    sent = officer.post(f"/reports/{report_id}/messages", {"text": "Bác cho hỏi: mấy giờ?"})
    add_message(service, receipt.code, text="22 giờ", message_id="m1")
    report = officer.get(f"/reports/{report_id}").json

    assert sent.json == {"id": report_id, "version": 3}
    assert report["version"] == 4
    words = [
        json.loads(unseal(base64.b64decode(message["sealed"]), queue_identity))["text"]
        for message in report["messages"]
    ]
    assert words == ["Bác cho hỏi: mấy giờ?", "22 giờ"]
    assert [message["author"] for message in report["messages"]] == [
        report["claimed_by"],
        "reporter",
    ]


def test_the_queue_counts_every_state_and_the_quarantined_apart(
    officer: Caller, service: ReportService
) -> None:
    for _ in range(3):
        send_report(service)
    send_report(service, quarantined="trap")
    received(officer)

    counts = officer.get("/queue").json

    assert counts["states"] == dict.fromkeys(Status, 0) | {"moi": 2, "tiep_nhan": 1}
    assert counts["quarantined"] == 1


def test_pages_of_a_list_hold_every_report_once_least_recently_changed_first(
    officer: Caller, service: ReportService
) -> None:
    sent = [send_report(service).reference for _ in range(5)]
    path, seen = "/reports?limit=2", []
    while path:
        page = officer.get(path).json
        assert len(page["reports"]) <= 2
        seen += [report["reference"] for report in page["reports"]]
        path = f"/reports?limit=2&cursor={page['next']}" if page["next"] else ""

    assert seen == sent
    assert "sealed" not in page["reports"][0]


def test_a_list_is_narrowed_by_state_form_and_time_of_change(
    officer: Caller, service: ReportService
) -> None:
    send_report(service)
    other = send_report(service, form_id="gop-y")
    first = received(officer)
    changed = officer.get("/reports?status=tiep_nhan").json["reports"]

    waiting = officer.get("/reports?status=moi").json["reports"]
    of_form = officer.get("/reports?form_id=gop-y").json["reports"]
    since = officer.get("/reports", since=changed[0]["updated_at"]).json

    assert [report["id"] for report in changed] == [first]
    assert [report["reference"] for report in waiting] == [other.reference]
    assert [report["reference"] for report in of_form] == [other.reference]
    assert [report["id"] for report in since["reports"]] == [first]
