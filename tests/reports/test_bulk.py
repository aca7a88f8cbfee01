"""One act on many reports: each judged apart, all in one commit."""

from __future__ import annotations

import pytest

from forms_api.errors import ForbiddenError, LimitError, NotFoundError, OvertakenError
from forms_api.reports import bulk, queue
from forms_api.reports.bulk import MAX_AT_ONCE, Outcome
from forms_api.reports.lifecycle import Status
from forms_api.reports.service import ReportService
from forms_api.store import audit
from tests.reports.cases import HOUR, actions_of, hire, received, row_of, send
from tests.reports.people import IN_CHARGE, OTHER


def refusals(outcomes: list[Outcome]) -> list[type[Exception] | None]:
    """Return what kind of refusal each report met."""
    return [None if one.refusal is None else type(one.refusal) for one in outcomes]


def test_of_many_claims_each_has_its_own_answer(service: ReportService) -> None:
    _, free = send(service)
    _, taken = send(service)
    queue.claim_one(service.database, actor=OTHER, report_id=taken, lease=HOUR)

    outcomes = bulk.claim_each(
        service.database, actor=IN_CHARGE, report_ids=[taken, free, "none", free], lease=HOUR
    )

    assert [outcome.report_id for outcome in outcomes] == [taken, free, "none"]
    assert refusals(outcomes) == [OvertakenError, None, NotFoundError]
    assert row_of(service.database, free).claimed_by == IN_CHARGE.name
    assert row_of(service.database, taken).claimed_by == OTHER.name
    with service.database.read() as connection:
        audit.verify(connection)


def test_many_are_marked_as_received_released_and_assigned(service: ReportService) -> None:
    database = service.database
    hire(database, "lan")
    ids = [send(service)[1] for _ in range(3)]
    others = received(service)[1]
    bulk.claim_each(database, actor=OTHER, report_ids=ids, lease=HOUR)

    released = bulk.release_each(database, actor=OTHER, report_ids=[ids[0], others])
    marked = bulk.acknowledge_each(database, actor=OTHER, report_ids=ids)
    given = bulk.assign_each(database, actor=OTHER, report_ids=ids[1:], to_name="lan")
    nobody = bulk.assign_each(database, actor=OTHER, report_ids=ids[1:], to_name="nobody")

    assert refusals(released) == [None, OvertakenError]
    assert refusals(marked) == [OvertakenError, None, None]
    assert refusals(given) == [None, None]
    assert refusals(nobody) == [NotFoundError] * 2
    assert [row_of(database, one).status for one in ids] == [
        Status.NEW,
        Status.RECEIVED,
        Status.RECEIVED,
    ]
    assert actions_of(database, ids[1]) == ["received", "claimed", "acknowledged", "assigned"]


def test_no_more_than_a_hundred_at_once_and_nothing_without_the_right(
    service: ReportService,
) -> None:
    ids = [str(number) for number in range(MAX_AT_ONCE + 1)]
    helpless = hire(service.database, "machine")

    with pytest.raises(LimitError):
        bulk.claim_each(service.database, actor=IN_CHARGE, report_ids=ids, lease=HOUR)
    _, report_id = received(service)
    [outcome] = bulk.assign_each(
        service.database, actor=helpless, report_ids=[report_id], to_name="machine"
    )
    assert isinstance(outcome.refusal, ForbiddenError)
