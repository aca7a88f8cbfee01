"""Exports: asked for at the desk, made by the worker, handed out to who asked, gone after a day.

How a file comes to be:
1. `ask` keeps the order with the scope that the officer has then.
2. `export_making.make_pending` claims one order after the other for some minutes, in a write of its own: writes
   come one after the other, also between processes, so that no two workers make the same file.
3. The file is made outside any write, and kept if it still is the order's only one. A failure is
   noted; an order whose worker died is tried again a few times, then given up.
4. `download` looks again who asks. `drop_expired` deletes whatever is older than a day.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select

from forms_api.accounts.officers import find_by_id
from forms_api.accounts.permissions import Actor, Permission
from forms_api.documents.export_files import ExportFile, ExportKind
from forms_api.documents.export_orders import (
    Export,
    asker_of,
    export_of,
    is_pending,
    note_export,
    parameters_of,
)
from forms_api.errors import ForbiddenError, LimitError, NotFoundError
from forms_api.reports.period import Period
from forms_api.reports.service import utc_now
from forms_api.store.database import Database
from forms_api.store.schema import exports

MAX_PENDING = 3
"""How many files one officer may wait for at a time."""

KEPT_FOR = dt.timedelta(hours=24)


def ask(
    database: Database, actor: Actor, *, officer_id: str, kind: ExportKind, period: Period
) -> Export:
    """Order a file of what the actor may see now, and return the order.

    Raises ForbiddenError, and LimitError while the officer waits for `MAX_PENDING` others.
    """
    actor.need(Permission.EXPORT)
    actor.need(Permission.STATISTICS)

    def store(connection: Connection) -> Export:
        now = utc_now()
        if _count_pending(connection, officer_id, now) >= MAX_PENDING:
            raise LimitError(MAX_PENDING)
        id_ = secrets.token_hex(16)
        order = {
            "id": id_,
            "officer_id": officer_id,
            "kind": kind.value,
            "parameters": parameters_of(actor, period),
            "created_at": now,
            "expires_at": now + KEPT_FOR,
        }
        connection.execute(insert(exports), order)
        note_export(connection, actor.name, "export asked", kind=kind, period=period, at=now)
        return _find(connection, officer_id, id_, now)

    return database.write(store)


def list_exports(database: Database, actor: Actor, *, officer_id: str) -> list[Export]:
    """Return the officer's own exports that are not over, newest first. Raises ForbiddenError."""
    actor.need(Permission.EXPORT)
    with database.read() as connection:
        query = _live(officer_id, utc_now()).order_by(exports.c.created_at.desc(), exports.c.id)
        return [export_of(row) for row in connection.execute(query).mappings()]


def find_export(database: Database, actor: Actor, *, officer_id: str, export_id: str) -> Export:
    """Return one of the officer's own exports. Raises ForbiddenError, NotFoundError."""
    actor.need(Permission.EXPORT)
    with database.read() as connection:
        return _find(connection, officer_id, export_id, utc_now())


def download(database: Database, actor: Actor, *, officer_id: str, export_id: str) -> ExportFile:
    """Return the file of a finished export and note who took it.

    Only to the officer who asked, while the account is open and its part of the work still holds
    what is in the file. Raises ForbiddenError, NotFoundError.
    """
    actor.need(Permission.EXPORT)

    def store(connection: Connection) -> ExportFile:
        now = utc_now()
        query = _live(officer_id, now, content=True).where(exports.c.id == export_id)
        row = connection.execute(query).mappings().first()
        if row is None or row["content"] is None:
            raise NotFoundError(export_id)
        if find_by_id(connection, officer_id).disabled_at is not None:
            raise ForbiddenError(actor.name)
        if not _still_sees(actor, row["parameters"]):
            raise ForbiddenError(export_id)
        done = export_of(row)
        note_export(
            connection, actor.name, "export downloaded", kind=done.kind, period=done.period, at=now
        )
        return ExportFile(row["file_name"], row["media_type"], row["content"])

    return database.write(store)


def drop_expired(database: Database) -> int:
    """Delete orders and files that are older than a day and return how many there were."""

    def store(connection: Connection) -> int:
        statement = delete(exports).where(exports.c.expires_at <= utc_now())
        return int(connection.execute(statement).rowcount)

    return database.write(store)


def _count_pending(connection: Connection, officer_id: str, now: dt.datetime) -> int:
    query = select(func.count()).where(exports.c.officer_id == officer_id, is_pending(now))
    return int(connection.execute(query).scalar_one())


def _live(officer_id: str, now: dt.datetime, *, content: bool = False) -> Select[Any]:
    columns = [column for column in exports.c if content or column is not exports.c.content]
    return select(*columns).where(exports.c.officer_id == officer_id, exports.c.expires_at > now)


def _find(connection: Connection, officer_id: str, export_id: str, now: dt.datetime) -> Export:
    query = _live(officer_id, now).where(exports.c.id == export_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(export_id)
    return export_of(row)


def _still_sees(actor: Actor, parameters: Mapping[str, Any]) -> bool:
    """Tell whether the actor's part of the work is no narrower than it was."""
    then = asker_of(parameters)
    return _covers(actor.areas, then.areas) and _covers(actor.categories, then.categories)


def _covers(now: frozenset[str] | None, then: frozenset[str] | None) -> bool:
    return now is None or (then is not None and then <= now)
