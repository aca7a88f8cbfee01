"""Nothing that a visitor can reach fetches an address: no module of a face can."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.conftest import ROOT
from tests.project.syntax import name_of, tree

FETCHERS = frozenset(
    {
        "httpx",
        "requests",
        "urllib.request",
        "http.client",
        "urllib3",
        "aiohttp",
        "apprise",
        "socket",
    }
)
MAY_FETCH = {
    "forms_api/client",  # `pull`, on an officer's machine, from the address that its user types
    "forms_api/notify/worker.py",  # Apprise, to the addresses of FORMS_NOTIFY_URLS alone
    "forms_api/attachments/scanning.py",  # clamd, at the address of FORMS_CLAMD alone
    "forms_api/cli/running.py",  # looks whether a port is free
}
MODULES = sorted((ROOT / "forms_api").rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return every module that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def may_fetch(path: Path) -> bool:
    """Tell whether a module is one of the few that talk to others."""
    name = name_of(path)
    return any(name == one or name.startswith(f"{one}/") for one in MAY_FETCH)


def test_what_talks_to_others_would_be_found() -> None:
    worker = ROOT / "forms_api" / "notify" / "worker.py"

    assert worker in MODULES
    assert imported(worker) & FETCHERS


def test_no_module_that_a_visitor_reaches_can_fetch_an_address() -> None:
    assert [
        f"{name_of(path)} imports {', '.join(sorted(fetchers))}"
        for path in MODULES
        if (fetchers := imported(path) & FETCHERS) and not may_fetch(path)
    ] == []
