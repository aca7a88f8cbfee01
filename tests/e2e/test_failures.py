"""A killed server, a full disk, a locked database: nothing acknowledged is lost, and the page says so."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.e2e.installation import Installation, Installer, Server
from tests.e2e.senders import GOOD, NewSender, Sender, is_receipt, reference_of
from tests.store.waiting import wait_until

KILLS = 3
SENDERS = 8
VISITS = 40
REPORTS_BEFORE_A_KILL = 25
DISK_BYTES = 16 * 2**20
WORDS = "Lời kể phải còn nguyên sau khi máy chủ từ chối."
TOLD = {**GOOD, "dien-bien": WORDS}
NOT_RECEIVED = "Phiếu CHƯA được nhận"


class Crowd:
    """Residents who send one report after another until the server goes away."""

    def __init__(self, url: str, new_sender: NewSender) -> None:
        self.acknowledged: list[str] = []
        self.unanswered: list[Sender] = []
        self._url = url
        self._new_sender = new_sender
        self._threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Return once all of them have seen the server go."""
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        while True:
            sender = self._new_sender(self._url)
            try:
                sender.open()
            except httpx.TransportError:
                return
            try:
                reply = sender.send()
            except httpx.TransportError:
                self.unanswered.append(sender)
                return
            self.acknowledged.append(reference_of(reply.text))


@pytest.mark.slow
def test_a_server_killed_under_load_three_times_keeps_every_acknowledged_report_once(
    new_installation: Installer, new_sender: NewSender
) -> None:
    installation = new_installation()
    acknowledged: list[str] = []
    with installation.serving() as server:
        for _ in range(KILLS):
            crowd = Crowd(server.url, new_sender)
            wait_until(lambda crowd=crowd: len(crowd.acknowledged) >= REPORTS_BEFORE_A_KILL)  # type: ignore[misc] # bound to this round
            server.kill()
            crowd.finish()
            kept = installation.references()

            assert len(kept) == len(set(kept))
            assert set(acknowledged + crowd.acknowledged) <= set(kept)

            # Whoever heard nothing sends again, and only then knows: still one report each.
            server.start()
            again = [sender.send() for sender in crowd.unanswered]
            assert all(is_receipt(reply) for reply in again)
            acknowledged += crowd.acknowledged + [reference_of(reply.text) for reply in again]

            assert sorted(installation.references()) == sorted(acknowledged)
    # What broke the chain in any round breaks it to its end.
    assert installation.run("audit", "verify").returncode == 0


def check_not_received(reply: httpx.Response) -> None:
    """Check that the page says so, and still holds the words."""
    assert reply.status_code == 503
    assert NOT_RECEIVED in reply.text
    assert WORDS in reply.text
    assert not is_receipt(reply)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, small enough to fill."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no file system may be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no free byte in the file system of `folder`; return the file that takes them."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(2**12))
    assert os.statvfs(folder).f_bavail == 0
    return filler


def test_a_server_that_is_stopped_has_counted_every_visit(
    new_installation: Installer, new_sender: NewSender
) -> None:
    installation = new_installation()
    with installation.serving() as server:
        sender = new_sender(server.url)
        statuses = {sender.client.get("/s/bao-tin").status_code for _ in range(VISITS)}

    assert statuses == {302}
    assert installation.rows("SELECT sum(visits) FROM link_visits") == [(VISITS,)]


def test_on_a_full_disk_nothing_is_received_and_after_freeing_the_same_form_is(
    small_disk: Path, new_installation: Installer, new_sender: NewSender
) -> None:
    installation = new_installation(data_dir=small_disk / "var")
    with installation.serving() as server:
        before = reference_of(new_sender(server.url).report().text)
        filler = fill(small_disk)
        sender = new_sender(server.url)
        sender.open()

        refused = sender.send(TOLD)

        check_not_received(refused)
        assert installation.references() == [before]
        filler.unlink()
        received = sender.send(TOLD)
        assert is_receipt(received)
        assert installation.references() == [before, reference_of(received.text)]
    assert installation.run("audit", "verify").returncode == 0


def test_below_the_free_space_an_operator_asks_for_nothing_is_received(
    installation: Installation, server: Server, new_sender: NewSender
) -> None:
    before = installation.references()
    writer = new_sender(server.url)
    writer.write()
    with installation.serving(FORMS_MIN_FREE_BYTES=str(2**60)) as careful:
        late = new_sender(careful.url)
        shown = late.open()
        # Whoever opened the form before keeps what was typed.
        late.tokens, late.client.cookies = writer.tokens, writer.client.cookies
        refused = late.send(TOLD)
        readiness = late.client.get("/readyz")

    assert shown.status_code == 503
    assert "Máy chủ đang tạm nghỉ" in shown.text
    check_not_received(refused)
    assert (readiness.status_code, readiness.text) == (503, "disk: nearly full\n")
    assert installation.references() == before


def test_while_another_process_locks_the_database_nothing_is_received_and_then_it_heals(
    installation: Installation, server: Server, new_sender: NewSender
) -> None:
    before = installation.references()
    sender = new_sender(server.url)
    sender.open()
    with closing(sqlite3.connect(installation.database_file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        refused = sender.send(TOLD)
        other.rollback()

    check_not_received(refused)
    assert installation.references() == before
    received = sender.send(TOLD)
    assert is_receipt(received)
    assert set(installation.references()) - set(before) == {reference_of(received.text)}
