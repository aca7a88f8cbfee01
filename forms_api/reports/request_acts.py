"""What officers do about requests of reporters about their own data: answer, finish, refuse, extend; lists.

Whoever sees the report may act, whoever holds it: the law's clock waits for nobody's lease, and no
lease is touched. Deletion is not here: two people delete, see `reports.trash`.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.content.deadlines import RequestTimes
from forms_api.errors import LimitError, NotFoundError, TransitionError
from forms_api.reports.changes import change, overtaken, sealable
from forms_api.reports.followup import NewMessage, write_message
from forms_api.reports.reach import find
from forms_api.reports.request_record import (
    DONE,
    ERASING,
    EXTENDED,
    RECEIVED,
    REFUSED,
    DataRequest,
    Outcome,
    Refusal,
    days_later,
    request_of,
)
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import data_requests as request_rows
from forms_api.store import request_lists
from forms_api.store.audit import Event
from forms_api.store.database import Database
from forms_api.store.reports import Row
from forms_api.vault.sealing import Recipient, seal

SHOWN_ENDED = 200


@dataclass(frozen=True)
class Asking:
    """Which request somebody acts on: the request by its id, and the report that it must be about."""

    report_id: str
    request_id: str


@dataclass(frozen=True)
class ListedRequest:
    """A request as the desk lists it, with what it shows of the report."""

    request: DataRequest
    report_id: str
    reference: str
    category: str | None
    claimed_by: str | None
    in_trash: bool
    ended_by: str | None


@dataclass(frozen=True)
class RequestCounts:
    """How many requests are open, and how many of these are late or due soon."""

    open: int
    late: int
    soon: int


def receive(service: ReportService, *, actor: Actor, asking: Asking, text: str) -> None:
    """Tell the reporter that the request was received: the clock for answering stops.

    Raises ForbiddenError, NotFoundError, OvertakenError when it was answered or has ended.
    """
    actor.need(Permission.DECIDE)

    def store(connection: Connection) -> None:
        report, row = _found(connection, actor, asking)
        if row["answered_at"] is not None:
            raise overtaken(connection, asking.report_id)
        now = utc_now()
        _change(connection, row, answered_at=now, answered_by=actor.name)
        event = Event(actor.name, RECEIVED, report["id"], {"kind": row["kind"]})
        _write(service, connection, report, event, text, at=now)

    service.database.write(store)


def finish(database: Database, *, actor: Actor, asking: Asking) -> None:
    """Note that a correction is done: who works on the report goes by what was corrected.

    Raises ForbiddenError, NotFoundError, OvertakenError, TransitionError for what only deletion does.
    """
    actor.need(Permission.DECIDE)

    def store(connection: Connection) -> None:
        report, row = _found(connection, actor, asking)
        if row["kind"] in ERASING:
            raise TransitionError(f"{row['kind']}: done when the content is gone")
        now = utc_now()
        _end(connection, row, actor, outcome=Outcome.DONE, at=now)
        event = Event(actor.name, DONE, report["id"], {"kind": row["kind"]})
        change(connection, report, [event], at=now)

    database.write(store)


def refuse(
    service: ReportService, *, actor: Actor, asking: Asking, reason: Refusal, text: str
) -> None:
    """End a request that cannot be done, with a reason for the record and words for the reporter.

    Raises ForbiddenError, NotFoundError, OvertakenError.
    """
    actor.need(Permission.DECIDE)

    def store(connection: Connection) -> None:
        report, row = _found(connection, actor, asking)
        now = utc_now()
        _end(connection, row, actor, outcome=Outcome.REFUSED, at=now, refusal=reason.value)
        details = {"kind": row["kind"], "reason": reason.value}
        event = Event(actor.name, REFUSED, report["id"], details)
        _write(service, connection, report, event, text, at=now)

    service.database.write(store)


def extend(
    service: ReportService,
    *,
    actor: Actor,
    asking: Asking,
    days: int,
    times: RequestTimes,
    text: str,
) -> None:
    """Give a request more days, once, and tell the reporter why; that answers it too.

    Raises ForbiddenError, NotFoundError, LimitError for more days than the law gives, OvertakenError
    when it was extended before.
    """
    actor.need(Permission.DECIDE)
    if not 1 <= days <= times.extension_days:
        raise LimitError(times.extension_days)

    def store(connection: Connection) -> None:
        report, row = _found(connection, actor, asking)
        if row["extended_at"] is not None:
            raise overtaken(connection, asking.report_id)
        now = utc_now()
        due = days_later(row["done_due_at"], days)
        extended = {"done_due_at": due, "extended_at": now, "extended_by": actor.name}
        _change(connection, row, **extended, **_answered(row, actor, at=now))
        details = {"kind": row["kind"], "days": days}
        event = Event(actor.name, EXTENDED, report["id"], details)
        _write(service, connection, report, event, text, at=now)

    service.database.write(store)


def requests_about(database: Database, report_id: str) -> list[DataRequest]:
    """Return what was asked about a report that the caller has opened, oldest first."""
    with database.read() as connection:
        return [request_of(row) for row in request_rows.of_reports(connection, [report_id])]


def list_requests(database: Database, *, actor: Actor) -> list[ListedRequest]:
    """Return what was asked about the reports that the actor sees.

    First all open ones, those that are due first before others; then the newest ended ones. Raises
    ForbiddenError.
    """
    actor.need(Permission.DECIDE)
    with database.read() as connection:
        waiting = request_lists.seen(connection, actor, ended=False, limit=None)
        ended = request_lists.seen(connection, actor, ended=True, limit=SHOWN_ENDED)
    by_due = sorted((_listed(row) for row in waiting), key=lambda item: item.request.next_due)
    return [*by_due, *(_listed(row) for row in ended)]


def count_requests(database: Database, *, actor: Actor, now: dt.datetime) -> RequestCounts:
    """Return how much there is to do. Raises ForbiddenError."""
    actor.need(Permission.DECIDE)
    with database.read() as connection:
        found = request_lists.seen(connection, actor, ended=False, limit=None)
    waiting = [request_of(row) for row in found]
    late = sum(request.is_late(now) for request in waiting)
    soon = sum(request.is_due_soon(now) for request in waiting)
    return RequestCounts(len(waiting), late, soon)


def _found(connection: Connection, actor: Actor, asking: Asking) -> tuple[Row, Row]:
    """Return the report and its request that has not ended. Raises NotFoundError, OvertakenError."""
    report = find(connection, actor, asking.report_id)
    asked = request_rows.of_reports(connection, [asking.report_id])
    row = next((row for row in asked if row["id"] == asking.request_id), None)
    if row is None:
        raise NotFoundError
    if row["ended_at"] is not None:
        raise overtaken(connection, asking.report_id)
    return report, row


def _change(connection: Connection, row: Row, **values: object) -> None:
    if not request_rows.change(connection, row["id"], **values):
        raise overtaken(connection, row["report_id"])


def _end(
    connection: Connection,
    row: Row,
    actor: Actor,
    *,
    outcome: Outcome,
    at: dt.datetime,
    refusal: str | None = None,
) -> None:
    ended = {"ended_at": at, "ended_by": actor.name, "outcome": outcome.value, "refusal": refusal}
    _change(connection, row, **ended, **_answered(row, actor, at=at))


def _answered(row: Row, actor: Actor, *, at: dt.datetime) -> dict[str, object]:
    """Return what says that the reporter has an answer now, where there was none."""
    first = row["answered_at"] is None
    return {"answered_at": at, "answered_by": actor.name} if first else {}


def _write(
    service: ReportService,
    connection: Connection,
    report: Row,
    event: Event,
    text: str,
    *,
    at: dt.datetime,
) -> None:
    """Keep words for the reporter with the event that they stand with."""
    sealed = seal(sealable(text=text), [service.recipient, Recipient(report["reply_recipient"])])
    message = NewMessage(secrets.token_hex(16), event.actor, sealed, event.action, event.details)
    write_message(connection, report, message, at=at)


def _listed(row: Row) -> ListedRequest:
    return ListedRequest(
        request=request_of(row),
        report_id=row["report_id"],
        reference=row["reference"],
        category=row["category"],
        claimed_by=row["claimed_by"],
        in_trash=row["trashed_at"] is not None,
        ended_by=row["ended_by"],
    )
