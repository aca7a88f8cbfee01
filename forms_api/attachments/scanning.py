"""Uploads shown to the ward's malware scanner (clamd), where there is one.

Cleaning does not depend on it: every picture is painted anew whatever the scanner says. What it
knows is refused; where it does not answer, the report is kept apart until an officer has looked.

The exchange is spelled out here because the clients that are kept well are under the GPL, version 2
alone, which this product's licence does not go together with.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import time
from collections.abc import Callable
from enum import StrEnum
from urllib.parse import urlsplit

from forms_api.attachments.messages import Reason
from forms_api.errors import AttachmentError

_log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
SILENT_SECONDS = 30
"""So long a scanner that did not answer is not asked again: each try may cost the whole timeout."""

_CHUNK_BYTES = 2**16
_ANSWER_BYTES = 4096


class Scan(StrEnum):
    """What is known of an upload: as stored with each attachment."""

    CLEAN = "clean"
    FAILED = "failed"
    NOT_SCANNED = "not_scanned"


class Scanner:
    """Shows bytes to clamd at `address`: a socket's path, or `tcp://host:port`; none when empty."""

    def __init__(self, address: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._address = address
        self._clock = clock
        self._silent_until = float("-inf")

    def scan(self, data: bytes) -> Scan:
        """Return what the scanner says of `data`. Raises AttachmentError when it knows it as harmful.

        An answer that judges nothing, such as "too long for me", counts as none.
        """
        if not self._address:
            return Scan.NOT_SCANNED
        if self._clock() < self._silent_until:
            return Scan.FAILED
        try:
            answer = self._ask(b"INSTREAM", data)
        except OSError as error:
            self._silent_until = self._clock() + SILENT_SECONDS
            _log.warning("the malware scanner does not answer: %s", type(error).__name__)
            return Scan.FAILED
        if answer.endswith(" FOUND"):
            raise AttachmentError(Reason.MALWARE)
        if answer != "stream: OK":
            _log.warning("the malware scanner did not judge an upload: %s", answer)
            return Scan.FAILED
        return Scan.CLEAN

    def version(self) -> str | None:
        """Return the scanner's own name and day; None without a scanner. Raises OSError."""
        return self._ask(b"VERSION") if self._address else None

    def _ask(self, command: bytes, data: bytes | None = None) -> str:
        """Return clamd's one-line answer: see clamd(8), COMMANDS. Raises OSError."""
        with self._connected() as connection:
            connection.sendall(b"z" + command + b"\0")
            if data is not None:
                # Refused half-way, as too long, it answers and hangs up: the answer is what counts.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    _send_in_chunks(connection, data)
            answer = b""
            while not answer.endswith(b"\0") and (part := connection.recv(_ANSWER_BYTES)):
                answer += part
        if not answer:
            raise ConnectionError("no answer")
        return answer.rstrip(b"\0\n").decode(errors="replace")

    def _connected(self) -> socket.socket:
        parts = urlsplit(self._address)
        if parts.hostname:
            return socket.create_connection((parts.hostname, parts.port), TIMEOUT_SECONDS)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(TIMEOUT_SECONDS)
            connection.connect(self._address)
        except OSError:
            connection.close()
            raise
        return connection


NO_SCANNER = Scanner("")


def _send_in_chunks(connection: socket.socket, data: bytes) -> None:
    view = memoryview(data)
    for start in range(0, len(data), _CHUNK_BYTES):
        chunk = view[start : start + _CHUNK_BYTES]
        connection.sendall(struct.pack("!L", len(chunk)))
        connection.sendall(chunk)
    connection.sendall(struct.pack("!L", 0))
