"""What a run of the load says: rows of a table, and whether what was demanded holds."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from forms_api.cli.running import THREADS, WORKERS
from tests.soak.checking import Found
from tests.soak.residents import Plan, Sent
from tests.soak.watching import Seen

TEXT_P95_SECONDS = 1.0
SETTLING_SECONDS = 5.0
"""So long after the service answers again its restart is still felt."""


@dataclass(frozen=True)
class Restart:
    """When the service was told to stop, had stopped, and answered again, by `time.monotonic()`."""

    told: float
    stopped: float
    ready: float


@dataclass(frozen=True)
class Run:
    """Everything that one run measured. Times in seconds, moments by `time.monotonic()`.

    `watched_seconds` is how long `seen` was looked at; `load_before` the machine's load average over a
    minute, before the first report.
    """

    plan: Plan
    photo_bytes: int
    sent: Sequence[Sent]
    client_cpu_seconds: float
    restart: Restart
    seen: Seen
    watched_seconds: float
    disk_mb: int
    load_before: float
    found: Found

    @property
    def acknowledged(self) -> list[Sent]:
        """The reports whose receipt came."""
        return [one for one in self.sent if one.answered is not None]

    @property
    def is_fast(self) -> bool:
        """Whether the bound for words alone holds."""
        words = [one.latency for one in self.acknowledged if not one.has_photo]
        return bool(words) and percentile(words, 0.95) < TEXT_P95_SECONDS

    @property
    def is_complete(self) -> bool:
        """Whether everybody got a receipt in the end, and every report is there."""
        return len(self.acknowledged) == len(self.sent) and self.found.is_whole

    @property
    def holds(self) -> bool:
        """Whether all that was demanded holds."""
        return self.is_fast and self.is_complete


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values stay below; nan when there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def table(run: Run) -> str:
    """Return the run as a table in Markdown."""
    rows = [*_times(run), *_outcome(run), *_cost(run)]
    return "\n".join(
        [
            "| what | measured | bound | |",
            "|---|---|---|---|",
            *(
                f"| {what} | {value} | {bound} | {_VERDICTS[verdict]} |"
                for what, value, bound, verdict in rows
            ),
        ]
    )


_Line = tuple[str, str, str, bool | None]
_VERDICTS = {None: "", True: "holds", False: "**falls short**"}


def _times(run: Run) -> list[_Line]:
    plan = run.plan
    words = [one for one in run.acknowledged if not one.has_photo]
    photos = [one for one in run.acknowledged if one.has_photo]
    restart = run.restart
    calm = [
        one for one in words if not restart.told - 1 < one.due < restart.ready + SETTLING_SECONDS
    ]
    load = (
        f"{len(run.sent)} in {plan.seconds / 60:g} minutes, {len(run.sent) / plan.seconds:.0f}/s, "
        f"{len([one for one in run.sent if one.has_photo])} with a photo of {run.photo_bytes / 2**20:.1f} MB"
    )
    return [
        (
            f"reports sent ({WORKERS} processes of {THREADS} threads, seed {plan.seed})",
            load,
            "",
            None,
        ),
        ("words alone, p50 / p95 / p99", _three(words), "p95 < 1 s", run.is_fast),
        ("the same without the restart", _three(calm), "", None),
        ("with a photo, p50 / p95 / p99", _three(photos), "", None),
        (
            "opening the form, p50 / p95 / p99",
            _three_of([one.opened_after for one in run.acknowledged]),
            "",
            None,
        ),
        (
            "restart in the middle: stopping; starting; longest wait of a sender",
            (
                f"{restart.stopped - restart.told:.1f} s; {restart.ready - restart.stopped:.1f} s; "
                f"{max((one.latency for one in run.acknowledged), default=0):.1f} s"
            ),
            "",
            None,
        ),
    ]


def _outcome(run: Run) -> list[_Line]:
    found, failures = run.found, Counter(why for one in run.sent for why in one.failures)
    tried_again = len([one for one in run.acknowledged if one.failures])
    told = ", ".join(f"{why} {count}" for why, count in sorted(failures.items())) or "none"
    unanswered = len(run.sent) - len(run.acknowledged)
    return [
        ("tries without a receipt, by what came instead", told, "", None),
        ("senders who tried again and got their receipt", str(tried_again), "", None),
        ("senders without a receipt in the end", str(unanswered), "0", unanswered == 0),
        (
            "acknowledged and kept; lost, doubled, sent by nobody",
            f"{len(run.acknowledged)} and {found.kept}; {found.lost}, {found.doubled}, {found.unknown}",
            "0, 0, 0",
            not (found.lost or found.doubled or found.unknown),
        ),
        ("not opened by their code", str(found.unopened), "0", found.unopened == 0),
        ("photos missing", str(found.without_photo), "0", found.without_photo == 0),
        ("set apart as if they were spam", str(found.apart), "0", found.apart == 0),
        (
            "`audit verify`",
            "passes" if found.chain_holds else "fails",
            "passes",
            found.chain_holds,
        ),
    ]


def _cost(run: Run) -> list[_Line]:
    cores = os.cpu_count() or 1
    available = cores * run.watched_seconds
    others = run.seen.busy_seconds - run.seen.cpu_seconds - run.client_cpu_seconds
    shares = (run.seen.cpu_seconds, run.client_cpu_seconds, max(0.0, others))
    told = " / ".join(f"{share / available:.0%}" for share in shares)
    return [
        (
            "largest process; all of the service together, at most",
            f"{run.seen.largest_mb} MB; {run.seen.together_mb} MB",
            "",
            None,
        ),
        (
            f"processor time of {cores} cores: the service / the senders / all else on the machine",
            f"{told} (load average before: {run.load_before:.1f})",
            "",
            None,
        ),
        ("database and data directory afterwards", f"{run.disk_mb} MB", "", None),
    ]


def _three(some: Sequence[Sent]) -> str:
    return _three_of([one.latency for one in some])


def _three_of(values: Sequence[float]) -> str:
    return " / ".join(_shown(percentile(values, share)) for share in (0.5, 0.95, 0.99))


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"
