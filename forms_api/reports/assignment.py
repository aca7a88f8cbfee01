"""Who has a report: taking it over, giving it to somebody, handing on what a leaver had.

`claimed_by` names who has it. One that is new goes to `tiep_nhan` when it is given to somebody:
else its lease would run out and it would wait for anybody again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import ForbiddenError, TransitionError
from forms_api.reports.changes import change, overtaken, sealable
from forms_api.reports.lifecycle import END_STATES, Status
from forms_api.reports.reach import OFFICER, can_take, find, is_anothers, officer_named
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import casework
from forms_api.store import queue as queue_rows
from forms_api.store import reports as rows
from forms_api.store.audit import Event
from forms_api.store.database import Database, Work
from forms_api.vault.sealing import seal


@dataclass(frozen=True)
class HandedOver:
    """Ids of a leaver's open reports: those that went over, and those the colleague may not see."""

    moved: tuple[str, ...]
    left: tuple[str, ...]


def take_over(
    service: ReportService, *, actor: Actor, report_id: str, version: int, reason: str
) -> int:
    """Take a report from whoever has it and return its new version; the reason stays among officers.

    Raises ForbiddenError, NotFoundError, OvertakenError, TransitionError without a reason.
    """
    actor.need(Permission.ASSIGN)
    if not reason.strip():
        raise TransitionError("reason required")
    sealed = seal(sealable(text=reason), [service.recipient])

    def store(connection: Connection) -> int:
        now = utc_now()
        report = _current(connection, actor, report_id, version)
        taken = Event(actor.name, "taken over", report_id, {"holder": report["claimed_by"]})
        new_version = _give(connection, report, actor.name, taken, at=now)
        _keep_reason(connection, report_id, actor, sealed, at=now)
        return new_version

    return service.database.write(store)


def picking_up(*, actor: Actor, report_id: str) -> Work[int]:
    """Return `pick_up` as a write, for a transaction that does more."""
    actor.need(Permission.CLAIM)

    def store(connection: Connection) -> int:
        report = _current(connection, actor, report_id, None)
        if report["claimed_by"] is not None or report["status"] == Status.NEW:
            raise overtaken(connection, report_id)
        event = Event(actor.name, "picked up", report_id)
        return _give(connection, report, actor.name, event, at=utc_now())

    return store


def pick_up(database: Database, *, actor: Actor, report_id: str) -> int:
    """Take a received report that is nobody's and return its new version.

    Raises ForbiddenError, NotFoundError, OvertakenError when it is somebody's, or still new.
    """
    return database.write(picking_up(actor=actor, report_id=report_id))


def assigning(*, actor: Actor, report_id: str, to_name: str, version: int | None) -> Work[int]:
    """Return `assign` as a write; without a version, whatever the report is now is meant."""

    def store(connection: Connection) -> int:
        now = utc_now()
        report = _current(connection, actor, report_id, version)
        _check_may_give(actor, report, now)
        colleague = officer_named(connection, to_name)
        if not can_take(colleague, report):
            raise ForbiddenError(Permission.CLAIM.value)
        return _give(
            connection, report, colleague.name, _assigned(actor, report, colleague), at=now
        )

    return store


def assign(database: Database, *, actor: Actor, report_id: str, to_name: str, version: int) -> int:
    """Give a report to the officer of that name and return its new version.

    Who has a report may pass it on; to give others' reports is a lead's. Raises ForbiddenError,
    also when the officer could not see it, NotFoundError for a report or officer that is not there,
    OvertakenError.
    """
    return database.write(
        assigning(actor=actor, report_id=report_id, to_name=to_name, version=version)
    )


def give_back(database: Database, *, actor: Actor, report_id: str, version: int) -> int:
    """Put a received report back for anybody to take and return its new version.

    Raises ForbiddenError, NotFoundError, OvertakenError.
    """

    def store(connection: Connection) -> int:
        now = utc_now()
        report = _current(connection, actor, report_id, version)
        _check_may_give(actor, report, now)
        if report["claimed_by"] is None or report["status"] == Status.NEW:
            raise overtaken(connection, report_id)
        event = Event(actor.name, "given back", report_id, {"holder": report["claimed_by"]})
        return change(connection, report, [event], at=now, claimed_by=None, lease_until=None)

    return database.write(store)


def hand_over_all(database: Database, *, actor: Actor, from_name: str, to_name: str) -> HandedOver:
    """Give all open reports of one officer, who may be gone, to another who is not.

    What the actor does not see is not touched; what the other may not see stays, and is told.
    Raises ForbiddenError, NotFoundError when the other may not sign in.
    """
    actor.need(Permission.ASSIGN)
    holder = f"{OFFICER}{from_name}"

    def store(connection: Connection) -> HandedOver:
        now = utc_now()
        colleague = officer_named(connection, to_name)
        held = [row for row in queue_rows.held_open(connection, holder) if actor.sees(row)]
        going = [row for row in held if can_take(colleague, row)]
        for row in going:
            _give(connection, row, colleague.name, _assigned(actor, row, colleague), at=now)
        moved = tuple(row["id"] for row in going)
        return HandedOver(moved, tuple(row["id"] for row in held if row["id"] not in set(moved)))

    return database.write(store)


def _current(connection: Connection, actor: Actor, report_id: str, version: int | None) -> rows.Row:
    """Return the report if it has this version. Raises NotFoundError, OvertakenError."""
    report = find(connection, actor, report_id)
    stale = version is not None and report["version"] != version
    if stale or report["quarantined"] is not None or report["status"] in END_STATES:
        raise overtaken(connection, report_id)
    return report


def _check_may_give(actor: Actor, report: rows.Row, now: dt.datetime) -> None:
    """Return if the report is the actor's to give. Raises ForbiddenError."""
    own = report["claimed_by"] == actor.name and not is_anothers(actor, report, now)
    actor.need(Permission.CLAIM if own else Permission.ASSIGN)


def _assigned(actor: Actor, report: rows.Row, colleague: Actor) -> Event:
    details = {"holder": report["claimed_by"], "to": colleague.name}
    return Event(actor.name, "assigned", report["id"], details)


def _give(
    connection: Connection, report: rows.Row, holder: str, why: Event, *, at: dt.datetime
) -> int:
    """Let `holder` have the report; a new one is received with it."""
    events = [why]
    status = report["status"]
    if status == Status.NEW:
        status = Status.RECEIVED.value
        moved = {"from": Status.NEW.value, "to": status}
        events.append(Event(why.actor, "moved", report["id"], moved))
    return change(
        connection, report, events, at=at, status=status, claimed_by=holder, lease_until=None
    )


def _keep_reason(
    connection: Connection, report_id: str, actor: Actor, sealed: bytes, *, at: dt.datetime
) -> None:
    note = {"report_id": report_id, "author": actor.name, "written_at": at, "sealed": sealed}
    casework.insert_note(connection, note)
