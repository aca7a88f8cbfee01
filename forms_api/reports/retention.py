"""What is deleted, and when: content goes, the bare row stays for the counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.reports.erasing import erase
from forms_api.reports.lifecycle import END_STATES
from forms_api.reports.service import utc_now
from forms_api.store import counters
from forms_api.store import reports as rows
from forms_api.store.database import Database

ABANDONED_AFTER = dt.timedelta(days=1)
"""Pictures of a form that was never sent are kept this long, as long as the form itself."""


@dataclass(frozen=True)
class PurgePlan:
    """Ids of the reports whose content is over its time, by form; forms without a decided time."""

    due: Mapping[str, list[str]]
    undecided: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many reports of all forms are due."""
        return sum(len(report_ids) for report_ids in self.due.values())


def plan_purge(database: Database, *, retention_days: Mapping[str, int | None]) -> PurgePlan:
    """Return what `purge` would delete now: finished reports, unchanged for the form's days.

    A form whose days are None is never touched: nobody has decided yet.
    """
    with database.read() as connection:
        return _plan(connection, retention_days, now=utc_now())


def purge(database: Database, *, retention_days: Mapping[str, int | None], actor: str) -> PurgePlan:
    """Delete the content of the reports that are due and return which they were.

    They are looked for in the transaction that deletes them: one reopened meanwhile stays.
    """

    def store(connection: Connection) -> PurgePlan:
        now = utc_now()
        plan = _plan(connection, retention_days, now=now)
        report_ids = [report_id for ids in plan.due.values() for report_id in ids]
        erase(connection, report_ids, actor=actor, action="purged", at=now)
        return plan

    return database.write(store)


def drop_abandoned_files(database: Database) -> int:
    """Delete the pictures of forms that were never sent and return how many there were."""
    older_than = utc_now() - ABANDONED_AFTER
    return database.write(lambda connection: rows.drop_abandoned(connection, older_than=older_than))


def drop_ended_counters(database: Database) -> int:
    """Delete the limits' counters that count no more and return how many there were."""
    return database.write(lambda connection: counters.drop_ended(connection, now=utc_now()))


def _plan(
    connection: Connection, retention_days: Mapping[str, int | None], *, now: dt.datetime
) -> PurgePlan:
    due = {
        form_id: rows.finished_before(
            connection,
            form_id=form_id,
            states=[state.value for state in END_STATES],
            moment=now - dt.timedelta(days=days),
        )
        for form_id, days in retention_days.items()
        if days is not None
    }
    undecided = tuple(form for form, days in retention_days.items() if days is None)
    return PurgePlan(due, undecided)
