"""“Vẫn tái diễn”: the reporter opens a finished report again, at once, without any officer."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from forms_api.errors import ConflictError, LimitError, NotFoundError
from forms_api.reports import casework, queue
from forms_api.reports.casework import Move
from forms_api.reports.counted import read_counted
from forms_api.reports.deadlines import refresh_due
from forms_api.reports.filters import Filter
from forms_api.reports.followup import MAX_MESSAGES, Satisfaction, add_message, follow, rate
from forms_api.reports.intake import Receipt, submit
from forms_api.reports.lifecycle import END_STATES, Status
from forms_api.reports.listing import list_page
from forms_api.reports.reading import open_case
from forms_api.reports.recurring import recur
from forms_api.reports.service import ReportService, utc_now
from forms_api.reports.trials import TALK
from forms_api.store import audit
from forms_api.store.schema import outbox
from forms_api.vault.receipts import derive_code, new_submission_id
from forms_api.vault.sealing import Identity
from tests.reports.calendars import days, some_rules
from tests.reports.cases import log_of, put, received, row_of
from tests.reports.people import IN_CHARGE, OTHER, a_received_report, id_of, standing
from tests.reports.samples import a_submission

CANARY = "TỐI QUA LẠI CÓ TIẾNG HÁT"


def a_finished_report(
    service: ReportService, as_: Status = Status.RESOLVED
) -> tuple[Receipt, str, int]:
    """Send a report and let the officer in charge finish it; return its receipt, id and version."""
    receipt, report_id = a_received_report(service)
    move = Move(as_, 2, answer="Đã xử lý", say_why=False)
    version = casework.transition(service, actor=IN_CHARGE, report_id=report_id, move=move)
    return receipt, report_id, version


def topics_of(service: ReportService) -> list[str]:
    """Return what officers are told, in order."""
    with service.database.read() as connection:
        query = select(outbox.c.topic).order_by(outbox.c.sequence)
        return list(connection.execute(query).scalars())


@pytest.mark.parametrize("end", sorted(END_STATES))
def test_a_finished_report_is_open_again_and_stays_with_who_had_it(
    service: ReportService, end: Status
) -> None:
    receipt, report_id, version = a_finished_report(service, end)
    rate(service, receipt.code, Satisfaction.NO)

    recur(service, receipt.code, text=CANARY, message_id="1")

    followed = follow(service, receipt.code)
    assert (followed.status, followed.has_ended) == (Status.VERIFYING, False)
    assert followed.satisfaction is None
    assert [one.text for one in followed.messages] == ["Đã xử lý", CANARY]
    row = row_of(service.database, report_id)
    assert (row.claimed_by, row.lease_until, row.version) == (IN_CHARGE.name, None, version + 2)
    said = f'{{"from": "{end.value}", "to": "xac_minh"}}'
    assert log_of(service.database, report_id)[-1] == ("reporter", "recurred", said)
    assert topics_of(service)[-1] == "report.recurs"
    with service.database.read() as connection:
        audit.verify(connection)


def test_sent_again_or_many_times_at_once_it_happens_once(service: ReportService) -> None:
    receipt, report_id, _ = a_finished_report(service)

    with ThreadPoolExecutor(10) as pool:
        sent = [
            pool.submit(recur, service, receipt.code, text=CANARY, message_id="same")
            for _ in range(10)
        ]
    assert [one.exception() for one in sent] == [None] * 10

    assert len(follow(service, receipt.code).messages) == 2
    assert topics_of(service).count("report.recurs") == 1
    done = [action for _, action, _ in log_of(service.database, report_id)]
    assert done.count("recurred") == 1


def test_a_report_that_is_open_is_not_opened_again(service: ReportService) -> None:
    receipt, report_id = a_received_report(service)

    with pytest.raises(ConflictError):
        recur(service, receipt.code, text=CANARY, message_id="1")

    assert standing(service, report_id) == (Status.RECEIVED, 2)
    assert follow(service, receipt.code).messages == ()


def test_a_full_conversation_opens_nothing(service: ReportService) -> None:
    receipt, report_id, _ = a_finished_report(service)
    for number in range(MAX_MESSAGES - 1):
        add_message(service, receipt.code, text="một lời", message_id=str(number))

    with pytest.raises(LimitError):
        recur(service, receipt.code, text=CANARY, message_id="one more")

    assert standing(service, report_id)[0] is Status.RESOLVED


def test_a_strange_code_opens_nothing(service: ReportService) -> None:
    strange = derive_code(service.receipt_key, new_submission_id())

    with pytest.raises(NotFoundError):
        recur(service, strange, text=CANARY, message_id="1")


def test_nobody_is_told_of_a_trial(service: ReportService) -> None:
    receipt = submit(service, replace(a_submission(), trial=TALK))
    put(service.database, id_of(service, receipt), status=Status.RESOLVED.value)

    recur(service, receipt.code, text=CANARY, message_id="1")

    assert follow(service, receipt.code).status is Status.VERIFYING
    assert topics_of(service) == []


def test_whoever_decides_on_an_old_page_looks_again_first(service: ReportService) -> None:
    receipt, report_id, version = a_finished_report(service)
    recur(service, receipt.code, text=CANARY, message_id="1")

    move = Move(Status.VERIFYING, version, reason="mở lại")
    with pytest.raises(ConflictError):
        casework.transition(service, actor=OTHER, report_id=report_id, move=move)


def test_the_clock_for_finishing_begins_anew_as_when_an_officer_opens_it(
    service: ReportService,
) -> None:
    rules = some_rules(finish=days(3))
    by_reporter, one, _ = a_finished_report(service)
    _, other, version = a_finished_report(service)
    recur(service, by_reporter.code, text=CANARY, message_id="1")
    again = Move(Status.VERIFYING, version, reason="mở lại")
    casework.transition(service, actor=IN_CHARGE, report_id=other, move=again)

    refresh_due(service.database, rules)

    due = [row_of(service.database, report_id).due_at for report_id in (one, other)]
    assert due[0] is not None
    assert due[0] == due[1]


def test_the_desk_lists_it_as_recurring_until_somebody_moves_it(service: ReportService) -> None:
    receipt, report_id, _ = a_finished_report(service)
    received(service)
    recur(service, receipt.code, text=CANARY, message_id="1")

    wanted = Filter(recurs=True)
    (listed,) = list_page(service.database, actor=OTHER, wanted=wanted).reports
    marked = list_page(service.database, actor=OTHER, wanted=Filter()).reports
    words_waiting = queue.glance(service.database, actor=IN_CHARGE).new_words
    done = Move(Status.RESOLVED, listed["version"], answer="Đã xử lý")
    casework.transition(service, actor=IN_CHARGE, report_id=report_id, move=done)

    assert (listed["id"], listed["recurs"], listed["new_words"]) == (report_id, True, True)
    assert [bool(row["recurs"]) for row in marked] == [True, False]
    assert words_waiting == 1
    assert list_page(service.database, actor=OTHER, wanted=wanted).reports == ()


def test_the_timeline_tells_it_with_the_words_and_the_log_without(
    service: ReportService, queue_identity: Identity
) -> None:
    receipt, report_id = received(service)
    done = Move(Status.RESOLVED, 2, answer="Đã xử lý")
    casework.transition(service, actor=IN_CHARGE, report_id=report_id, move=done)
    recur(service, receipt.code, text=CANARY, message_id="1")

    case = open_case(service, actor=IN_CHARGE, report_id=report_id, keys=[queue_identity])
    told = [entry for entry in case.timeline if entry.action == "recurred"]

    assert [(entry.actor, entry.text) for entry in told] == [("reporter", CANARY)]
    assert CANARY not in str(log_of(service.database, report_id))


def test_numbers_count_it_as_opened_again_and_as_words(service: ReportService) -> None:
    receipt, _, _ = a_finished_report(service)
    recur(service, receipt.code, text=CANARY, message_id="1")
    now, day = utc_now(), dt.timedelta(days=1)

    (counted,) = read_counted(
        service.database, sees=lambda _: True, since=now - day, until=now + day
    )

    assert (len(counted.reopened_at), len(counted.reporter_wrote_at)) == (1, 1)
    assert counted.finished_as is Status.RESOLVED
