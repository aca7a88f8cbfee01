"""Every input that fuzzing begins with, and every one that once broke something, is read as it should be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from forms_api.officer_app import problems
from forms_api.web import uploads
from tests.fuzz import api
from tests.fuzz.targets import CORPUS, TARGETS, Reader, inputs_of

log = logging.getLogger(__name__)

ReaderOf = Callable[[str], Reader]


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> ReaderOf:
    """A function that returns what reads a target's inputs, made once for all of them."""
    return cache(lambda name: TARGETS[name].make(tmp_path_factory.mktemp(name)))


def test_each_target_has_inputs_and_none_is_without_a_target() -> None:
    assert [name for name in TARGETS if not inputs_of(name)] == []
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_an_input_breaks_nothing(reader: ReaderOf, name: str) -> None:
    read, broken = reader(name), []
    for path in inputs_of(name):
        content = path.read_bytes()
        if len(content) > TARGETS[name].max_bytes:
            broken.append(f"{path.name}: {len(content)} bytes are too many")
        try:
            read(content)
        except Exception as error:  # every input that breaks something is listed
            log.exception("%s", path.name)
            broken.append(f"{path.name}: {error!r}")

    assert broken == []


def test_a_failure_of_ours_behind_a_door_would_be_seen(
    reader: ReaderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_MAX_NUMBER_DIGITS", 10**6)

    with pytest.raises(AssertionError):
        reader("multipart")((CORPUS / "multipart" / "1-gui-phieu-tep-long-number").read_bytes())


def test_what_breaks_the_api_s_description_would_be_found_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems, "PROBLEM_TYPE", "text/html")

    made, broke = api.call_by_description(1, folder=tmp_path, seconds=60)

    assert made > 0
    assert broke is not None
    assert broke.startswith(b"\0\n")  # the first operation, which has no part in its path
