"""A clamd to talk to: the real one where it is installed, and one of our own that does as it is told."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The string that every scanner knows and that harms nobody (eicar.org), in two parts so that no
# scanner on a developer's machine takes this file away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd:
    """Speaks clamd's protocol on a Unix socket; `answer` is said of every stream, None hangs up."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self.answer: bytes | None = b"stream: OK"
        self.streams: list[bytes] = []
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(self.address)
        self._listening.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as said:
                command = b"".join(iter(lambda said=said: said.read(1), b"\0"))  # type: ignore[misc]
                if command == b"zVERSION":
                    connection.sendall(b"ClamAV 1.4.3/27800/Mon Nov 23 2026\0")
                    continue
                stream = b""
                while size := struct.unpack("!L", said.read(4))[0]:
                    stream += said.read(size)
                self.streams.append(stream)
                if self.answer is not None:
                    connection.sendall(self.answer + b"\0")


@contextmanager
def fake_clamd(folder: Path) -> Iterator[FakeClamd]:
    """Run our own clamd for as long as the block lasts."""
    clamd = FakeClamd(folder / "clamd.ctl")
    try:
        yield clamd
    finally:
        clamd.close()


@contextmanager
def real_clamd(folder: Path) -> Iterator[str]:
    """Run the installed clamd with one signature, of EICAR; yields its socket's path."""
    program = shutil.which("clamd") or "/usr/sbin/clamd"
    database, path = folder / "db", folder / "clamd.ctl"
    database.mkdir()
    (database / "test.ndb").write_text(f"Test.EICAR:0:*:{EICAR.hex()}\n")
    (folder / "clamd.conf").write_text(
        f"LocalSocket {path}\nDatabaseDirectory {database}\nForeground yes\n"
        f"StreamMaxLength 1M\nTemporaryDirectory {folder}\n"
    )
    command = [program, "--config-file", str(folder / "clamd.conf")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as running:
        try:
            deadline = time.monotonic() + 60
            while not _listens(path):
                assert running.poll() is None, "clamd ended"
                assert time.monotonic() < deadline, "clamd does not listen"
                time.sleep(0.05)
            yield str(path)
        finally:
            running.terminate()


def _listens(path: Path) -> bool:
    """Tell whether somebody answers at the socket: it is there a moment before."""
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(path)) == 0
