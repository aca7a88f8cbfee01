"""Files longer than one part, and originals kept beside the clean file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attachments") as batch_op:
        batch_op.add_column(sa.Column("original_of", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("message_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("blob", sa.Text(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_attachments_blob"), ["blob"])
    op.create_table(
        "attachment_parts",
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("blob", "number", name=op.f("pk_attachment_parts")),
    )
