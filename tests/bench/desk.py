"""The officers' side: claiming and acknowledging a hundred reports, and a pull of a thousand."""

from __future__ import annotations

import datetime as dt
import json
import os
import pstats
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forms_api.accounts.permissions import operator_actor
from forms_api.reports import queue
from forms_api.reports.intake import Submission, submit
from forms_api.reports.service import ReportService
from forms_api.store.database import Database
from forms_api.store.installation import queue_recipient
from forms_api.vault.receipts import new_submission_id
from forms_api.vault.sealing import Recipient
from tests.bench.measure import Row, paired_ratio, rounds, say
from tests.bench.servers import ROOT, environment, initialise, serving

CLAIM_BOUND_MS = 20
PULL_ROUNDS = 3
_IMPORT = "_find_and_load"
REPORT_FILES = 4
"""So many files has a report's folder: report.json, report.txt, report.age, state.json."""
_WAITS = {
    "the disk": r"posix\.(open|mkdir|rename|replace|fsync)>|'(write|__exit__)' of '_io|'acquire' of",
    "the server": r"'(recv|send|connect)' of '_socket",
    "opening what is sealed": r"<decrypt>",
}
"""What a pull's main thread waits for, by the names of functions; of a lock, while others sync."""
ANSWER = "Khoảng 21 giờ, ba thanh niên đi hai xe máy chạy rất nhanh quanh sân bóng. " * 4


def fill(data_dir: Path, count: int) -> Database:
    """Put `count` reports into the installation's queue and return its database."""
    database = Database(f"sqlite:///{data_dir / 'forms.sqlite3'}")
    recipient = Recipient(queue_recipient(database))
    service = ReportService(database, recipient, os.urandom(32), "XG")
    answers = [
        {"id": f"f{n}", "kind": "text", "label": "Nội dung", "value": ANSWER, "text": ANSWER}
        for n in range(8)
    ]
    content = {"form_title": "Phản ánh", "answers": answers}
    for _ in range(count):
        submit(service, Submission(new_submission_id(), "phan-anh-antt", "1", "1", content))
    return database


def claim_and_acknowledge() -> list[Row]:
    """Measure the server's time for claim(100) and one acknowledgement of the hundred."""
    say("==> claim + ack of 100 reports")
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        initialise(environment(data_dir))
        database = fill(data_dir, 1200)
        actor = operator_actor("bench")

        def measure() -> dict[str, float]:
            started = time.perf_counter()
            claimed = queue.claim(database, actor=actor, limit=100, lease=dt.timedelta(minutes=5))
            ids = [report.clear["id"] for report in claimed]
            queue.acknowledge(database, actor=actor, report_ids=ids)
            assert len(ids) == 100
            return {"ms": (time.perf_counter() - started) * 1000}

        [figures] = rounds(9, [measure])
        database.close()
    milliseconds = figures["ms"].median
    return [
        Row(
            "claim + ack of 100 reports, server time",
            f"{milliseconds:.1f} ms",
            "–",
            bound=f"≤ {CLAIM_BOUND_MS} ms",
            holds=milliseconds <= CLAIM_BOUND_MS,
        )
    ]


def pull_thousand() -> list[Row]:
    """Measure `pull` of 1,000 reports against writing and syncing the same files alone.

    A further pull runs under a profiler: where the time of its main thread goes.
    """
    say("==> pull of 1,000 reports")
    [found] = rounds(PULL_ROUNDS, [_pull_and_write_again])
    pulled, written = found["pull"], found["again"]
    return [
        Row(
            "pull of 1,000 reports",
            f"{pulled.median:.1f} s",
            f"the same {REPORT_FILES * 1000} files written and synced alone: {written.median:.1f} s",
            paired_ratio(pulled, written),
        ),
        Row("one more under cProfile: where its time goes", _shares(), "–"),
    ]


def _pull_and_write_again() -> dict[str, float]:
    with _empty_folder() as folder:
        seconds = _pull(folder)
        files = [path for path in folder.glob("out/*/*") if path.is_file()]
        assert len(files) == REPORT_FILES * 1000
        return {"pull": seconds, "again": _write_again(files, folder / "again")}


def _shares() -> str:
    """Return which part of a pull's time goes to what, in words."""
    with _empty_folder() as folder:
        profile = folder / "profile"
        _pull(folder, "-m", "cProfile", "-o", str(profile))
        stats = pstats.Stats(str(profile))
    entries = [(name, *entry) for (_, _, name), entry in stats.stats.items()]  # type: ignore[attr-defined]
    total = sum(own for _, _, _, own, *_ in entries)
    seconds = {
        what: sum(own for name, _, _, own, *_ in entries if re.search(pattern, name))
        for what, pattern in _WAITS.items()
    }
    seconds["importing"] = max(whole for name, _, _, _, whole, _ in entries if name == _IMPORT)
    seconds["all else in Python"] = total - sum(seconds.values())
    return ", ".join(f"{what} {100 * part / total:.0f} %" for what, part in seconds.items())


def _pull(folder: Path, *how: str) -> float:
    """Pull 1,000 reports from an installation in `folder` to `folder/out`; return the seconds."""
    env = environment(folder / "data")
    shown = json.loads(initialise(env))
    key = _secret(folder / "key.txt", shown["recovery_key"])
    token = _secret(folder / "token.txt", _new_token(env))
    fill(folder / "data", 1000).close()
    with serving(env, "forms_api.wsgi:officers") as server:
        command = [
            sys.executable, *how, "-m", "forms_api", "pull", "--json",
            "--url", f"http://127.0.0.1:{server.port}", "--token-file", str(token),
            "--identity-file", str(key), "--out", str(folder / "out"),
        ]  # fmt: skip
        started = time.perf_counter()
        subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True)
        return time.perf_counter() - started


@contextmanager
def _empty_folder() -> Iterator[Path]:
    """Give a folder on the project's disk, not in memory."""
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as folder:
        yield Path(folder)


def _write_again(files: list[Path], target: Path) -> float:
    """Return the seconds that the disk alone needs for these files, synced one by one."""
    contents = [(path.parent.name, path.name, path.read_bytes()) for path in files]
    started = time.perf_counter()
    for folder, name, content in contents:
        (target / folder).mkdir(parents=True, exist_ok=True)
        with (target / folder / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    return time.perf_counter() - started


def _new_token(env: dict[str, str]) -> str:
    command = [sys.executable, "-m", "forms_api", "tokens", "add", "--name", "bench", "--json"]
    done = subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, text=True)
    token: str = json.loads(done.stdout)["token"]
    return token


def _secret(path: Path, text: str) -> Path:
    path.write_text(text + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path
