"""What is kept with a report is what its history says, and is computed anew whenever that changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy import Connection, select, update

from forms_api.reports.deadlines import ASKED, count_late, legs_of, next_due, refresh_due
from forms_api.reports.followup import add_message
from forms_api.reports.intake import Receipt, submit
from forms_api.reports.service import ReportService
from forms_api.store import audit
from forms_api.store import deadlines as rows
from forms_api.store.database import Database
from forms_api.store.schema import reports
from tests.reports.calendars import days, here, hours, some_rules
from tests.reports.samples import a_submission

IN_CHARGE = "officer:lan"
MONDAY = here("2026-11-23 08:00")
RULES = some_rules(acknowledge=hours(8), finish=days(3))


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A Monday morning that stands still until a test moves it."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def id_of(service: ReportService, receipt: Receipt) -> str:
    """Return the id of the receipt's report."""
    with service.database.read() as connection:
        query = select(reports.c.id).where(reports.c.reference == receipt.reference)
        return str(connection.execute(query).scalar_one())


def due(database: Database, report_id: str) -> dt.datetime | None:
    """Return what is kept with a report."""
    with database.read() as connection:
        query = select(reports.c.due_at).where(reports.c.id == report_id)
        found: dt.datetime | None = connection.execute(query).scalar_one()
    return found


@pytest.fixture
def report_id(clock: time_machine.Traveller, service: ReportService) -> str:
    """A report that came on Monday morning."""
    return id_of(service, submit(service, a_submission()))


def test_a_new_report_has_its_deadline_after_the_next_refresh(
    service: ReportService, report_id: str
) -> None:
    assert due(service.database, report_id) is None

    assert refresh_due(service.database, RULES) == 1
    assert due(service.database, report_id) == here("2026-11-23 17:00")
    assert refresh_due(service.database, RULES) == 0


def test_a_refresh_of_some_reports_leaves_the_others(
    service: ReportService, report_id: str
) -> None:
    other = id_of(service, submit(service, a_submission()))

    assert refresh_due(service.database, RULES, [other]) == 1
    assert due(service.database, report_id) is None


def test_when_the_ward_takes_its_decision_back_nothing_is_due(
    service: ReportService, report_id: str
) -> None:
    refresh_due(service.database, RULES)

    assert refresh_due(service.database, some_rules()) == 1
    assert due(service.database, report_id) is None


def test_a_report_that_ended_without_being_refreshed_loses_its_deadline(
    service: ReportService, report_id: str
) -> None:
    refresh_due(service.database, RULES)
    with service.database.transaction() as connection:
        ended = [
            audit.Event(IN_CHARGE, "acknowledged", report_id),
            audit.Event(IN_CHARGE, "moved", report_id, {"to": "da_giai_quyet"}),
        ]
        audit.append(connection, ended, at=here("2026-11-23 09:00"))
        connection.execute(update(reports).values(status="da_giai_quyet"))

    assert refresh_due(service.database, RULES) == 1
    assert due(service.database, report_id) is None


def test_within_a_transaction_the_coming_events_count(
    clock: time_machine.Traveller, service: ReportService, report_id: str
) -> None:
    now = here("2026-11-23 10:00")
    taken = [audit.Event(IN_CHARGE, "moved", report_id, {"from": "moi", "to": "tiep_nhan"})]

    def act(connection: Connection) -> dt.datetime | None:
        report = {"id": report_id, "category": None}
        audit.append(connection, taken, at=now)
        return next_due(connection, report, RULES, at=now, new=taken)

    assert service.database.write(act) == here("2026-11-26 17:00")
    refresh_due(service.database, RULES)
    assert due(service.database, report_id) == here("2026-11-26 17:00")


def test_an_assignment_that_names_an_officer_is_no_move_to_a_state(
    service: ReportService, report_id: str
) -> None:
    given = [audit.Event(IN_CHARGE, "assigned", report_id, {"to": "officer:minh"})]

    with service.database.read() as connection:
        report = {"id": report_id, "category": None}
        due_then = next_due(connection, report, RULES, at=here("2026-11-23 10:00"), new=given)

    assert due_then == here("2026-11-23 17:00")


def test_the_reporter_s_message_lets_the_clock_run_again(
    clock: time_machine.Traveller, service: ReportService
) -> None:
    receipt = submit(service, a_submission())
    report_id = id_of(service, receipt)
    asked = [audit.Event(IN_CHARGE, ASKED, report_id)]
    service.database.write(lambda c: audit.append(c, asked, at=here("2026-11-23 09:00")))
    refresh_due(service.database, RULES)
    assert due(service.database, report_id) is None

    clock.move_to(here("2026-11-23 11:00"))
    add_message(service, receipt.code, text="Tôi trả lời", message_id="1")

    assert refresh_due(service.database, RULES, [report_id]) == 1
    assert due(service.database, report_id) == here("2026-11-24 10:00")


def test_a_report_that_somebody_changes_meanwhile_waits_for_the_next_refresh(
    service: ReportService, report_id: str
) -> None:
    stale = {"report": report_id, "seen": 0, "due": here("2026-11-23 17:00")}

    assert service.database.write(lambda connection: rows.set_due(connection, [stale])) == 0
    assert due(service.database, report_id) is None


def test_stages_of_many_reports_are_read_at_once(service: ReportService, report_id: str) -> None:
    other = id_of(service, submit(service, a_submission()))
    with service.database.read() as connection:
        chosen = [{"id": id_, "category": None} for id_ in (report_id, other)]
        found = legs_of(connection, RULES, chosen)

    assert {id_: [leg.due for leg in told] for id_, told in found.items()} == {
        report_id: [here("2026-11-23 17:00")],
        other: [here("2026-11-23 17:00")],
    }


def test_late_reports_are_counted_without_those_that_nobody_works_on(
    clock: time_machine.Traveller, service: ReportService, report_id: str
) -> None:
    for values in ({"quarantined": "trap"}, {"trial": "sample"}, {"trashed_at": MONDAY}):
        apart = id_of(service, submit(service, a_submission()))
        put_apart = update(reports).where(reports.c.id == apart).values(values)
        with service.database.transaction() as connection:
            connection.execute(put_apart)
    refresh_due(service.database, RULES)

    with service.database.read() as connection:
        assert count_late(connection, at=here("2026-11-23 17:00")) == 0
        assert count_late(connection, at=here("2026-11-23 17:01")) == 1
