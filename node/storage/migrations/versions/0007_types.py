"""The session type of a room, its plan, and what took place in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _new() -> list[sa.Column[object]]:
    return [
        sa.Column("type", sa.String(length=32), nullable=False, server_default="meeting"),
        sa.Column("form", sa.String(length=16), nullable=False, server_default="permanent"),
        sa.Column("starts", sa.Double()),
        sa.Column("minutes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("started", sa.Double()),
        sa.Column("ends", sa.Double()),
        sa.Column("ended", sa.Double()),
        sa.Column("end_cause", sa.String(length=16), nullable=False, server_default=""),
        sa.Column("ended_by", sa.String(length=64), nullable=False, server_default=""),
    ]


def upgrade() -> None:
    for column in _new():
        op.add_column("room", column)
    op.create_table(
        "sitting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("started", sa.Double(), nullable=False),
        sa.Column("ended", sa.Double(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_sitting_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting")),
    )
    op.create_index(op.f("ix_sitting_room"), "sitting", ["room"])


def downgrade() -> None:
    op.drop_table("sitting")
    for column in reversed(_new()):
        op.drop_column("room", column.name)
