"""Caps on what people may send and are sent: of a person, of a room, of the node."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("participant", sa.String(length=40), nullable=False),
        sa.Column("send_bps", sa.BigInteger(), nullable=False),
        sa.Column("receive_bps", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cap")),
    )
    op.create_index(op.f("ix_cap_room"), "cap", ["room"])


def downgrade() -> None:
    op.drop_table("cap")
