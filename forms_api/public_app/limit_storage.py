"""The limits' counters in the service's own database: every process and machine counts together."""

from __future__ import annotations

import datetime as dt
import time

from limits.storage import Storage

from forms_api.errors import StorageError
from forms_api.reports.service import utc_now
from forms_api.store import counters
from forms_api.store.database import Database

DATABASE = "database://"
"""How FORMS_RATELIMIT_STORAGE names this storage."""


class DatabaseStorage(Storage):
    """What `limits` counts with: fixed windows, each of them one row, written with other writes.

    A database that does not answer raises StorageError, and Flask-Limiter goes on in memory.
    """

    STORAGE_SCHEME = ["database"]  # noqa: RUF012 - the library's own attribute

    def __init__(
        self, uri: str | None = None, *, database: Database, **options: bool | str
    ) -> None:
        super().__init__(uri, wrap_exceptions=bool(options.get("wrap_exceptions")))
        self._database = database

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What this storage raises when it fails."""
        return StorageError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a counter whose window is `expiry` seconds long and return what it stands at.

        Windows end at whole multiples of their length, so that no row tells when somebody first came.
        """
        now = utc_now()
        ends_at = dt.datetime.fromtimestamp((now.timestamp() // expiry + 1) * expiry, dt.UTC)
        return self._database.write(
            lambda connection: counters.add(connection, key, amount, now=now, ends_at=ends_at)
        )

    def get(self, key: str) -> int:
        """Return what a counter stands at."""
        with self._database.read() as connection:
            counted = counters.read(connection, key, now=utc_now())
        return 0 if counted is None else counted.number

    def get_expiry(self, key: str) -> float:
        """Return when a counter's window ends, in Unix seconds."""
        with self._database.read() as connection:
            counted = counters.read(connection, key, now=utc_now())
        return time.time() if counted is None else counted.ends_at.timestamp()

    def check(self) -> bool:
        """Tell whether the database answers."""
        try:
            self.get("")
        except StorageError:
            return False
        return True

    def reset(self) -> int | None:
        """Forget every counter and return how many there were."""
        return self._database.write(counters.clear)

    def clear(self, key: str) -> None:
        """Forget one counter."""
        self._database.write(lambda connection: counters.clear(connection, key))
