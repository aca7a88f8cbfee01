"""Eight processes claim at the same time, and no report is handed out twice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import Connection, func, insert, select

from forms_api.reports.service import ReportService, utc_now
from forms_api.store.schema import reports
from tests.officers.desk import FORM

pytestmark = pytest.mark.both_engines

PROCESSES = 8
CLAIMS = 60

CLAIMING = """
import datetime as dt, json, sys
from forms_api.accounts.permissions import Actor, Permission
from forms_api.reports.queue import claim
from forms_api.store.database import Database

address, name, claims = sys.argv[1], sys.argv[2], int(sys.argv[3])
database = Database(address)
actor = Actor(name, frozenset({Permission.CLAIM}))
found = [
    report.clear["id"]
    for _ in range(claims)
    for report in claim(database, actor=actor, limit=1, lease=dt.timedelta(hours=1))
]
database.close()
print(json.dumps(found))
"""


def insert_waiting(service: ReportService, count: int) -> None:
    """Put waiting reports into the queue, whose content nobody will open."""
    now = utc_now()
    rows = [
        {
            "id": f"{number:032x}",
            "reference": f"XG-{number:06d}",
            "submission_key": number.to_bytes(32),
            "content_digest": bytes(32),
            "lookup_key": number.to_bytes(32),
            "reply_recipient": "",
            "form_id": FORM,
            "form_version": "v1",
            "consent_version": "c1",
            "channel": "web",
            "anonymous": True,
            "urgent": False,
            "status": "moi",
            "version": 1,
            "received_at": now,
            "updated_at": now,
            "sealed": b"sealed",
            "sealed_bytes": 6,
            "attachment_count": 0,
        }
        for number in range(count)
    ]

    def store(connection: Connection) -> None:
        connection.execute(insert(reports), rows)

    service.database.write(store)


@pytest.mark.slow
def test_eight_processes_share_the_queue_without_a_double(
    service: ReportService,
) -> None:
    insert_waiting(service, PROCESSES * CLAIMS - 1)  # so that the very last claim finds nothing
    address = service.database.url.render_as_string(hide_password=False)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMING, address, f"token:{number}", str(CLAIMS)],
            stdout=subprocess.PIPE,
        )
        for number in range(PROCESSES)
    ]

    printed = [process.communicate(timeout=300)[0] for process in started]

    assert [process.returncode for process in started] == [0] * PROCESSES
    claimed = Counter(id_ for text in printed for id_ in json.loads(text))
    assert len(claimed) == PROCESSES * CLAIMS - 1
    assert set(claimed.values()) == {1}
    with service.database.read() as connection:
        query = select(reports.c.claimed_by, func.count()).group_by(reports.c.claimed_by)
        by_claimer = {row[0]: row[1] for row in connection.execute(query)}
    assert by_claimer == {
        f"token:{number}": len(json.loads(text)) for number, text in enumerate(printed)
    }
