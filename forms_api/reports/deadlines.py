"""When a report is due: computed from its history by pure functions, kept with it only as a copy.

The clock of a stage runs on the ward's working time and stands still while an officer's question
waits for the reporter. Nothing here promises anything: without the ward's decision there is no
deadline at all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from forms_api.content.deadlines import Allowance, Deadlines, load_time_rules
from forms_api.reports.intake import REPORTER
from forms_api.reports.lifecycle import END_STATES, RECURRED, Status
from forms_api.reports.working_time import WorkingClock
from forms_api.store import audit
from forms_api.store import deadlines as rows
from forms_api.store.database import Database

ASKED = "question asked"
"""The audit event of an officer's question to the reporter, from which on the clock stands still."""

_ENDED = tuple(state.value for state in END_STATES)
_BATCH = 500  # ids in one statement, rows in one write: residents' reports come between
_METHOD = 1  # raised when the same history and rules give another moment than before
_NONE = dt.timedelta(0)


class Stage(StrEnum):
    """What a deadline is for."""

    ACKNOWLEDGE = "acknowledge"
    FINISH = "finish"


@dataclass(frozen=True)
class Step:
    """One event of a report's history. `to` is the state that a move led to."""

    at: dt.datetime
    sequence: int
    action: str
    actor: str
    to: Status | None = None


@dataclass(frozen=True)
class Leg:
    """One stage of a report's way: when it began, when it was due, when it ended.

    `due` is None when nothing was decided, and while the clock of an open stage stands still.
    """

    stage: Stage
    began: dt.datetime
    due: dt.datetime | None
    ended: dt.datetime | None


@dataclass(frozen=True)
class DeadlineRules:
    """The ward's decisions, ready to compute with; `fingerprint` changes whenever they do."""

    deadlines: Deadlines
    clock: WorkingClock
    fingerprint: str


@dataclass
class _Run:
    """A stage while its history is read."""

    stage: Stage
    began: dt.datetime
    paused: dt.timedelta = _NONE
    paused_from: dt.datetime | None = None
    ended: dt.datetime | None = None


def load_rules(content_dir: Path, *, categories: Collection[str] | None = None) -> DeadlineRules:
    """Return the rules of the two files; with `categories`, none but these may be named.

    Raises ContentError with every mistake.
    """
    read = load_time_rules(content_dir, categories=categories)
    words = [read.deadlines.model_dump_json(), read.calendar.model_dump_json(), str(_METHOD)]
    fingerprint = hashlib.sha256("\n".join(words).encode()).hexdigest()
    return DeadlineRules(read.deadlines, WorkingClock(read.calendar), fingerprint)


def due_at(
    history: Iterable[Step], allowance: Allowance, clock: WorkingClock
) -> dt.datetime | None:
    """Return when the report's present stage is due.

    None when nothing was decided for it, when the report is at an end state, and while it waits
    for the reporter; one that was late when it began to wait stays late.
    """
    found = legs(history, allowance, clock)
    return found[-1].due if found and found[-1].ended is None else None


def legs(history: Iterable[Step], allowance: Allowance, clock: WorkingClock) -> tuple[Leg, ...]:
    """Return the stages that the report went through, in order; the events may come in any."""
    runs: list[_Run] = []
    for step in sorted(history, key=lambda step: (step.at, step.sequence)):
        effect = _EFFECTS.get(step.action)
        if effect is not None:
            effect(runs, step, clock)
    return tuple(Leg(run.stage, run.began, _due(run, allowance, clock), run.ended) for run in runs)


def _due(run: _Run, allowance: Allowance, clock: WorkingClock) -> dt.datetime | None:
    length = allowance.acknowledge if run.stage is Stage.ACKNOWLEDGE else allowance.finish
    if length is None:
        return None
    due = clock.add_time(clock.add(run.began, length), run.paused)
    # A pause moves what is still ahead; what was missed before it stays missed.
    return None if run.paused_from is not None and due > run.paused_from else due


def _begin(runs: list[_Run], stage: Stage, at: dt.datetime, clock: WorkingClock) -> None:
    waiting = bool(runs) and runs[-1].ended is None and runs[-1].paused_from is not None
    _end(runs, at, clock)
    runs.append(_Run(stage, at, paused_from=at if waiting else None))


def _end(runs: list[_Run], at: dt.datetime, clock: WorkingClock) -> None:
    if runs and runs[-1].ended is None:
        _resume(runs[-1], at, clock)
        runs[-1].ended = at


def _resume(run: _Run, at: dt.datetime, clock: WorkingClock) -> None:
    if run.paused_from is not None:
        run.paused += clock.between(run.paused_from, at)
        run.paused_from = None


def _received(runs: list[_Run], step: Step, clock: WorkingClock) -> None:
    _begin(runs, Stage.ACKNOWLEDGE, step.at, clock)


def _acknowledged(runs: list[_Run], step: Step, clock: WorkingClock) -> None:
    """Begin to work on it; a report that is being worked on already goes on with its clock."""
    if not runs or runs[-1].ended is not None or runs[-1].stage is Stage.ACKNOWLEDGE:
        _begin(runs, Stage.FINISH, step.at, clock)


def _moved(runs: list[_Run], step: Step, clock: WorkingClock) -> None:
    if step.to in END_STATES:
        _end(runs, step.at, clock)
    else:
        _acknowledged(runs, step, clock)


def _asked(runs: list[_Run], step: Step, _clock: WorkingClock) -> None:
    if runs and runs[-1].ended is None and runs[-1].paused_from is None:
        runs[-1].paused_from = step.at


def _wrote(runs: list[_Run], step: Step, clock: WorkingClock) -> None:
    if step.actor == REPORTER and runs:
        _resume(runs[-1], step.at, clock)


_EFFECTS: Mapping[str, Callable[[list[_Run], Step, WorkingClock], None]] = {
    "received": _received,
    "acknowledged": _acknowledged,
    "moved": _moved,
    RECURRED: _moved,
    ASKED: _asked,
    "message": _wrote,
}
_MOVING = frozenset({"moved", RECURRED})
TIMED_ACTIONS = tuple(_EFFECTS)
"""The audit events that a deadline depends on."""


def next_due(
    connection: Connection,
    report: Mapping[Any, Any],
    rules: DeadlineRules,
    *,
    at: dt.datetime,
    new: Sequence[audit.Event] = (),
) -> dt.datetime | None:
    """Return when the report is due once `new`, which happens at `at`, is in its history.

    For use in the transaction that appends `new`: the log itself gets them only at its end.
    `report` needs `id` and `category`.
    """
    history = _histories(connection, [report["id"]])[report["id"]]
    last = max((step.sequence for step in history), default=0)
    coming = [
        Step(at, last + place, event.action, event.actor, _target(event.action, event.details))
        for place, event in enumerate(new, start=1)
    ]
    return due_at([*history, *coming], rules.deadlines.of(report["category"]), rules.clock)


def legs_of(
    connection: Connection, rules: DeadlineRules, reports: Sequence[Mapping[Any, Any]]
) -> dict[str, tuple[Leg, ...]]:
    """Return the stages of each report by its id; `reports` need `id` and `category`."""
    found: dict[str, tuple[Leg, ...]] = {}
    for start in range(0, len(reports), _BATCH):
        chosen = reports[start : start + _BATCH]
        history = _histories(connection, [report["id"] for report in chosen])
        for report in chosen:
            allowance = rules.deadlines.of(report["category"])
            found[report["id"]] = legs(history[report["id"]], allowance, rules.clock)
    return found


def count_late(connection: Connection, *, at: dt.datetime) -> int:
    """Return how many open reports were due before `at`, without trials, trash and likely spam."""
    return rows.count_late(connection, ended=_ENDED, at=at)


def refresh_due(
    database: Database, rules: DeadlineRules, report_ids: Sequence[str] | None = None
) -> int:
    """Compute the deadline of these reports anew, of None all open ones; return how many changed.

    1. Read reports and events without holding anybody up.
    2. Write what differs, a batch at a time. A report that was changed in between is left to the
       next refresh, which its new event asks for.
    """
    changed = []
    with database.read() as connection:
        for ids in _batches(report_ids):
            found = rows.timed_reports(connection, ended=_ENDED, report_ids=ids)
            history = _histories(connection, ids)
            for row in found:
                allowance = rules.deadlines.of(row["category"])
                due = due_at(history.get(row["id"], ()), allowance, rules.clock)
                if due != row["due_at"]:
                    changed.append({"report": row["id"], "seen": row["version"], "due": due})
    written = 0
    for start in range(0, len(changed), _BATCH):
        batch = changed[start : start + _BATCH]
        written += database.write(partial(rows.set_due, rows=batch))
    return written


def _batches(report_ids: Sequence[str] | None) -> list[Sequence[str] | None]:
    if report_ids is None:
        return [None]
    return [report_ids[start : start + _BATCH] for start in range(0, len(report_ids), _BATCH)]


def _histories(
    connection: Connection, report_ids: Sequence[str] | None
) -> Mapping[str, Sequence[Step]]:
    found: defaultdict[str, list[Step]] = defaultdict(list)
    for row in rows.histories(
        connection, actions=TIMED_ACTIONS, ended=_ENDED, report_ids=report_ids
    ):
        to = _target(row["action"], json.loads(row["details"]))
        step = Step(row["at"], row["sequence"], row["action"], row["actor"], to)
        found[row["report_id"]].append(step)
    return found


def _target(action: str, details: Mapping[str, Any] | None) -> Status | None:
    return Status((details or {})["to"]) if action in _MOVING else None
