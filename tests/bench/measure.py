"""Rounds of A and B in turn, and what is said of them."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass
class Figures:
    """The same figure of several rounds."""

    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)


@dataclass(frozen=True)
class Row:
    """One line of the report: what, against what, the ratio and its bound."""

    name: str
    measured: str
    baseline: str
    ratio: float | None = None
    bound: str = ""
    holds: bool | None = None

    def line(self) -> str:
        """Return the line as Markdown."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        verdict = {None: "", True: "holds", False: "**falls short**"}[self.holds]
        return f"| {self.name} | {self.measured} | {self.baseline} | {ratio} | {self.bound} | {verdict} |"


def rounds(
    count: int, measures: Sequence[Callable[[], dict[str, float]]]
) -> list[dict[str, Figures]]:
    """Run every measure once to warm up, then all of them in turn `count` times."""
    for measure in measures:
        measure()
    figures: list[dict[str, Figures]] = [{} for _ in measures]
    for number in range(count):
        say(f"    round {number + 1} of {count}")
        for found, measure in zip(figures, measures, strict=True):
            for name, value in measure().items():
                found.setdefault(name, Figures()).values.append(value)
    return figures


def paired_ratio(a: Figures, b: Figures) -> float:
    """Return the median of the rounds' ratios: a drift of the machine hits both of a round alike."""
    return statistics.median(x / y for x, y in zip(a.values, b.values, strict=True))


def say(text: str) -> None:
    """Print a line of progress."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
