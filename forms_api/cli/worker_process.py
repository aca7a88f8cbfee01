"""The worker beside a server: a process of its own, begun again when it dies, ended with it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading

import click

FIRST_PAUSE_SECONDS = 2
LONGEST_PAUSE_SECONDS = 300
SAME_STOP_SECONDS = 1
STOP_SECONDS = 10
COMMAND = (sys.executable, "-m", "forms_api", "worker", "--while-stdin-is-open")


class WorkerProcess:
    """Keeps one `worker` process running, says when it dies, and starts another."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher = threading.Thread(target=self._watch, name="worker", daemon=True)

    def start(self) -> None:
        """Start the process and the thread that watches it.

        The server forks meanwhile, at its start and when it replaces a process. A child forked while
        this process begins the worker would keep the pipes of that open: the watcher would wait for
        ever, and the worker outlive the server. So no fork comes in between.
        """
        os.register_at_fork(
            before=self._lock.acquire,
            after_in_parent=self._lock.release,
            after_in_child=self._let_go,
        )
        self._watcher.start()

    def stop(self) -> None:
        """End the process; return when it is gone."""
        with self._lock:
            self._stopping.set()
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._watcher.join()

    def _watch(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while process := self._begin():
            code = process.wait()
            # A service manager may end the worker a moment before the server hears of it.
            if self._stopping.wait(SAME_STOP_SECONDS):
                return
            self._tell(code, pause)
            if self._stopping.wait(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _tell(self, code: int, pause: int) -> None:
        """Say on stderr that the worker ended; where nobody reads that, go on all the same."""
        with contextlib.suppress(OSError):
            click.echo(
                f"the worker ended with exit code {code}: no notice goes out until the next one "
                f"starts, in {pause} seconds",
                err=True,
            )

    def _begin(self) -> subprocess.Popen[bytes] | None:
        """Start a process, unless `stop` came first."""
        with self._lock:
            if self._stopping.is_set():
                return None
            # Our end of the pipe closes when this process is gone, however it went. A session of
            # its own keeps Ctrl+C from it: `stop` ends it, in order.
            self._process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, start_new_session=True)
            return self._process

    def _let_go(self) -> None:
        """Close, in a forked child, the pipe that would outlive this process there."""
        self._lock.release()
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
