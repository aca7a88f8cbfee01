"""An installation as an operator makes it: `init`, `tokens add`, `serve`, each in its own process."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

from forms_api.vault.sealing import Identity, identity_from_text
from tests.store.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "forms.sqlite3"
COMMAND = (sys.executable, "-m", "forms_api")


@dataclass(frozen=True)
class Installation:
    """A data directory with keys, a token, and the settings its processes run with."""

    folder: Path
    data_dir: Path
    site_dir: Path
    recovery_key: str
    token: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def database_file(self) -> Path:
        """The SQLite file."""
        return self.data_dir / DATABASE

    @property
    def temporary_dir(self) -> Path:
        """Where its processes put temporary files."""
        return self.folder / "tmp"

    @property
    def log_file(self) -> Path:
        """All that its servers ever said, on both streams."""
        return self.folder / "server.log"

    @property
    def identity(self) -> Identity:
        """The queue's private key, as the recovery key gives it."""
        return identity_from_text(self.recovery_key)

    def environment(self, **settings: str) -> dict[str, str]:
        """Return the environment of one of its processes."""
        return _environment(
            self.data_dir, self.site_dir, self.temporary_dir, {**self.settings, **settings}
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m forms_api …` to its end and return what it said, whatever its exit code."""
        return _run(self.environment(), *arguments)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return the rows that `query` finds in the database."""
        with closing(sqlite3.connect(f"file:{self.database_file}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    def references(self) -> list[str]:
        """Return the reference of every report, oldest first."""
        found = self.rows("SELECT reference FROM reports ORDER BY received_at")
        return [str(reference) for (reference,) in found]

    @contextmanager
    def serving(self, *options: str, workers: int = 2, **settings: str) -> Iterator[Server]:
        """Give a running server of it, stopped as an operator stops it; `options` go to `serve`."""
        server = Server(self, ["--workers", str(workers), *options], settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Server:
    """`serve` as a group of processes on one port, which may be killed and started again."""

    def __init__(
        self, installation: Installation, options: list[str], settings: dict[str, str]
    ) -> None:
        self._installation = installation
        self._environment = installation.environment(**settings)
        self._options = options
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and return once it is ready to take reports."""
        command = [*COMMAND, "serve", "--port", str(self._port), *self._options]
        with self._installation.log_file.open("ab") as log:
            process = subprocess.Popen(
                command,
                env=self._environment,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._process = process

        def answers() -> bool:
            assert process.poll() is None, self._installation.log_file.read_text()
            with closing(HTTPConnection("127.0.0.1", self._port, timeout=5)) as connection:
                try:
                    connection.request("GET", "/healthz")
                    return connection.getresponse().status == HTTPStatus.OK
                except (OSError, HTTPException):
                    return False

        wait_until(answers)

    def kill(self) -> None:
        """End all its processes with SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it as an operator does; nothing happens when it was killed before."""
        if self._process is not None:
            self._end(signal.SIGTERM)

    def processes(self) -> list[psutil.Process]:
        """Return its processes."""
        assert self._process is not None
        leader = psutil.Process(self._process.pid)
        return [leader, *leader.children(recursive=True)]

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        members = self.processes()
        for member in members if how is signal.SIGKILL else members[:1]:
            member.send_signal(how)
        self._process.wait(timeout=30)
        psutil.wait_procs(members, timeout=30)
        self._process = None


def install(
    folder: Path, site_dir: Path, *, data_dir: Path | None = None, **settings: str
) -> Installation:
    """Return a fresh installation in `folder`, with the settings all its processes have.

    On SQLite it is a copy of the first one that this process made: `init` derives keys at length.
    """
    data_dir = data_dir or folder / "var"
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    if "FORMS_DATABASE_URL" in settings:
        made = _make(_environment(data_dir, site_dir, temporary, settings), data_dir)
    else:
        made = _made_once()
        made.copy_to(data_dir)
    return Installation(folder, data_dir, site_dir, made.recovery_key, made.token, dict(settings))


Installer = Callable[..., Installation]


def bare_site(folder: Path) -> Path:
    """Make a site of one bare page in `folder`, for those who look at no page's style; return it."""
    shell = folder / "_shell" / "page.html.j2"
    shell.parent.mkdir(parents=True)
    shell.write_text("{% block content %}{% endblock %}", encoding="utf-8")
    (folder / "index.html").write_text("<!doctype html>", encoding="utf-8")
    return folder


@dataclass(frozen=True)
class _Made:
    """What `init` and `tokens add` said, and the data directory they left: mode and bytes by path."""

    recovery_key: str
    token: str
    folders: dict[Path, int]
    files: dict[Path, tuple[int, bytes]]

    def copy_to(self, data_dir: Path) -> None:
        """Write the data directory at another place."""
        for path, mode in self.folders.items():
            (data_dir / path).mkdir(parents=True, exist_ok=True)
            (data_dir / path).chmod(mode)
        for path, (mode, content) in self.files.items():
            (data_dir / path).touch(mode)
            (data_dir / path).write_bytes(content)


@cache
def _made_once() -> _Made:
    with tempfile.TemporaryDirectory(prefix="installation-") as work:
        data_dir, site_dir, temporary = (Path(work) / name for name in ("var", "site", "tmp"))
        temporary.mkdir()
        return _make(_environment(data_dir, site_dir, temporary, {}), data_dir)


def _make(environment: dict[str, str], data_dir: Path) -> _Made:
    made = json.loads(_checked(environment, "init", "--json"))
    token = json.loads(_checked(environment, "tokens", "add", "--name", "may-truc", "--json"))
    folders = [data_dir, *sorted(path for path in data_dir.rglob("*") if path.is_dir())]
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    return _Made(
        recovery_key=made["recovery_key"],
        token=token["token"],
        folders={path.relative_to(data_dir): _mode(path) for path in folders},
        files={path.relative_to(data_dir): (_mode(path), path.read_bytes()) for path in files},
    )


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(
    data_dir: Path, site_dir: Path, temporary_dir: Path, settings: dict[str, str]
) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FORMS_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(temporary_dir),
        "FORMS_DATA_DIR": str(data_dir),
        "FORMS_SITE_DIR": str(site_dir),
        "FORMS_RATELIMIT_ENABLED": "0",
        "FORMS_MIN_FREE_BYTES": "0",
        **settings,
    }


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def _checked(environment: dict[str, str], *arguments: str) -> str:
    done = _run(environment, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout
