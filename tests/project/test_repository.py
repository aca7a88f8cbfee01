"""What stands in the repository: no trace of a machine, no unfinished work, one form of Unicode."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Written so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    r"\b(py[p]i\.org|python[h]osted\.org|npm[j]s\.(org|com)|registry\.yarn[p]kg|proxy\.go[l]ang\.org"
    r"|ruby[g]ems\.org|static\.crat[e]s\.io|conda\.ana[c]onda|docke[r]\.io|ghc[r]\.io)\b"
)
MACHINE_PATHS = re.compile(r"(?<![\w.}])/(wor[k]|roo[t]|User[s])/")
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|NotImplemente[d]Error|assert Tru[e])\b")
SKIPS = re.compile(
    r"(pytest\.skip|mark\.skip|pytest\.xfail|mark\.xfail)(\(\s*\)|\s*$)", re.MULTILINE
)

PINNED = ("run", "dev", "fuzz", "fonts")
INPUTS = "tests/fuzz/corpus/"
"""Bytes to be read by what is fuzzed; that some look like text is chance."""


@cache
def texts() -> dict[str, str]:
    """Return every text file that git keeps, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    found: dict[str, str] = {}
    for name in filter(None, listed.stdout.split("\0")):
        if name.startswith(INPUTS):
            continue
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content:
            found[name] = content.decode("utf-8")  # a text in another encoding fails here
    return found


def lines_with(pattern: re.Pattern[str], *, only: str = "") -> list[str]:
    """Return where the pattern is found, as `file:line: what`."""
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for name, text in texts().items()
        if name.endswith(only)
        for match in pattern.finditer(text)
    ]


def test_it_is_looked_at_at_all() -> None:
    assert {"Makefile", "README.md", "forms_api/wsgi.py", "content/data/ward.yml"} <= texts().keys()


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        (REGISTRIES, "https://pypi" + ".org/simple"),
        (MACHINE_PATHS, "cd /work" + "/main"),
        (UNFINISHED, "# TO" + "DO later"),
        (SKIPS, "pytest." + "skip()"),
    ],
)
def test_a_forbidden_thing_would_be_found(pattern: re.Pattern[str], wrong: str) -> None:
    assert pattern.search(wrong)


def test_no_file_names_a_package_registry() -> None:
    assert lines_with(REGISTRIES) == []


def test_no_file_names_a_path_of_a_machine() -> None:
    assert lines_with(MACHINE_PATHS) == []


def test_nothing_is_left_unfinished() -> None:
    assert lines_with(UNFINISHED) == []


def test_no_test_is_skipped_without_a_reason() -> None:
    assert lines_with(SKIPS, only=".py") == []


def test_every_text_is_in_one_form_of_unicode() -> None:
    assert [
        name for name, text in texts().items() if not unicodedata.is_normalized("NFC", text)
    ] == []


def test_no_file_of_python_escapes_the_linter() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--show-files", "."],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    looked_at = {Path(line).relative_to(ROOT).as_posix() for line in shown.stdout.splitlines()}

    assert sorted({name for name in texts() if name.endswith(".py")} - looked_at) == []


def requirements(name: str) -> str:
    """Return one of the files that `make pins` reads or writes."""
    return (ROOT / "requirements" / name).read_text(encoding="utf-8")


def entries(name: str) -> list[str]:
    """Return the entries of a pinned file, each with its hashes on one line."""
    text = re.sub(r"^\s*#.*\n", "", requirements(f"{name}.txt"), flags=re.MULTILINE)
    return re.sub(r"\\\n\s*", " ", text).splitlines()


def test_every_requirement_is_pinned_and_hashed() -> None:
    assert [name for name in PINNED if not entries(name)] == []
    assert [
        f"{name}.txt: {address}"
        for name in PINNED
        for address in re.findall(r".*(?:://|--index-url).*", requirements(f"{name}.txt"))
    ] == []
    assert [
        f"{name}.txt: {entry}"
        for name in PINNED
        for entry in entries(name)
        if not re.match(r"[\w.\[\],-]+==\S+ ", entry) or "--hash=sha256:" not in entry
    ] == []


def test_what_is_wanted_is_what_is_pinned() -> None:
    wanted = {
        name: re.findall(r"^(?!-)[\w.-]+", requirements(f"{name}.in"), re.MULTILINE)
        for name in PINNED
    }
    pinned = {name: f"\n{requirements(f'{name}.txt').lower()}" for name in PINNED}

    assert [name for name, packages in wanted.items() if not packages] == []
    assert [
        f"{name}.in: {package}"
        for name, packages in wanted.items()
        for package in packages
        if f"\n{package.lower()}" not in pinned[name]
    ] == []


def test_no_secret_or_database_is_kept_by_git() -> None:
    kept = re.compile(r"(^|/)(var|keys)/|\.sqlite3$|\.env$|AGE-SECRET")

    assert [name for name in texts() if kept.search(name)] == []


def test_every_picture_in_the_readme_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^]]*\]\(([^)#:]+)\)", readme)

    assert pictures
    assert [picture for picture in pictures if not (ROOT / picture).exists()] == []
