"""Operators of installations: one before `init`, one after."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.operators import Operator, initialised, newcomer, signed_up


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test sets stands in the environment."""
    for name in list(os.environ):
        if name.startswith("FORMS_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """An installation that is only copied: making keys costs time on purpose."""
    return signed_up(initialised(newcomer(tmp_path_factory.mktemp("made") / "once")))


@pytest.fixture
def before_init(tmp_path: Path) -> Operator:
    """Somebody with a built site and nothing else."""
    return newcomer(tmp_path / "new")


@pytest.fixture
def operator(made_once: Operator, tmp_path: Path) -> Operator:
    """Somebody with a fresh installation of the test's own."""
    return made_once.copied_to(tmp_path / "own")
