"""What can be taken in now, so that whoever opens a form hears it before writing.

The disk is left to words alone while there is still room for them; then nothing more is taken in.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from forms_api.errors import FormsError
from forms_api.settings import Settings
from forms_api.store.database import Database
from forms_api.store.installation import schema_is_current
from forms_api.web.health import has_room

FRESH_SECONDS = 2
TEXT_ONLY_TIMES = 4
"""Files are taken while the disk has so many times the bytes that must stay free."""


@dataclass(frozen=True)
class Capacity:
    """Whether the database answers, and whether the disk has room for words, and for files."""

    database: bool = True
    words: bool = True
    files: bool = True

    @property
    def takes_reports(self) -> bool:
        """Tell whether a report could be kept now."""
        return self.database and self.words


class CapacityWatch:
    """Looks once in a while; safe to share between threads."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._looking = threading.Lock()
        self._seen = Capacity()
        self._stale_at = 0.0

    def now(self) -> Capacity:
        """Return what was seen no more than FRESH_SECONDS ago.

        One thread looks anew; the others do not wait for a database that may not answer.
        """
        if time.monotonic() >= self._stale_at and self._looking.acquire(blocking=False):
            try:
                self._seen = _look(self._settings, self._database)
                self._stale_at = time.monotonic() + FRESH_SECONDS
            finally:
                self._looking.release()
        return self._seen


def has_room_for_files(settings: Settings) -> bool:
    """Tell whether files may still be taken in. Raises OSError."""
    return has_room(settings, times=TEXT_ONLY_TIMES)


def _look(settings: Settings, database: Database) -> Capacity:
    try:
        answers = schema_is_current(database)
    except FormsError:
        answers = False
    try:
        return Capacity(answers, has_room(settings), has_room_for_files(settings))
    except OSError:
        return Capacity(answers, words=False, files=False)
