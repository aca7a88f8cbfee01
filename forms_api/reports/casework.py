"""What officers do with a report: move it, answer, ask, note, say where else it is known.

Words for the reporter go to `messages`, words among officers to `notes`: different tables, different
functions, and nothing turns one into the other.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import TransitionError
from forms_api.reports.changes import change, log, overtaken, sealable
from forms_api.reports.followup import NewMessage, write_message
from forms_api.reports.lifecycle import END_STATES, Status, check_move
from forms_api.reports.outside_numbers import NumberKind
from forms_api.reports.reach import find, is_anothers
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import casework as case_rows
from forms_api.store import reports as rows
from forms_api.store.audit import Event
from forms_api.store.database import Database
from forms_api.vault.sealing import Recipient, seal


@dataclass(frozen=True)
class OutsideNumber:
    """Under which number which body knows a report; the number may come later."""

    kind: NumberKind
    body: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Move:
    """A move of a report that still has `version`.

    `reason` stays among officers, `answer` goes to the reporter. `handed_to` is the body that a
    report goes to. Programs, whose contract it is, need not `say_why` a report is closed.
    """

    to: Status
    version: int
    reason: str | None = None
    answer: str | None = None
    handed_to: OutsideNumber | None = None
    say_why: bool = True


def transition(service: ReportService, *, actor: Actor, report_id: str, move: Move) -> int:
    """Move a report, with an answer, a reason and a number if given, and return its new version.

    All is one transaction. Raises ForbiddenError, NotFoundError, TransitionError, OvertakenError.
    """
    actor.need(Permission.DECIDE)
    sealed_reason = None if move.reason is None else _sealed(service, move.reason)
    sealed_number = None if move.handed_to is None else _sealed_number(service, move.handed_to)

    def store(connection: Connection) -> int:
        now = utc_now()
        report = find(connection, actor, report_id)
        if report["version"] != move.version or not _is_free_for(actor, report, now):
            raise overtaken(connection, report_id)
        current = Status(report["status"])
        _check(current, move)
        moved = {"from": current.value, "to": move.to.value}
        events = [Event(actor.name, "moved", report_id, moved)]
        if move.handed_to is not None:
            events.append(_number_added(actor, report_id, move.handed_to))
        version = change(connection, report, events, at=now, **_moved(report, move.to, actor))
        if sealed_reason is not None:
            _insert_note(connection, report_id, actor, sealed_reason, at=now)
        if move.handed_to is not None and sealed_number is not None:
            kind = move.handed_to.kind
            _insert_number(connection, report_id, actor, kind=kind, sealed=sealed_number, at=now)
        if move.answer is None:
            return version
        words = _new_message(service, report, actor, move.answer)
        return write_message(connection, {**report, "version": version}, words, at=now)

    return service.database.write(store)


def answer(
    service: ReportService, *, actor: Actor, report_id: str, text: str, version: int | None = None
) -> int:
    """Send words to the reporter and return the report's new version.

    With `version`, only while nobody else acted. Raises ForbiddenError, NotFoundError,
    OvertakenError.
    """
    actor.need(Permission.DECIDE)

    def store(connection: Connection) -> int:
        report = _current(connection, actor, report_id, version)
        words = _new_message(service, report, actor, text)
        return write_message(connection, report, words, at=utc_now())

    return service.database.write(store)


def ask(
    service: ReportService, *, actor: Actor, report_id: str, text: str, version: int | None = None
) -> int:
    """Ask the reporter something and return the report's new version; the report waits for words.

    Raises ForbiddenError, NotFoundError, OvertakenError, TransitionError when the report has ended.
    """
    actor.need(Permission.DECIDE)

    def store(connection: Connection) -> int:
        now = utc_now()
        report = _current(connection, actor, report_id, version)
        if Status(report["status"]) in END_STATES:
            raise TransitionError(f"{report['status']}: a question reopens nothing")
        words = _new_message(service, report, actor, text, action="question asked")
        since = report["waiting_since"] or now
        return write_message(connection, report, words, at=now, waiting_since=since)

    return service.database.write(store)


def add_note(service: ReportService, *, actor: Actor, report_id: str, text: str) -> int:
    """Keep words among officers and return the report's new version.

    Raises ForbiddenError, NotFoundError.
    """
    actor.need(Permission.READ)
    sealed = _sealed(service, text)

    def store(connection: Connection) -> int:
        now = utc_now()
        report = find(connection, actor, report_id)
        event = Event(actor.name, "note added", report_id)
        version = change(connection, report, [event], at=now)
        _insert_note(connection, report_id, actor, sealed, at=now)
        return version

    return service.database.write(store)


def add_number(
    service: ReportService, *, actor: Actor, report_id: str, number: OutsideNumber
) -> int:
    """Keep under which number another body knows the report and return its new version.

    Raises ForbiddenError, NotFoundError.
    """
    actor.need(Permission.DECIDE)
    sealed = _sealed_number(service, number)

    def store(connection: Connection) -> int:
        now = utc_now()
        report = find(connection, actor, report_id)
        event = _number_added(actor, report_id, number)
        version = change(connection, report, [event], at=now)
        _insert_number(connection, report_id, actor, kind=number.kind, sealed=sealed, at=now)
        return version

    return service.database.write(store)


def mark_words_seen(database: Database, *, actor: Actor, report_id: str) -> None:
    """Take a report out of those with new words, without answering.

    Raises ForbiddenError, NotFoundError.
    """
    actor.need(Permission.DECIDE)

    def store(connection: Connection) -> None:
        find(connection, actor, report_id)
        log(connection, actor.name, "words seen", [report_id], at=utc_now())

    database.write(store)


def _check(current: Status, move: Move) -> None:
    """Return if this move may be made so. Raises TransitionError."""
    check_move(current, move.to, reason=move.reason, answer=move.answer, say_why=move.say_why)
    named = move.handed_to is not None and (move.handed_to.body or "").strip()
    if move.to is Status.HANDED_OVER and move.say_why and not named:
        raise TransitionError(f"{current} -> {move.to}: body required")
    if move.handed_to is not None and move.to is not Status.HANDED_OVER:
        raise TransitionError(f"{current} -> {move.to}: goes to no other body")


def _moved(report: rows.Row, to: Status, actor: Actor) -> dict[str, object]:
    """Return what a move changes in the row, beside what follows from every change."""
    values: dict[str, object] = {
        "status": to.value,
        "lease_until": None,
        "claimed_by": actor.name if report["status"] == Status.NEW else report["claimed_by"],
    }
    if to in END_STATES:
        values["waiting_since"] = None
    elif Status(report["status"]) in END_STATES:
        values["satisfaction"] = None  # it was said of the end that is no more
    return values


def _current(connection: Connection, actor: Actor, report_id: str, version: int | None) -> rows.Row:
    """Return the report if it has this version and is no other's. Raises NotFoundError, OvertakenError."""
    report = find(connection, actor, report_id)
    stale = version is not None and report["version"] != version
    if stale or is_anothers(actor, report, utc_now()):
        raise overtaken(connection, report_id)
    return report


def _is_free_for(actor: Actor, report: rows.Row, now: dt.datetime) -> bool:
    """Tell whether no other actor's lease runs and the report is not kept apart as spam."""
    return report["quarantined"] is None and not is_anothers(actor, report, now)


def _new_message(
    service: ReportService, report: rows.Row, actor: Actor, text: str, *, action: str = "message"
) -> NewMessage:
    recipients = [service.recipient, Recipient(report["reply_recipient"])]
    sealed = seal(sealable(text=text), recipients)
    return NewMessage(secrets.token_hex(16), actor.name, sealed, action)


def _sealed(service: ReportService, text: str) -> bytes:
    """Return words that officers alone can open."""
    return seal(sealable(text=text), [service.recipient])


def _sealed_number(service: ReportService, number: OutsideNumber) -> bytes:
    words = sealable(body=number.body, number=number.number)
    return seal(words, [service.recipient])


def _number_added(actor: Actor, report_id: str, number: OutsideNumber) -> Event:
    return Event(actor.name, "number added", report_id, {"kind": number.kind.value})


def _insert_note(
    connection: Connection, report_id: str, actor: Actor, sealed: bytes, *, at: dt.datetime
) -> None:
    note = {"report_id": report_id, "author": actor.name, "written_at": at, "sealed": sealed}
    case_rows.insert_note(connection, note)


def _insert_number(
    connection: Connection,
    report_id: str,
    actor: Actor,
    *,
    kind: NumberKind,
    sealed: bytes,
    at: dt.datetime,
) -> None:
    row = {
        "report_id": report_id,
        "kind": kind.value,
        "author": actor.name,
        "written_at": at,
        "sealed": sealed,
    }
    rows.insert_number(connection, row)
