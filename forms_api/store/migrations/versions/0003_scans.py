"""What the malware scanner said of each upload; nothing was scanned before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attachments") as batch_op:
        batch_op.add_column(
            sa.Column("scan", sa.Text(), nullable=False, server_default="not_scanned")
        )
    with op.batch_alter_table("attachments") as batch_op:
        batch_op.alter_column("scan", server_default=None)
