"""Keeps every report's deadline up to date, and tells the officers once a day how many are late.

So it does for requests about people's own data, whose days are the law's and need no decision.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection

from forms_api.notify.messages import LATE, LATE_REQUESTS
from forms_api.reports.deadlines import (
    TIMED_ACTIONS,
    count_late,
    load_rules,
    refresh_due,
)
from forms_api.reports.service import utc_now
from forms_api.reports.working_time import day_of
from forms_api.store import data_requests, outbox
from forms_api.store.database import Database
from forms_api.store.deadlines import reports_touched_since
from forms_api.store.installation import change_fact, read_fact

DEADLINES_KEPT = "deadlines_kept"
MANY = 500  # from so many on, all at once is no more work


@dataclass(frozen=True)
class Kept:
    """Up to where the deadlines are up to date: by which rules, after which event, on which day."""

    rules: str = ""
    events: int = 0
    day: str = ""


def keep_deadlines(database: Database, content_dir: Path) -> int:
    """Bring the deadlines up to date and return how many changed; on a new working day, tell who is late.

    1. All open reports: when the ward changed deadlines or calendar, and once each working day.
    2. Else only those that something happened to since the last time.
    3. From the day's first working minute on, once: how many were late by then.

    Raises ContentError when the ward's files cannot be used.
    """
    rules = load_rules(content_dir)
    now = utc_now()
    opening = rules.clock.opening(day_of(now))
    today = day_of(now).isoformat()
    if opening is not None and opening <= now:
        _tell_of_late_requests(database, key=f"late requests {today}", opening=opening)
    with database.read() as connection:
        kept = _read(connection)
        if kept.rules == rules.fingerprint and not rules.deadlines.decided:
            return 0
        touched, newest = reports_touched_since(connection, kept.events, actions=TIMED_ACTIONS)
    day_begins = opening is not None and opening <= now and kept.day != today
    everything = day_begins or kept.rules != rules.fingerprint or len(touched) >= MANY
    changed = refresh_due(database, rules, None if everything else touched)
    if day_begins and opening is not None:
        _tell_of_late(database, key=f"late {today}", opening=opening)
    done = Kept(rules.fingerprint, newest, today if day_begins else kept.day)
    if done != kept:
        facts = json.dumps(asdict(done))
        database.write(lambda connection: change_fact(connection, DEADLINES_KEPT, facts))
    return changed


def _tell_of_late(database: Database, *, key: str, opening: dt.datetime) -> None:
    """Post one notice for the day if anything was late when its work began."""

    def store(connection: Connection) -> None:
        if not outbox.was_posted(connection, key) and count_late(connection, at=opening):
            outbox.post(connection, LATE, report_id=None, at=opening, once_key=key)

    database.write(store)


def _tell_of_late_requests(database: Database, *, key: str, opening: dt.datetime) -> None:
    """Post one notice for the day if any request was late when its work began."""
    with database.read() as connection:
        posted = outbox.was_posted(connection, key)
        if posted or not data_requests.count_late(connection, at=opening):
            return

    def store(connection: Connection) -> None:
        if not outbox.was_posted(connection, key):
            outbox.post(connection, LATE_REQUESTS, report_id=None, at=opening, once_key=key)

    database.write(store)


def _read(connection: Connection) -> Kept:
    facts = read_fact(connection, DEADLINES_KEPT)
    return Kept() if facts is None else Kept(**json.loads(facts))
