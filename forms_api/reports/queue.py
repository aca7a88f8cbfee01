"""The queue: what waits and how much, claims and their leases, taking over for good, giving back.

A claim is one statement, so that no report is two people's. It ends by itself: a report whose lease
runs out waits again, whoever forgot it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.reports.changes import change, log, overtaken
from forms_api.reports.lifecycle import Status
from forms_api.reports.reach import find
from forms_api.reports.sealed import SealedReport, with_parts
from forms_api.reports.service import utc_now
from forms_api.store import queue as rows
from forms_api.store.audit import Event
from forms_api.store.database import Database, Work


@dataclass(frozen=True)
class Standing:
    """Where a report stands after an act, and the version that the next act must name."""

    status: Status
    version: int


@dataclass(frozen=True)
class Counts:
    """How many reports stand in each state; quarantined ones are counted apart."""

    states: dict[Status, int]
    quarantined: int


@dataclass(frozen=True)
class Glance:
    """How much there is to do, among the reports that the actor sees.

    `waiting` ones are new and nobody's, `unassigned` ones were received and are nobody's now;
    `awaiting_reporter` means that an officer asked something, `new_words` that the reporter wrote.
    """

    waiting: int
    mine: int
    late: int
    awaiting_reporter: int
    unassigned: int
    quarantined: int
    new_words: int


def count_reports(database: Database, *, actor: Actor) -> Counts:
    """Return how many of the reports that the actor sees stand in each state.

    Raises ForbiddenError.
    """
    actor.need(Permission.LIST)
    with database.read() as connection:
        found = rows.count_by_status(connection, actor)
    states = {status: found.get(status.value, 0) for status in Status}
    return Counts(states, found.get("quarantined", 0))


def glance(database: Database, *, actor: Actor) -> Glance:
    """Return how much there is to do, by one query. Raises ForbiddenError."""
    actor.need(Permission.LIST)
    with database.read() as connection:
        return Glance(**rows.glance(connection, actor, now=utc_now()))


def claim(
    database: Database,
    *,
    actor: Actor,
    limit: int,
    lease: dt.timedelta,
    form_id: str | None = None,
    with_trials: bool = False,
) -> list[SealedReport]:
    """Return the oldest waiting reports, claimed for `actor` until the lease runs out.

    Samples are for people who practise at the desk: programs do not get them. What was sent at a talk
    is claimed one by one, and by nobody who asks for the next report.

    Raises ForbiddenError.
    """
    actor.need(Permission.CLAIM)

    def store(connection: Connection) -> list[SealedReport]:
        now = utc_now()
        claimed = rows.claim_waiting(
            connection,
            viewer=actor,
            form_id=form_id,
            with_trials=with_trials,
            limit=limit,
            now=now,
            lease_until=now + lease,
        )
        log(connection, actor.name, "claimed", [row["id"] for row in claimed], at=now)
        return with_parts(connection, claimed)

    return database.write(store)


def claiming(*, actor: Actor, report_id: str, lease: dt.timedelta) -> Work[dt.datetime]:
    """Return the claim of one report, as a write that gives the end of the lease.

    It raises NotFoundError, and OvertakenError when the report is somebody else's or no longer new.
    """
    actor.need(Permission.CLAIM)

    def store(connection: Connection) -> dt.datetime:
        now = utc_now()
        find(connection, actor, report_id)
        until = now + lease
        if not rows.claim_one(
            connection, report_id, claimer=actor.name, now=now, lease_until=until
        ):
            raise overtaken(connection, report_id)
        log(connection, actor.name, "claimed", [report_id], at=now)
        return until

    return store


def claim_one(
    database: Database, *, actor: Actor, report_id: str, lease: dt.timedelta
) -> dt.datetime:
    """Claim this report and return the end of the lease.

    Raises ForbiddenError, NotFoundError, OvertakenError.
    """
    return database.write(claiming(actor=actor, report_id=report_id, lease=lease))


def renew(database: Database, *, actor: Actor, report_id: str, lease: dt.timedelta) -> dt.datetime:
    """Keep a claimed report for longer and return the new end of the lease.

    Raises ForbiddenError, NotFoundError, OvertakenError when it is not the actor's any more.
    """
    actor.need(Permission.CLAIM)

    def store(connection: Connection) -> dt.datetime:
        now = utc_now()
        find(connection, actor, report_id)
        until = now + lease
        if not rows.renew_claimed(connection, report_id, claimer=actor.name, lease_until=until):
            raise overtaken(connection, report_id)
        log(connection, actor.name, "renewed", [report_id], at=now)
        return until

    return database.write(store)


def acknowledging(*, actor: Actor, report_ids: Sequence[str]) -> Work[dict[str, Standing]]:
    """Return `acknowledge` as a write, for a transaction that does more."""
    actor.need(Permission.CLAIM)

    def store(connection: Connection) -> dict[str, Standing]:
        now = utc_now()
        moved = rows.acknowledge_claimed(connection, report_ids, claimer=actor.name, now=now)
        standing = {row["id"]: Standing(Status.RECEIVED, row["version"]) for row in moved}
        for report_id in report_ids:
            if report_id not in standing:
                report = find(connection, actor, report_id)
                if report["claimed_by"] != actor.name or report["status"] == Status.NEW:
                    raise overtaken(connection, report_id)
                standing[report_id] = Standing(Status(report["status"]), report["version"])
        log(connection, actor.name, "acknowledged", [row["id"] for row in moved], at=now)
        return standing

    return store


def acknowledge(
    database: Database, *, actor: Actor, report_ids: Sequence[str]
) -> dict[str, Standing]:
    """Take over the claimed reports for good and tell where each stands; a repeat changes nothing.

    All or none. Raises ForbiddenError, NotFoundError for an unknown report and OvertakenError for
    one that is not the actor's (any more).
    """
    return database.write(acknowledging(actor=actor, report_ids=report_ids))


def releasing(*, actor: Actor, report_id: str) -> Work[None]:
    """Return `release` as a write, for a transaction that does more."""
    actor.need(Permission.CLAIM)

    def store(connection: Connection) -> None:
        find(connection, actor, report_id)
        if not rows.release_claimed(connection, report_id, claimer=actor.name):
            raise overtaken(connection, report_id)
        log(connection, actor.name, "released", [report_id], at=utc_now())

    return store


def release(database: Database, *, actor: Actor, report_id: str) -> None:
    """Give a claimed report back to the queue. Raises ForbiddenError, NotFoundError, OvertakenError."""
    database.write(releasing(actor=actor, report_id=report_id))


def admit(database: Database, *, actor: Actor, report_id: str) -> None:
    """Let a report that looked like spam into the queue.

    Raises ForbiddenError, NotFoundError, OvertakenError when it is there already.
    """
    actor.need(Permission.ADMIT)

    def store(connection: Connection) -> None:
        report = find(connection, actor, report_id)
        if report["quarantined"] is None:
            raise overtaken(connection, report_id)
        event = Event(actor.name, "admitted", report_id)
        change(connection, report, [event], at=utc_now(), quarantined=None)

    database.write(store)
