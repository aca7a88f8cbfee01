"""`serve` says one line, ends cleanly and leaves no process behind."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest

from forms_api.cli.worker_process import WorkerProcess
from tests.cli.operators import Operator
from tests.conftest import ROOT
from tests.store.waiting import wait_until


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Serving:
    """One `serve --with-worker` with all its processes."""

    def __init__(self, operator: Operator, port: int, *, workers: int) -> None:
        self.port = port
        command = [sys.executable, "-m", "forms_api", "serve", "--with-worker"]
        self.process = subprocess.Popen(
            [*command, "--port", str(port), "--workers", str(workers)],
            env={**operator.environment, "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def family(self) -> list[psutil.Process]:
        """Every process that it started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def worker(self) -> psutil.Process | None:
        """Return the process that sends notices, once it has taken up its work."""
        for child in self.family:
            with contextlib.suppress(psutil.NoSuchProcess):  # it ended while we looked
                if "worker" in child.cmdline() and child.num_threads() > 1:
                    return child
        return None

    def is_up(self) -> bool:
        """Tell whether it answers and the worker works."""
        assert self.process.poll() is None, self.process.communicate()
        with socket.socket() as probe:
            answers = probe.connect_ex(("127.0.0.1", self.port)) == 0
        return answers and self.worker() is not None


@pytest.fixture
def workers() -> int:
    """How many serving processes it has."""
    return 1


@pytest.fixture
def serving(operator: Operator, port: int, workers: int) -> Iterator[Serving]:
    """A server that answers, with its worker."""
    running = Serving(operator, port, workers=workers)
    with running.process:  # closes its pipes
        try:
            wait_until(running.is_up)
            yield running
        finally:
            if running.process.poll() is None:
                family = running.family
                running.process.kill()
                for child in family:
                    child.kill()


@pytest.mark.parametrize("workers", [1, (os.cpu_count() or 1) + 1])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_one_line_and_ends_without_leaving_a_process(
    serving: Serving, how: signal.Signals
) -> None:
    family = serving.family
    serving.process.send_signal(how)
    said, complained = serving.process.communicate(timeout=30)

    assert serving.process.returncode == 0
    assert said == f"http://127.0.0.1:{serving.port}/  (Ctrl+C để dừng / to stop)\n"
    assert complained == ""
    assert not psutil.wait_procs(family, timeout=10)[1]


def test_a_worker_that_dies_is_named_and_one_whose_server_dies_ends(serving: Serving) -> None:
    worker = serving.worker()
    assert worker is not None
    worker.kill()
    assert serving.process.stderr is not None
    assert serving.process.stderr.readline().startswith("the worker ended with exit code -9")
    wait_until(lambda: serving.worker() is not None)
    again = serving.worker()
    assert again is not None
    family = serving.family
    serving.process.kill()

    assert again in psutil.wait_procs([again], timeout=10)[0]
    for child in family:
        if child.is_running():
            child.kill()


FORKED_MEANWHILE = """
import os, subprocess, sys, threading, time
from forms_api.cli import worker_process

begun = threading.Event()

class Slow(subprocess.Popen):
    def _execute_child(self, *arguments):
        begun.set()
        time.sleep(0.5)  # its pipes are open, and nothing is started yet
        super()._execute_child(*arguments)

subprocess.Popen = Slow
worker_process.COMMAND = (sys.executable, "-c", "input()")
helper = worker_process.WorkerProcess()
helper.start()
begun.wait()
child = os.fork()
if child == 0:
    os._exit(0 if helper._process is not None and helper._process.stdin.closed else 1)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
helper.stop()
sys.exit(code)
"""


def test_no_process_is_forked_while_the_worker_begins_and_keeps_its_pipes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED_MEANWHILE], timeout=60, check=False, capture_output=True
    )

    assert done.returncode == 0, done.stderr.decode()


class _NobodyReads(io.TextIOBase):
    def write(self, _: str, /) -> int:
        raise BrokenPipeError


def test_a_worker_s_end_is_told_without_harm_where_nobody_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stderr", _NobodyReads())

    WorkerProcess()._tell(-9, 2)


@pytest.fixture
def refused(operator: Operator) -> Callable[..., str]:
    """A function that starts a server which must not start, and returns what it says."""
    return lambda *arguments: operator.refusal("serve", *arguments)


def test_a_port_that_is_taken_is_named(refused: Callable[..., str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]

        assert f"port {taken} is taken" in refused("--port", str(taken))


def test_a_port_that_needs_a_right_names_the_proxy(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("forms_api.cli.running.socket.socket.bind", forbidden, raising=False)

    assert "let the reverse proxy take 80 and 443" in refused("--port", "80")


def test_an_address_that_is_not_this_machine_s_is_named(refused: Callable[..., str]) -> None:
    assert "cannot listen on 192.0.2.1:8000" in refused("--host", "192.0.2.1")


def test_a_missing_site_is_named(operator: Operator) -> None:
    operator.settings["FORMS_SITE_DIR"] = str(operator.folder / "none")

    assert "run `python build.py`" in operator.refusal("serve")


def test_a_missing_secret_is_named(operator: Operator, refused: Callable[..., str]) -> None:
    (operator.data_dir / "keys" / "receipt-key").unlink()

    assert "secrets are missing" in refused()


def test_before_init_it_names_init(before_init: Operator) -> None:
    assert "run `python -m forms_api init`" in before_init.refusal("serve")


def test_the_worker_stops_when_it_is_asked_to(operator: Operator) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "forms_api", "worker"],
        env={**operator.environment, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )
    running = psutil.Process(process.pid)
    wait_until(lambda: running.num_threads() > 1)  # it has begun to write
    process.terminate()

    assert process.communicate(timeout=30)[1] == b""
    assert process.returncode == 0


def test_one_round_of_the_worker_says_what_it_did(operator: Operator) -> None:
    assert operator.run("worker", "--once").stdout == "sent 0, failed 0\n"
