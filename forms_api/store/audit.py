"""The chain of audit events: append-only, each row hashed together with the one before.

Any row changed, removed or put between breaks the chain, and `verify` says where. Events hold
facts and ids, never words of a report. Source: the same idea as RFC 6962's log, without a tree.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from forms_api.errors import AuditError
from forms_api.store.deferred import at_commit, insert_rows
from forms_api.store.schema import events, reports

GENESIS = bytes(32)


@dataclass(frozen=True)
class Event:
    """One thing that happened: who did what to which report, with facts that are no content."""

    actor: str
    action: str
    report_id: str | None = None
    details: Mapping[str, str | int | bool | None] | None = None


@dataclass(frozen=True)
class ChainHead:
    """The newest event: keep it elsewhere, and nobody can shorten the chain unseen."""

    sequence: int
    chain_hash: bytes


@dataclass(frozen=True)
class Wanted:
    """Which events to read; None lets all through. An `actor` that ends with `:` is a whole kind."""

    actor: str | None = None
    actions: Collection[str] | None = None
    report_id: str | None = None
    since: dt.datetime | None = None
    before: dt.datetime | None = None


def append(connection: Connection, new: Sequence[Event], *, at: dt.datetime) -> None:
    """Append `new` in order at the end of the caller's transaction, a `Database.write`."""
    at_commit(connection, _insert, [(event, at) for event in new])


def _insert(connection: Connection, new: list[tuple[Event, dt.datetime]]) -> None:
    if not new:
        return
    head = read_head(connection)
    rows = []
    for event, at in new:
        details = json.dumps(event.details or {}, ensure_ascii=False, sort_keys=True)
        row = {
            "sequence": head.sequence + 1,
            "at": at,
            "actor": event.actor,
            "action": event.action,
            "report_id": event.report_id,
            "details": details,
        }
        head = ChainHead(head.sequence + 1, _chain_hash(head.chain_hash, row))
        rows.append({**row, "chain_hash": head.chain_hash})
    insert_rows(connection, events, rows)


def read_head(connection: Connection) -> ChainHead:
    """Return the newest event's place and hash, (0, zeros) for an empty log."""
    row = connection.execute(_HEAD).first()
    return ChainHead(row.sequence, row.chain_hash) if row else ChainHead(0, GENESIS)


def verify(connection: Connection) -> ChainHead:
    """Return the head after checking every event. Raises AuditError at the first broken one."""
    head = ChainHead(0, GENESIS)
    query = select(events).order_by(events.c.sequence).execution_options(yield_per=1000)
    try:
        with connection.execute(query) as stream:
            for row in stream.mappings():
                if row["sequence"] != head.sequence + 1:
                    raise AuditError(head.sequence + 1, "missing")
                expected = _chain_hash(head.chain_hash, dict(row))
                if row["chain_hash"] != expected:
                    raise AuditError(row["sequence"], "changed")
                head = ChainHead(row["sequence"], expected)
    except (TypeError, ValueError, OverflowError):
        # SQLite keeps a value of any type in any column.
        raise AuditError(head.sequence + 1, "changed") from None
    return head


def read_page(
    connection: Connection, wanted: Wanted, *, limit: int, below: int | None = None
) -> list[RowMapping]:
    """Return events with what lists show of their report, newest first, from below a sequence on."""
    query = (
        select(
            events.c.sequence,
            events.c.at,
            events.c.actor,
            events.c.action,
            events.c.report_id,
            events.c.details,
            *_OF_REPORT,
        )
        .outerjoin(reports, reports.c.id == events.c.report_id)
        .order_by(events.c.sequence.desc())
        .limit(limit)
    )
    if below is not None:
        query = query.where(events.c.sequence < below)
    if wanted.actor is not None:
        is_kind = wanted.actor.endswith(":")
        whole = events.c.actor == wanted.actor
        kind = events.c.actor.startswith(wanted.actor, autoescape=True)
        query = query.where(kind if is_kind else whole)
    if wanted.actions is not None:
        query = query.where(events.c.action.in_(sorted(wanted.actions)))
    if wanted.report_id is not None:
        query = query.where(events.c.report_id == wanted.report_id)
    if wanted.since is not None:
        query = query.where(events.c.at >= wanted.since)
    if wanted.before is not None:
        query = query.where(events.c.at < wanted.before)
    return list(connection.execute(query).mappings())


def read_hash(connection: Connection, sequence: int) -> bytes | None:
    """Return the chain's hash at an event, None where there is none."""
    query = select(events.c.chain_hash).where(events.c.sequence == sequence)
    found: bytes | None = connection.execute(query).scalar()
    return found


_OF_REPORT = (
    reports.c.reference,
    reports.c.area,
    reports.c.category,
    reports.c.claimed_by,
    reports.c.trashed_at,
)
_HEAD = select(events.c.sequence, events.c.chain_hash).order_by(events.c.sequence.desc()).limit(1)


def _chain_hash(previous: bytes, row: Mapping[str, Any]) -> bytes:
    at: dt.datetime = row["at"]
    names = ("sequence", "actor", "action", "report_id", "details")
    record = json.dumps(
        [at.astimezone(dt.UTC).isoformat(timespec="microseconds"), *(row[name] for name in names)],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(previous + record.encode()).digest()
