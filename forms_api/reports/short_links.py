"""Short links as the residents' face follows them: where each one leads, and how often it was opened.

Neither may wait for the database or fail with it: pages are remembered, visits are gathered.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
import weakref
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.util import Finalize

from forms_api.content.share import ShortLink, landing_address
from forms_api.errors import StorageError
from forms_api.store import links as rows
from forms_api.store.database import Database

GATHER_SECONDS = 1.0
"""Visits of so long share one write: what a process loses when it is killed."""

FRESH_SECONDS = 1.0
"""A campaign link that was added or removed is known everywhere after so long."""

RETRY_SECONDS = 5.0
WAIT_SECONDS = 0.25
"""The longest that somebody who follows a link waits for a database that does not answer."""

log = logging.getLogger(__name__)


class CampaignPages:
    """The campaign links as they stand in the database, remembered while it does not answer.

    Safe to share between threads. A thread of its own reads them anew when somebody asks, at most
    once in `FRESH_SECONDS`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pages: Mapping[str, tuple[str, dt.date | None]] = {}
        self._lock = threading.Lock()
        self._reading: threading.Event | None = None
        self._next_reading = 0.0
        self._answers = True
        self.reload()

    def page(self, slug: str, today: dt.date) -> str | None:
        """Return the page of a link that is in force, or None."""
        self._refresh()
        page, until = self._pages.get(slug, (None, None))
        return None if until is not None and today > until else page

    def reload(self) -> None:
        """Read the links now, in this thread; when that fails, what was known stays."""
        pause = RETRY_SECONDS
        self._answers = False
        try:
            with self._database.read() as connection:
                self._pages = rows.campaign_pages(connection)
            self._answers, pause = True, FRESH_SECONDS
        except StorageError as error:
            log.warning("campaign links could not be read: %s", error)
        finally:
            self._next_reading = time.monotonic() + pause

    def _refresh(self) -> None:
        """Let the links be read anew when it is time, and wait a moment if that may help."""
        may_wait = self._answers
        with self._lock:
            if self._reading is None and time.monotonic() >= self._next_reading:
                self._reading = self._begin()
            reading = self._reading
        if reading is not None and may_wait:
            reading.wait(WAIT_SECONDS)

    def _begin(self) -> threading.Event | None:
        done = threading.Event()
        try:
            threading.Thread(target=self._read, args=(done,), daemon=True).start()
        except RuntimeError:  # this process ends, and begins no thread any more
            return None
        return done

    def _read(self, done: threading.Event) -> None:
        try:
            self.reload()
        finally:
            with self._lock:
                self._reading = None
            done.set()


class VisitCounter:
    """Counts visits in memory and adds them to the database together, about once a second.

    Safe to share between threads. A visit costs its request an addition, and a flood costs the
    database no more than one small transaction a second. What the database does not take is lost;
    the log says how much. Give it links that exist: each one it ever sees takes room.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: Counter[rows.DayOfLink] = Counter()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._timer: threading.Timer | None = None
        # The server's processes end through this, not through `atexit`.
        Finalize(None, _flush_if_there, args=(weakref.ref(self),), exitpriority=0)

    def count(self, slug: str, day: dt.date) -> None:
        """Count a visit; it is written soon."""
        with self._lock:
            self._waiting[day, slug] += 1
            self._wait_for_more()

    def flush(self) -> None:
        """Write what was gathered, and return when it is durable or lost."""
        with self._writing:
            with self._lock:
                gathered, self._waiting = self._waiting, Counter()
            if not gathered:
                return
            try:
                self._database.write(partial(rows.add_visits, visits=gathered))
            except StorageError as error:
                log.warning("%d visits of short links are lost: %s", gathered.total(), error)

    def _wait_for_more(self) -> None:
        """Have all that comes within a second written together; the caller holds the lock."""
        if self._timer is not None:
            return
        timer = threading.Timer(GATHER_SECONDS, self._flush_in_time)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # this process ends: its last flush writes what waits
            return
        self._timer = timer

    def _flush_in_time(self) -> None:
        try:
            self.flush()
        finally:
            with self._lock:
                self._timer = None
                if self._waiting:
                    self._wait_for_more()


@dataclass(frozen=True)
class ShortLinks:
    """Every short link that leads somewhere: the share kit's, then those of campaigns."""

    shared: Mapping[str, ShortLink]
    campaigns: CampaignPages

    def address(self, slug: str, today: dt.date) -> str | None:
        """Return the own page that a link leads to on this day, or None."""
        shared = self.shared.get(slug)
        page = self.campaigns.page(slug, today) if shared is None else shared.page.page
        return None if page is None else landing_address(page, slug)


def _flush_if_there(counter: weakref.ref[VisitCounter]) -> None:
    found = counter()
    if found is not None:
        found.flush()
