"""Deadlines follow what happens without anybody asking, and late reports are told once a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from forms_api.errors import ContentError
from forms_api.notify.lateness import keep_deadlines
from forms_api.notify.messages import LATE, LATE_REQUESTS, TOPICS
from forms_api.notify.worker import Round, run_round
from forms_api.reports.followup import add_message
from forms_api.reports.intake import submit
from forms_api.reports.request_record import RequestKind
from forms_api.reports.service import ReportService
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.schema import outbox, reports
from tests.notify.channels import FakeChannel
from tests.reports.asked import ask_for
from tests.reports.calendars import here
from tests.reports.samples import a_submission

CANARY = "CHIM-HOANG-YEN-5521"
DEADLINES = """\
shown_to_residents: false
default: {acknowledge: ACKNOWLEDGE, finish: null}
categories: {}
data_requests:
  answer_days: 2
  withdraw_days: 15
  withdraw_with_others_days: 20
  correct_days: 10
  delete_days: 10
  extension_days: 15
"""
CALENDAR = """\
example: EXAMPLE
week:
  - weekdays: [thu-2, thu-3, thu-4, thu-5, thu-6]
    hours: [08:00-12:00, 13:00-17:00]
holidays: []
swapped: []
"""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A Tuesday at half past nine that stands still until a test moves it."""
    with time_machine.travel(here("2026-11-24 09:30"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A ward that acknowledges within four working hours."""
    (tmp_path / "content" / "data").mkdir(parents=True)
    decide(tmp_path / "content", "{hours: 4}")
    return tmp_path / "content"


def decide(content_dir: Path, acknowledge: str) -> None:
    """Write the ward's decision."""
    data = content_dir / "data"
    example = "true" if acknowledge == "null" else "false"
    for name, form in (("deadlines", DEADLINES), ("calendar", CALENDAR)):
        text = form.replace("ACKNOWLEDGE", acknowledge).replace("EXAMPLE", example)
        (data / f"{name}.yml").write_text(text, encoding="utf-8")


def due(database: Database) -> list[dt.datetime | None]:
    """Return each report's deadline."""
    with database.read() as connection:
        query = select(reports.c.due_at).order_by(reports.c.sequence)
        return list(connection.execute(query).scalars())


def late_notices(database: Database) -> list[str]:
    """Return the keys of the notices of late reports."""
    with database.read() as connection:
        query = select(outbox.c.once_key).where(outbox.c.topic == LATE).order_by(outbox.c.sequence)
        return list(connection.execute(query).scalars())


def test_a_new_report_has_its_deadline_after_the_next_round(
    clock: time_machine.Traveller, service: ReportService, content: Path
) -> None:
    keep_deadlines(service.database, content)
    submit(service, a_submission())

    assert keep_deadlines(service.database, content) == 1
    assert due(service.database) == [here("2026-11-24 14:30")]
    assert keep_deadlines(service.database, content) == 0


def test_whatever_door_an_event_came_through_the_deadline_follows(
    clock: time_machine.Traveller, service: ReportService, content: Path
) -> None:
    receipt = submit(service, a_submission())
    keep_deadlines(service.database, content)
    with service.database.read() as connection:
        [report_id] = connection.execute(select(reports.c.id)).scalars()
    asked = [audit.Event("officer:lan", "question asked", report_id)]
    service.database.write(lambda c: audit.append(c, asked, at=here("2026-11-24 10:00")))
    keep_deadlines(service.database, content)
    assert due(service.database) == [None]

    clock.move_to(here("2026-11-24 11:00"))
    add_message(service, receipt.code, text="Tôi trả lời", message_id="1")
    keep_deadlines(service.database, content)

    assert due(service.database) == [here("2026-11-24 15:30")]


def test_when_the_ward_decides_anew_all_open_reports_follow(
    clock: time_machine.Traveller, service: ReportService, content: Path
) -> None:
    submit(service, a_submission())
    keep_deadlines(service.database, content)
    decide(content, "{days: 1}")
    assert keep_deadlines(service.database, content) == 1
    assert due(service.database) == [here("2026-11-25 17:00")]

    decide(content, "null")
    assert keep_deadlines(service.database, content) == 1
    assert due(service.database) == [None]
    submit(service, a_submission())
    assert keep_deadlines(service.database, content) == 0
    assert due(service.database) == [None, None]


def test_a_file_that_cannot_be_used_changes_nothing(
    clock: time_machine.Traveller, service: ReportService, content: Path
) -> None:
    submit(service, a_submission())
    keep_deadlines(service.database, content)
    decide(content, "soon")

    with pytest.raises(ContentError):
        keep_deadlines(service.database, content)
    assert due(service.database) == [here("2026-11-24 14:30")]


def test_late_reports_are_told_once_on_each_working_day_from_its_beginning_on(
    clock: time_machine.Traveller, service: ReportService, content: Path
) -> None:
    clock.move_to(here("2026-11-26 09:30"))
    submit(service, a_submission())
    told = []
    for moment in (
        "2026-11-26 15:00",  # late by now, but not when this day began
        "2026-11-27 07:59",
        "2026-11-27 08:00",
        "2026-11-27 08:01",
        "2026-11-28 10:00",  # Saturday
        "2026-11-29 10:00",
        "2026-11-30 16:00",  # the worker is back on Monday afternoon
    ):
        clock.move_to(here(moment))
        keep_deadlines(service.database, content)
        told.append(len(late_notices(service.database)))

    assert told == [0, 0, 1, 1, 1, 1, 2]
    assert late_notices(service.database) == ["late 2026-11-27", "late 2026-11-30"]


def test_two_workers_tell_it_once(
    clock: time_machine.Traveller, service: ReportService, content: Path
) -> None:
    submit(service, a_submission())
    clock.move_to(here("2026-11-25 08:00"))
    keep_deadlines(service.database, content)
    with service.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM facts WHERE name = 'deadlines_kept'")

    keep_deadlines(service.database, content)

    assert late_notices(service.database) == ["late 2026-11-25"]


def test_where_nothing_is_late_nobody_is_told(
    clock: time_machine.Traveller, service: ReportService, content: Path
) -> None:
    submit(service, a_submission(quarantined="trap"))
    clock.move_to(here("2026-11-26 09:00"))
    keep_deadlines(service.database, content)

    assert late_notices(service.database) == []


def test_the_notice_says_how_many_are_late_and_nothing_of_them(
    clock: time_machine.Traveller, service: ReportService, content: Path
) -> None:
    words = {"answers": {"noi_dung": CANARY}}
    receipts = [submit(service, a_submission(content=words)) for _ in range(3)]
    run_round(service.database, FakeChannel())
    clock.move_to(here("2026-11-25 08:00"))
    channel = FakeChannel()

    done = run_round(service.database, channel, [lambda: keep_deadlines(service.database, content)])

    assert done == Round(sent=1)
    [(title, body)] = channel.taken
    assert body.startswith(f"- 3 {TOPICS[LATE]}\n")
    assert CANARY not in title + body
    assert not any(receipt.reference in title + body for receipt in receipts)


def test_a_notice_of_reports_that_are_late_no_more_is_not_sent(
    clock: time_machine.Traveller, service: ReportService, content: Path
) -> None:
    submit(service, a_submission())
    run_round(service.database, FakeChannel())
    clock.move_to(here("2026-11-25 08:00"))
    keep_deadlines(service.database, content)
    decide(content, "{days: 9}")
    keep_deadlines(service.database, content)
    channel = FakeChannel()

    assert run_round(service.database, channel) == Round()
    assert channel.taken == []
    assert late_notices(service.database)


def about_data(database: Database) -> list[str | None]:
    """Return the keys of the notices of late requests about people's own data."""
    with database.read() as connection:
        query = select(outbox.c.once_key).where(outbox.c.topic == LATE_REQUESTS)
        return list(connection.execute(query.order_by(outbox.c.sequence)).scalars())


def test_late_requests_are_told_once_each_working_day_though_the_ward_decided_no_deadline(
    clock: time_machine.Traveller, service: ReportService, content: Path
) -> None:
    decide(content, "null")
    receipt = submit(service, a_submission())
    ask_for(service, receipt, RequestKind.CORRECT)
    for moment, told in (
        ("2026-11-26 16:59", 0),
        ("2026-11-26 20:00", 0),  # late since five; the day's notice is about its morning
        ("2026-11-27 07:59", 0),
        ("2026-11-27 08:00", 1),
        ("2026-11-27 15:00", 1),
        ("2026-11-28 09:00", 1),
        ("2026-11-30 09:00", 2),
    ):
        clock.move_to(here(moment))
        keep_deadlines(service.database, content)
        assert len(about_data(service.database)) == told, moment

    said = FakeChannel()
    assert run_round(service.database, said).failed == 0
    body = said.taken[-1][1]
    assert f"- 1 {TOPICS[LATE_REQUESTS]}" in body
    assert f"- 1 {TOPICS['data.asked']}" in body
    assert "CHIM-HOANG-YEN" not in body
