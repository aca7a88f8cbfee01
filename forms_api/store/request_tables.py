"""The record of what people asked about their own data: free of words, names and codes.

It names its report by number and holds no key to it, so that it outlives the report's content.
"""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from forms_api.store.table_base import Sequence, UtcTime, metadata

data_requests = Table(
    "data_requests",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("report_id", Text, nullable=False, index=True),
    Column("reference", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("answer_due_at", UtcTime, nullable=False),
    Column("done_due_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("answered_by", Text),
    Column("extended_at", UtcTime),
    Column("extended_by", Text),
    Column("ended_at", UtcTime, index=True),
    Column("ended_by", Text),
    Column("outcome", Text),
    Column("refusal", Text),
)
"""`done_due_at` moves once, when the request is extended. `refusal` is the code of a reason."""
