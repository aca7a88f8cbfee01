"""The mutants stay true to the code: each finds its text, its row and its tests."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache

from tests.conftest import ROOT
from tests.mutation.claims import read_claims
from tests.mutation.mutant import MisplacedError, Mutant, mutated
from tests.mutation.subjects import MUTANTS

EVERY = [mutant for group in MUTANTS.values() for mutant in group]
FEWEST = 70
CLAIMS = read_claims(ROOT)


@cache
def functions_of(file: str) -> frozenset[str]:
    """Return the names of the functions of a file of tests."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def misplaced() -> Iterator[str]:
    """Give what is wrong with the mutants that cannot be made."""
    for mutant in EVERY:
        try:
            texts = mutated(mutant, ROOT)
        except MisplacedError as error:
            yield str(error)
        else:
            for file, text in texts.items():
                if text == (ROOT / file).read_text(encoding="utf-8"):
                    yield f"{mutant.slug}: {file} stays as it is"


def lost_tests(mutant: Mutant) -> Iterator[str]:
    """Give the tests beside those of its rows that a mutant names and that are not there."""
    for test in mutant.tests:
        file, _, name = test.partition("::")
        if not (ROOT / file).is_file() or name not in functions_of(file):
            yield f"{mutant.slug}: {test}"


def test_every_mutant_finds_its_text_once_and_changes_it() -> None:
    assert list(misplaced()) == []


def test_every_mutant_belongs_to_rows_that_name_tests_or_names_its_own() -> None:
    assert [one.slug for one in EVERY if not all(CLAIMS.get(row) for row in one.rows)] == []
    assert [one.slug for one in EVERY if not one.rows and not one.tests] == []
    assert [lost for one in EVERY for lost in lost_tests(one)] == []


def test_every_mutant_says_what_it_breaks_under_a_name_of_its_own() -> None:
    assert [slug for slug, times in Counter(one.slug for one in EVERY).items() if times > 1] == []
    assert [one.slug for one in EVERY if not one.breaks.endswith(".") or "\n" in one.breaks] == []


def test_there_are_many_and_each_subject_has_some() -> None:
    assert len(EVERY) >= FEWEST
    assert [subject for subject, group in MUTANTS.items() if not group] == []
