"""Answers, messages that only some may read, and moderation of the chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("reply", sa.String(length=40), server_default="", nullable=False))
    op.create_table(
        "private_message",
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("participant", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("to", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("sent", sa.Double(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("reply", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_private_message_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room", "number", name=op.f("pk_private_message")),
    )
    op.create_table(
        "moderation",
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_moderation_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room", name=op.f("pk_moderation")),
    )
    op.create_table(
        "restraint",
        sa.Column("participant", sa.String(length=40), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant"], ["participant.id"], name=op.f("fk_restraint_participant_participant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_restraint_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("participant", name=op.f("pk_restraint")),
    )
    with op.batch_alter_table("restraint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_restraint_room"), ["room"], unique=False)
    op.create_table(
        "moderation_item",
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_moderation_item_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room", "number", name=op.f("pk_moderation_item")),
    )


def downgrade() -> None:
    op.drop_table("moderation_item")
    with op.batch_alter_table("restraint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_restraint_room"))
    op.drop_table("restraint")
    op.drop_table("moderation")
    op.drop_table("private_message")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("reply")
