"""`pull`, killed at random moments and run again, brings every report home exactly once."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys

import pytest
from flask import Flask, request
from sqlalchemy import Connection, func, select, update

from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit
from forms_api.store.schema import events, reports
from tests.officers.desk import photo, send_report
from tests.officers.pulling import Puller
from tests.store.waiting import wait_until

pytestmark = pytest.mark.slow

REPORTS = 60
KILLS = 8
LONGEST_LIFE_SECONDS = 0.25


def kill_at_some_moment(puller: Puller, calls: list[str], chance: random.Random) -> None:
    """Start `pull`, let it make its first claim, and kill it at some moment after that."""
    calls.clear()
    command = [sys.executable, "-m", "forms_api", "pull", *puller.arguments, "--batch", "4"]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_until(lambda: "api_v1.claim" in calls or running.poll() is not None)
    with contextlib.suppress(subprocess.TimeoutExpired):
        running.wait(timeout=chance.uniform(0, LONGEST_LIFE_SECONDS))
    running.kill()
    running.wait()


def let_leases_run_out(service: ReportService) -> None:
    """Put every claim's end into the past, as time would."""

    def store(connection: Connection) -> None:
        connection.execute(update(reports).values(lease_until=utc_now()))

    service.database.write(store)


def test_killed_at_random_moments_every_report_is_on_disk_once_and_acknowledged(
    app: Flask, puller: Puller, service: ReportService
) -> None:
    calls: list[str] = []

    @app.before_request
    def note_call() -> None:
        calls.append(str(request.endpoint))

    sent = {
        send_report(service, f"chuyện {number}", files=[photo(f"ảnh {number}")]).reference: number
        for number in range(REPORTS)
    }
    chance = random.Random(2024)

    for _ in range(KILLS):
        kill_at_some_moment(puller, calls, chance)
    let_leases_run_out(service)
    last = puller.run()

    assert last.exit_code == 0, last.output
    assert puller.references() == sorted(sent)
    for reference, number in sent.items():
        kept = puller.report(reference)
        assert kept["content"]["answers"][0]["text"] == f"chuyện {number}"
        assert (puller.out / reference / "anh-1.jpg").read_bytes() == photo(f"ảnh {number}").data
    with service.database.read() as connection:
        states = set(connection.execute(select(reports.c.status)).scalars())
        query = select(func.count()).where(events.c.action == "acknowledged")
        acknowledgements = connection.execute(query).scalar_one()
        audit.verify(connection)
    assert states == {"tiep_nhan"}
    assert acknowledgements == REPORTS
    assert not list(puller.out.glob(".tmp-*"))
