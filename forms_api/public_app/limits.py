"""How much one network may send, and how much this process takes in at once."""

from __future__ import annotations

import datetime as dt
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, request
from flask_limiter import Limiter

from forms_api.moments import VIETNAM
from forms_api.settings import Settings
from forms_api.web.network import network_of

SEND_LIMIT = "240/hour;1000/day"
"""POSTs of a form from one network.

Forty people in one hall share an address, and each may need several POSTs (mistakes to mend,
a screen to confirm); a phone network puts far more behind one address.
"""

UPLOAD_LIMIT = "900/hour;3000/day"
"""Files that come one by one, from one network: a few for each form."""

FOLLOW_UP_LIMIT = "30/10 minutes"
"""Codes that open nothing, from one network; codes that open a report are not counted.

Nobody guesses 120 bits at any rate: this only saves the server the work.
"""

LARGE_BODY_BYTES = 2**20
LARGE_BODIES_BYTES = 24 * 2**20
ROOM_SECONDS = 20.0


class BusyError(Exception):
    """Too many large uploads are being taken in at this moment."""


def make_limiter(app: Flask, settings: Settings, secret: bytes) -> Limiter:
    """Return the limiter of `app`. When its storage fails, each process counts for itself."""
    limiter = Limiter(
        lambda: client_key(secret, request.remote_addr, dt.datetime.now(VIETNAM).date()),
        app=app,
        enabled=settings.ratelimit_enabled,
        storage_uri=settings.ratelimit_storage,
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
