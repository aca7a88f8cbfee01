"""Whether the tests that are named for a rule notice that it is broken."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tests.mutation.claims import Claims, is_e2e, without_e2e
from tests.mutation.mutant import MisplacedError, Mutant
from tests.mutation.tree import Outcome, Tree

_ON_SQLITE = ("-k", "not postgresql")


@dataclass(frozen=True)
class Verdict:
    """What became of one mutant: which of how many tests noticed, or why nothing is proven."""

    mutant: Mutant
    noticed_by: tuple[str, ...]
    tried: int
    seconds: float
    unnoticed_in: tuple[str, ...] = ()
    timed_out: bool = False
    invalid: str = ""

    @property
    def is_noticed(self) -> bool:
        """Whether every row that the mutant belongs to noticed it."""
        return not self.invalid and not self.unnoticed_in


class UnprovenError(Exception):
    """Tests fail, or cannot be run, on the untouched tree."""


class Judge:
    """Runs a mutant's tests; those that pass on the untouched tree are remembered."""

    def __init__(self, claims: Claims, *, max_seconds: float, is_fast: bool = False) -> None:
        """Judge by `claims`; a run that takes longer than `max_seconds` is a hang.

        `is_fast`: SQLite alone and up to the first test that notices; all, where that is not enough.
        """
        self._claims = claims
        self._max_seconds = max_seconds
        self._is_fast = is_fast
        self._sound: dict[tuple[str, ...], set[str]] = {(): set(), _ON_SQLITE: set()}

    def first_tests(self, mutant: Mutant) -> list[str]:
        """Return the tests that a mutant's run begins with."""
        named = self._named(mutant)
        return named if mutant.needs_e2e else without_e2e(named) or named

    def prove_sound(self, tree: Tree, tests: Collection[str]) -> None:
        """Run what a first try runs while nothing is broken. Raises UnprovenError unless all pass."""
        self._prove(tree, tests, _ON_SQLITE if self._is_fast else ())

    def _prove(self, tree: Tree, tests: Collection[str], options: tuple[str, ...]) -> None:
        sound = self._sound[options]
        unproven = [test for test in dict.fromkeys(tests) if test not in sound]
        if not unproven:
            return
        outcome = tree.test(unproven, max_seconds=self._max_seconds * 10, options=options)
        if outcome != Outcome():
            failed = ", ".join(sorted(outcome.failed))
            raise UnprovenError(outcome.invalid or failed or "the tests take too long")
        sound.update(unproven)

    def judge(self, tree: Tree, mutant: Mutant) -> Verdict:
        """Break the rule, run its tests, and say what they noticed.

        1. The tests that drive neither server nor browser. 2. Where none of a row noticed, those of
        the row that do. Raises StoppedError.
        """
        began = time.monotonic()
        tests = self.first_tests(mutant)
        outcome = self._run(tree, mutant, tests, options=_ON_SQLITE) if self._is_fast else Outcome()
        if not outcome.invalid and self._unnoticed(mutant, outcome):
            outcome = self._run(tree, mutant, tests)
        more = self._e2e_left(mutant, outcome, tests)
        if more and not outcome.invalid:
            later = self._run(tree, mutant, more)
            outcome = Outcome(outcome.failed | later.failed, later.timed_out, later.invalid)
        return Verdict(
            mutant=mutant,
            noticed_by=tuple(sorted(outcome.failed)),
            tried=len(tests) + len(more),
            seconds=time.monotonic() - began,
            unnoticed_in=self._unnoticed(mutant, outcome),
            timed_out=outcome.timed_out,
            invalid=outcome.invalid,
        )

    def _e2e_left(self, mutant: Mutant, outcome: Outcome, tried: Sequence[str]) -> list[str]:
        """Return the tests in `tests/e2e` of those rows in which none noticed."""
        rows = self._unnoticed(mutant, outcome)
        left = (test for row in rows for test in self._claims[row])
        return [test for test in left if is_e2e(test) and test not in tried]

    def _run(
        self, tree: Tree, mutant: Mutant, tests: Sequence[str], *, options: tuple[str, ...] = ()
    ) -> Outcome:
        """Run tests that pass on the untouched tree while the rule is broken."""
        until_one_fails = ("-x", *options) if options else ()
        try:
            self._prove(tree, tests, options)
            with tree.broken(mutant):
                return tree.test(tests, max_seconds=self._max_seconds, options=until_one_fails)
        except (UnprovenError, MisplacedError) as error:
            return Outcome(invalid=str(error))

    def _named(self, mutant: Mutant) -> list[str]:
        return list(dict.fromkeys(test for row in mutant.rows for test in self._claims[row]))

    def _unnoticed(self, mutant: Mutant, outcome: Outcome) -> tuple[str, ...]:
        """Return the rows of which no test noticed; a hang is noticed by all."""
        if outcome.timed_out:
            return ()
        return tuple(row for row in mutant.rows if not outcome.failed & set(self._claims[row]))
