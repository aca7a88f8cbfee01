"""Exports are made off the request, once, for who asked, and are gone after a day."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
import time_machine
from sqlalchemy import func, select
from time_machine import Traveller

from forms_api.accounts.officers import NewOfficer, disable_officer, insert_officer
from forms_api.accounts.permissions import Actor, Permission, Role
from forms_api.documents.export_files import ExportFile, ExportKind
from forms_api.documents.export_making import LEASE, MAX_TRIES, make_pending
from forms_api.documents.export_orders import Export, ExportState
from forms_api.documents.exports import (
    KEPT_FOR,
    MAX_PENDING,
    ask,
    download,
    drop_expired,
    find_export,
    list_exports,
)
from forms_api.errors import ForbiddenError, LimitError, NotFoundError
from forms_api.reports.counted import CountedReport
from forms_api.reports.period import week_of
from forms_api.reports.statistics import Dues
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.schema import events, exports
from tests.documents import reading
from tests.documents.samples import SOURCES
from tests.reports.histories import NOON, History, write_histories

pytestmark = pytest.mark.both_engines

WEEK = week_of(NOON.date())


@dataclass(frozen=True)
class Asker:
    """An officer at the page of exports."""

    database: Database
    id: str
    actor: Actor

    def ask(self, kind: ExportKind = ExportKind.NUMBERS_CSV) -> Export:
        """Order a file of the week."""
        return ask(self.database, self.actor, officer_id=self.id, kind=kind, period=WEEK)

    def state(self, order: Export) -> ExportState:
        """Return how far an order is."""
        found = find_export(self.database, self.actor, officer_id=self.id, export_id=order.id)
        return found.state

    def download(self, order: Export) -> ExportFile:
        """Take the file of an order."""
        return download(self.database, self.actor, officer_id=self.id, export_id=order.id)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    """A clock that stands until a test moves it."""
    with time_machine.travel(dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


def join(database: Database, name: str, areas: list[str] | None = None) -> Asker:
    """Return a new officer of the police who may export."""
    new = NewOfficer(name, Role.POLICE, areas=areas)
    officer = database.write(
        lambda c: insert_officer(c, new, id_=name, actor="test", at=dt.datetime.now(dt.UTC))
    )
    return Asker(database, officer.id, officer.actor)


@pytest.fixture
def lan(database: Database) -> Asker:
    """The officer in charge."""
    return join(database, "lan")


@pytest.mark.parametrize("kind", ExportKind)
def test_a_file_is_made_off_the_request_and_taken_by_who_asked(
    database: Database, lan: Asker, kind: ExportKind
) -> None:
    write_histories(database, [History()])
    order = lan.ask(kind)
    assert lan.state(order) is ExportState.WAITING
    with pytest.raises(NotFoundError):
        lan.download(order)

    assert make_pending(database, SOURCES) == 1

    file = lan.download(order)
    assert lan.state(order) is ExportState.READY
    assert file.file_name.endswith(f"-2026-W47.{kind.value.split('-')[1]}")
    assert len(file.content) > 50
    assert make_pending(database, SOURCES) == 0


def test_nobody_else_finds_an_export_or_takes_its_file(database: Database, lan: Asker) -> None:
    order = lan.ask()
    make_pending(database, SOURCES)
    other = join(database, "khac")

    with pytest.raises(NotFoundError):
        other.download(order)
    with pytest.raises(NotFoundError):
        other.state(order)
    assert list_exports(database, other.actor, officer_id=other.id) == []
    assert [found.id for found in list_exports(database, lan.actor, officer_id=lan.id)] == [
        order.id
    ]


def test_an_officer_waits_for_a_few_files_at_a_time(database: Database, lan: Asker) -> None:
    for _ in range(MAX_PENDING):
        lan.ask()
    with pytest.raises(LimitError):
        lan.ask()
    join(database, "khac").ask()

    make_pending(database, SOURCES)

    assert lan.state(lan.ask()) is ExportState.WAITING


def test_asking_many_times_at_once_gives_no_more_orders(database: Database, lan: Asker) -> None:
    def try_to_ask(_number: int) -> bool:
        try:
            lan.ask()
        except LimitError:
            return False
        return True

    with ThreadPoolExecutor(8) as clicks:
        taken = list(clicks.map(try_to_ask, range(16)))

    assert sum(taken) == MAX_PENDING == len(list_exports(database, lan.actor, officer_id=lan.id))


def test_who_may_not_export_or_see_numbers_is_refused(database: Database, lan: Asker) -> None:
    for missing in (Permission.EXPORT, Permission.STATISTICS):
        powerless = replace(lan.actor, permissions=frozenset(Permission) - {missing})
        with pytest.raises(ForbiddenError):
            replace(lan, actor=powerless).ask()


def test_a_file_holds_what_its_officer_might_see_when_asking(database: Database) -> None:
    write_histories(database, [History(area="tdp-1"), History(area="tdp-2"), History(area=None)])
    scoped = join(database, "lan", areas=["tdp-1"])
    order = scoped.ask(ExportKind.REPORTS_XLSX)

    make_pending(database, SOURCES)

    rows = reading.sheet_rows(scoped.download(order).content)
    assert [row[3] for row in rows[1:]] == ["Tổ dân phố ví dụ 1", None]


def test_the_list_has_clear_columns_and_nothing_that_was_written(
    database: Database, lan: Asker
) -> None:
    end = NOON + dt.timedelta(days=1)
    (finished, _) = write_histories(database, [History().finished(days=1), History()])
    order = lan.ask(ExportKind.REPORTS_XLSX)

    def dues_of(_finished: Sequence[CountedReport]) -> Dues:
        return {finished: end}

    make_pending(database, replace(SOURCES, dues_of=dues_of))

    headings, first, second = reading.sheet_rows(lan.download(order).content)
    assert headings[:2] == ("Mã phiếu", "Biểu mẫu")
    assert first[2:8] == ("Việc khác", None, "Biểu mẫu trên trang", "Đã giải quyết", "Không", "Có")
    assert [str(value) for value in first[8:11]] == [
        "2026-11-18 12:00:00", "2026-11-19 12:00:00", "2026-11-19 12:00:00",
    ]  # fmt: skip
    assert (first[11], second[9:]) == ("Có", (None, None, None))


def test_two_workers_do_not_make_the_same_file(database: Database, lan: Asker) -> None:
    lan.ask()
    made_by_other: list[int] = []

    def meanwhile(_finished: Sequence[CountedReport]) -> Dues:
        made_by_other.append(make_pending(database, SOURCES))
        return {}

    made = make_pending(database, replace(SOURCES, dues_of=meanwhile))

    assert (made, made_by_other) == (1, [0])


def fail(_finished: Sequence[CountedReport]) -> Dues:
    """Be unable to tell deadlines."""
    raise ValueError("words of a report")


class KilledError(BaseException):
    """The worker's process ends here."""


def die(_finished: Sequence[CountedReport]) -> Dues:
    """End the worker's process."""
    raise KilledError


def test_a_failure_is_noted_without_its_words_and_the_rest_is_made(
    database: Database, lan: Asker, caplog: pytest.LogCaptureFixture
) -> None:
    failing, other = lan.ask(), lan.ask()
    calls = itertools.count()

    def fail_once(finished: Sequence[CountedReport]) -> Dues:
        return {} if next(calls) else fail(finished)

    made = make_pending(database, replace(SOURCES, dues_of=fail_once))

    assert made == 1
    states = sorted(lan.state(order) for order in (failing, other))
    assert states == [ExportState.FAILED, ExportState.READY]
    assert "ValueError" in caplog.text
    assert "words of a report" not in caplog.text
    with database.read() as connection:
        failures = connection.execute(select(exports.c.failure)).scalars().all()
    assert sorted(failures, key=str) == [None, "ValueError"]


def test_an_order_whose_worker_died_is_made_after_its_lease(
    database: Database, lan: Asker, clock: Traveller
) -> None:
    order = lan.ask()
    with pytest.raises(KilledError):
        make_pending(database, replace(SOURCES, dues_of=die))
    assert make_pending(database, SOURCES) == 0

    clock.shift(LEASE)

    assert make_pending(database, SOURCES) == 1
    assert lan.state(order) is ExportState.READY


def test_an_order_that_kills_every_worker_is_given_up(
    database: Database, lan: Asker, clock: Traveller
) -> None:
    order = lan.ask()
    for _ in range(MAX_TRIES):
        with pytest.raises(KilledError):
            make_pending(database, replace(SOURCES, dues_of=die))
        clock.shift(LEASE)

    assert make_pending(database, replace(SOURCES, dues_of=die)) == 0
    assert lan.state(order) is ExportState.FAILED


def test_after_a_day_orders_and_files_are_gone(
    database: Database, lan: Asker, clock: Traveller
) -> None:
    made, waiting = lan.ask(), lan.ask(ExportKind.NUMBERS_JSON)
    with pytest.raises(KilledError):
        make_pending(database, replace(SOURCES, dues_of=die))
    make_pending(database, SOURCES)
    assert drop_expired(database) == 0
    clock.shift(KEPT_FOR)

    for order in (made, waiting):
        with pytest.raises(NotFoundError):
            lan.download(order)
    assert list_exports(database, lan.actor, officer_id=lan.id) == []
    assert make_pending(database, SOURCES) == 0
    assert drop_expired(database) == 2
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(exports)).scalar() == 0


def test_an_officer_who_was_shut_out_gets_no_file(database: Database, lan: Asker) -> None:
    order = lan.ask()
    make_pending(database, SOURCES)
    disable_officer(database, name="lan", actor="test")

    with pytest.raises(ForbiddenError):
        lan.download(order)


def test_an_officer_whose_part_of_the_work_became_narrower_gets_no_older_file(
    database: Database, lan: Asker
) -> None:
    order = lan.ask()
    make_pending(database, SOURCES)
    narrower = replace(lan, actor=replace(lan.actor, areas=frozenset({"tdp-1"})))

    with pytest.raises(ForbiddenError):
        narrower.download(order)
    assert lan.download(order).content


def test_asking_making_and_downloading_are_in_the_audit_log(database: Database, lan: Asker) -> None:
    order = lan.ask(ExportKind.NUMBERS_XLSX)
    make_pending(database, SOURCES)
    lan.download(order)

    with database.read() as connection:
        rows = connection.execute(
            select(events.c.actor, events.c.action, events.c.details)
            .where(events.c.action.like("export%"))
            .order_by(events.c.sequence)
        ).all()
        audit.verify(connection)
    assert [(actor, action) for actor, action, _ in rows] == [
        ("officer:lan", "export asked"),
        ("worker", "export made"),
        ("officer:lan", "export downloaded"),
    ]
    for _, _, details in rows:
        assert json.loads(details) == {"kind": "numbers-xlsx", "period": "2026-W47"}
