"""The worker: sends what waits in the outbox and clears away what was never sent.

A notice is marked as sent only after the channel took it, so a crash between the two sends it
twice and never loses it.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forms_api.errors import SettingsError
from forms_api.notify import messages
from forms_api.reports.retention import drop_abandoned_photos
from forms_api.store import outbox
from forms_api.store.database import Database

BATCH = 500
PAUSE_SECONDS = 20

log = logging.getLogger(__name__)


Channel = Callable[[str, str], bool]
"""Takes a title and a body, and tells whether every receiver got them."""


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


def run_round(database: Database, channel: Channel | None) -> Round:
    """Send one digest of all that is due, and note the outcome of each notice.

    Without a channel notices wait: they go out when somebody sets one.
    """
    drop_abandoned_photos(database)
    if channel is None:
        return Round()
    now = dt.datetime.now(dt.UTC)
    with database.read() as connection:
        due = outbox.due(connection, now=now, limit=BATCH)
    if not due:
        return Round()
    try:
        taken = channel(messages.TITLE, messages.digest(row["topic"] for row in due))
    except Exception as error:  # noqa: BLE001 - whatever a channel does, its notices wait
        # Its own words may hold the address, and so a password.
        log.error("a notice channel failed: %s", type(error).__name__)  # noqa: TRY400 - as above
        taken = False
    if taken:
        sequences = [row["sequence"] for row in due]
        database.write(lambda connection: outbox.mark_sent(connection, sequences, at=now))
        return Round(sent=len(due))
    database.write(
        lambda connection: outbox.mark_failed(connection, due, at=now, why="not delivered")
    )
    return Round(failed=len(due))


def run_forever(database: Database, channel: Channel | None, stop: threading.Event) -> None:
    """Work in rounds until `stop` is set; a failed round is logged and tried again."""
    while not stop.is_set():
        try:
            done = run_round(database, channel)
            if done.sent or done.failed:
                log.info("notices sent: %d, failed: %d", done.sent, done.failed)
        except Exception:
            log.exception("this round failed; the next one tries again")
        stop.wait(PAUSE_SECONDS)
