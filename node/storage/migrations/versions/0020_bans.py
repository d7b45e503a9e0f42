"""Who is banned from a room, or was sent back to its lobby."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ban",
        sa.Column("participant", sa.String(40), nullable=False),
        sa.Column("room", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant"], ["participant.id"], name=op.f("fk_ban_participant_participant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_ban_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("participant", name=op.f("pk_ban")),
    )
    op.create_index(op.f("ix_ban_room"), "ban", ["room"])
    with op.batch_alter_table("waiter") as waiter:
        waiter.add_column(sa.Column("sent", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("waiter") as waiter:
        waiter.drop_column("sent")
    op.drop_index(op.f("ix_ban_room"), table_name="ban")
    op.drop_table("ban")
