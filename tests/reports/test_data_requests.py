"""What a reporter asks about the own data: kept once, answered and done in time, without any content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import time_machine
from sqlalchemy import func, select

from forms_api.accounts.permissions import Actor, Role, officer_actor
from forms_api.errors import (
    ConflictError,
    ErasedError,
    ForbiddenError,
    LimitError,
    NotFoundError,
    OvertakenError,
    TransitionError,
)
from forms_api.reports import request_acts as acts
from forms_api.reports import trash
from forms_api.reports.data_requests import MAX_REQUESTS
from forms_api.reports.followup import Satisfaction, add_message, follow, rate
from forms_api.reports.intake import Receipt, submit
from forms_api.reports.lifecycle import Status
from forms_api.reports.outside_numbers import NumberKind, tell_number
from forms_api.reports.reading import open_case
from forms_api.reports.recurring import recur
from forms_api.reports.request_acts import Asking
from forms_api.reports.request_record import ERASING, Outcome, Refusal, RequestKind
from forms_api.reports.service import ReportService
from forms_api.reports.trash import KEPT_FOR, TrashReason
from forms_api.reports.trials import TALK
from forms_api.store import audit
from forms_api.store.schema import attachments, messages, notes, outbox, reports
from forms_api.vault.receipts import derive_code, new_submission_id
from forms_api.vault.sealing import Identity
from tests.reports.asked import CANARY, RULES, ask_for, last_asked, record
from tests.reports.calendars import TIMES, here
from tests.reports.cases import actions_of, log_of, put, received, row_of
from tests.reports.people import IN_CHARGE, OTHER, id_of, standing
from tests.reports.samples import a_photo, a_submission

START = here("2026-11-16 09:00")
MEMBER = officer_actor("member", Role.MEMBER)
ELSEWHERE = officer_actor("elsewhere", Role.POLICE, areas=["to-2"])

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A Monday morning that goes on, and jumps where a test puts it."""
    with time_machine.travel(START, tick=True) as traveller:
        yield traveller


def topics(service: ReportService) -> list[str]:
    """Return what officers are told, in order."""
    with service.database.read() as connection:
        return list(
            connection.execute(select(outbox.c.topic).order_by(outbox.c.sequence)).scalars()
        )


def throw_away(service: ReportService, report_id: str, actor: Actor = IN_CHARGE) -> bool:
    """Put a report into the trash as its reporter asked."""
    version = standing(service, report_id)[1]
    why = TrashReason.ASKED_FOR
    return trash.put_in_trash(
        service.database, actor=actor, report_id=report_id, version=version, reason=why
    )


def content_left(service: ReportService, report_id: str) -> int:
    """Return how much is left of what people wrote and sent."""
    with service.database.read() as connection:
        counts = [
            connection.execute(
                select(func.count()).where(table.c.report_id == report_id)
            ).scalar_one()
            for table in (attachments, messages, notes)
        ]
    return len(row_of(service.database, report_id).sealed) + sum(counts)


@pytest.mark.parametrize("kind", RequestKind)
def test_a_request_is_one_row_with_its_days_and_the_officers_hear_of_it(
    service: ReportService, kind: RequestKind
) -> None:
    receipt, report_id = received(service)

    ask_for(service, receipt, kind)

    (row,) = record(service)
    (followed,) = follow(service, receipt.code).requests
    assert (row.report_id, row.reference, row.kind) == (report_id, receipt.reference, kind.value)
    assert (followed.kind, followed.is_open, followed.answered_at) == (kind, True, None)
    assert followed.dues.answer == here("2026-11-18 17:00")
    days = 15 if kind is RequestKind.WITHDRAW else 10
    assert followed.dues.done == here(f"2026-11-{16 + days} 23:59:59".replace("11-31", "12-01"))
    assert log_of(service.database, report_id)[-1] == (
        "reporter",
        "data asked",
        f'{{"kind": "{kind.value}"}}',
    )
    assert topics(service)[-1] == "data.asked"


def test_withdrawing_from_a_report_that_went_to_another_body_has_more_days(
    service: ReportService,
) -> None:
    receipt, report_id = received(service)
    put(service.database, report_id, status=Status.HANDED_OVER.value)

    ask_for(service, receipt, RequestKind.WITHDRAW)

    assert record(service)[0].done_due_at == here("2026-12-06 23:59:59")


def test_sent_again_or_many_times_at_once_it_is_one(service: ReportService) -> None:
    receipt, report_id = received(service)

    with ThreadPoolExecutor(10) as pool:
        sent = [
            pool.submit(ask_for, service, receipt, RequestKind.CORRECT, request_id="same")
            for _ in range(10)
        ]
    assert [one.exception() for one in sent] == [None] * 10

    assert len(record(service)) == 1
    assert [one.text for one in follow(service, receipt.code).messages] == [CANARY]
    assert actions_of(service.database, report_id).count("data asked") == 1


def test_one_of_a_kind_is_open_at_a_time_and_a_new_one_may_follow(service: ReportService) -> None:
    receipt, _ = received(service)
    ask_for(service, receipt, RequestKind.CORRECT)
    ask_for(service, receipt, RequestKind.DELETE, request_id="2")

    with pytest.raises(ConflictError):
        ask_for(service, receipt, RequestKind.DELETE, request_id="3")
    acts.refuse(
        service,
        actor=OTHER,
        asking=last_asked(service),
        reason=Refusal.CASE_FILE,
        text="Đã lập hồ sơ",
    )
    ask_for(service, receipt, RequestKind.DELETE, request_id="3")

    assert [row.kind for row in record(service)] == ["sua-thong-tin", "xoa-phieu", "xoa-phieu"]


def test_nobody_fills_the_record_without_end(service: ReportService) -> None:
    receipt, _ = received(service)
    for number in range(MAX_REQUESTS):
        ask_for(service, receipt, RequestKind.DELETE, request_id=str(number))
        acts.refuse(
            service, actor=OTHER, asking=last_asked(service), reason=Refusal.UNCLEAR, text="?"
        )

    with pytest.raises(LimitError):
        ask_for(service, receipt, RequestKind.DELETE, request_id="more")


def test_a_strange_code_and_a_trial_ask_for_nothing(service: ReportService) -> None:
    trial = submit(service, replace(a_submission(), trial=TALK))
    strange = replace(trial, code=derive_code(service.receipt_key, new_submission_id()))

    with pytest.raises(NotFoundError):
        ask_for(service, strange, RequestKind.DELETE)
    with pytest.raises(ConflictError):
        ask_for(service, trial, RequestKind.DELETE)
    assert record(service) == []
    assert topics(service) == []


def test_received_the_clock_for_the_answer_stops_and_the_reporter_reads_so(
    clock: time_machine.Traveller, service: ReportService
) -> None:
    receipt, report_id = received(service)
    ask_for(service, receipt, RequestKind.DELETE)
    asking = last_asked(service)
    clock.move_to(here("2026-11-18 17:01"))
    (late,) = follow(service, receipt.code).requests

    acts.receive(service, actor=OTHER, asking=asking, text="Đã nhận, đang làm")
    with pytest.raises(OvertakenError):
        acts.receive(service, actor=IN_CHARGE, asking=asking, text="Đã nhận, đang làm")

    (answered,) = follow(service, receipt.code).requests
    now = here("2026-11-18 17:02")
    assert late.is_late(now)
    assert not answered.is_late(now)
    assert answered.next_due == answered.dues.done
    assert [one.text for one in follow(service, receipt.code).messages] == ["Đã nhận, đang làm"]
    assert record(service)[0].answered_by == OTHER.name
    assert row_of(service.database, report_id).claimed_by == IN_CHARGE.name


def test_a_correction_is_finished_by_one_officer_and_the_story_stays_as_it_was(
    service: ReportService, queue_identity: Identity
) -> None:
    receipt, report_id = received(service)
    before = open_case(service, actor=OTHER, report_id=report_id, keys=[queue_identity]).story
    ask_for(service, receipt, RequestKind.CORRECT)

    acts.finish(service.database, actor=OTHER, asking=last_asked(service))

    (followed,) = follow(service, receipt.code).requests
    case = open_case(service, actor=OTHER, report_id=report_id, keys=[queue_identity])
    assert (followed.outcome, followed.is_open) == (Outcome.DONE, False)
    assert case.story == before
    assert [words.text for words in case.messages] == [CANARY]
    (told,) = (entry for entry in case.timeline if entry.action == "data asked")
    assert told.text == CANARY
    (row,) = record(service)
    assert (row.ended_by, row.answered_by) == (OTHER.name, OTHER.name)


@pytest.mark.parametrize("kind", sorted(ERASING))
def test_deletion_and_withdrawal_are_not_done_by_saying_so(
    service: ReportService, kind: RequestKind
) -> None:
    receipt, _ = received(service)
    ask_for(service, receipt, kind)

    with pytest.raises(TransitionError):
        acts.finish(service.database, actor=OTHER, asking=last_asked(service))
    assert record(service)[0].ended_at is None


@pytest.mark.parametrize("kind", sorted(ERASING))
def test_two_people_delete_what_was_asked_for_at_once_and_the_record_outlives_it(
    service: ReportService, kind: RequestKind
) -> None:
    database = service.database
    receipt, report_id = received(service, files=[a_photo("a")])
    ask_for(service, receipt, RequestKind.CORRECT)
    ask_for(service, receipt, kind, request_id="2")

    at_once = throw_away(service, report_id)
    [thrown] = trash.list_trash(database, actor=OTHER)
    with pytest.raises(ForbiddenError):
        trash.approve(database, actor=IN_CHARGE, report_id=report_id)
    before = content_left(service, report_id)
    gone = trash.approve(database, actor=OTHER, report_id=report_id)

    assert (at_once, gone) == (True, True)
    assert thrown.asked_due == record(service)[1].done_due_at
    assert before > 0
    assert content_left(service, report_id) == 0
    assert [(row.outcome, row.ended_by) for row in record(service)] == [
        (Outcome.ERASED.value, OTHER.name),
        (Outcome.DONE.value, OTHER.name),
    ]
    done = actions_of(database, report_id)
    assert done[-4:] == [
        "deletion approved",
        "erased on request",
        "request done",
        "request done",
    ]
    with pytest.raises(NotFoundError):
        trash.restore(database, actor=OTHER, report_id=report_id)
    with database.read() as connection:
        audit.verify(connection)


def an_erased_report(service: ReportService) -> tuple[Receipt, str]:
    """Return a report that was deleted as its reporter asked."""
    receipt, report_id = received(service)
    ask_for(service, receipt, RequestKind.DELETE)
    throw_away(service, report_id)
    trash.approve(service.database, actor=OTHER, report_id=report_id)
    return receipt, report_id


def test_afterwards_the_code_tells_that_it_is_gone_and_adds_nothing(service: ReportService) -> None:
    receipt, report_id = an_erased_report(service)
    put(service.database, report_id, status=Status.RESOLVED.value)
    code = receipt.code

    followed = follow(service, code)

    assert followed.erased_at == row_of(service.database, report_id).purged_at
    assert followed.was_asked_for
    assert followed.messages == ()
    kind = NumberKind.VNEID
    doors: list[Callable[[], None]] = [
        lambda: add_message(service, code, text="x", message_id="2"),
        lambda: add_message(service, code, text="", message_id="2", files=[a_photo("b")]),
        lambda: recur(service, code, text="x", message_id="2"),
        lambda: rate(service, code, Satisfaction.NO),
        lambda: tell_number(service, code, kind=kind, number="1", number_id="2"),
        lambda: ask_for(service, receipt, RequestKind.CORRECT, request_id="2"),
    ]
    for door in doors:
        with pytest.raises(ErasedError):
            door()
    assert content_left(service, report_id) == 0


def test_taken_back_from_the_trash_the_request_is_open_as_before(service: ReportService) -> None:
    receipt, report_id = received(service)
    ask_for(service, receipt, RequestKind.DELETE)
    throw_away(service, report_id)
    in_trash = acts.list_requests(service.database, actor=OTHER)

    trash.restore(service.database, actor=OTHER, report_id=report_id)
    back = acts.list_requests(service.database, actor=OTHER)

    assert [item.in_trash for item in in_trash + back] == [True, False]
    assert follow(service, receipt.code).requests[0].is_open


def test_without_a_request_thirty_days_pass_whatever_reason_was_chosen(
    service: ReportService,
) -> None:
    _, report_id = received(service)

    assert throw_away(service, report_id) is False
    assert trash.approve(service.database, actor=OTHER, report_id=report_id) is False
    assert content_left(service, report_id) > 0


def test_a_request_that_was_left_lying_ends_when_the_content_ages_out(
    clock: time_machine.Traveller, service: ReportService
) -> None:
    receipt, report_id = received(service)
    throw_away(service, report_id)
    trash.approve(service.database, actor=OTHER, report_id=report_id)
    ask_for(service, receipt, RequestKind.DELETE)
    clock.move_to(START + KEPT_FOR + dt.timedelta(hours=1))

    assert trash.erase_due(service.database, actor="worker") == 1
    (row,) = record(service)
    assert (row.outcome, row.ended_by) == (Outcome.DONE.value, "worker")


@pytest.mark.parametrize("reason", Refusal)
def test_a_refusal_has_a_reason_in_the_record_and_words_for_the_reporter(
    service: ReportService, reason: Refusal
) -> None:
    receipt, report_id = received(service)
    ask_for(service, receipt, RequestKind.DELETE)

    acts.refuse(
        service, actor=OTHER, asking=last_asked(service), reason=reason, text="Theo quy định"
    )

    followed = follow(service, receipt.code)
    (request,) = followed.requests
    assert (request.outcome, request.refusal) == (Outcome.REFUSED, reason)
    assert request.answered_at == request.ended_at
    assert [one.text for one in followed.messages] == ["Theo quy định"]
    said = f'{{"kind": "xoa-phieu", "reason": "{reason.value}"}}'
    assert log_of(service.database, report_id)[-1] == (OTHER.name, "request refused", said)
    assert content_left(service, report_id) > 0


def test_more_time_is_given_once_and_within_the_law(service: ReportService) -> None:
    receipt, _ = received(service)
    ask_for(service, receipt, RequestKind.DELETE)
    asking = last_asked(service)

    def give(days: int) -> None:
        acts.extend(
            service, actor=OTHER, asking=asking, days=days, times=TIMES, text="Cần thêm thời gian"
        )

    for days in (0, 16):
        with pytest.raises(LimitError) as most:
            give(days)
        assert most.value.limit == 15
    give(15)
    with pytest.raises(OvertakenError):
        give(1)

    (request,) = follow(service, receipt.code).requests
    assert request.dues.done == here("2026-12-11 23:59:59")
    assert request.extended_at == request.answered_at
    assert [one.text for one in follow(service, receipt.code).messages] == ["Cần thêm thời gian"]


@pytest.mark.parametrize("again", ["receive", "finish", "refuse", "extend"])
def test_nothing_is_done_twice_to_what_has_ended(service: ReportService, again: str) -> None:
    receipt, _ = received(service)
    ask_for(service, receipt, RequestKind.CORRECT)
    asking = last_asked(service)
    acts.finish(service.database, actor=IN_CHARGE, asking=asking)

    with pytest.raises(OvertakenError):
        every_act(service, OTHER, asking)[again]()


def every_act(
    service: ReportService, actor: Actor, asking: Asking
) -> dict[str, Callable[[], None]]:
    """Return each act on a request, ready to be done."""
    unclear = Refusal.UNCLEAR
    return {
        "receive": lambda: acts.receive(service, actor=actor, asking=asking, text="x"),
        "finish": lambda: acts.finish(service.database, actor=actor, asking=asking),
        "refuse": lambda: acts.refuse(
            service, actor=actor, asking=asking, reason=unclear, text="x"
        ),
        "extend": lambda: acts.extend(
            service, actor=actor, asking=asking, days=1, times=TIMES, text="x"
        ),
    }


@pytest.mark.parametrize("act", ["receive", "finish", "refuse", "extend"])
def test_nobody_acts_beyond_the_own_part_or_on_another_report_s_request(
    service: ReportService, act: str
) -> None:
    receipt, report_id = received(service, area="to-1")
    _, other_id = received(service)
    ask_for(service, receipt, RequestKind.CORRECT)
    asking = last_asked(service)
    admin = officer_actor("may", Role.ADMIN)
    tries = [
        (NotFoundError, ELSEWHERE, asking),
        (NotFoundError, OTHER, replace(asking, report_id=other_id)),
        (NotFoundError, OTHER, Asking(report_id, "0" * 64)),
        (ForbiddenError, admin, asking),
    ]

    for refusal, actor, which in tries:
        with pytest.raises(refusal):
            every_act(service, actor, which)[act]()
    assert record(service)[0].answered_at is None


def test_the_list_has_open_ones_by_what_is_due_first_then_the_ended_ones(
    clock: time_machine.Traveller, service: ReportService
) -> None:
    database = service.database
    one, _ = received(service, area="to-1")
    two, _ = received(service)
    ask_for(service, one, RequestKind.WITHDRAW)
    first = last_asked(service)
    clock.move_to(here("2026-11-18 09:00"))
    ask_for(service, two, RequestKind.CORRECT)
    acts.receive(service, actor=OTHER, asking=first, text="Đã nhận")
    ask_for(service, two, RequestKind.DELETE, request_id="2")
    acts.refuse(
        service, actor=OTHER, asking=last_asked(service), reason=Refusal.LAW_KEEPS, text="x"
    )

    listed = acts.list_requests(database, actor=OTHER)
    kinds = [(item.request.kind, item.request.is_open) for item in listed]
    now = here("2026-11-18 10:00")

    assert kinds == [
        (RequestKind.CORRECT, True),
        (RequestKind.WITHDRAW, True),
        (RequestKind.DELETE, False),
    ]
    assert [item.reference for item in acts.list_requests(database, actor=ELSEWHERE)] == [
        two.reference,
        two.reference,
    ]
    assert acts.count_requests(database, actor=MEMBER, now=now) == acts.RequestCounts(2, 0, 0)
    friday = here("2026-11-20 12:00")
    assert acts.count_requests(database, actor=MEMBER, now=friday) == acts.RequestCounts(2, 0, 1)
    later = here("2026-11-21 12:00")
    assert acts.count_requests(database, actor=MEMBER, now=later) == acts.RequestCounts(2, 1, 0)


def test_record_log_and_notices_hold_no_word_no_code_and_no_name(service: ReportService) -> None:
    receipt, report_id = received(service)
    ask_for(service, receipt, RequestKind.CORRECT)
    acts.extend(service, actor=OTHER, asking=last_asked(service), days=1, times=TIMES, text=CANARY)
    acts.refuse(
        service, actor=OTHER, asking=last_asked(service), reason=Refusal.UNCLEAR, text=CANARY
    )

    with service.database.read() as connection:
        told = str(connection.execute(select(outbox)).all())
        row = str(connection.execute(select(reports.c.id, reports.c.status)).all())
    kept = str(record(service)) + str(log_of(service.database, report_id)) + told + row
    for secret in ("CHIM-HOANG-YEN", "số nhà", receipt.code.reveal(), "Canary", "0999000111"):
        assert secret not in kept
    assert len(follow(service, receipt.code).messages) == 3
    assert RULES.deadlines.data_requests == TIMES
    assert id_of(service, receipt) == report_id
