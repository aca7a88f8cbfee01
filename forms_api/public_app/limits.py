"""How much one network may send, in all processes together, and how much this one takes in at once."""

from __future__ import annotations

import datetime as dt
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, Response, request
from flask_limiter import Limiter

from forms_api.errors import StorageError
from forms_api.moments import VIETNAM
from forms_api.public_app.limit_storage import DATABASE
from forms_api.public_app.talks import current_talk
from forms_api.settings import Settings
from forms_api.store.database import Database
from forms_api.web.network import network_of

LARGE_BODY_BYTES = 2**20
LARGE_BODIES_BYTES = 24 * 2**20
ROOM_SECONDS = 20.0


class BusyError(Exception):
    """Too many large uploads are being taken in at this moment."""


def make_limiter(app: Flask, settings: Settings, secret: bytes, database: Database) -> Limiter:
    """Return the limiter of `app`. When its storage fails, each process counts for itself."""
    in_database = settings.ratelimit_storage.startswith(DATABASE)
    limiter = Limiter(
        lambda: client_key(secret, request.remote_addr, dt.datetime.now(VIETNAM).date()),
        app=app,
        enabled=settings.ratelimit_enabled,
        storage_uri=settings.ratelimit_storage,
        storage_options={"database": database} if in_database else {},  # type: ignore[dict-item] # our own storage's
        strategy="fixed-window",
        in_memory_fallback_enabled=True,
        swallow_errors=True,
    )
    # Limited views hold it weakly, and when it is turned off the application does not hold it at all.
    app.extensions["public_limiter"] = limiter
    return limiter


def client_key(secret: bytes, address: str | None, day: dt.date) -> str:
    """Return what stands for a client's network in the counters: a keyed hash, another each day.

    A wider prefix of IPv4 would punish strangers.
    """
    key = hmac.digest(secret, f"rate limit key {day}".encode(), "sha256")
    return hmac.digest(key, network_of(address).encode(), "sha256")[:16].hex()


def more_at_a_talk(usual: str, *, at_talk: str, database: Database) -> Callable[[], str]:
    """Return what tells the limits of the request at hand: `at_talk` where it carries a talk's code.

    The address carries it, so that nothing of a body is read before there is room for it.
    """

    def limits() -> str:
        try:
            return at_talk if current_talk(database).is_open else usual
        except StorageError:
            return usual

    return limits


def opened_nothing(response: Response) -> bool:
    """Return whether a follow-up try counts towards the limit."""
    return response.status_code == 404


class UploadRoom:
    """Bounds how many bytes of large bodies are in memory at once in this process."""

    def __init__(
        self, total_bytes: int = LARGE_BODIES_BYTES, *, wait_seconds: float = ROOM_SECONDS
    ) -> None:
        self._free = total_bytes
        self._total = total_bytes
        self._wait_seconds = wait_seconds
        self._changed = threading.Condition()

    @contextmanager
    def take(self, body_bytes: int | None) -> Iterator[None]:
        """Hold room for a body while it is worked on; small ones need none.

        Raises BusyError when no room comes free in time.
        """
        wanted = min(body_bytes or 0, self._total)
        if wanted <= LARGE_BODY_BYTES:
            yield
            return
        with self._changed:
            if not self._changed.wait_for(lambda: self._free >= wanted, self._wait_seconds):
                raise BusyError
            self._free -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()
