"""Sign-in with a second factor, terms, sessions, several keys, and all that the desk works with."""

from __future__ import annotations

import secrets
import time

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SECRET_COLUMNS = ("password_hash", "wrap_salt", "wrap_cost", "wrapped_identity")


def upgrade() -> None:
    # Read before `officers` is made anew, written when the tables that point to it are there.
    credentials = _old_credentials()
    _change_officers()
    _make_tables()
    _change_tables()
    _keep_keys(credentials)


def _old_credentials() -> list[dict[str, object]]:
    officers = sa.table(
        "officers",
        *(sa.column(name) for name in ("id", "password_hash", "created_at", "disabled_at")),
        sa.column("wrap_salt", sa.LargeBinary()),
        sa.column("wrap_cost", sa.JSON()),
        sa.column("wrapped_identity", sa.LargeBinary()),
    )
    # Who was shut out keeps no key: a later one would be sealed to it too.
    query = sa.select(officers).where(officers.c.disabled_at.is_(None))
    return [dict(row) for row in op.get_bind().execute(query).mappings()]


def _change_officers() -> None:
    with op.batch_alter_table("officers") as batch_op:
        batch_op.add_column(sa.Column("full_name", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("areas", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("categories", sa.JSON(none_as_null=True), nullable=True))
        for name in _SECRET_COLUMNS:
            batch_op.drop_column(name)


def _keep_keys(credentials: list[dict[str, object]]) -> None:
    """Keep what was there: each officer's wrapped key was the queue's own, and so was the printed one."""
    connection = op.get_bind()
    facts = sa.table("facts", sa.column("name"), sa.column("value"))
    recipient = connection.execute(
        sa.select(facts.c.value).where(facts.c.name == "queue_recipient")
    ).scalar()
    if recipient is None:
        return
    now = time.time_ns() // 1000
    columns = ("recipient", "created_at")
    queue_keys = sa.table("queue_keys", *map(sa.column, columns))
    connection.execute(sa.insert(queue_keys).values(recipient=recipient, created_at=now))
    recovery_keys = sa.table("recovery_keys", *map(sa.column, ("id", "label", *columns)))
    connection.execute(
        sa.insert(recovery_keys).values(
            id=secrets.token_hex(8),
            label="Khóa in khi cài đặt",
            recipient=recipient,
            created_at=now,
        )
    )
    kept = sa.table(
        "credentials",
        *(sa.column(name) for name in ("officer_id", "password_hash", "recipient", "changed_at")),
        sa.column("wrap_salt", sa.LargeBinary()),
        sa.column("wrap_cost", sa.JSON()),
        sa.column("wrapped_identity", sa.LargeBinary()),
    )
    for row in credentials:
        secret = {name: row[name] for name in _SECRET_COLUMNS}
        changed = {"recipient": recipient, "changed_at": row["created_at"]}
        connection.execute(sa.insert(kept).values(officer_id=row["id"], **changed, **secret))


def _make_tables() -> None:
    op.create_table(
        "queue_keys",
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("recipient", name=op.f("pk_queue_keys")),
    )
    op.create_table(
        "recovery_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_keys")),
        sa.UniqueConstraint("recipient", name=op.f("uq_recovery_keys_recipient")),
    )
    op.create_table(
        "signin_failures",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_signin_failures")),
    )
    with op.batch_alter_table("signin_failures", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_signin_failures_account_network_at"),
            ["account", "network", "at"],
            unique=False,
        )

    op.create_table(
        "credentials",
        sa.Column("officer_id", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("wrap_salt", sa.LargeBinary(), nullable=False),
        sa.Column("wrap_cost", sa.JSON(), nullable=False),
        sa.Column("wrapped_identity", sa.LargeBinary(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_credentials_officer_id")
        ),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_credentials")),
    )
    op.create_table(
        "deletions",
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_deletions_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_deletions")),
    )
    op.create_table(
        "exports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_exports_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    with op.batch_alter_table("exports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exports_officer_id"), ["officer_id"], unique=False)

    op.create_table(
        "external_numbers",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_external_numbers_report_id")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_external_numbers")),
    )
    with op.batch_alter_table("external_numbers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_external_numbers_report_id"), ["report_id"], unique=False
        )

    op.create_table(
        "invitations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lookup_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_invitations_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("lookup_key", name=op.f("uq_invitations_lookup_key")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_officer_id"), ["officer_id"], unique=False)

    op.create_table(
        "queue_key_copies",
        sa.Column("queue_recipient", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_recipient"],
            ["queue_keys.recipient"],
            name=op.f("fk_queue_key_copies_queue_recipient"),
        ),
        sa.PrimaryKeyConstraint("queue_recipient", "holder", name=op.f("pk_queue_key_copies")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("officer_id", sa.Text(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_recovery_codes_officer_id")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_codes")),
    )
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recovery_codes_officer_id"), ["officer_id"], unique=False
        )

    op.create_table(
        "report_links",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"], ["reports.id"], name=op.f("fk_report_links_other_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_links_report_id")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_report_links")),
        sa.UniqueConstraint(
            "report_id", "other_id", name=op.f("uq_report_links_report_id_other_id")
        ),
    )
    with op.batch_alter_table("report_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_links_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_links_report_id"), ["report_id"], unique=False)

    op.create_table(
        "saved_views",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("officer_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_saved_views_officer_id")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("officer_id", "name", name=op.f("uq_saved_views_officer_id_name")),
    )
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_views_officer_id"), ["officer_id"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_sessions_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_officer_id"), ["officer_id"], unique=False)

    op.create_table(
        "terms",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("officer_id", sa.Text(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Text(), nullable=True),
        sa.Column("dismissal_proposed_by", sa.Text(), nullable=True),
        sa.Column("dismissal_decision", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_terms_officer_id")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_terms")),
    )
    with op.batch_alter_table("terms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_terms_officer_id"), ["officer_id"], unique=False)


def _change_tables() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("once_key", sa.Text(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_outbox_once_key"), ["once_key"])

    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("waiting_since", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("satisfaction", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("trial", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("trashed_at", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_reports_claimed_by_status"), ["claimed_by", "status"], unique=False
        )

    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("networks", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_tokens_owner_id"), "officers", ["owner_id"], ["id"]
        )
