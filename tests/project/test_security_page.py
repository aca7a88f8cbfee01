"""`docs/security.md` proves what it says is met by tests that exist, and says what is missing."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([POX]\d+(?:, [POX]\d+)*) \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)
PROOFS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
REQUIREMENTS = {"P": 34, "O": 28, "X": 20}


@pytest.mark.parametrize(("file", "test"), PROOFS)
def test_every_test_that_is_named_exists(file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))

    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_requirement_has_one_row() -> None:
    named = [name for names, _, _ in ROWS for name in names.split(", ")]

    assert named == [f"{k}{n}" for k, last in REQUIREMENTS.items() for n in range(1, last + 1)]


@pytest.mark.parametrize(("names", "state"), [(names, state) for names, _, state in ROWS])
def test_a_requirement_is_proven_or_said_to_be_missing(names: str, state: str) -> None:
    assert "`tests/" in state or "not yet" in state, names
