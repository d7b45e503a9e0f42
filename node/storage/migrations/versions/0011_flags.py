"""What participants of a room may not do for now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flags",
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_flags_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room", name=op.f("pk_flags")),
    )


def downgrade() -> None:
    op.drop_table("flags")
