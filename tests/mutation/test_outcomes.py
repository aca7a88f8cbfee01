"""What a run of tests proves: a test that fails has noticed, one that cannot be run has not."""

from __future__ import annotations

import pytest

from tests.mutation.tree import Outcome, outcome_of

FAILED = "FAILED tests/store/test_a.py::test_it[sqlite-a - b] - assert 1 == 2"
OTHER = "FAILED tests/store/test_a.py::test_it[postgresql] - forms_api.errors.StorageError: x"
NOTHING_RAN = [
    (2, "ERROR tests/store/test_a.py - ImportError: cannot import name 'x'"),
    (1, "ERROR tests/store/test_a.py::test_it - sqlalchemy.exc.OperationalError: no table"),
    (1, "FAILED tests/store/test_a.py::test_it - NameError: name 'x' is not defined"),
    (4, "ERROR: not found: tests/store/test_a.py::test_that_was_renamed"),
    (-9, ""),
]


def test_a_test_that_fails_has_noticed_once_for_all_its_parameters() -> None:
    assert outcome_of(1, f"..F\n{FAILED}\n{OTHER}\n2 failed").failed == {
        "tests/store/test_a.py::test_it"
    }


def test_tests_that_pass_or_are_not_chosen_have_noticed_nothing() -> None:
    assert outcome_of(0, "3 passed") == Outcome()
    assert outcome_of(5, "3 deselected in 0.01s") == Outcome()


@pytest.mark.parametrize(("exit_code", "told"), NOTHING_RAN)
def test_tests_that_cannot_be_run_prove_nothing(exit_code: int, told: str) -> None:
    outcome = outcome_of(exit_code, told)

    assert not outcome.failed
    assert outcome.invalid.startswith(f"pytest ended with {exit_code}")


def test_one_test_that_fails_is_enough_beside_others_that_cannot_be_run() -> None:
    assert outcome_of(1, f"{NOTHING_RAN[1][1]}\n{FAILED}").failed
