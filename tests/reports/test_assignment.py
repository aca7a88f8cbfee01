"""Taking over, giving, passing on, giving back, and what a leaver had."""

from __future__ import annotations

import pytest

from forms_api.accounts.permissions import Role
from forms_api.errors import ForbiddenError, NotFoundError, OvertakenError, TransitionError
from forms_api.reports import assignment, queue
from forms_api.reports.lifecycle import Status
from forms_api.reports.reach import colleagues_for
from forms_api.reports.service import ReportService, utc_now
from tests.reports.cases import HOUR, actions_of, dismiss, hire, log_of, put, received, row_of, send
from tests.reports.people import IN_CHARGE, OTHER, standing


def test_a_lead_takes_a_report_over_with_a_reason_and_the_first_holder_s_write_is_stale(
    service: ReportService,
) -> None:
    _, report_id = received(service)

    with pytest.raises(TransitionError):
        assignment.take_over(service, actor=OTHER, report_id=report_id, version=2, reason=" ")
    version = assignment.take_over(
        service, actor=OTHER, report_id=report_id, version=2, reason="đồng chí ấy nghỉ ốm"
    )

    assert version == 3
    assert row_of(service.database, report_id).claimed_by == OTHER.name
    assert log_of(service.database, report_id)[-1] == (
        OTHER.name,
        "taken over",
        f'{{"holder": "{IN_CHARGE.name}"}}',
    )
    with pytest.raises(OvertakenError) as caught:
        assignment.give_back(service.database, actor=IN_CHARGE, report_id=report_id, version=2)
    assert (caught.value.by, caught.value.action) == (OTHER.name, "taken over")


def test_a_lease_is_taken_over_too_and_the_report_is_received_with_it(
    service: ReportService,
) -> None:
    _, report_id = send(service)
    queue.claim_one(service.database, actor=IN_CHARGE, report_id=report_id, lease=HOUR)

    assignment.take_over(service, actor=OTHER, report_id=report_id, version=1, reason="gấp")

    row = row_of(service.database, report_id)
    assert (row.status, row.claimed_by, row.lease_until) == ("tiep_nhan", OTHER.name, None)
    assert actions_of(service.database, report_id) == ["received", "claimed", "taken over", "moved"]


def test_a_member_takes_nothing_from_others_and_passes_on_the_own_report(
    service: ReportService,
) -> None:
    lan, hoa = hire(service.database, "lan"), hire(service.database, "hoa")
    _, of_another = received(service)
    _, own = received(service)
    put(service.database, own, claimed_by=lan.name)

    with pytest.raises(ForbiddenError):
        assignment.take_over(service, actor=lan, report_id=of_another, version=2, reason="vì")
    with pytest.raises(ForbiddenError):
        assignment.assign(
            service.database, actor=lan, report_id=of_another, to_name="lan", version=2
        )
    assignment.assign(service.database, actor=lan, report_id=own, to_name="hoa", version=2)

    assert row_of(service.database, of_another).claimed_by == IN_CHARGE.name
    assert row_of(service.database, own).claimed_by == hoa.name


def test_a_report_is_given_only_to_an_active_officer_who_would_see_it(
    service: ReportService,
) -> None:
    database = service.database
    hire(database, "near", areas=["to-1"])
    hire(database, "far", areas=["to-2"])
    hire(database, "gone", areas=["to-1"])
    hire(database, "machine", Role.ADMIN)
    dismiss(database, "gone")
    _, report_id = received(service, area="to-1")

    for name, refusal in (
        ("far", ForbiddenError),
        ("machine", ForbiddenError),
        ("gone", NotFoundError),
        ("nobody", NotFoundError),
    ):
        with pytest.raises(refusal):
            assignment.assign(database, actor=OTHER, report_id=report_id, to_name=name, version=2)
    assignment.assign(database, actor=OTHER, report_id=report_id, to_name="near", version=2)

    offered = colleagues_for(database, actor=OTHER, report_id=report_id)
    assert [colleague.name for colleague in offered] == ["near"]
    assert standing(service, report_id) == (Status.RECEIVED, 3)
    assert row_of(database, report_id).claimed_by == "officer:near"


def test_a_report_given_back_is_nobody_s_and_can_be_assigned(service: ReportService) -> None:
    _, report_id = received(service)

    version = assignment.give_back(
        service.database, actor=IN_CHARGE, report_id=report_id, version=2
    )

    assert queue.glance(service.database, actor=OTHER).unassigned == 1
    with pytest.raises(OvertakenError):
        assignment.give_back(
            service.database, actor=IN_CHARGE, report_id=report_id, version=version
        )


def test_what_a_leaver_had_open_goes_to_a_colleague_and_what_is_done_stays(
    service: ReportService,
) -> None:
    database = service.database
    lan = hire(database, "lan")
    hoa = hire(database, "hoa", areas=["to-1"])
    dismiss(database, "lan")
    _, taken = received(service, area="to-1")
    _, leased = send(service, area="to-1")
    _, out_of_sight = received(service, area="to-2")
    _, finished = received(service, area="to-1")
    for report_id in (taken, leased, out_of_sight, finished):
        put(database, report_id, claimed_by=lan.name)
    put(database, leased, lease_until=utc_now() + HOUR)
    put(database, finished, status=Status.RESOLVED.value)

    over = assignment.hand_over_all(database, actor=OTHER, from_name="lan", to_name="hoa")

    assert (set(over.moved), over.left) == ({taken, leased}, (out_of_sight,))
    assert {row_of(database, one).claimed_by for one in over.moved} == {hoa.name}
    assert row_of(database, leased).status == Status.RECEIVED
    assert row_of(database, finished).claimed_by == lan.name
    assert actions_of(database, taken)[-1] == "assigned"


def test_nothing_is_handed_over_to_somebody_who_left(service: ReportService) -> None:
    hire(service.database, "lan")
    dismiss(service.database, "lan")

    with pytest.raises(NotFoundError):
        assignment.hand_over_all(
            service.database, actor=OTHER, from_name="in-charge", to_name="lan"
        )


def test_what_was_given_back_can_be_picked_up_by_anybody_and_by_one(
    service: ReportService,
) -> None:
    _, report_id = received(service)
    assignment.give_back(service.database, actor=IN_CHARGE, report_id=report_id, version=2)

    assert assignment.pick_up(service.database, actor=OTHER, report_id=report_id) == 4
    assert row_of(service.database, report_id).claimed_by == OTHER.name
    with pytest.raises(OvertakenError) as caught:
        assignment.pick_up(service.database, actor=IN_CHARGE, report_id=report_id)
    assert (caught.value.by, caught.value.action) == (OTHER.name, "picked up")


def test_a_new_report_is_claimed_not_picked_up(service: ReportService) -> None:
    _, report_id = send(service)

    with pytest.raises(OvertakenError):
        assignment.pick_up(service.database, actor=OTHER, report_id=report_id)
