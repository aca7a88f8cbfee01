"""`make`, the linters and the layers: what a newcomer and the CI run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^\.PHONY: ([a-z-]+)$", MAKEFILE, re.MULTILINE)


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make on the project's Makefile in another folder."""
    return subprocess.run(
        ["make", "-f", str(ROOT / "Makefile"), *arguments],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


def test_make_alone_lists_every_target_with_a_line_of_help(tmp_path: Path) -> None:
    listed = make(tmp_path).stdout

    assert {"run", "test", "lint"} <= set(TARGETS)
    assert [
        target
        for target in TARGETS
        if not re.search(rf"^  make {target}\s+\S", listed, re.MULTILINE)
    ] == []


@pytest.mark.parametrize("target", ["run", "test"])
def test_a_python_that_is_too_old_is_named_in_both_languages(tmp_path: Path, target: str) -> None:
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.18" && exit 0\nexit 1\n')
    old.chmod(0o755)
    (tmp_path / "requirements").mkdir()
    for name in ("run", "dev", "fonts"):
        (tmp_path / "requirements" / f"{name}.txt").touch()

    done = make(tmp_path, target, f"PYTHON={old}")

    assert done.returncode != 0
    assert "Cần Python 3.11 trở lên / Python 3.11 or newer is needed" in done.stderr
    assert "Python 3.9.18" in done.stderr
    assert f"make {target} PYTHON=" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_layers_hold() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(tool), "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


def test_make_lint_runs_every_linter() -> None:
    recipe = MAKEFILE.partition("\nlint:")[2].partition("\n\n")[0]
    linters = ("ruff check", "ruff format --check", "mypy", "lint-imports")

    assert [linter for linter in linters if f"$(BIN)/{linter}" not in recipe] == []


def test_the_ci_runs_the_linters_and_the_tests() -> None:
    script = ROOT / ".ci" / "run"

    assert script.stat().st_mode & 0o111
    commands = script.read_text(encoding="utf-8").splitlines()
    assert commands[-2:] == ["make lint", "make test"]
    subprocess.run([shutil.which("bash") or "bash", "-n", str(script)], check=True)


def test_the_ci_refuses_arguments_instead_of_ignoring_them() -> None:
    done = subprocess.run(
        [str(ROOT / ".ci" / "run"), "--help"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert done.stderr.startswith("usage: .ci/run")
