"""Where the chat of the present session of a room begins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("room", sa.Column("chat_from", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("room", "chat_from")
