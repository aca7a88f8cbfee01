"""What officers and their programs do with reports: claim, take over, decide, answer.

Every act and every reading of content leaves an audit event with the actor's name.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.errors import ConflictError, NotFoundError
from forms_api.reports.followup import write_message
from forms_api.reports.lifecycle import Status, check_move
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit
from forms_api.store import reports as rows
from forms_api.store.database import Database
from forms_api.vault.sealing import Recipient, seal


@dataclass(frozen=True)
class SealedReport:
    """A report as the desk hands it out: clear columns, sealed content, attachments, messages."""

    clear: rows.Row
    attachments: Sequence[rows.Row]
    messages: Sequence[rows.Row]
    notes: Sequence[rows.Row]


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


def count_reports(database: Database) -> Counts:
    """Return how many reports stand in each state."""
    with database.read() as connection:
        found = rows.count_by_status(connection)
    states = {status: found.get(status.value, 0) for status in Status}
    return Counts(states, found.get("quarantined", 0))


def list_reports(
    database: Database,
    *,
    limit: int,
    status: Status | None = None,
    form_id: str | None = None,
    quarantined: bool = False,
    since: dt.datetime | None = None,
    after: tuple[dt.datetime, int] | None = None,
) -> list[rows.Row]:
    """Return clear rows, least recently changed first, from behind the place `after`."""
    with database.read() as connection:
        return rows.page(
            connection,
            status=None if status is None else status.value,
            form_id=form_id,
            quarantined=quarantined,
            since=since,
            after=after,
            limit=limit,
        )


def claim(
    database: Database,
    *,
    actor: str,
    limit: int,
    lease: dt.timedelta,
    form_id: str | None = None,
) -> list[SealedReport]:
    """Return the oldest waiting reports, claimed for `actor` until the lease runs out."""

    def store(connection: Connection) -> list[SealedReport]:
        now = utc_now()
        claimed = rows.claim_waiting(
            connection,
            claimer=actor,
            form_id=form_id,
            limit=limit,
            now=now,
            lease_until=now + lease,
        )
        _note(connection, actor, "claimed", [row["id"] for row in claimed], at=now)
        return _with_parts(connection, claimed)

    return database.write(store)


def acknowledge(
    database: Database, *, actor: str, report_ids: Sequence[str]
) -> dict[str, Standing]:
    """Take over the claimed reports for good and tell where each stands; a repeat changes nothing.

    All or none. Raises NotFoundError for an unknown report and ConflictError for one that is not
    the actor's (any more).
    """

    def store(connection: Connection) -> dict[str, Standing]:
        now = utc_now()
        moved = rows.acknowledge_claimed(connection, report_ids, claimer=actor, now=now)
        standing = {row["id"]: Standing(Status.RECEIVED, row["version"]) for row in moved}
        for report_id in report_ids:
            if report_id not in standing:
                report = _get(connection, report_id)
                if report["claimed_by"] != actor or report["status"] == Status.NEW:
                    raise ConflictError(report_id)
                standing[report_id] = Standing(Status(report["status"]), report["version"])
        _note(connection, actor, "acknowledged", [row["id"] for row in moved], at=now)
        return standing

    return database.write(store)


def release(database: Database, *, actor: str, report_id: str) -> None:
    """Give a claimed report back to the queue. Raises NotFoundError, ConflictError."""
    now = utc_now()

    def store(connection: Connection) -> None:
        if not rows.release_claimed(connection, report_id, claimer=actor):
            _get(connection, report_id)
            raise ConflictError(report_id)
        _note(connection, actor, "released", [report_id], at=now)

    database.write(store)


def admit(database: Database, *, actor: str, report_id: str) -> None:
    """Let a report that looked like spam into the queue. Raises NotFoundError, ConflictError."""

    def store(connection: Connection) -> None:
        now = utc_now()
        report = _get(connection, report_id)
        if report["quarantined"] is None:
            raise ConflictError(report_id)
        rows.change(
            connection, report_id, version=report["version"], quarantined=None, updated_at=now
        )
        _note(connection, actor, "admitted", [report_id], at=now)

    database.write(store)


def transition(
    service: ReportService,
    *,
    actor: str,
    report_id: str,
    to: Status,
    version: int,
    reason: str | None = None,
    answer: str | None = None,
) -> int:
    """Move a report that still has `version`, with an answer to its sender if given.

    The reason is sealed to the officers; move and answer are one transaction. Returns the new
    version. Raises NotFoundError, TransitionError, ConflictError.
    """
    sealed_reason = None if reason is None else seal(_text(reason), [service.recipient])

    def store(connection: Connection) -> int:
        now = utc_now()
        report = _get(connection, report_id)
        if report["version"] != version or not _is_free_for(actor, report, now):
            raise ConflictError(report_id)
        current = Status(report["status"])
        check_move(current, to, reason=reason)
        rows.change(
            connection,
            report_id,
            version=version,
            status=to.value,
            updated_at=now,
            claimed_by=actor if current is Status.NEW else report["claimed_by"],
            lease_until=None,
        )
        event = audit.Event(actor, "moved", report_id, {"from": current.value, "to": to.value})
        audit.append(connection, [event], at=now)
        if sealed_reason is not None:
            rows.insert_note(
                connection,
                {
                    "report_id": report_id,
                    "author": actor,
                    "written_at": now,
                    "sealed": sealed_reason,
                },
            )
        if answer is not None:
            _write_answer(service, connection, _get(connection, report_id), actor, answer)
        return int(_get(connection, report_id)["version"])

    return service.database.write(store)


def answer(service: ReportService, *, actor: str, report_id: str, text: str) -> int:
    """Send words to the reporter and return the report's new version. Raises NotFoundError."""

    def store(connection: Connection) -> int:
        _write_answer(service, connection, _get(connection, report_id), actor, text)
        return int(_get(connection, report_id)["version"])

    return service.database.write(store)


def open_report(database: Database, *, actor: str, report_id: str) -> SealedReport:
    """Return one report with its sealed content; the reading is audited. Raises NotFoundError."""
    now = utc_now()

    def store(connection: Connection) -> SealedReport:
        report = rows.get(connection, report_id, sealed=True)
        if report is None:
            raise NotFoundError
        _note(connection, actor, "opened", [report_id], at=now)
        return _with_parts(connection, [report])[0]

    return database.write(store)


def open_attachment(database: Database, *, actor: str, report_id: str, number: int) -> bytes:
    """Return an attachment's sealed bytes; the reading is audited. Raises NotFoundError."""
    now = utc_now()

    def store(connection: Connection) -> bytes:
        sealed = rows.attachment_content(connection, report_id, number)
        if sealed is None:
            raise NotFoundError
        event = audit.Event(actor, "attachment opened", report_id, {"number": number})
        audit.append(connection, [event], at=now)
        return sealed

    return database.write(store)


def _write_answer(
    service: ReportService, connection: Connection, report: rows.Row, actor: str, text: str
) -> None:
    recipients = [service.recipient, Recipient(report["reply_recipient"])]
    write_message(
        connection,
        report,
        author=actor,
        sealed=seal(_text(text), recipients),
        id_=secrets.token_hex(16),
        at=utc_now(),
    )


def _text(text: str) -> bytes:
    return json.dumps({"text": text}, ensure_ascii=False).encode()


def _is_free_for(actor: str, report: rows.Row, now: dt.datetime) -> bool:
    """Tell whether no other actor's lease runs and the report is not kept apart as spam."""
    leased = report["lease_until"] is not None and report["lease_until"] >= now
    return report["quarantined"] is None and (not leased or report["claimed_by"] == actor)


def _get(connection: Connection, report_id: str) -> rows.Row:
    report = rows.get(connection, report_id)
    if report is None:
        raise NotFoundError
    return report


def _note(
    connection: Connection, actor: str, action: str, report_ids: Sequence[str], *, at: dt.datetime
) -> None:
    audit.append(connection, [audit.Event(actor, action, id_) for id_ in report_ids], at=at)


def _with_parts(connection: Connection, found: Sequence[rows.Row]) -> list[SealedReport]:
    """Return the reports whole; what the clear columns rule out is not looked for."""
    pictured = [row["id"] for row in found if row["attachment_count"]]
    written_to = [row["id"] for row in found if row["version"] > 1]  # words change the version
    attachments = rows.report_attachments(connection, pictured) if pictured else {}
    messages = rows.report_messages(connection, written_to) if written_to else {}
    notes = rows.report_notes(connection, written_to) if written_to else {}
    return [
        SealedReport(row, *(parts.get(row["id"], []) for parts in (attachments, messages, notes)))
        for row in found
    ]
