"""The tests that docs/security.md names for each requirement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_ROW = re.compile(r"^\| ([POX]\d+(?:, [POX]\d+)*) \| .+? \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py::\w+)`")
_E2E = "tests/e2e/"

Claims = Mapping[str, tuple[str, ...]]


def read_claims(root: Path) -> Claims:
    """Return the named tests by requirement; two that share a row share its tests."""
    page = (root / "docs" / "security.md").read_text(encoding="utf-8")
    return {
        name: tuple(dict.fromkeys(_TEST.findall(state)))
        for names, state in _ROW.findall(page)
        for name in names.split(", ")
    }


def is_e2e(test: str) -> bool:
    """Tell whether a test drives a server or a browser."""
    return test.startswith(_E2E)


def without_e2e(tests: Iterable[str]) -> list[str]:
    """Return the tests that drive neither server nor browser, each once."""
    return [test for test in dict.fromkeys(tests) if not is_e2e(test)]
