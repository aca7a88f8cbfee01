"""Talks at which officers and members teach residents to fill a form in: opened, ended, cleared up.

While one is held, a report that carries its code is a trial: it stands in no number, nobody is told of
it, lists show it apart, and afterwards all trials are removed as one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from dataclasses import asdict, dataclass, fields
from functools import partial

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import (
    AlreadyThereError,
    ConflictError,
    LimitError,
    NotFoundError,
    StorageError,
)
from forms_api.reports.changes import change, overtaken
from forms_api.reports.reach import find
from forms_api.reports.service import utc_now
from forms_api.store import audit, outbox, samples
from forms_api.store import talks as rows
from forms_api.store.database import Database
from forms_api.store.reports import Row

USUAL = dt.timedelta(hours=2)
LONGEST = dt.timedelta(hours=8)
MOST_AT_ONCE = 20
"""So many talks may be held at the same time, in as many halls."""

SHOWN = 20
_CODES = range(100_000, 1_000_000)
_CODE_TRIES = 20
_BATCH = 500  # ids in one statement


@dataclass(frozen=True)
class Talk:
    """A talk: its code, who opened it, until when; `ended_by` somebody before its time."""

    code: str
    opened_by: str
    opened_at: dt.datetime
    ends_at: dt.datetime
    ended_by: str | None


_NAMES = tuple(field.name for field in fields(Talk))


def open_talk(database: Database, *, actor: Actor, lasting: dt.timedelta = USUAL) -> Talk:
    """Open a talk that ends by itself, and return it with a code that no other talk ever had.

    Raises ForbiddenError, LimitError for one too many or too long, StorageError.
    """
    actor.need(Permission.TALK)
    if not dt.timedelta() < lasting <= LONGEST:
        raise LimitError(LONGEST // dt.timedelta(hours=1))
    for _ in range(_CODE_TRIES):
        code = str(secrets.choice(_CODES))
        with contextlib.suppress(AlreadyThereError):
            return database.write(partial(_open, actor=actor, code=code, lasting=lasting))
    raise StorageError("no free code")


def end_talk(database: Database, *, actor: Actor, code: str) -> None:
    """End a talk now. Raises ForbiddenError, NotFoundError when none is held with this code."""
    actor.need(Permission.TALK)

    def store(connection: Connection) -> None:
        now = utc_now()
        if not rows.end(connection, code, by=actor.name, now=now):
            raise NotFoundError(code)
        event = audit.Event(actor.name, "talk ended", None, {"code": code})
        audit.append(connection, [event], at=now)

    database.write(store)


def list_talks(database: Database, *, actor: Actor) -> list[Talk]:
    """Return the talks that are being held and the newest others. Raises ForbiddenError."""
    actor.need(Permission.TALK)
    with database.read() as connection:
        found = rows.held_or_newest(connection, now=utc_now(), newest=SHOWN)
    return [_talk(row) for row in found]


def count_trials(database: Database, *, actor: Actor) -> int:
    """Return how many trial reports of talks the actor sees. Raises ForbiddenError."""
    actor.need(Permission.TALK)
    with database.read() as connection:
        return sum(actor.sees(row) for row in rows.trial_rows(connection))


def remove_trials(database: Database, *, actor: Actor) -> int:
    """Erase every trial report that the actor sees, with all that belongs to it; return how many.

    The log stays. Raises ForbiddenError, ConflictError while a talk is held: somebody still tries.
    """
    actor.need(Permission.TRASH)

    def store(connection: Connection) -> int:
        now = utc_now()
        held = rows.open_talks(connection, now=now)
        if held:
            raise ConflictError(held[0]["code"])
        ids = [row["id"] for row in rows.trial_rows(connection) if actor.sees(row)]
        for start in range(0, len(ids), _BATCH):
            samples.erase(connection, ids[start : start + _BATCH])
        events = [audit.Event(actor.name, "trial removed", id_) for id_ in ids]
        audit.append(connection, events, at=now)
        return len(ids)

    return database.write(store)


def make_real(database: Database, *, actor: Actor, report_id: str) -> None:
    """Let a trial report into the queue: somebody told of something real at a talk.

    Raises ForbiddenError, NotFoundError, OvertakenError when it is no trial (any more).
    """
    actor.need(Permission.ADMIT)

    def store(connection: Connection) -> None:
        now = utc_now()
        report = find(connection, actor, report_id)
        if report["trial"] != rows.TALK:
            raise overtaken(connection, report_id)
        event = audit.Event(actor.name, "trial made real", report_id)
        change(connection, report, [event], at=now, trial=None)
        outbox.post(connection, "report.waiting", report_id=report_id, at=now)

    database.write(store)


def _open(connection: Connection, *, actor: Actor, code: str, lasting: dt.timedelta) -> Talk:
    now = utc_now()
    if len(rows.open_talks(connection, now=now)) >= MOST_AT_ONCE:
        raise LimitError(MOST_AT_ONCE)
    talk = Talk(code, opened_by=actor.name, opened_at=now, ends_at=now + lasting, ended_by=None)
    rows.insert_talk(connection, asdict(talk))
    minutes = lasting // dt.timedelta(minutes=1)
    event = audit.Event(actor.name, "talk opened", None, {"code": code, "minutes": minutes})
    audit.append(connection, [event], at=now)
    return talk


def _talk(row: Row) -> Talk:
    return Talk(**{name: row[name] for name in _NAMES})
