"""A copy of the project in a temporary folder, in which one rule at a time is broken and tests are run."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.conftest import ROOT
from tests.mutation.mutant import MisplacedError, Mutant, mutated

_LINE = re.compile(r"^(FAILED|ERROR) (tests/[\w/]+\.py)(?:::(\w+))?\S*(?: - (.*))?", re.MULTILINE)
_IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError", "NameError", "SyntaxError")
_PASSED, _FAILED, _NONE_CHOSEN = 0, 1, 5
_GRACE_SECONDS = 20


class StoppedError(Exception):
    """The run was interrupted."""


@dataclass(frozen=True)
class Outcome:
    """What a run of tests came to: which failed, and why nothing can be concluded, if so."""

    failed: frozenset[str] = frozenset()
    timed_out: bool = False
    invalid: str = ""


class Tree:
    """The copy; `stop` may be called from another thread."""

    def __init__(self, root: Path, temporary: Path) -> None:
        self._root = root
        self._temporary = temporary
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        self._guard = threading.Lock()
        self._moment = 0

    @classmethod
    def copied(cls, folder: Path) -> Self:
        """Return a copy below `folder`: what git keeps or would keep, and the built site."""
        root, temporary = folder / "tree", folder / "tmp"
        listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            source, target = ROOT / name, root / name
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        shutil.copytree(ROOT / "site", root / "site")
        temporary.mkdir()
        return cls(root, temporary)

    @contextlib.contextmanager
    def broken(self, mutant: Mutant) -> Iterator[None]:
        """Break a rule meanwhile. Raises MisplacedError."""
        texts = mutated(mutant, self._root)
        before = {file: (self._root / file).read_bytes() for file in texts}
        try:
            for file, text in texts.items():
                self._write(file, text.encode())
            if mutant.rebuilds:
                self._build()
            yield
        finally:
            for file, content in before.items():
                self._write(file, content)
            if mutant.rebuilds and not self._stopped:
                self._build()

    def test(
        self, tests: Sequence[str], *, max_seconds: float, options: Sequence[str] = ()
    ) -> Outcome:
        """Run the tests with pytest's `options` and return which failed. Raises StoppedError."""
        command = [
            sys.executable, "-m", "pytest", "-q", "--tb=no", "--color=no", "-p", "no:cacheprovider",
            "-p", "no:xdist", *options, *tests,
        ]  # fmt: skip
        process = self._begin(command)
        try:
            told, _ = process.communicate(timeout=max_seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            self._done()
            return Outcome(timed_out=True)
        self._done()
        return outcome_of(process.returncode, told)

    def stop(self) -> None:
        """End the running tests, and begin no others."""
        with self._guard:
            self._stopped = True
            process = self._process
        if process is not None:
            _end(process)

    def _begin(self, command: Sequence[str]) -> subprocess.Popen[str]:
        # COLUMNS: the summary's lines are cut to it.
        environment = {**os.environ, "TMPDIR": str(self._temporary), "COLUMNS": "1000"}
        with self._guard:
            if self._stopped:
                raise StoppedError
            self._process = subprocess.Popen(
                command,
                cwd=self._root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        return self._process

    def _done(self) -> None:
        """Forget the process that has ended. Raises StoppedError when it was made to."""
        with self._guard:
            self._process = None
        if self._stopped:
            raise StoppedError

    def _build(self) -> None:
        """Build the site from the tree's own templates. Raises StoppedError."""
        process = self._begin([sys.executable, "build.py", "build"])
        told, _ = process.communicate()
        self._done()
        if process.returncode:
            raise MisplacedError(f"the site cannot be built: {told[-300:]}")

    def _write(self, file: str, content: bytes) -> None:
        """Write a file with a time that it never had: by that Python knows stale bytecode."""
        path = self._root / file
        path.write_bytes(content)
        self._moment += 1
        os.utime(path, (self._moment, self._moment))


def outcome_of(exit_code: int, told: str) -> Outcome:
    """Return what a summary of pytest says: which tests failed, or why it proves nothing.

    A test that cannot be collected or imported, or whose fixture breaks, has not judged the rule.
    """
    lines = [match.groups(default="") for match in _LINE.finditer(told)]
    failures = [(f"{file}::{name}", why) for kind, file, name, why in lines if kind == "FAILED"]
    judged = [test for test, why in failures if not why.startswith(_IMPORT_ERRORS)]
    if exit_code in (_PASSED, _NONE_CHOSEN):
        return Outcome()
    if exit_code == _FAILED and judged:
        return Outcome(frozenset(judged))
    summary = "; ".join(" ".join(line).strip() for line in lines[:3]) or told.strip()[-300:]
    return Outcome(invalid=f"pytest ended with {exit_code}: {summary}")


def _end(process: subprocess.Popen[str]) -> None:
    """Let pytest end what it began, as on Ctrl+C; then end whatever is left of it."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
