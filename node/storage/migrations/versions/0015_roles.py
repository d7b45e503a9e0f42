"""Roles and names that were given in the room."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participant", sa.Column("role_by", sa.String(16), nullable=False, server_default=""))
    op.add_column("participant", sa.Column("name_by", sa.String(16), nullable=False, server_default=""))
    op.create_table(
        "role_given",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(40), nullable=False),
        sa.Column("participant", sa.String(40), nullable=False),
        sa.Column("before", sa.String(16), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("by_kind", sa.String(16), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_role_given_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_given")),
    )
    op.create_index(op.f("ix_role_given_room"), "role_given", ["room"])


def downgrade() -> None:
    op.drop_table("role_given")
    op.drop_column("participant", "name_by")
    op.drop_column("participant", "role_by")
