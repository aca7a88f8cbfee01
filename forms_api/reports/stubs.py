"""Printed stubs: numbers and follow-up codes on paper, made in sheets before anybody has reported.

The code stands on the reporter's half alone. What is kept of it tells only whether it is the right
one, and it opens a report once: the first visit changes it (`reports.new_codes`).
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import ConflictError, NotFoundError, StubTakenError
from forms_api.reports.intake import Stub
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit
from forms_api.store import stubs as rows
from forms_api.store.database import Database
from forms_api.store.reports import find_submission
from forms_api.vault.receipts import (
    FollowUpCode,
    SubmissionId,
    new_code,
    new_stub_reference,
    parse_stub_reference,
    submission_key,
)
from forms_api.vault.sealing import Recipient

_SHEET_BYTES = 3


@dataclass(frozen=True)
class DrawnStub:
    """What is printed on one stub."""

    reference: str
    code: FollowUpCode


@dataclass(frozen=True)
class Sheet:
    """Stubs that are printed together; nothing is kept of them yet."""

    name: str
    stubs: Sequence[DrawnStub]


@dataclass(frozen=True)
class SheetState:
    """A sheet as lists name it: `entered` have a report whose reporter has not come to the page yet."""

    name: str
    issued_at: dt.datetime
    free: int
    entered: int


def draw_sheet(database: Database, *, prefix: str, count: int) -> Sheet:
    """Return `count` stubs with numbers that nothing has, and a name for their sheet."""
    drawn: set[str] = set()
    with database.read() as connection:
        while len(drawn) < count:
            new = {new_stub_reference(prefix) for _ in range(count - len(drawn))}
            drawn |= new - rows.taken(connection, new)
    stubs = [DrawnStub(reference, new_code()) for reference in sorted(drawn)]
    return Sheet(secrets.token_hex(_SHEET_BYTES).upper(), stubs)


def keep_sheet(database: Database, sheet: Sheet, *, actor: Actor) -> None:
    """Let the stubs of a sheet count. Raises ForbiddenError, ConflictError, StorageError."""
    actor.need(Permission.KEYS)
    new: list[dict[str, Any]] = [
        {
            "reference": stub.reference,
            "sheet": sheet.name,
            "lookup_key": stub.code.lookup_key,
            "reply_recipient": stub.code.identity.recipient,
        }
        for stub in sheet.stubs
    ]

    def store(connection: Connection) -> None:
        if rows.taken(connection, [row["reference"] for row in new]):
            raise ConflictError(f"sheet {sheet.name}")
        now = utc_now()
        rows.insert_stubs(connection, [{**row, "issued_at": now} for row in new])
        _log(connection, actor, "stubs made", sheet.name, len(new), at=now)

    database.write(store)


def list_sheets(database: Database, *, actor: Actor) -> list[SheetState]:
    """Return every sheet with stubs that still count, oldest first. Raises ForbiddenError."""
    actor.need(Permission.KEYS)
    with database.read() as connection:
        found = rows.sheets(connection)
    return [
        SheetState(row["sheet"], row["issued_at"], row["free"], row["entered"]) for row in found
    ]


def drop_sheet(database: Database, name: str, *, actor: Actor) -> int:
    """End the stubs of a sheet that no report has, a lost sheet's above all; return how many.

    Raises ForbiddenError, NotFoundError for a sheet without any.
    """
    actor.need(Permission.KEYS)

    def store(connection: Connection) -> int:
        dropped = rows.drop_free(connection, name)
        if not dropped:
            raise NotFoundError(name)
        _log(connection, actor, "stubs dropped", name, dropped, at=utc_now())
        return dropped

    return database.write(store)


def find_stub(
    service: ReportService, typed: str, *, actor: Actor, submission_id: SubmissionId
) -> Stub | None:
    """Return the free stub whose number a person typed, None where the submission is a report already.

    Raises ForbiddenError, NotFoundError for a number that stands on no stub, StubTakenError.
    """
    actor.need(Permission.ENTER)
    reference = parse_stub_reference(service.reference_prefix, typed)
    if reference is None:
        raise NotFoundError(typed)
    with service.database.read() as connection:
        if find_submission(connection, submission_key(submission_id)) is not None:
            return None
        row = rows.find(connection, reference)
        if row is None and not rows.taken(connection, [reference]):
            raise NotFoundError(reference)
    if row is None or row["entered_at"] is not None:
        raise StubTakenError(reference)
    return Stub(reference, row["lookup_key"], Recipient(row["reply_recipient"]))


def _log(
    connection: Connection, actor: Actor, action: str, sheet: str, count: int, *, at: dt.datetime
) -> None:
    event = audit.Event(actor.name, action, None, {"sheet": sheet, "count": count})
    audit.append(connection, [event], at=at)
