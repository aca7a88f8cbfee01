"""The audit log as the lead reads it: who did what, when, with which report; never any content."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.moments import VIETNAM
from forms_api.store import audit, casework
from forms_api.store.database import Database
from forms_api.store.reports import Row

PAGE_LENGTH = 50
MAX_SEQUENCE = 2**63 - 1
SHOWN_SIGNS = 16
"""So many hex digits of a hash go on paper: enough that nobody finds another chain with the same."""


class Group(StrEnum):
    """What kind of act an event tells of."""

    READING = "doc"
    IDENTITY = "danh-tinh"
    WORK = "xu-ly"
    TRASH = "thung-rac"
    SIGN_IN = "dang-nhap"
    PEOPLE = "can-bo"
    KEYS = "khoa"
    FILES = "tep"


GROUPS: Mapping[Group, frozenset[str]] = {
    Group.READING: frozenset({"opened", "attachment opened", "printed", "searched"}),
    Group.IDENTITY: frozenset({"identity revealed"}),
    Group.WORK: frozenset(
        {
            "received",
            "entered",
            "code changed",
            "claimed",
            "renewed",
            "released",
            "acknowledged",
            "given back",
            "taken over",
            "picked up",
            "assigned",
            "admitted",
            "moved",
            "recurred",
            "message",
            "question asked",
            "words seen",
            "rated",
            "hand-off deleted",
            "data asked",
            "request received",
            "request extended",
            "request done",
            "request refused",
            "note added",
            "number added",
            "linked",
            "unlinked",
            "sample added",
            "sample removed",
            "talk opened",
            "talk ended",
            "trial made real",
            "trial removed",
        }
    ),
    Group.TRASH: frozenset(
        {"trashed", "restored", "deletion approved", "erased", "erased on request", "purged"}
    ),
    Group.SIGN_IN: frozenset(
        {
            "signed in",
            "sign-in failed",
            "session ended",
            "all sessions ended",
            "password changed",
            "recovery codes renewed",
        }
    ),
    Group.PEOPLE: frozenset(
        {
            "officer added",
            "officer changed",
            "officer disabled",
            "officer invited again: new",
            "officer invited again: forgotten",
            "officer invited again: lost phone",
            "invitation used: new",
            "invitation used: forgotten",
            "invitation used: lost phone",
        }
    ),
    Group.KEYS: frozenset(
        {
            "queue key rotated",
            "queue keys shown",
            "recovery key added",
            "recovery key removed",
            "recovery key checked",
            "stubs made",
            "stubs dropped",
            "token added",
            "token revoked",
        }
    ),
    Group.FILES: frozenset(
        {
            "export asked",
            "export made",
            "export downloaded",
            "notice retried",
            "notice dropped",
            "link added",
            "link removed",
        }
    ),
}


@dataclass(frozen=True)
class Question:
    """Which part of the log to read, and from below which event on; None asks for all."""

    actor: str | None = None
    group: Group | None = None
    reference: str | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    below: int | None = None


@dataclass(frozen=True)
class Line:
    """One event: facts in `details`, and its report, where the reader may know of it.

    `about_report` stays true for a report that the reader does not see; it has no `reference` then.
    `report_id` is there for a report that the reader may open.
    """

    sequence: int
    at: dt.datetime
    actor: str
    action: str
    details: Mapping[str, Any]
    about_report: bool
    reference: str | None
    report_id: str | None


@dataclass(frozen=True)
class LogPage:
    """A page of the log, newest first; `next` is where the page after it goes on, None on the last."""

    lines: tuple[Line, ...]
    next: int | None


def read_log(
    database: Database, *, actor: Actor, question: Question, limit: int = PAGE_LENGTH
) -> LogPage:
    """Return a page of the log. Raises ForbiddenError."""
    actor.need(Permission.AUDIT)
    with database.read() as connection:
        report_id = None
        if question.reference is not None:
            report_id = _seen_report(connection, actor, question.reference)
            if report_id is None:
                return LogPage((), None)
        wanted = audit.Wanted(
            actor=question.actor,
            actions=None if question.group is None else GROUPS[question.group],
            report_id=report_id,
            since=_midnight(question.first_day),
            before=_midnight(question.last_day, days_later=1),
        )
        rows = audit.read_page(connection, wanted, limit=limit + 1, below=question.below)
    lines = tuple(_line(actor, row) for row in rows[:limit])
    return LogPage(lines, lines[-1].sequence if len(rows) > limit else None)


def read_head(database: Database, *, actor: Actor) -> audit.ChainHead:
    """Return the newest event's place and hash, to be kept on paper. Raises ForbiddenError."""
    actor.need(Permission.AUDIT)
    with database.read() as connection:
        return audit.read_head(connection)


def verify_log(database: Database, *, actor: Actor) -> audit.ChainHead:
    """Return the head after checking every event.

    Raises ForbiddenError, AuditError at the first broken event.
    """
    actor.need(Permission.AUDIT)
    with database.read() as connection:
        return audit.verify(connection)


def matches_paper(database: Database, *, actor: Actor, sequence: int, signs: str) -> bool:
    """Tell whether the chain still has, at this place, the hash that begins with these hex digits.

    What was written down long ago shows whether the log was shortened or written anew since. Fewer
    than `SHOWN_SIGNS` digits never match. Raises ForbiddenError.
    """
    actor.need(Permission.AUDIT)
    with database.read() as connection:
        found = audit.read_hash(connection, sequence)
    return found is not None and len(signs) >= SHOWN_SIGNS and found.hex().startswith(signs)


def _line(actor: Actor, row: Row) -> Line:
    seen = row["reference"] is not None and actor.sees(row)
    can_open = seen and actor.may(
        Permission.READ if row["trashed_at"] is None else Permission.TRASH
    )
    return Line(
        sequence=row["sequence"],
        at=row["at"],
        actor=row["actor"],
        action=row["action"],
        details=json.loads(row["details"]),
        about_report=row["report_id"] is not None,
        reference=row["reference"] if seen else None,
        report_id=row["report_id"] if can_open and actor.may(Permission.READ) else None,
    )


def _seen_report(connection: Connection, actor: Actor, reference: str) -> str | None:
    row = casework.find_by_reference(connection, reference)
    return str(row["id"]) if row is not None and actor.sees(row) else None


def _midnight(day: dt.date | None, *, days_later: int = 0) -> dt.datetime | None:
    """Return when the day begins in Vietnam; a day beyond the calendar bounds nothing."""
    if day is None:
        return None
    try:
        later = day + dt.timedelta(days=days_later)
        return dt.datetime.combine(later, dt.time(), tzinfo=VIETNAM).astimezone(dt.UTC)
    except OverflowError:
        return None
