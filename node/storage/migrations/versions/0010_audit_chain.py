"""Each record of the audit has the hash of itself and of the one before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_record", sa.Column("hash", sa.String(length=64), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("audit_record", "hash")
