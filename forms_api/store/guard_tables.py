"""The tables of the guards before the residents' forms: what is counted, and when a talk is held."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from forms_api.store.table_base import Sequence, UtcTime, metadata

limit_counters = Table(
    "limit_counters",
    metadata,
    Column("key", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("ends_at", UtcTime, nullable=False, index=True),
)
"""How much came within a limit's window. A key names a network by a keyed hash that changes daily."""

talks = Table(
    "talks",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("code", Text, nullable=False, unique=True),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("ended_by", Text),
)
"""Talks at which residents try a form out. Rows stay: a code on an old slide never opens another talk.
`ends_at` moves forward when somebody, `ended_by`, ends the talk sooner."""
