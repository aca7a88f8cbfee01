"""Nothing is deleted by one person, or at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

import pytest
import time_machine
from sqlalchemy import func, select

from forms_api.accounts.permissions import Role, officer_actor
from forms_api.errors import ForbiddenError, NotFoundError, OvertakenError
from forms_api.reports import trash
from forms_api.reports.casework import OutsideNumber, add_note, add_number
from forms_api.reports.filters import Filter
from forms_api.reports.followup import add_message, follow
from forms_api.reports.listing import list_page
from forms_api.reports.outside_numbers import NumberKind
from forms_api.reports.service import ReportService
from forms_api.reports.trash import KEPT_FOR, TrashReason
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.schema import attachments, external_numbers, messages, notes
from tests.reports.cases import actions_of, log_of, received, row_of
from tests.reports.people import IN_CHARGE, OTHER, standing
from tests.reports.samples import a_photo

START = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
LATER = START + KEPT_FOR + dt.timedelta(minutes=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands where a test puts it."""
    with time_machine.travel(START, tick=True) as traveller:
        yield traveller


def throw_away(service: ReportService, report_id: str) -> None:
    """Let the officer in charge put a report into the trash."""
    trash.put_in_trash(
        service.database,
        actor=IN_CHARGE,
        report_id=report_id,
        version=standing(service, report_id)[1],
        reason=TrashReason.SPAM,
    )


def content_of(database: Database, report_id: str) -> int:
    """Return how much is left of what people wrote and sent."""
    with database.read() as connection:
        rows = sum(
            connection.execute(
                select(func.count()).where(table.c.report_id == report_id)
            ).scalar_one()
            for table in (attachments, messages, notes, external_numbers)
        )
    return len(row_of(database, report_id).sealed) + rows


def test_a_report_in_the_trash_leaves_the_lists_and_comes_back_as_it_was(
    service: ReportService,
) -> None:
    receipt, report_id = received(service)

    throw_away(service, report_id)
    [thrown] = trash.list_trash(service.database, actor=OTHER)
    gone = list_page(service.database, actor=OTHER, wanted=Filter()).reports
    trash.restore(service.database, actor=OTHER, report_id=report_id)
    back = list_page(service.database, actor=OTHER, wanted=Filter()).reports

    assert (thrown.reason, thrown.asked_by) == (TrashReason.SPAM, IN_CHARGE.name)
    assert (thrown.approved_by, thrown.erased_from) == (None, None)
    assert (gone, [row["id"] for row in back]) == ((), [report_id])
    assert trash.list_trash(service.database, actor=OTHER) == []
    assert actions_of(service.database, report_id)[-2:] == ["trashed", "restored"]
    assert follow(service, receipt.code).reference == receipt.reference
    throw_away(service, report_id)  # it may go there again


def test_one_officer_alone_deletes_nothing_however_long_it_takes(
    clock: time_machine.Traveller, service: ReportService
) -> None:
    _, report_id = received(service)
    throw_away(service, report_id)

    with pytest.raises(ForbiddenError):
        trash.approve(service.database, actor=IN_CHARGE, report_id=report_id)
    clock.move_to(START + 12 * KEPT_FOR)

    assert trash.erase_due(service.database, actor="worker") == 0
    assert content_of(service.database, report_id) > 0


def test_two_officers_delete_after_thirty_days_and_the_bare_row_and_log_stay(
    clock: time_machine.Traveller, service: ReportService
) -> None:
    database = service.database
    receipt, report_id = received(service, files=[a_photo("a")])
    add_message(service, receipt.code, text="thêm", message_id="1")
    add_note(service, actor=OTHER, report_id=report_id, text="ghi")
    number = OutsideNumber(NumberKind.VNEID, number="1")
    add_number(service, actor=OTHER, report_id=report_id, number=number)
    throw_away(service, report_id)
    trash.approve(database, actor=OTHER, report_id=report_id)
    with pytest.raises(OvertakenError):
        trash.approve(database, actor=OTHER, report_id=report_id)
    [waiting] = trash.list_trash(database, actor=OTHER)

    clock.move_to(LATER - dt.timedelta(hours=1))
    early = trash.erase_due(database, actor="worker")
    clock.move_to(LATER)
    done = [trash.erase_due(database, actor="worker") for _ in range(2)]

    assert waiting.erased_from == row_of(database, report_id).trashed_at + KEPT_FOR
    assert (early, done) == (0, [1, 0])
    assert content_of(database, report_id) == 0
    assert log_of(database, report_id)[-1] == ("worker", "erased", "{}")
    with pytest.raises(NotFoundError):
        trash.restore(database, actor=OTHER, report_id=report_id)
    with database.read() as connection:
        audit.verify(connection)


def test_a_report_taken_back_after_both_agreed_stays(
    clock: time_machine.Traveller, service: ReportService
) -> None:
    _, report_id = received(service)
    throw_away(service, report_id)
    trash.approve(service.database, actor=OTHER, report_id=report_id)
    trash.restore(service.database, actor=IN_CHARGE, report_id=report_id)
    throw_away(service, report_id)
    clock.move_to(LATER)

    assert trash.erase_due(service.database, actor="worker") == 0


def test_a_stale_page_puts_nothing_into_the_trash_and_members_never_do(
    service: ReportService,
) -> None:
    _, report_id = received(service)
    act = partial(
        trash.put_in_trash, service.database, report_id=report_id, reason=TrashReason.TRIAL
    )

    with pytest.raises(OvertakenError):
        act(actor=IN_CHARGE, version=1)
    with pytest.raises(ForbiddenError):
        act(actor=officer_actor("member", Role.MEMBER), version=2)
    with pytest.raises(NotFoundError):
        trash.approve(service.database, actor=OTHER, report_id=report_id)
