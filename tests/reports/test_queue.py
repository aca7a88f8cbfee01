"""Claims of one report, leases, and what a glance at the queue tells."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import ForbiddenError, NotFoundError, OvertakenError
from forms_api.reports import casework, queue
from forms_api.reports.casework import Move
from forms_api.reports.followup import add_message, follow
from forms_api.reports.lifecycle import Status
from forms_api.reports.queue import Glance
from forms_api.reports.service import ReportService, utc_now
from tests.reports.cases import HOUR, actions_of, put, received, row_of, send
from tests.reports.people import IN_CHARGE, OTHER, standing

READER = Actor("officer:reader", frozenset({Permission.LIST, Permission.READ}))


def test_a_hundred_claims_of_one_report_have_one_winner(service: ReportService) -> None:
    _, report_id = send(service)
    actors = [Actor(f"officer:{n}", frozenset({Permission.CLAIM})) for n in range(100)]

    def claim(actor: Actor) -> str | None:
        try:
            queue.claim_one(service.database, actor=actor, report_id=report_id, lease=HOUR)
        except OvertakenError:
            return None
        return actor.name

    with ThreadPoolExecutor(20) as pool:
        winners = [name for name in pool.map(claim, actors) if name is not None]

    assert winners == [row_of(service.database, report_id).claimed_by]
    assert actions_of(service.database, report_id) == ["received", "claimed"]


def test_who_comes_second_learns_who_was_first(service: ReportService) -> None:
    _, report_id = send(service)
    queue.claim_one(service.database, actor=IN_CHARGE, report_id=report_id, lease=HOUR)

    with pytest.raises(OvertakenError) as caught:
        queue.claim_one(service.database, actor=OTHER, report_id=report_id, lease=HOUR)

    assert (caught.value.by, caught.value.action) == (IN_CHARGE.name, "claimed")
    assert caught.value.at is not None


def test_a_lease_is_renewed_by_its_holder_alone_and_ends_by_itself(service: ReportService) -> None:
    _, report_id = send(service)
    first = queue.claim_one(service.database, actor=IN_CHARGE, report_id=report_id, lease=HOUR)

    second = queue.renew(service.database, actor=IN_CHARGE, report_id=report_id, lease=3 * HOUR)
    with pytest.raises(OvertakenError):
        queue.renew(service.database, actor=OTHER, report_id=report_id, lease=HOUR)
    with time_machine.travel(second + dt.timedelta(seconds=1), tick=True):
        queue.claim_one(service.database, actor=OTHER, report_id=report_id, lease=HOUR)
        with pytest.raises(OvertakenError):
            queue.renew(service.database, actor=IN_CHARGE, report_id=report_id, lease=HOUR)

    assert second > first
    assert row_of(service.database, report_id).claimed_by == OTHER.name


def test_a_holder_whose_lease_ran_out_writes_nothing_while_another_holds_the_report(
    service: ReportService,
) -> None:
    receipt, report_id = send(service)
    until = queue.claim_one(service.database, actor=OTHER, report_id=report_id, lease=HOUR)

    with time_machine.travel(until + dt.timedelta(seconds=1), tick=True):
        queue.claim_one(service.database, actor=IN_CHARGE, report_id=report_id, lease=HOUR)
        with pytest.raises(OvertakenError):
            queue.acknowledge(service.database, actor=OTHER, report_ids=[report_id])
        with pytest.raises(OvertakenError):
            casework.transition(
                service, actor=OTHER, report_id=report_id, move=Move(Status.RECEIVED, 1)
            )
        for write in (casework.answer, casework.ask):
            with pytest.raises(OvertakenError):
                write(service, actor=OTHER, report_id=report_id, text="chào")

    assert standing(service, report_id) == (Status.NEW, 1)
    assert follow(service, receipt.code).messages == ()


def test_what_is_kept_apart_received_or_in_the_trash_cannot_be_claimed(
    service: ReportService,
) -> None:
    _, apart = send(service, quarantined="trap")
    _, done = received(service)
    _, gone = send(service)
    put(service.database, gone, trashed_at=utc_now())

    for report_id, refusal in (
        (apart, OvertakenError),
        (done, OvertakenError),
        (gone, NotFoundError),
    ):
        with pytest.raises(refusal):
            queue.claim_one(service.database, actor=OTHER, report_id=report_id, lease=HOUR)
    assert queue.claim(service.database, actor=OTHER, limit=9, lease=HOUR) == []


def test_who_may_only_read_can_neither_claim_nor_admit(service: ReportService) -> None:
    _, report_id = send(service, quarantined="trap")

    with pytest.raises(ForbiddenError):
        queue.claim(service.database, actor=READER, limit=1, lease=HOUR)
    with pytest.raises(ForbiddenError):
        queue.claim_one(service.database, actor=READER, report_id=report_id, lease=HOUR)
    with pytest.raises(ForbiddenError):
        queue.admit(service.database, actor=READER, report_id=report_id)


def test_a_glance_counts_what_there_is_to_do(service: ReportService) -> None:
    database, now = service.database, utc_now()
    send(service)
    send(service, quarantined="trap")
    _, claimed = send(service)
    queue.claim_one(database, actor=IN_CHARGE, report_id=claimed, lease=HOUR)
    _, run_out = send(service)
    put(database, run_out, claimed_by=OTHER.name, lease_until=now - HOUR)
    _, late = received(service)
    put(database, late, due_at=now - HOUR)
    _, asked = received(service)
    put(database, asked, due_at=now + HOUR, waiting_since=now)
    _, nobodys = received(service)
    put(database, nobodys, claimed_by=None)
    _, gone = received(service)
    put(database, gone, trashed_at=now, due_at=now - HOUR)
    finished, done = received(service)
    put(database, done, status="da_giai_quyet", due_at=now - HOUR)
    add_message(service, finished.code, text="Vẫn tái diễn", message_id="1")

    assert queue.glance(database, actor=IN_CHARGE) == Glance(
        waiting=2,
        mine=3,
        late=1,
        awaiting_reporter=1,
        unassigned=1,
        quarantined=1,
        new_words=1,
    )
    assert queue.glance(database, actor=READER).mine == 0
