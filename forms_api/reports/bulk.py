"""One act on many reports: all in one commit, each judged apart, each with its own answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor
from forms_api.errors import (
    ConflictError,
    ForbiddenError,
    FormsError,
    LimitError,
    NotFoundError,
    TransitionError,
)
from forms_api.reports.assignment import assigning, picking_up
from forms_api.reports.queue import acknowledging, claiming, releasing
from forms_api.store.database import Database, Work

MAX_AT_ONCE = 100
_REFUSALS = (ConflictError, ForbiddenError, NotFoundError, TransitionError)


@dataclass(frozen=True)
class Outcome:
    """What became of one report: done, or why not."""

    report_id: str
    refusal: FormsError | None

    @property
    def is_done(self) -> bool:
        """Whether the act was done."""
        return self.refusal is None


def claim_each(
    database: Database, *, actor: Actor, report_ids: Sequence[str], lease: dt.timedelta
) -> list[Outcome]:
    """Claim each of the reports for the actor. Raises LimitError for more than MAX_AT_ONCE."""
    return _each(
        database,
        report_ids,
        lambda report_id: claiming(actor=actor, report_id=report_id, lease=lease),
    )


def pick_up_each(database: Database, *, actor: Actor, report_ids: Sequence[str]) -> list[Outcome]:
    """Take each of the received reports that are nobody's. Raises LimitError."""
    return _each(
        database, report_ids, lambda report_id: picking_up(actor=actor, report_id=report_id)
    )


def acknowledge_each(
    database: Database, *, actor: Actor, report_ids: Sequence[str]
) -> list[Outcome]:
    """Mark each of the actor's claimed reports as received. Raises LimitError."""
    return _each(
        database,
        report_ids,
        lambda report_id: acknowledging(actor=actor, report_ids=[report_id]),
    )


def release_each(database: Database, *, actor: Actor, report_ids: Sequence[str]) -> list[Outcome]:
    """Give each of the actor's claimed reports back to the queue. Raises LimitError."""
    return _each(
        database, report_ids, lambda report_id: releasing(actor=actor, report_id=report_id)
    )


def assign_each(
    database: Database, *, actor: Actor, report_ids: Sequence[str], to_name: str
) -> list[Outcome]:
    """Give each of the reports to the officer of that name. Raises LimitError."""
    return _each(
        database,
        report_ids,
        lambda report_id: assigning(
            actor=actor, report_id=report_id, to_name=to_name, version=None
        ),
    )


def _each(
    database: Database, report_ids: Sequence[str], act: Callable[[str], Work[object]]
) -> list[Outcome]:
    """Run an act on each report in one transaction.

    An act refuses before it writes anything, so that a refused one leaves nothing of itself.
    """
    chosen = list(dict.fromkeys(report_ids))
    if len(chosen) > MAX_AT_ONCE:
        raise LimitError(MAX_AT_ONCE)
    works = [(report_id, act(report_id)) for report_id in chosen]

    def store(connection: Connection) -> list[Outcome]:
        return [Outcome(report_id, _refusal(connection, work)) for report_id, work in works]

    return database.write(store)


def _refusal(connection: Connection, work: Work[object]) -> FormsError | None:
    try:
        work(connection)
    except _REFUSALS as refusal:
        return refusal
    return None
