"""The chain of audit events: append-only, each row hashed together with the one before.

Any row changed, removed or put between breaks the chain, and `verify` says where. Events hold
facts and ids, never words of a report. Source: the same idea as RFC 6962's log, without a tree.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from forms_api.errors import AuditError
from forms_api.store.deferred import at_commit, insert_rows
from forms_api.store.schema import events

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
