"""A report opened: its story for who may read, its reporter only for a reason, all of it logged."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest
from sqlalchemy import case, update

from forms_api.accounts.permissions import Actor, Permission, Role, officer_actor
from forms_api.errors import ForbiddenError, NotFoundError, SealError, UntrustedReportError
from forms_api.reports.casework import (
    Move,
    OutsideNumber,
    add_note,
    add_number,
    answer,
    ask,
    transition,
)
from forms_api.reports.followup import add_message
from forms_api.reports.lifecycle import Status
from forms_api.reports.opening import unseal_any
from forms_api.reports.outside_numbers import NumberKind
from forms_api.reports.reading import (
    OpenedCase,
    RevealReason,
    open_case,
    open_file,
    reveal_identity,
)
from forms_api.reports.retention import purge
from forms_api.reports.service import ReportService, utc_now
from forms_api.reports.timeline import EntryKind
from forms_api.store.schema import attachments
from forms_api.vault.sealing import Identity, generate_identity, seal
from tests.reports.cases import NAME, PHONE, STORY, actions_of, log_of, put, received, row_of, send
from tests.reports.people import IN_CHARGE, standing
from tests.reports.samples import a_photo

MEMBER = officer_actor("member", Role.MEMBER)


def opened(service: ReportService, report_id: str, *keys: Identity) -> OpenedCase:
    """Open a report as the officer in charge."""
    return open_case(service, actor=IN_CHARGE, report_id=report_id, keys=keys)


def test_the_story_is_shown_and_who_told_it_is_not(
    service: ReportService, queue_identity: Identity
) -> None:
    _, report_id = received(service, files=[a_photo("a")])

    shown = opened(service, report_id, queue_identity)

    assert shown.form_title == "Phiếu phản ánh"
    assert [(one.text, one.vneid) for one in shown.story] == [(STORY, "Tóm tắt diễn biến")]
    assert shown.masked == ("ho ten", "dien thoai")
    assert [(one.number, one.media_type) for one in shown.files] == [(1, "image/jpeg")]
    assert NAME not in repr(shown)
    assert PHONE not in repr(shown)
    assert actions_of(service.database, report_id)[-1] == "opened"


def test_answers_of_old_reports_are_masked_by_kind_and_by_the_form_s_ids(
    service: ReportService, queue_identity: Identity
) -> None:
    old = {"format": 1, "answers": [
        {"field_id": "ho-ten", "kind": "text", "label": "Họ và tên", "value": NAME, "text": NAME},
        {"field_id": "so", "kind": "phone", "label": "Số", "value": PHONE, "text": PHONE},
        {"field_id": "ke", "kind": "paragraph", "label": "Kể", "value": "x", "text": "x"},
    ]}  # fmt: skip
    _, report_id = received(service, content=old)

    shown = opened(service, report_id, queue_identity)

    assert ([one.label for one in shown.story], shown.masked) == (["Kể"], ("Họ và tên", "Số"))


def test_who_told_it_is_revealed_with_the_right_and_a_reason_that_the_log_keeps(
    service: ReportService, queue_identity: Identity
) -> None:
    _, report_id = received(service)
    keys = [queue_identity]

    with pytest.raises(ForbiddenError):
        reveal_identity(
            service, actor=MEMBER, report_id=report_id, keys=keys, reason=RevealReason.VERIFY
        )
    known = reveal_identity(
        service,
        actor=IN_CHARGE,
        report_id=report_id,
        keys=keys,
        reason=RevealReason.CALL_BACK,
        note="gọi hỏi giờ",
    )

    assert [one.text for one in known] == [NAME, PHONE]
    who, action, details = log_of(service.database, report_id)[-1]
    assert (who, action) == (IN_CHARGE.name, "identity revealed")
    assert json.loads(details) == {"reason": "lien-lac"}
    assert [note.text for note in opened(service, report_id, queue_identity).notes] == [
        "gọi hỏi giờ"
    ]


def test_a_reading_without_a_note_makes_nobody_s_write_stale(
    service: ReportService, queue_identity: Identity
) -> None:
    _, report_id = received(service)
    before = standing(service, report_id)

    opened(service, report_id, queue_identity)
    reveal_identity(
        service,
        actor=IN_CHARGE,
        report_id=report_id,
        keys=[queue_identity],
        reason=RevealReason.VERIFY,
    )

    assert standing(service, report_id) == before


def test_everything_that_happened_is_one_list_in_order(
    service: ReportService, queue_identity: Identity
) -> None:
    receipt, report_id = received(service)
    ask(service, actor=IN_CHARGE, report_id=report_id, text="Mấy giờ?")
    add_message(service, receipt.code, text="22 giờ", message_id="1")
    add_note(service, actor=IN_CHARGE, report_id=report_id, text="nhà số 5")
    number = OutsideNumber(NumberKind.BODY, "Công an tỉnh", "12/CV")
    version = standing(service, report_id)[1]
    move = Move(Status.HANDED_OVER, version, "thuộc tỉnh", "Đã chuyển", number)
    transition(service, actor=IN_CHARGE, report_id=report_id, move=move)

    shown = opened(service, report_id, queue_identity)

    told = [(entry.kind, entry.action, entry.text) for entry in shown.timeline]
    assert told == [
        (EntryKind.ACT, "received", None),
        (EntryKind.ACT, "claimed", None),
        (EntryKind.ACT, "acknowledged", None),
        (EntryKind.MESSAGE, "question asked", "Mấy giờ?"),
        (EntryKind.MESSAGE, "message", "22 giờ"),
        (EntryKind.NOTE, "note added", "nhà số 5"),
        (EntryKind.ACT, "moved", None),
        (EntryKind.ACT, "number added", None),
        (EntryKind.MESSAGE, "message", "Đã chuyển"),
        (EntryKind.NOTE, "note added", "thuộc tỉnh"),
    ]
    assert shown.timeline[6].details == {"from": "tiep_nhan", "to": "chuyen_co_quan"}
    [kept] = shown.numbers
    assert (kept.kind, kept.body, kept.number) == (NumberKind.BODY, "Công an tỉnh", "12/CV")
    assert [message.from_reporter for message in shown.messages] == [False, True, False]


def test_what_was_sealed_to_an_older_key_opens_with_the_keys_that_an_officer_has(
    service: ReportService, queue_identity: Identity
) -> None:
    newer = generate_identity()
    receipt, report_id = received(service, files=[a_photo("a")])
    rotated = dataclasses.replace(service, recipient=newer.recipient)
    answer(rotated, actor=IN_CHARGE, report_id=report_id, text="mới")
    add_number(
        rotated,
        actor=IN_CHARGE,
        report_id=report_id,
        number=OutsideNumber(NumberKind.VNEID, number="7"),
    )

    shown = opened(rotated, report_id, newer, queue_identity)
    picture = open_file(
        rotated, actor=IN_CHARGE, report_id=report_id, number=1, keys=[newer, queue_identity]
    )

    assert ([one.text for one in shown.messages], shown.story[0].text) == (["mới"], STORY)
    assert picture.data == a_photo("a").data
    with pytest.raises(UntrustedReportError):
        opened(rotated, report_id, newer)
    with pytest.raises(SealError):
        unseal_any(seal(b"x", [receipt.code.identity.recipient]), [])


def test_content_of_another_report_is_not_shown_as_this_one_s(
    service: ReportService, queue_identity: Identity
) -> None:
    _, one = received(service)
    _, other = received(service)
    swapped = row_of(service.database, other).sealed
    put(service.database, one, sealed=swapped)

    with pytest.raises(UntrustedReportError):
        opened(service, one, queue_identity)


def test_a_picture_comes_checked_and_its_reading_is_logged(
    service: ReportService, queue_identity: Identity
) -> None:
    _, report_id = received(service, files=[a_photo("a")])
    _, other = received(service, files=[a_photo("b")])
    keys = [queue_identity]

    picture = open_file(service, actor=IN_CHARGE, report_id=report_id, number=1, keys=keys)

    assert (picture.data, picture.media_type) == (a_photo("a").data, "image/jpeg")
    assert log_of(service.database, report_id)[-1][1:] == ("attachment opened", '{"number": 1}')
    with pytest.raises(NotFoundError):
        open_file(service, actor=IN_CHARGE, report_id=report_id, number=2, keys=keys)
    _swap_pictures(service, report_id, other)
    with pytest.raises(UntrustedReportError):
        open_file(service, actor=IN_CHARGE, report_id=report_id, number=1, keys=keys)


def _swap_pictures(service: ReportService, one: str, other: str) -> None:
    owner = attachments.c.report_id
    swapped = update(attachments).values(
        report_id=case((owner == one, other), (owner == other, one), else_=owner)
    )
    service.database.write(lambda connection: connection.execute(swapped).rowcount)


def test_a_purged_report_opens_to_its_bare_row(
    service: ReportService, queue_identity: Identity
) -> None:
    _, report_id = received(service)
    move = Move(Status.RESOLVED, 2, answer="Đã xong")
    transition(service, actor=IN_CHARGE, report_id=report_id, move=move)
    put(service.database, report_id, updated_at=utc_now() - dt.timedelta(days=2))
    purge(service.database, retention_days={"phan-anh-antt": 1}, actor="worker")

    shown = opened(service, report_id, queue_identity)

    assert (shown.story, shown.masked, shown.messages, shown.notes) == ((), (), (), ())
    assert "moved" in [entry.action for entry in shown.timeline]


def test_a_report_in_the_trash_is_read_only_by_those_who_decide_about_it(
    service: ReportService, queue_identity: Identity
) -> None:
    _, report_id = send(service)
    put(service.database, report_id, trashed_at=utc_now())
    reader = Actor("officer:reader", frozenset({Permission.READ}))

    assert opened(service, report_id, queue_identity).story[0].text == STORY
    with pytest.raises(NotFoundError):
        open_case(service, actor=reader, report_id=report_id, keys=[queue_identity])
