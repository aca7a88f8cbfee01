"""The tables (SQLAlchemy Core), the same on SQLite and PostgreSQL.

In clear stands only what the desk sorts and counts by. Names, phone numbers, words and pictures
are in sealed columns; network addresses are nowhere.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect

# Explicit names, so that migrations can name what they change.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
# SQLite numbers rows by itself only in a column of type INTEGER.
_Sequence = BigInteger().with_variant(Integer(), "sqlite")


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment, kept as whole microseconds since 1970 UTC: both engines compare it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return the microseconds; a moment without a time zone is a mistake of ours."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ANN401, ARG002
        """Return the moment in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""The installation's own facts: the queue recipient, when it was made."""

reports = Table(
    "reports",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("submission_key", LargeBinary, nullable=False, unique=True),
    Column("content_digest", LargeBinary, nullable=False),
    Column("lookup_key", LargeBinary, nullable=False, unique=True),
    Column("reply_recipient", Text, nullable=False),
    Column("form_id", Text, nullable=False),
    Column("form_version", Text, nullable=False),
    Column("consent_version", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("link", Text),
    Column("category", Text),
    Column("area", Text),
    Column("anonymous", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("quarantined", Text),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("claimed_by", Text),
    Column("lease_until", UtcTime),
    Column("purged_at", UtcTime),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_bytes", Integer, nullable=False),
    Column("attachment_count", Integer, nullable=False),
    Index(None, "status", "sequence"),
    Index(None, "updated_at", "sequence"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("submission_key", LargeBinary, nullable=False),
    Column("report_id", Text, ForeignKey("reports.id"), index=True),
    Column("number", Integer, nullable=False),
    Column("uploaded_at", UtcTime, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("original_digest", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_bytes", Integer, nullable=False),
    Column("sealed_sha256", Text, nullable=False),
    Column("sealed_facts", LargeBinary, nullable=False),
    UniqueConstraint("submission_key", "number"),
    UniqueConstraint("submission_key", "original_digest"),
)
"""Pictures, sealed as soon as they are cleaned. `report_id` is null until the report is sent."""

messages = Table(
    "messages",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("report_id", Text, ForeignKey("reports.id"), nullable=False, index=True),
    Column("id", Text, nullable=False, unique=True),
    Column("author", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Words between the reporter and the officers, sealed to both."""

notes = Table(
    "notes",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("report_id", Text, ForeignKey("reports.id"), nullable=False, index=True),
    Column("author", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Officers' internal words, sealed to the queue alone; the residents' face never reads this table."""

events = Table(
    "events",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("report_id", Text, index=True),
    Column("details", Text, nullable=False),
    Column("chain_hash", LargeBinary, nullable=False),
)
"""What happened, append-only, each row hashed together with the one before."""

outbox = Table(
    "outbox",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
    Column("topic", Text, nullable=False),
    Column("report_id", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", UtcTime),
    Column("failure", Text),
    Index(None, "sent_at", "due_at"),
)
"""Notices waiting to go out; they never hold content."""

officers = Table(
    "officers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("wrap_salt", LargeBinary, nullable=False),
    Column("wrap_cost", JSON, nullable=False),
    Column("wrapped_identity", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("prefix", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Column("last_used_at", UtcTime),
)
