"""Visits are gathered and counted exactly, by threads and by processes, and nobody waits for it."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, event

from forms_api.accounts.permissions import operator_actor
from forms_api.reports.campaigns import NewCampaign, add_campaign, remove_campaign
from forms_api.reports.short_links import CampaignPages, VisitCounter
from forms_api.store.database import Database
from tests.public.links import written_visits
from tests.store.servers import OwnServer
from tests.store.waiting import wait_until

DAY = dt.date(2026, 11, 24)
EVERYBODY = operator_actor("test")
PROCESSES = 4
VISITS = 40

COUNTING = """
import datetime as dt, multiprocessing, sys, threading
from forms_api.reports.short_links import VisitCounter
from forms_api.store.database import Database

def serve(url, visits):
    counter = VisitCounter(Database(url))
    threads = [
        threading.Thread(target=counter.count, args=("bao-tin", dt.date(2026, 11, 24)))
        for _ in range(visits)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

sys.stdin.read(1)
if sys.argv[3] == "forked":  # as the server makes its processes
    child = multiprocessing.get_context("fork").Process(target=serve, args=(sys.argv[1], int(sys.argv[2])))
    child.start()
    child.join()
    sys.exit(child.exitcode)
serve(sys.argv[1], int(sys.argv[2]))
"""


@pytest.mark.parametrize("how", ["plain", "forked"])
def test_visits_of_several_processes_add_up_and_the_last_ones_are_written_when_each_ends(
    database: Database, how: str
) -> None:
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", COUNTING, url, str(VISITS // PROCESSES), how]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    spoken = [process.communicate(timeout=120)[1] for process in running]

    assert [process.returncode for process in running] == [0] * PROCESSES, spoken
    assert written_visits(database) == {(str(DAY), "bao-tin"): VISITS}


def test_a_visit_is_written_soon_and_nobody_has_to_ask_for_it(database: Database) -> None:
    counter = VisitCounter(database)
    counter.count("bao-tin", DAY)
    wait_until(lambda: written_visits(database) == {(str(DAY), "bao-tin"): 1})
    counter.count("bao-tin", DAY)

    wait_until(lambda: written_visits(database) == {(str(DAY), "bao-tin"): 2})


def test_a_flood_shares_its_writes(database: Database) -> None:
    counter = VisitCounter(database)
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)

    for _ in range(5000):
        counter.count("bao-tin", DAY)
    counter.flush()

    assert written_visits(database) == {(str(DAY), "bao-tin"): 5000}
    assert len(commits) < 50


def test_counting_does_not_wait_for_a_database_that_is_busy(database: Database) -> None:
    counter, entered, leave = VisitCounter(database), threading.Event(), threading.Event()

    def busy(_connection: Connection) -> None:
        entered.set()
        assert leave.wait(60)

    holder = threading.Thread(target=database.write, args=(busy,))
    holder.start()
    assert entered.wait(60)
    counter.count("bao-tin", DAY)
    flushing = threading.Thread(target=counter.flush)
    flushing.start()
    for _ in range(9):
        counter.count("bao-tin", DAY)  # comes back, though the write before it cannot
    leave.set()
    holder.join()
    flushing.join()
    counter.flush()

    assert written_visits(database) == {(str(DAY), "bao-tin"): 10}


def test_a_server_that_went_away_costs_the_counts_and_nothing_else(
    own_server: OwnServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from forms_api.store.installation import migrate  # noqa: PLC0415 - with the server alone

    for pause in ("FRESH_SECONDS", "RETRY_SECONDS"):  # links are read here when the test says so
        monkeypatch.setattr(f"forms_api.reports.short_links.{pause}", 3600)
    database = Database(own_server.url)
    migrate(database)
    add_campaign(database, NewCampaign("tet", "/lien-he/"), actor=EVERYBODY, taken=())
    counter, pages = VisitCounter(database), CampaignPages(database)
    own_server.stop_at_once()

    pages.reload()
    assert pages.page("tet", DAY) == "/lien-he/"
    counter.count("tet", DAY)
    counter.flush()
    assert "1 visits of short links are lost" in caplog.text
    own_server.start()
    counter.count("tet", DAY)
    counter.flush()
    pages.reload()

    assert pages.page("tet", DAY) == "/lien-he/"
    assert written_visits(database) == {(str(DAY), "tet"): 1}
    database.close()


class Silent(Database):
    """A database that takes every question and answers none until it is told to."""

    asked: threading.Event
    answers: threading.Event

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Wait, if it is silent now."""
        if hasattr(self, "answers"):
            self.asked.set()
            assert self.answers.wait(60)
        with super().read() as connection:
            yield connection


def test_nobody_waits_for_a_database_that_never_answers(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_api.reports.short_links.FRESH_SECONDS", 0)
    add_campaign(database, NewCampaign("tet", "/lien-he/"), actor=EVERYBODY, taken=())
    silent = Silent(database.url.render_as_string(hide_password=False))
    pages = CampaignPages(silent)
    silent.asked, silent.answers = threading.Event(), threading.Event()

    assert pages.page("tet", DAY) == "/lien-he/"  # while the question is still open
    assert silent.asked.wait(60)
    assert [pages.page("tet", DAY) for _ in range(1000)] == ["/lien-he/"] * 1000
    silent.answers.set()
    wait_until(lambda: pages._reading is None)  # a reader would take a connection after the end
    silent.close()


def test_what_is_added_and_removed_is_known_soon(database: Database) -> None:
    pages = CampaignPages(database)
    assert pages.page("tet", DAY) is None
    add_campaign(database, NewCampaign("tet", "/lien-he/"), actor=EVERYBODY, taken=())
    wait_until(lambda: pages.page("tet", DAY) == "/lien-he/")
    remove_campaign(database, "tet", actor=EVERYBODY)

    wait_until(lambda: pages.page("tet", DAY) is None)


def test_a_flood_of_unknown_links_asks_the_database_seldom(database: Database) -> None:
    pages = CampaignPages(database)
    asked: list[object] = []
    event.listen(database.engine, "begin", asked.append)

    for number in range(5000):
        assert pages.page(f"khong-co-{number}", DAY) is None

    assert len(asked) < 50


def test_a_process_that_begins_no_thread_any_more_still_leads_on_and_counts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_api.reports.short_links.FRESH_SECONDS", 0)
    add_campaign(database, NewCampaign("tet", "/lien-he/"), actor=EVERYBODY, taken=())
    counter, pages = VisitCounter(database), CampaignPages(database)

    def refused(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as ending:
        ending.setattr(threading.Thread, "start", refused)
        assert pages.page("tet", DAY) == "/lien-he/"
        counter.count("tet", DAY)
    counter.flush()

    assert written_visits(database) == {(str(DAY), "tet"): 1}


def test_what_is_lost_is_told_without_a_link_or_a_visitor(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    counter = VisitCounter(database)
    database.close()
    for number in range(3):
        counter.count(f"link-{number}", DAY)
    with caplog.at_level(logging.WARNING):
        counter.flush()

    assert "3 visits of short links are lost: the database is closed" in caplog.text
