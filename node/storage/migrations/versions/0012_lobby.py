"""The lobby of a room, and who waits in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _new() -> list[sa.Column[object]]:
    return [
        sa.Column("lobby", sa.Boolean()),
        sa.Column("agenda", sa.Text(), nullable=False, server_default=""),
        sa.Column("lobby_message", sa.Text(), nullable=False, server_default=""),
    ]


def upgrade() -> None:
    for column in _new():
        op.add_column("room", column)
    op.create_table(
        "waiter",
        sa.Column("participant", sa.String(length=40), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("ticket", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False, server_default="waiting"),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_waiter_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("participant", name=op.f("pk_waiter")),
    )
    op.create_index(op.f("ix_waiter_room"), "waiter", ["room"])


def downgrade() -> None:
    op.drop_table("waiter")
    for column in reversed(_new()):
        op.drop_column("room", column.name)
