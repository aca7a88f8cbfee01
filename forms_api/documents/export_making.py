"""The worker's part of exports: each waiting order becomes a file, a noted failure, or is given up.

The table has no column for a claim, but its JSON has room for a lease and the number of tries.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from forms_api.accounts.permissions import Actor
from forms_api.documents.export_files import ExportFile, ExportKind, Sources, make_file
from forms_api.documents.export_orders import asker_of, is_pending, note_export, period_of
from forms_api.reports.period import Period
from forms_api.reports.service import utc_now
from forms_api.store.database import Database
from forms_api.store.schema import exports

LEASE = dt.timedelta(minutes=10)
MAX_TRIES = 3
WORKER = "worker"

GAVE_UP = "gave up"
"""The failure of an order at which every worker died."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Claimed:
    """An order that this worker makes."""

    id: str
    kind: ExportKind
    period: Period
    actor: Actor


def make_pending(database: Database, sources: Sources) -> int:
    """Make every file that waits and return how many were made."""
    made = 0
    while (claimed := database.write(_claim_next)) is not None:
        try:
            file = make_file(
                database,
                claimed.actor,
                kind=claimed.kind,
                period=claimed.period,
                sources=sources,
            )
        except Exception as error:  # noqa: BLE001 - one order's fault must not keep the others waiting
            log.error("an export failed: %s", type(error).__name__)  # noqa: TRY400 - no words of it
            _fail(database, claimed, type(error).__name__)
        else:
            made += _keep(database, claimed, file)
    return made


def _claim_next(connection: Connection) -> _Claimed | None:
    """Claim the oldest order that nobody makes."""
    now = utc_now()
    waiting = (
        select(exports.c.id, exports.c.kind, exports.c.parameters)
        .where(is_pending(now))
        .order_by(exports.c.created_at, exports.c.id)
    )
    for row in connection.execute(waiting).mappings().all():
        parameters = dict(row["parameters"])
        lease_until = parameters.get("lease_until")
        if lease_until is not None and dt.datetime.fromisoformat(lease_until) > now:
            continue
        this = update(exports).where(exports.c.id == row["id"])
        if parameters["tries"] >= MAX_TRIES:
            connection.execute(this.values(failure=GAVE_UP))
            continue
        tried = {"tries": parameters["tries"] + 1, "lease_until": (now + LEASE).isoformat()}
        connection.execute(this.values(parameters={**parameters, **tried}))
        kind, period = ExportKind(row["kind"]), period_of(parameters)
        return _Claimed(row["id"], kind, period, asker_of(parameters))
    return None


def _keep(database: Database, claimed: _Claimed, file: ExportFile) -> bool:
    """Keep a file for its order; tell whether nobody else had done so, and it was not over."""

    def store(connection: Connection) -> bool:
        now = utc_now()
        statement = (
            update(exports)
            .where(exports.c.id == claimed.id, is_pending(now))
            .values(
                finished_at=now,
                file_name=file.file_name,
                media_type=file.media_type,
                content=file.content,
            )
        )
        if connection.execute(statement).rowcount != 1:
            return False
        note_export(
            connection, WORKER, "export made", kind=claimed.kind, period=claimed.period, at=now
        )
        return True

    return database.write(store)


def _fail(database: Database, claimed: _Claimed, why: str) -> None:
    def store(connection: Connection) -> None:
        statement = update(exports).where(exports.c.id == claimed.id, is_pending(utc_now()))
        connection.execute(statement.values(failure=why))

    database.write(store)
