"""`make mutants`: break each rule on purpose and say which tests notice; 1 when one survives."""

from __future__ import annotations

import argparse
import json
import queue
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from types import FrameType

from tests.bench.measure import say
from tests.conftest import ROOT
from tests.mutation.claims import read_claims
from tests.mutation.judging import Judge, UnprovenError, Verdict
from tests.mutation.mutant import Mutant
from tests.mutation.subjects import MUTANTS
from tests.mutation.tree import StoppedError, Tree

INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Judge the chosen mutants; 1 when one survives or proves nothing, 130 when interrupted."""
    asked = _parser().parse_args(arguments)
    chosen = _chosen(asked.only, asked.row)
    if not chosen:
        say("no mutant is chosen by that")
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    judge = Judge(read_claims(ROOT), max_seconds=asked.seconds, is_fast=asked.fast)
    verdicts: list[Verdict] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the test's PostgreSQL runs as another user and looks in
        trees = [Tree.copied(folder / str(job)) for job in range(min(asked.jobs, len(chosen)))]
        try:
            tests = dict.fromkeys(test for one in chosen for test in judge.first_tests(one))
            _tell(f"==> {len(tests)} tests on the untouched tree", quiet=asked.json)
            judge.prove_sound(trees[0], tests)
            _tell(f"==> {len(chosen)} mutants", quiet=asked.json)
            for verdict in _judged(judge, trees, chosen):
                verdicts.append(verdict)
                _tell(_line(verdict), quiet=asked.json)
        except UnprovenError as error:
            say(f"nothing is proven: {error}")
            return 1
        except (KeyboardInterrupt, StoppedError):
            say("interrupted")
            return INTERRUPTED
        finally:
            for tree in trees:
                tree.stop()
    return _summed_up(verdicts, as_json=asked.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="SLUG", help="this mutant")
    parser.add_argument("--row", action="append", default=[], help="those of a row, such as P12")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (2)")
    parser.add_argument("--seconds", type=float, default=600, help="a longer run is a hang (600)")
    parser.add_argument(
        "--fast", action="store_true", help="stop at the first test that notices, SQLite first"
    )
    parser.add_argument("--json", action="store_true", help="print the result for a program")
    return parser


def _chosen(slugs: Sequence[str], rows: Sequence[str]) -> list[Mutant]:
    every = [mutant for group in MUTANTS.values() for mutant in group]
    if not slugs and not rows:
        return every
    return [one for one in every if one.slug in slugs or set(one.rows) & set(rows)]


def _judged(judge: Judge, trees: Sequence[Tree], chosen: Sequence[Mutant]) -> Iterator[Verdict]:
    """Judge the mutants, each in a tree that no other uses meanwhile; give verdicts as they come."""
    free: queue.SimpleQueue[Tree] = queue.SimpleQueue()
    for tree in trees:
        free.put(tree)

    def judge_one(mutant: Mutant) -> Verdict:
        tree = free.get()
        try:
            return judge.judge(tree, mutant)
        finally:
            free.put(tree)

    with ThreadPoolExecutor(len(trees)) as pool:
        try:
            for done in as_completed([pool.submit(judge_one, mutant) for mutant in chosen]):
                yield done.result()
        except BaseException:
            # What runs must end first: the pool waits for it.
            pool.shutdown(wait=False, cancel_futures=True)
            for tree in trees:
                tree.stop()
            raise


def _line(verdict: Verdict) -> str:
    mutant = verdict.mutant
    head = f"{mutant.slug} ({', '.join(mutant.rows)}, {verdict.seconds:.0f} s)"
    if verdict.invalid:
        return f"INVALID   {head}: {verdict.invalid}"
    noticed = [test.partition("::")[2] for test in verdict.noticed_by]
    counted = f"noticed by {len(noticed)} of {verdict.tried} tests"
    if verdict.unnoticed_in:
        where = ", ".join(verdict.unnoticed_in)
        return f"SURVIVED  {head} in {where}: {mutant.breaks} ({counted})"
    if verdict.timed_out:
        return f"noticed   {head}: the tests hang"
    return f"noticed   {head}: {counted}: {', '.join(noticed)}"


def _summed_up(verdicts: Sequence[Verdict], *, as_json: bool) -> int:
    missed = [verdict for verdict in verdicts if not verdict.is_noticed]
    if as_json:
        sys.stdout.write(json.dumps([_facts(verdict) for verdict in verdicts], indent=2) + "\n")
    else:
        say(f"{len(verdicts)} mutants, {len(verdicts) - len(missed)} noticed, {len(missed)} not")
        for verdict in missed:
            say(f"    {verdict.mutant.slug}")
    return 1 if missed else 0


def _facts(verdict: Verdict) -> dict[str, object]:
    return {
        "mutant": verdict.mutant.slug,
        "breaks": verdict.mutant.breaks,
        "rows": verdict.mutant.rows,
        "is_noticed": verdict.is_noticed,
        "noticed_by": verdict.noticed_by,
        "unnoticed_in": verdict.unnoticed_in,
        "tried": verdict.tried,
        "timed_out": verdict.timed_out,
        "invalid": verdict.invalid,
        "seconds": round(verdict.seconds, 1),
    }


def _tell(line: str, *, quiet: bool) -> None:
    if not quiet:
        say(line)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
