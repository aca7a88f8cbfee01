"""Printed stubs, and numbers that reporters send themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("external_numbers") as batch_op:
        batch_op.add_column(sa.Column("id", sa.Text(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_external_numbers_id"), ["id"])
    op.create_table(
        "stubs",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("lookup_key", sa.LargeBinary(), nullable=False),
        sa.Column("reply_recipient", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_stubs")),
        sa.UniqueConstraint("reference", name=op.f("uq_stubs_reference")),
        sa.UniqueConstraint("lookup_key", name=op.f("uq_stubs_lookup_key")),
    )
    with op.batch_alter_table("stubs") as batch_op:
        batch_op.create_index(batch_op.f("ix_stubs_sheet"), ["sheet"], unique=False)
