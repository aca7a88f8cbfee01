"""The tables of people who may come in, of their keys, and of what they keep for themselves."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from forms_api.store.table_base import Sequence, UtcTime, metadata

officers = Table(
    "officers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("full_name", Text),
    Column("role", Text, nullable=False),
    Column("areas", JSON(none_as_null=True)),
    Column("categories", JSON(none_as_null=True)),
    Column("created_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
)
"""People who may sign in. Null `areas` or `categories`: all of them; else a list of ids."""

terms = Table(
    "terms",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("officer_id", Text, ForeignKey("officers.id"), nullable=False, index=True),
    Column("seat", Text),
    Column("proposed_by", Text, nullable=False),
    Column("decision", Text),
    Column("starts_on", Text, nullable=False),
    Column("ends_on", Text),
    Column("dismissal_proposed_by", Text),
    Column("dismissal_decision", Text),
)
"""Who was recognised in a seat and dismissed, on whose proposal, by which decision (Quy chế, Điều 4
khoản 4). Days are ISO 8601 texts: they have no time of day."""

credentials = Table(
    "credentials",
    metadata,
    Column("officer_id", Text, ForeignKey("officers.id"), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("wrap_salt", LargeBinary, nullable=False),
    Column("wrap_cost", JSON, nullable=False),
    Column("wrapped_identity", LargeBinary, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("totp_secret", LargeBinary),
    Column("totp_last_step", Integer),
    Column("changed_at", UtcTime, nullable=False),
)
"""What an officer signs in with. The wrapped identity is the officer's own: the queue's private keys
are sealed to `recipient` in `queue_key_copies`. `totp_secret` is sealed under the officers' secret."""

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("officer_id", Text, ForeignKey("officers.id"), nullable=False, index=True),
    Column("used_at", UtcTime),
)
"""Single-use codes that stand in for a lost phone."""

invitations = Table(
    "invitations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("officer_id", Text, ForeignKey("officers.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("lookup_key", LargeBinary, nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)
"""One-time codes by which a person sets a password; what they open is in `queue_key_copies`."""

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("officer_id", Text, ForeignKey("officers.id"), nullable=False, index=True),
    Column("device", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("confirmed_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("sealed_identity", LargeBinary, nullable=False),
)
"""Who is signed in. The id is a hash of the cookie's secret, which alone opens `sealed_identity`."""

signin_failures = Table(
    "signin_failures",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("account", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index(None, "account", "network", "at"),
)
"""Failed tries, by keyed hashes of the name and the network; cleared away after a day."""

queue_keys = Table(
    "queue_keys",
    metadata,
    Column("recipient", Text, primary_key=True),
    Column("created_at", UtcTime, nullable=False),
    Column("retired_at", UtcTime),
)
"""The public keys that reports were and are sealed to; one is not retired."""

recovery_keys = Table(
    "recovery_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("recipient", Text, nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("checked_at", UtcTime),
    Column("removed_at", UtcTime),
)
"""Keys on paper, for the day on which no officer can sign in."""

queue_key_copies = Table(
    "queue_key_copies",
    metadata,
    Column("queue_recipient", Text, ForeignKey("queue_keys.recipient"), primary_key=True),
    Column("holder", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""The queue's private keys, each sealed once for every holder: `officer:`, `invitation:` or `recovery:`
and its id."""

saved_views = Table(
    "saved_views",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("officer_id", Text, ForeignKey("officers.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    UniqueConstraint("officer_id", "name"),
)
"""Filters of the queue that an officer gave a name."""

exports = Table(
    "exports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("officer_id", Text, ForeignKey("officers.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("failure", Text),
    Column("file_name", Text),
    Column("media_type", Text),
    Column("content", LargeBinary),
)
"""Files of numbers and clear columns that the worker makes; no words of a report are in them."""

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
    Column("owner_id", Text, ForeignKey("officers.id")),
    Column("networks", JSON(none_as_null=True)),
)
"""Keys of programs. One with an owner may never do what its owner may not; without, the machine's
operator made it."""
