"""The life of a printed stub: issued, entered, its code changed at the first visit, then nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from forms_api.accounts.permissions import Role, officer_actor
from forms_api.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    SealError,
    StubTakenError,
)
from forms_api.reports import casework, queue
from forms_api.reports.followup import add_message, follow
from forms_api.reports.lifecycle import Status
from forms_api.reports.new_codes import change_code, must_change
from forms_api.reports.on_behalf import Channel, HandedOver, enter
from forms_api.reports.service import ReportService
from forms_api.reports.stubs import (
    SheetState,
    draw_sheet,
    drop_sheet,
    find_stub,
    keep_sheet,
    list_sheets,
)
from forms_api.store.schema import events, messages, reports, stubs
from forms_api.vault.receipts import FollowUpCode, new_code, new_submission_id
from forms_api.vault.sealing import Identity, unseal
from tests.reports.cases import HOUR
from tests.reports.people import IN_CHARGE
from tests.reports.stubs import KEEPER, MEMBER, a_stub, answer_to, enter_by, told


def texts(service: ReportService, code: FollowUpCode) -> list[str]:
    """Return the conversation that a code opens."""
    return [message.text for message in follow(service, code).messages]


def test_only_what_cannot_be_turned_back_is_kept_of_a_code(service: ReportService) -> None:
    stub = a_stub(service)

    with service.database.read() as connection:
        row = connection.execute(select(stubs)).mappings().one()
    assert row["lookup_key"] == stub.code.lookup_key
    assert row["reply_recipient"] == stub.code.identity.recipient
    kept = repr(dict(row))
    assert stub.code.reveal() not in kept
    assert stub.code.identity.reveal() not in kept


def test_a_stub_opens_nothing_before_its_report_is_there(service: ReportService) -> None:
    stub = a_stub(service)

    assert not must_change(service, stub.code)
    with pytest.raises(NotFoundError):
        follow(service, stub.code)
    with pytest.raises(NotFoundError):
        change_code(service, stub.code, new_code())


def test_a_report_takes_the_number_of_its_stub_and_shows_nobody_the_code(
    service: ReportService,
) -> None:
    stub = a_stub(service)

    handed = enter_by(service, stub)

    assert (handed.reference, handed.code) == (stub.reference, None)
    assert must_change(service, stub.code)


def test_the_first_visit_changes_the_code_and_the_old_one_opens_nothing(
    service: ReportService,
) -> None:
    stub, new = a_stub(service), new_code()
    enter_by(service, stub)
    answer_to(service, stub, "Đã đến xem, đã nhắc.")

    change_code(service, stub.code, new)

    assert texts(service, new) == ["Đã đến xem, đã nhắc."]
    assert not must_change(service, new)
    with pytest.raises(NotFoundError):
        follow(service, stub.code)
    with pytest.raises(NotFoundError):
        add_message(service, stub.code, text="tôi", message_id="1")
    with pytest.raises(NotFoundError):
        change_code(service, stub.code, new_code())
    with service.database.read() as connection:
        assert connection.execute(select(stubs)).all() == []
        changed = connection.execute(
            select(events.c.actor).where(events.c.action == "code changed")
        )
        assert changed.scalars().all() == ["reporter"]


def test_what_was_written_before_and_after_is_sealed_to_the_new_code_alone(
    service: ReportService, queue_identity: Identity
) -> None:
    stub, new = a_stub(service), new_code()
    report_id = enter_by(service, stub).report_id
    answer_to(service, stub, "Trước.")
    change_code(service, stub.code, new)
    queue.claim_one(service.database, actor=IN_CHARGE, report_id=report_id, lease=HOUR)
    queue.acknowledge(service.database, actor=IN_CHARGE, report_ids=[report_id])
    casework.answer(service, actor=IN_CHARGE, report_id=report_id, text="Sau.")

    assert texts(service, new) == ["Trước.", "Sau."]
    with service.database.read() as connection:
        sealed = connection.execute(select(messages.c.sealed)).scalars().all()
    for content in sealed:
        assert unseal(content, queue_identity)
        with pytest.raises(SealError):
            unseal(content, stub.code.identity)


def test_an_officer_who_works_on_the_report_is_not_overtaken_by_the_change(
    service: ReportService,
) -> None:
    stub = a_stub(service)
    report_id = enter_by(service, stub).report_id
    queue.claim_one(service.database, actor=IN_CHARGE, report_id=report_id, lease=HOUR)
    queue.acknowledge(service.database, actor=IN_CHARGE, report_ids=[report_id])
    with service.database.read() as connection:
        version = connection.execute(select(reports.c.version)).scalar_one()

    change_code(service, stub.code, new_code())

    move = casework.Move(to=Status.VERIFYING, version=version)
    assert casework.transition(service, actor=IN_CHARGE, report_id=report_id, move=move) > version


def test_a_change_that_breaks_half_way_leaves_the_old_code_whole(
    service: ReportService, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub, new = a_stub(service), new_code()
    enter_by(service, stub)
    answer_to(service, stub, "Đã đến xem.")
    monkeypatch.setattr("forms_api.store.stubs.forget", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        change_code(service, stub.code, new)

    assert texts(service, stub.code) == ["Đã đến xem."]
    with pytest.raises(NotFoundError):
        follow(service, new)


def test_the_code_of_a_report_from_the_web_is_none_to_change(service: ReportService) -> None:
    handed = enter(service, actor=MEMBER, submission=told(), channel=Channel.PHONE)
    assert handed.code is not None

    assert not must_change(service, handed.code)
    with pytest.raises(NotFoundError):
        change_code(service, handed.code, new_code())


def test_the_same_paper_typed_twice_in_one_form_is_one_report(service: ReportService) -> None:
    stub, submission = a_stub(service), told()

    first = enter_by(service, stub, submission)
    again = enter_by(service, stub, submission)
    change_code(service, stub.code, new_code())
    late = enter_by(service, stub, submission)

    for handed in (again, late):
        assert handed.repeated
        assert (handed.reference, handed.code) == (first.reference, None)


def test_a_form_sent_first_without_its_stub_keeps_its_own_number_and_code(
    service: ReportService,
) -> None:
    stub, submission = a_stub(service), told()
    first = enter(service, actor=MEMBER, submission=submission, channel=Channel.PAPER)

    again = enter_by(service, stub, submission)

    assert again.repeated
    assert (again.reference, again.code) == (first.reference, first.code)
    assert find_stub(service, stub.reference, actor=MEMBER, submission_id=new_submission_id())


def test_a_number_goes_to_one_of_those_who_type_it_at_once(service: ReportService) -> None:
    stub = a_stub(service)
    found = find_stub(service, stub.reference, actor=MEMBER, submission_id=new_submission_id())

    def try_it(_: int) -> HandedOver | None:
        try:
            return enter(
                service, actor=MEMBER, submission=told(), channel=Channel.PAPER, stub=found
            )
        except StubTakenError:
            return None

    with ThreadPoolExecutor(6) as pool:
        handed = [one for one in pool.map(try_it, range(6)) if one]

    assert [one.reference for one in handed] == [stub.reference]
    with service.database.read() as connection:
        assert len(connection.execute(select(reports.c.id)).all()) == 1


def test_a_number_that_was_used_or_never_printed_is_told_apart(service: ReportService) -> None:
    used, changed = a_stub(service), a_stub(service)
    for stub in (used, changed):
        enter_by(service, stub)
    change_code(service, changed.code, new_code())

    for stub in (used, changed):
        with pytest.raises(StubTakenError):
            enter_by(service, stub)
    for typed in ("XG-A2B3C4", "XG-7K3M9Z", "gì đó", ""):
        with pytest.raises(NotFoundError):
            find_stub(service, typed, actor=MEMBER, submission_id=new_submission_id())


def test_sheets_are_counted_and_a_lost_one_ends_without_its_reports(service: ReportService) -> None:
    sheet = draw_sheet(service.database, prefix="XG", count=3)
    keep_sheet(service.database, sheet, actor=KEEPER)
    other = a_stub(service)
    enter_by(service, sheet.stubs[0])

    found = list_sheets(service.database, actor=KEEPER)
    assert [(state.free, state.entered) for state in found] == [(2, 1), (1, 0)]
    assert isinstance(found[0], SheetState)
    assert drop_sheet(service.database, sheet.name, actor=KEEPER) == 2

    assert must_change(service, sheet.stubs[0].code)
    with pytest.raises(NotFoundError):
        enter_by(service, sheet.stubs[1])
    with pytest.raises(NotFoundError):
        drop_sheet(service.database, sheet.name, actor=KEEPER)
    assert enter_by(service, other).reference == other.reference


def test_numbers_are_drawn_that_nothing_has(
    service: ReportService, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["XG-A2A2A2", "XG-B2B2B2", "XG-A2A2A2", "XG-B2B2B2", "XG-C2C2C2", "XG-D2D2D2"])
    monkeypatch.setattr("forms_api.reports.stubs.new_stub_reference", lambda _: next(drawn))
    first = draw_sheet(service.database, prefix="XG", count=2)
    keep_sheet(service.database, first, actor=KEEPER)

    second = draw_sheet(service.database, prefix="XG", count=2)

    assert [stub.reference for stub in second.stubs] == ["XG-C2C2C2", "XG-D2D2D2"]
    with pytest.raises(ConflictError):
        keep_sheet(service.database, dataclasses.replace(first, name="X"), actor=KEEPER)


def test_only_who_keeps_the_keys_makes_and_ends_stubs(service: ReportService) -> None:
    sheet = draw_sheet(service.database, prefix="XG", count=1)
    lead = officer_actor("lan", Role.STANDING)

    refusals: tuple[Callable[[], object], ...] = (
        lambda: keep_sheet(service.database, sheet, actor=lead),
        lambda: list_sheets(service.database, actor=lead),
        lambda: drop_sheet(service.database, sheet.name, actor=lead),
        lambda: find_stub(
            service,
            sheet.stubs[0].reference,
            actor=officer_actor("may", Role.ADMIN),
            submission_id=new_submission_id(),
        ),
    )
    for refused in refusals:
        with pytest.raises(ForbiddenError):
            refused()
