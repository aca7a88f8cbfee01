"""`docs/security.md` proves what it says is met by tests that exist, and says what is missing."""

from __future__ import annotations

import ast
import re

from tests.conftest import ROOT
from tests.project.syntax import tree

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([POX]\d+(?:, [POX]\d+)*) \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)
PROOFS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
REQUIREMENTS = {"P": 34, "O": 28, "X": 20}


def functions_in(file: str) -> set[str]:
    """Return the names of a file's functions; a file that does not exist has none."""
    path = ROOT / file
    nodes = ast.walk(tree(path)) if path.is_file() else ()
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def test_every_test_that_is_named_exists() -> None:
    assert PROOFS
    functions = {file: functions_in(file) for file, _ in PROOFS}

    assert [f"{file}::{test}" for file, test in PROOFS if test not in functions[file]] == []


def test_every_requirement_has_one_row() -> None:
    named = [name for names, _, _ in ROWS for name in names.split(", ")]

    assert named == [f"{k}{n}" for k, last in REQUIREMENTS.items() for n in range(1, last + 1)]


def test_a_requirement_is_proven_or_said_to_be_missing() -> None:
    assert ROWS
    assert [
        names for names, _, state in ROWS if "`tests/" not in state and "not yet" not in state
    ] == []
