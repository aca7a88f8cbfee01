"""The worker: sends what waits in the outbox, and does what else must be done again and again.

A notice is marked as sent only after the channel took it, so a crash between the two sends it
twice and never loses it.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from forms_api.errors import SettingsError
from forms_api.notify import messages
from forms_api.notify.schedule import AT_ONCE, Schedule
from forms_api.reports.deadlines import count_late
from forms_api.reports.retention import drop_abandoned_files
from forms_api.store import data_requests, outbox
from forms_api.store.database import Database
from forms_api.store.heartbeat import note_worker
from forms_api.store.installation import change_fact, read_fact

BATCH = 10_000  # a notice says numbers only, so that one holds all that waits
PAUSE_SECONDS = 20
TRIED_AT = "notice_tried_at"

log = logging.getLogger(__name__)


Channel = Callable[[str, str], bool]
"""Takes a title and a body, and tells whether every receiver got them."""

Chore = Callable[[], object]
"""Something else to do in every round, given by whoever starts the worker."""


@dataclass(frozen=True)
class Round:
    """What one round did."""

    sent: int = 0
    failed: int = 0


def open_channel(urls: Sequence[str]) -> Channel | None:
    """Return a channel to all of the Apprise addresses, None when there are none.

    Raises SettingsError, by their places: addresses hold passwords.
    """
    if not urls:
        return None
    import apprise  # noqa: PLC0415 - large, and only the worker sends

    receivers = apprise.Apprise()
    unknown = [place for place, url in enumerate(urls, start=1) if not receivers.add(url)]
    if unknown:
        raise SettingsError(
            [f"FORMS_NOTIFY_URLS: Apprise knows no such address, number {n}" for n in unknown]
        )
    return lambda title, body: bool(receivers.notify(title=title, body=body))


def run_round(
    database: Database,
    channel: Channel | None,
    chores: Sequence[Chore] = (),
    *,
    schedule: Schedule = AT_ONCE,
) -> Round:
    """Do the chores, send one digest of all that is due, and note the outcome of each notice.

    A chore that fails is logged and stops nothing. Without a channel notices wait: they go out
    when somebody sets one.
    """
    now = dt.datetime.now(dt.UTC)
    database.write(lambda connection: note_worker(connection, at=now))
    every: list[Chore] = [partial(drop_abandoned_files, database), *chores]
    for chore in every:
        try:
            chore()
        except Exception:
            log.exception("a chore failed; the next round tries again")
    return Round() if channel is None else _send(database, channel, schedule)


def _send(database: Database, channel: Channel, schedule: Schedule) -> Round:
    """Send what is due in one message.

    The try is noted before it is made: a machine that goes down while it sends, again and again,
    sends no storm either.
    """
    now = dt.datetime.now(dt.UTC)
    with database.read() as connection:
        tried = read_fact(connection, TRIED_AT)
        if schedule.is_quiet(now, last=dt.datetime.fromisoformat(tried) if tried else None):
            return Round()
        due = outbox.due(
            connection,
            now=now,
            limit=BATCH,
            held_after=schedule.held_after(now),
            never_held=(messages.URGENT,),
        )
        topics = [row["topic"] for row in due]
        late = count_late(connection, at=now) if messages.LATE in topics else 0
        asked = messages.LATE_REQUESTS in topics
        late_requests = data_requests.count_late(connection, at=now) if asked else 0
    if not due:
        return Round()
    sequences = [row["sequence"] for row in due]
    body = messages.digest(topics, late=late, late_requests=late_requests)
    if body is None:
        database.write(lambda connection: outbox.mark_sent(connection, sequences, at=now))
        return Round()
    database.write(lambda connection: change_fact(connection, TRIED_AT, now.isoformat()))
    if _taken(channel, body):
        database.write(lambda connection: outbox.mark_sent(connection, sequences, at=now))
        return Round(sent=len(due))
    database.write(
        lambda connection: outbox.mark_failed(connection, due, at=now, why="not delivered")
    )
    return Round(failed=len(due))


def _taken(channel: Channel, body: str) -> bool:
    try:
        return channel(messages.TITLE, body)
    except Exception as error:  # noqa: BLE001 - whatever a channel does, its notices wait
        # Its own words may hold the address, and so a password.
        log.error("a notice channel failed: %s", type(error).__name__)  # noqa: TRY400 - as above
        return False


def run_forever(
    database: Database,
    channel: Channel | None,
    stop: threading.Event,
    chores: Sequence[Chore] = (),
    *,
    schedule: Schedule = AT_ONCE,
) -> None:
    """Work in rounds until `stop` is set; a failed round is logged and tried again."""
    while not stop.is_set():
        try:
            done = run_round(database, channel, chores, schedule=schedule)
            if done.sent or done.failed:
                log.info("notices sent: %d, failed: %d", done.sent, done.failed)
        except Exception:
            log.exception("this round failed; the next one tries again")
        stop.wait(PAUSE_SECONDS)
