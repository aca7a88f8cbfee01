"""The tables of reports and of what happens to them, the same on SQLite and PostgreSQL.

In clear stands only what the desk sorts and counts by. Names, phone numbers, words and pictures
are in sealed columns; network addresses are nowhere.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
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
    Column("due_at", UtcTime),
    Column("waiting_since", UtcTime),
    Column("satisfaction", Text),
    Column("trial", Text),
    Column("trashed_at", UtcTime),
    Column("hand_off", LargeBinary),
    Index(None, "status", "sequence"),
    Index(None, "claimed_by", "status"),
    Index(None, "updated_at", "sequence"),
)
"""`due_at` is derived by `reports.deadlines` and may be computed anew at any time. `waiting_since`:
an officer asked the reporter something. `trial` names why a report stays out of all numbers.
`hand_off`: what its reporter chose to copy into VNeID later, sealed to the follow-up code alone."""

attachments = Table(
    "attachments",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("submission_key", LargeBinary, nullable=False),
    Column("report_id", Text, ForeignKey("reports.id"), index=True),
    Column("number", Integer, nullable=False),
    Column("uploaded_at", UtcTime, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("scan", Text, nullable=False),
    Column("original_digest", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_bytes", Integer, nullable=False),
    Column("sealed_sha256", Text, nullable=False),
    Column("sealed_facts", LargeBinary, nullable=False),
    Column("original_of", Integer),
    Column("message_id", Text),
    Column("blob", Text, unique=True),
    UniqueConstraint("submission_key", "number"),
    UniqueConstraint("submission_key", "original_digest"),
)
"""Files, sealed as soon as they are cleaned. `report_id` is null until the report is sent; `scan` is
what the malware scanner said of the upload. `original_of` is the number of the clean file beside which
an upload is kept as it came. `message_id` names the
message that a file came with, after the report itself. What is longer than one part goes on in
`attachment_parts` under `blob`."""

attachment_parts = Table(
    "attachment_parts",
    metadata,
    Column("blob", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("written_at", UtcTime, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""The second and further parts of long files, written before their row of `attachments` is."""

messages = Table(
    "messages",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
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
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
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
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("topic", Text, nullable=False),
    Column("report_id", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", UtcTime),
    Column("failure", Text),
    Column("once_key", Text, unique=True),
    Index(None, "sent_at", "due_at"),
)
"""Notices waiting to go out; they never hold content. `once_key` keeps a daily one from coming twice."""

external_numbers = Table(
    "external_numbers",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("report_id", Text, ForeignKey("reports.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("id", Text, unique=True),
)
"""The number that VNeID, the professional system or another body gave a report; sealed to the queue.
`id` keeps one that a reporter sends from coming twice."""

stubs = Table(
    "stubs",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("sheet", Text, nullable=False, index=True),
    Column("lookup_key", LargeBinary, nullable=False, unique=True),
    Column("reply_recipient", Text, nullable=False),
    Column("issued_at", UtcTime, nullable=False),
    Column("entered_at", UtcTime),
)
"""Printed stubs: the number that a report on paper will have, and the public side of the code beside
it. `entered_at`: there is a report of that number. The row goes when its reporter changes the code."""

report_links = Table(
    "report_links",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("report_id", Text, ForeignKey("reports.id"), nullable=False, index=True),
    Column("other_id", Text, ForeignKey("reports.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("report_id", "other_id"),
)
"""Reports that belong together; they are never merged."""

deletions = Table(
    "deletions",
    metadata,
    Column("report_id", Text, ForeignKey("reports.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("approved_by", Text),
    Column("approved_at", UtcTime),
)
"""Reports in the trash: one officer put it there, another must agree, and 30 days must pass."""
