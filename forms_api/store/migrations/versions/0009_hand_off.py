"""What a reporter chose to copy into VNeID later, sealed to the follow-up code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("hand_off", sa.LargeBinary(), nullable=True))
