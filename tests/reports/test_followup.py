"""The code opens the reporter's own report: what is the reporter's, all of it and nothing else."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from forms_api.errors import ConflictError, LimitError, NotFoundError, SealError
from forms_api.reports import casework, listing, queue
from forms_api.reports.casework import Move
from forms_api.reports.erasing import erase
from forms_api.reports.followup import (
    MAX_MESSAGES,
    Satisfaction,
    add_message,
    follow,
    forget_hand_off,
    rate,
)
from forms_api.reports.intake import submit
from forms_api.reports.lifecycle import END_STATES, Status
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit
from forms_api.store.schema import messages, outbox, reports
from forms_api.vault.receipts import derive_code, new_submission_id
from forms_api.vault.sealing import Identity, unseal
from tests.reports.cases import log_of, row_of
from tests.reports.people import IN_CHARGE, OTHER, a_received_report, id_of, standing
from tests.reports.samples import a_submission

CANARY = "LỜI CHỈ CÁN BỘ ĐƯỢC ĐỌC"


def test_a_code_that_belongs_to_no_report_finds_nothing(service: ReportService) -> None:
    submit(service, a_submission())
    strange = derive_code(service.receipt_key, new_submission_id())

    with pytest.raises(NotFoundError):
        follow(service, strange)
    with pytest.raises(NotFoundError):
        add_message(service, strange, text="Xin chào", message_id="1")


def test_the_reporter_sees_the_state_and_nothing_was_said_yet(service: ReportService) -> None:
    receipt = submit(service, a_submission())

    followed = follow(service, receipt.code)

    assert (followed.reference, followed.status) == (receipt.reference, Status.NEW)
    assert followed.received_at == followed.updated_at == receipt.received_at
    assert followed.messages == ()


def test_a_conversation_is_opened_in_order_for_both_sides(
    service: ReportService, queue_identity: Identity
) -> None:
    receipt, report_id = a_received_report(service)
    add_message(service, receipt.code, text="Vẫn tái diễn", message_id="1")
    casework.answer(service, actor=IN_CHARGE, report_id=report_id, text="Tổ công tác sẽ đến")
    add_message(service, receipt.code, text="Cảm ơn", message_id="2")

    said = [(one.from_officer, one.text) for one in follow(service, receipt.code).messages]
    assert said == [(False, "Vẫn tái diễn"), (True, "Tổ công tác sẽ đến"), (False, "Cảm ơn")]
    with service.database.read() as connection:
        sealed = connection.execute(select(messages.c.sealed).order_by(messages.c.sequence))
        opened = [unseal(one, queue_identity) for one in sealed.scalars()]
    assert [
        text in one.decode() for text, one in zip((t for _, t in said), opened, strict=True)
    ] == [True] * 3


def test_a_reporter_reads_no_conversation_but_the_own(service: ReportService) -> None:
    receipt, report_id = a_received_report(service)
    stranger = submit(service, a_submission())
    casework.answer(service, actor=IN_CHARGE, report_id=report_id, text="Chỉ cho người gửi")

    assert follow(service, stranger.code).messages == ()
    with service.database.read() as connection:
        sealed = connection.execute(select(messages.c.sealed)).scalar_one()
    with pytest.raises(Exception, match="matching keys"):
        unseal(sealed, stranger.code.identity)
    assert len(follow(service, receipt.code).messages) == 1


def test_a_message_sent_again_is_kept_once(service: ReportService) -> None:
    receipt = submit(service, a_submission())

    with ThreadPoolExecutor(10) as pool:
        sent = [
            pool.submit(add_message, service, receipt.code, text="Một lần", message_id="same")
            for _ in range(10)
        ]
    assert [one.exception() for one in sent] == [None] * 10

    assert [one.text for one in follow(service, receipt.code).messages] == ["Một lần"]
    with service.database.read() as connection:
        topics = connection.execute(select(outbox.c.topic)).scalars().all()
    assert topics == ["report.waiting", "message.waiting"]


def test_a_message_id_used_on_another_report_stands_in_nobody_s_way(
    service: ReportService,
) -> None:
    one, two = submit(service, a_submission()), submit(service, a_submission())

    add_message(service, one.code, text="của tôi", message_id="same")
    add_message(service, two.code, text="của tôi nữa", message_id="same")

    assert [message.text for message in follow(service, two.code).messages] == ["của tôi nữa"]


def test_a_full_conversation_takes_no_more_but_a_repeat_is_no_more(
    service: ReportService,
) -> None:
    receipt = submit(service, a_submission())
    for number in range(MAX_MESSAGES):
        add_message(service, receipt.code, text="một lời", message_id=str(number))

    with pytest.raises(LimitError) as caught:
        add_message(service, receipt.code, text="quá nhiều", message_id="one more")
    add_message(service, receipt.code, text="một lời", message_id="0")

    assert caught.value.limit == MAX_MESSAGES
    assert len(follow(service, receipt.code).messages) == MAX_MESSAGES


def test_what_officers_say_among_themselves_never_reaches_the_reporter(
    service: ReportService,
) -> None:
    receipt, report_id = a_received_report(service)
    _, version = standing(service, report_id)
    done = Move(Status.RESOLVED, version, reason=CANARY, answer="Đã xử lý")
    version = casework.transition(service, actor=IN_CHARGE, report_id=report_id, move=done)
    again = Move(Status.VERIFYING, version, reason=CANARY)
    casework.transition(service, actor=OTHER, report_id=report_id, move=again)

    followed = follow(service, receipt.code)

    shown = str(dataclasses.asdict(followed))
    assert [one.text for one in followed.messages] == ["Đã xử lý"]
    assert CANARY not in shown
    assert IN_CHARGE.name not in shown
    assert OTHER.name not in shown
    with service.database.read() as connection:
        kept = connection.execute(select(messages.c.sealed)).scalars().all()
    assert not any(CANARY.encode() in unseal(one, receipt.code.identity) for one in kept)


def test_new_words_make_an_officer_look_again_before_deciding(service: ReportService) -> None:
    receipt, report_id = a_received_report(service)
    _, seen = standing(service, report_id)
    add_message(service, receipt.code, text="Vẫn tái diễn", message_id="1")

    with pytest.raises(ConflictError):
        casework.transition(
            service,
            actor=IN_CHARGE,
            report_id=report_id,
            move=Move(Status.RESOLVED, seen, answer="Đã xử lý"),
        )

    assert standing(service, report_id) == (Status.RECEIVED, seen + 1)


def test_words_the_database_refuses_leave_no_trace(service: ReportService) -> None:
    receipt = submit(service, a_submission())
    before = follow(service, receipt.code)
    for number in range(MAX_MESSAGES):
        add_message(service, receipt.code, text="một lời", message_id=str(number))
    full = follow(service, receipt.code)

    with pytest.raises(LimitError):
        add_message(service, receipt.code, text="quá nhiều", message_id="one more")

    assert follow(service, receipt.code) == full != before
    with service.database.read() as connection:
        audit.verify(connection)


def test_times_rise_in_the_order_in_which_reports_become_readable(service: ReportService) -> None:
    """A program that reads on from the last time it saw must miss nothing."""
    with ThreadPoolExecutor(20) as pool:
        receipts = list(pool.map(lambda _: submit(service, a_submission()), range(60)))

    by_time = sorted(receipts, key=lambda receipt: receipt.received_at)
    ids = [id_of(service, receipt) for receipt in by_time]
    found = listing.list_changed(
        service.database, actor=IN_CHARGE, wanted=listing.Changes(), limit=100
    )
    with service.database.read() as connection:
        by_commit = connection.exec_driver_sql("SELECT id FROM reports ORDER BY sequence")
        assert ids == [row["id"] for row in found] == list(by_commit.scalars())


@pytest.mark.parametrize("end", sorted(END_STATES))
def test_a_finished_report_is_rated_and_the_last_word_counts(
    service: ReportService, end: Status
) -> None:
    receipt, report_id = a_received_report(service)
    with pytest.raises(ConflictError):
        rate(service, receipt.code, Satisfaction.YES)
    move = Move(end, 2, answer="Đã xử lý", say_why=False)
    casework.transition(service, actor=IN_CHARGE, report_id=report_id, move=move)

    rate(service, receipt.code, Satisfaction.YES)
    rate(service, receipt.code, Satisfaction.PARTLY)
    rate(service, receipt.code, Satisfaction.PARTLY)

    followed = follow(service, receipt.code)
    assert (followed.has_ended, followed.satisfaction) == (True, Satisfaction.PARTLY)
    rated = [entry for entry in log_of(service.database, report_id) if entry[1] == "rated"]
    assert rated == [("reporter", "rated", "{}")] * 2


def test_a_rating_ends_with_the_end_that_it_was_about(service: ReportService) -> None:
    receipt, report_id = a_received_report(service)
    done = Move(Status.RESOLVED, 2, reason="xong")
    version = casework.transition(service, actor=IN_CHARGE, report_id=report_id, move=done)
    rate(service, receipt.code, Satisfaction.NO)
    again = Move(Status.VERIFYING, version + 1, reason="chưa xong")
    casework.transition(service, actor=IN_CHARGE, report_id=report_id, move=again)

    followed = follow(service, receipt.code)
    assert (followed.has_ended, followed.satisfaction) == (False, None)


def test_a_strange_code_rates_nothing(service: ReportService) -> None:
    with pytest.raises(NotFoundError):
        rate(service, derive_code(service.receipt_key, new_submission_id()), Satisfaction.YES)


def test_the_reporter_s_words_end_the_waiting_for_them(service: ReportService) -> None:
    receipt, report_id = a_received_report(service)
    casework.ask(service, actor=IN_CHARGE, report_id=report_id, text="Mấy giờ?")
    asked = row_of(service.database, report_id).waiting_since
    casework.ask(service, actor=IN_CHARGE, report_id=report_id, text="Ở đâu?")
    still = row_of(service.database, report_id).waiting_since

    add_message(service, receipt.code, text="22 giờ", message_id="1")

    assert asked is not None
    assert still == asked
    assert row_of(service.database, report_id).waiting_since is None


def test_words_after_the_end_reopen_nothing_and_show_as_new(service: ReportService) -> None:
    receipt, report_id = a_received_report(service)
    done = Move(Status.RESOLVED, 2, reason="xong")
    casework.transition(service, actor=IN_CHARGE, report_id=report_id, move=done)

    add_message(service, receipt.code, text="Vẫn tái diễn", message_id="1")

    assert standing(service, report_id)[0] is Status.RESOLVED
    assert queue.glance(service.database, actor=IN_CHARGE).new_words == 1


FOR_VNEID = (("Hành vi", "Tiếng ồn"), ("Tóm tắt diễn biến", f"{CANARY}\nHai dòng"))


def test_what_was_kept_for_vneid_is_opened_by_the_code_and_by_no_officer(
    service: ReportService, queue_identity: Identity
) -> None:
    receipt = submit(service, a_submission(hand_off=FOR_VNEID))
    without = submit(service, a_submission())

    assert receipt.has_hand_off
    assert follow(service, receipt.code).hand_off == FOR_VNEID
    assert (without.has_hand_off, follow(service, without.code).hand_off) == (False, ())
    with service.database.read() as connection:
        [sealed] = connection.execute(
            select(reports.c.hand_off).where(reports.c.hand_off.is_not(None))
        ).scalars()
    assert CANARY.encode() not in sealed
    for other in (queue_identity, without.code.identity):
        with pytest.raises(SealError):
            unseal(sealed, other)
    assert "hand_off" not in row_of(service.database, id_of(service, receipt))


@pytest.mark.parametrize("first", [(), FOR_VNEID])
def test_a_report_that_comes_again_keeps_for_vneid_what_was_chosen_at_first(
    service: ReportService, first: tuple[tuple[str, str], ...]
) -> None:
    submission = a_submission(hand_off=first)
    submit(service, submission)
    again = submit(service, dataclasses.replace(submission, hand_off=FOR_VNEID))

    assert (again.repeated, again.has_hand_off) == (True, bool(first))
    assert follow(service, again.code).hand_off == first


def test_what_was_kept_for_vneid_is_deleted_once_and_the_report_stays(
    service: ReportService,
) -> None:
    receipt = submit(service, a_submission(hand_off=FOR_VNEID))
    before = standing(service, id_of(service, receipt))
    for _ in range(2):
        forget_hand_off(service, receipt.code)

    report_id = id_of(service, receipt)
    assert follow(service, receipt.code).hand_off == ()
    assert standing(service, report_id) == before
    deleted = [entry for entry in log_of(service.database, report_id) if "hand-off" in entry[1]]
    assert deleted == [("reporter", "hand-off deleted", "{}")]
    with pytest.raises(NotFoundError):
        forget_hand_off(service, derive_code(service.receipt_key, new_submission_id()))


def test_what_was_kept_for_vneid_goes_with_the_content(service: ReportService) -> None:
    receipt = submit(service, a_submission(hand_off=FOR_VNEID))
    report_id = id_of(service, receipt)
    service.database.write(
        lambda c: erase(c, [report_id], actor="reporter", action="purged", at=utc_now())
    )

    assert follow(service, receipt.code).hand_off == ()
    with service.database.read() as connection:
        assert connection.execute(select(reports.c.hand_off)).scalars().all() == [None]
