"""`purge` deletes what is over its time and nothing else, and the bare row goes on working."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from forms_api.errors import ErasedError
from forms_api.officer_app.app import create_officer_app
from forms_api.reports import queue, retention
from forms_api.reports.casework import Move, add_note, transition
from forms_api.reports.followup import add_message, follow
from forms_api.reports.intake import Receipt, submit
from forms_api.reports.lifecycle import Status
from forms_api.reports.listing import Changes, list_changed
from forms_api.reports.sealed import open_report
from forms_api.reports.service import ReportService
from forms_api.settings import read_settings
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.erasing import forget_deleted
from forms_api.store.links import add_visits
from forms_api.store.schema import attachments, events, messages, notes
from tests.cli.operators import Operator
from tests.officers.desk import new_caller
from tests.public.links import written_visits
from tests.reports.people import IN_CHARGE, a_received_report, id_of, standing
from tests.reports.samples import a_photo, a_submission

pytestmark = pytest.mark.both_engines

FORM = "phan-anh-antt"
DAYS = 30
START = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
LATER = START + dt.timedelta(days=DAYS, seconds=1)


@dataclass(frozen=True)
class Finished:
    """A report that was decided, and its id."""

    receipt: Receipt
    report_id: str


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands where a test puts it."""
    with time_machine.travel(START, tick=True) as traveller:
        yield traveller


@pytest.fixture
def finished(clock: time_machine.Traveller, service: ReportService) -> Finished:
    """A finished report with words, a picture, a message and a note."""
    return finish(service)


def finish(service: ReportService) -> Finished:
    """Send a report and decide it."""
    receipt = submit(service, a_submission(files=[a_photo("a")]))
    report_id = id_of(service, receipt)
    add_message(service, receipt.code, text="thêm", message_id="1")
    for to in (Status.RECEIVED, Status.VERIFYING, Status.RESOLVED):
        if standing(service, report_id)[0] == Status.NEW:
            queue.claim(service.database, actor=IN_CHARGE, limit=9, lease=dt.timedelta(hours=1))
            queue.acknowledge(service.database, actor=IN_CHARGE, report_ids=[report_id])
        else:
            version = standing(service, report_id)[1]
            move = Move(to, version, reason="ghi chú", answer="đã xong")
            transition(service, actor=IN_CHARGE, report_id=report_id, move=move)
    return Finished(receipt, report_id)


def purge(service: ReportService) -> list[str]:
    """Purge by the form's days and return the ids."""
    plan = retention.purge(service.database, retention_days={FORM: DAYS}, actor="cli:test")
    return plan.due[FORM]


def parts(database: Database, report_id: str) -> int:
    """Return how many rows of content a report has beside its own."""
    with database.read() as connection:
        return sum(
            len(connection.execute(select(table).where(table.c.report_id == report_id)).all())
            for table in (attachments, messages, notes)
        )


def test_only_finished_reports_beyond_their_days_go(
    clock: time_machine.Traveller, service: ReportService, finished: Finished
) -> None:
    _, open_id = a_received_report(service)
    clock.move_to(START + dt.timedelta(days=DAYS - 1))
    assert purge(service) == []
    late = finish(service)
    clock.move_to(LATER + dt.timedelta(minutes=1))

    assert purge(service) == [finished.report_id]
    assert parts(service.database, finished.report_id) == 0
    assert parts(service.database, late.report_id) > 0
    assert len(open_report(service.database, actor=IN_CHARGE, report_id=open_id).clear["sealed"])


def test_the_bare_row_stays_and_everybody_goes_on_working_with_it(
    clock: time_machine.Traveller, service: ReportService, finished: Finished
) -> None:
    clock.move_to(LATER + dt.timedelta(minutes=1))
    purge(service)

    followed = follow(service, finished.receipt.code)
    opened = open_report(service.database, actor=IN_CHARGE, report_id=finished.report_id)
    listed = list_changed(service.database, actor=IN_CHARGE, wanted=Changes(), limit=10)
    assert (followed.status, followed.messages) == (Status.RESOLVED, ())
    assert (opened.clear["sealed"], opened.attachments, opened.messages) == (b"", [], [])
    assert opened.clear["purged_at"] is not None
    assert [row["id"] for row in listed] == [finished.report_id]
    assert queue.count_reports(service.database, actor=IN_CHARGE).states[Status.RESOLVED] == 1


def test_a_program_lists_and_reads_a_purged_report_and_finds_nothing_in_it(
    clock: time_machine.Traveller, service: ReportService, finished: Finished, tmp_path: Path
) -> None:
    clock.move_to(LATER + dt.timedelta(minutes=1))
    purge(service)
    settings = read_settings({"FORMS_DATA_DIR": str(tmp_path), "FORMS_OFFICERS_SECRET": "s" * 40})
    program = new_caller(create_officer_app(settings, service=service), service)

    listed = program.get("/reports").json["reports"]
    opened = program.get(f"/reports/{finished.report_id}")
    assert [report["id"] for report in listed] == [finished.report_id]
    assert (opened.status_code, opened.json["sealed"], opened.json["attachments"]) == (200, "", [])
    assert program.get(f"/reports/{finished.report_id}/attachments/1").status_code == 404
    assert program.claim() == []


def test_each_purged_report_has_its_event_and_is_purged_once(
    clock: time_machine.Traveller, service: ReportService, finished: Finished
) -> None:
    clock.move_to(LATER + dt.timedelta(minutes=1))
    assert (purge(service), purge(service)) == ([finished.report_id], [])

    with service.database.read() as connection:
        query = select(events.c.actor, events.c.report_id).where(events.c.action == "purged")
        assert connection.execute(query).all() == [("cli:test", finished.report_id)]
        audit.verify(connection)


def test_words_that_come_after_are_deleted_in_their_own_time(
    clock: time_machine.Traveller, service: ReportService, finished: Finished
) -> None:
    clock.move_to(LATER + dt.timedelta(minutes=1))
    purge(service)
    add_note(service, actor=IN_CHARGE, report_id=finished.report_id, text="đã gọi lại")
    assert purge(service) == []
    clock.move_to(LATER + dt.timedelta(days=DAYS, minutes=2))

    assert purge(service) == [finished.report_id]
    with service.database.read() as connection:
        assert connection.execute(select(notes)).all() == []


def test_a_sender_adds_nothing_to_what_was_purged(
    clock: time_machine.Traveller, service: ReportService, finished: Finished
) -> None:
    clock.move_to(LATER + dt.timedelta(minutes=1))
    purge(service)

    with pytest.raises(ErasedError):
        add_message(service, finished.receipt.code, text="vẫn tái diễn", message_id="2")
    followed = follow(service, finished.receipt.code)
    assert (followed.messages, followed.was_asked_for) == ((), False)
    assert followed.erased_at is not None


def test_a_report_reopened_after_the_plan_stays(
    clock: time_machine.Traveller, service: ReportService, finished: Finished
) -> None:
    clock.move_to(LATER + dt.timedelta(minutes=1))
    plan = retention.plan_purge(service.database, retention_days={FORM: DAYS})
    version = standing(service, finished.report_id)[1]
    again = Move(Status.VERIFYING, version, reason="tái diễn")
    transition(service, actor=IN_CHARGE, report_id=finished.report_id, move=again)

    assert plan.due[FORM] == [finished.report_id]
    assert purge(service) == []


def test_a_form_nobody_decided_about_is_never_touched(
    clock: time_machine.Traveller, service: ReportService, finished: Finished
) -> None:
    clock.move_to(START + dt.timedelta(days=36_500))

    plan = retention.purge(service.database, retention_days={FORM: None}, actor="cli:test")

    assert (dict(plan.due), plan.undecided) == ({}, (FORM,))
    assert parts(service.database, finished.report_id) > 0


@pytest.mark.parametrize("engine", ["sqlite"])
def test_deleted_content_is_gone_from_the_database_s_files(
    clock: time_machine.Traveller, service: ReportService, finished: Finished
) -> None:
    sealed = open_report(service.database, actor=IN_CHARGE, report_id=finished.report_id)
    pieces = [sealed.clear["sealed"], *(row["sealed"] for row in (*sealed.messages, *sealed.notes))]
    assert all(stands_in_files(service.database, piece) for piece in pieces)
    clock.move_to(LATER + dt.timedelta(minutes=1))
    purge(service)

    assert forget_deleted(service.database)
    assert not any(stands_in_files(service.database, piece) for piece in pieces)


def stands_in_files(database: Database, piece: bytes) -> bool:
    """Tell whether a part of these bytes stands in the SQLite file or its log."""
    assert database.file is not None
    some = piece[60:110]  # a whole one may lie on two pages
    files = database.file.parent.glob(f"{database.file.name}*")
    return any(some in Path(file).read_bytes() for file in files)


def test_postgresql_frees_the_space_and_says_that_bytes_may_stay(service: ReportService) -> None:
    assert forget_deleted(service.database) is service.database.is_sqlite


def test_old_counts_of_links_go_to_their_month_and_a_dry_run_only_says_so(
    operator: Operator,
) -> None:
    database = operator.open_database()
    old = {(dt.date(2020, 5, 3), "bao-tin"): 2, (dt.date(2020, 5, 4), "bao-tin"): 3}
    database.write(lambda connection: add_visits(connection, old))

    said = operator.run("purge", "--dry-run").stdout
    planned, before = operator.data("purge", "--dry-run"), written_visits(database)
    done, after = operator.data("purge"), written_visits(database)
    database.close()

    assert "2 old daily counts of short links would be added to their months" in said
    assert (planned["folded_visits"], done["folded_visits"]) == (2, 2)
    assert len(before) == 2
    assert after == {("2020-05-01", "bao-tin"): 5}


def test_an_operator_is_told_what_would_go_and_what_nobody_decided(operator: Operator) -> None:
    said = operator.run("purge", "--dry-run").stdout
    planned = operator.data("purge", "--dry-run")
    done = operator.data("purge")

    assert f"{FORM}: nobody has decided" in said or f"{FORM}: 0 would be deleted" in said
    assert (planned["dry_run"], done["dry_run"]) == (True, False)
    assert FORM in {*planned["due"], *planned["undecided"]}
