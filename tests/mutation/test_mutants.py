"""The mutants stay true to the code: each finds its text and its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.conftest import ROOT
from tests.mutation.claims import read_claims
from tests.mutation.mutant import MisplacedError, mutated
from tests.mutation.subjects import MUTANTS

EVERY = [mutant for group in MUTANTS.values() for mutant in group]
FEWEST = 70
CLAIMS = read_claims(ROOT)


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


def test_every_mutant_finds_its_text_once_and_changes_it() -> None:
    assert list(misplaced()) == []


def test_every_mutant_belongs_to_rows_that_name_tests() -> None:
    assert [one.slug for one in EVERY if not all(map(CLAIMS.get, one.rows))] == []
    assert [one.slug for one in EVERY if not one.rows] == []


def test_every_mutant_says_what_it_breaks_under_a_name_of_its_own() -> None:
    assert [slug for slug, times in Counter(one.slug for one in EVERY).items() if times > 1] == []
    assert [one.slug for one in EVERY if not one.breaks.endswith(".") or "\n" in one.breaks] == []


def test_there_are_many_and_each_subject_has_some() -> None:
    assert len(EVERY) >= FEWEST
    assert [subject for subject, group in MUTANTS.items() if not group] == []
