"""Orders for exports as they stand in the database: what each remembers, and how far it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_

from forms_api.accounts.permissions import Actor, Permission
from forms_api.documents.export_files import ExportKind
from forms_api.reports.period import Period, parse_period
from forms_api.store import audit
from forms_api.store.schema import exports


class ExportState(StrEnum):
    """How far an export is."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Export:
    """An order for a file, and how far it is."""

    id: str
    kind: ExportKind
    period: Period
    created_at: dt.datetime
    expires_at: dt.datetime
    state: ExportState
    file_name: str | None


def is_pending(now: dt.datetime) -> ColumnElement[bool]:
    """Choose the orders that still wait for their file."""
    return and_(
        exports.c.finished_at.is_(None), exports.c.failure.is_(None), exports.c.expires_at > now
    )


def export_of(row: Mapping[Any, Any]) -> Export:
    """Return the order of a row."""
    return Export(
        id=row["id"],
        kind=ExportKind(row["kind"]),
        period=period_of(row["parameters"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        state=_state(row),
        file_name=row["file_name"],
    )


def _state(row: Mapping[Any, Any]) -> ExportState:
    if row["failure"] is not None:
        return ExportState.FAILED
    return ExportState.WAITING if row["finished_at"] is None else ExportState.READY


def parameters_of(actor: Actor, period: Period) -> dict[str, Any]:
    """Return what the order must remember: the days, and the scope that its officer had."""
    return {
        "period": period.code,
        "actor": actor.name,
        "areas": _sorted(actor.areas),
        "categories": _sorted(actor.categories),
        "tries": 0,
    }


def _sorted(ids: Collection[str] | None) -> list[str] | None:
    return None if ids is None else sorted(ids)


def period_of(parameters: Mapping[str, Any]) -> Period:
    """Return the days that an order is about."""
    period = parse_period(parameters["period"])
    assert period is not None  # written by `parameters_of`
    return period


def asker_of(parameters: Mapping[str, Any]) -> Actor:
    """Return who asked, with the scope of then and no right but to count."""
    return Actor(
        parameters["actor"],
        frozenset({Permission.STATISTICS}),
        _set(parameters["areas"]),
        _set(parameters["categories"]),
    )


def _set(ids: Collection[str] | None) -> frozenset[str] | None:
    return None if ids is None else frozenset(ids)


def note_export(
    connection: Connection,
    actor: str,
    action: str,
    *,
    kind: ExportKind,
    period: Period,
    at: dt.datetime,
) -> None:
    """Note in the audit log who did what with which kind of file, of which days."""
    details = {"kind": kind.value, "period": period.code}
    audit.append(connection, [audit.Event(actor, action, None, details)], at=at)
