"""`kill -9` at any moment loses no acknowledged report and doubles none."""

from __future__ import annotations

import random
import secrets
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from forms_api.reports.service import ReportService
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.installation import QUEUE_RECIPIENT, migrate, write_fact
from forms_api.store.schema import attachments, events, outbox, reports
from forms_api.vault.sealing import Identity
from tests.store.servers import OwnServer
from tests.store.waiting import wait_until

KILLS = 3

SENDING = """
import sys, threading
from forms_api.reports.intake import submit
from forms_api.reports.service import ReportService
from forms_api.store.database import Database
from forms_api.vault.sealing import Recipient
from tests.reports.samples import a_photo, a_submission

address, recipient, key = sys.argv[1:]
service = ReportService(Database(address), Recipient(recipient), bytes.fromhex(key), "XG")
speaking = threading.Lock()

def send():
    while True:
        receipt = submit(service, a_submission(files=[a_photo("a")]))
        with speaking:
            print(receipt.reference, flush=True)

for _ in range(8):
    threading.Thread(target=send).start()
"""


class Sender:
    """A process that sends reports from eight threads and prints each acknowledged reference."""

    def __init__(self, service: ReportService) -> None:
        address = service.database.url.render_as_string(hide_password=False)
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                SENDING,
                address,
                service.recipient,
                service.receipt_key.hex(),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self._lines = self._process.stdout
        self.acknowledged: list[str] = []

    def read(self, count: int) -> None:
        """Wait for `count` more acknowledged reports."""
        for _ in range(count):
            self.acknowledged.append(self._lines.readline().strip())

    def kill(self) -> None:
        """End it with SIGKILL, and hear what it had still said."""
        self._process.kill()
        rest = self._lines.read()
        self._process.wait()
        # A line cut short by the kill was not said to anybody.
        self.acknowledged += rest[: rest.rfind("\n") + 1].split()
        self._lines.close()


def check_kept(database: Database, acknowledged: list[str]) -> None:
    """Check that each acknowledged report is there exactly once, with all its parts."""
    with database.read() as connection:
        kept = list(connection.execute(select(reports.c.reference)).scalars())
        assert len(kept) == len(set(kept))
        assert not set(acknowledged) - set(kept)
        assert len(acknowledged) == len(set(acknowledged))
        for table in (attachments, events, outbox):
            rows = connection.execute(select(func.count(table.c.report_id.distinct())))
            assert rows.scalar_one() == len(kept), table.name
        assert audit.verify(connection).sequence == len(kept)
        if database.is_sqlite:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


@pytest.mark.slow
def test_a_killed_process_loses_no_report_it_acknowledged(service: ReportService) -> None:
    acknowledged: list[str] = []
    for _ in range(KILLS):
        sender = Sender(service)
        sender.read(random.randint(5, 60))
        sender.kill()
        acknowledged += sender.acknowledged

        check_kept(service.database, acknowledged)
    assert len(acknowledged) >= KILLS * 5


@pytest.mark.slow
def test_a_killed_database_server_loses_no_report_that_was_acknowledged(
    own_server: OwnServer, queue_identity: Identity
) -> None:
    database = Database(own_server.url)
    migrate(database)
    database.write(lambda c: write_fact(c, QUEUE_RECIPIENT, queue_identity.recipient))
    service = ReportService(database, queue_identity.recipient, secrets.token_bytes(32), "XG")
    sender = Sender(service)
    for _ in range(KILLS):
        sender.read(random.randint(5, 60))
        own_server.stop_at_once()
        own_server.start()

        sender.kill()
        wait_until(lambda: others_connected(database) == 0)
        check_kept(database, sender.acknowledged)
        sender_before, sender = sender, Sender(service)
        sender.acknowledged += sender_before.acknowledged
    sender.kill()
    database.close()


def others_connected(database: Database) -> int:
    """Return how many other sessions the server still has: one of them may be committing."""
    with database.read() as connection:
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return int(connection.exec_driver_sql(query).scalar_one())
