"""rooms, people, tickets, mutes, chat, operators and audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("operator_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("method", sa.String(length=128), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=64), server_default="", nullable=False),
        sa.Column("latency_ms", sa.Double(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_record")),
    )
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_record_at"), ["at"], unique=False)

    op.create_table(
        "operator_token",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), server_default="0", nullable=False),
        sa.Column("revoked", sa.Double(), server_default="0", nullable=False),
        sa.Column("last_used", sa.Double(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_operator_token_digest")),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("max_participants", sa.Integer(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("opened", sa.Double(), nullable=True),
        sa.Column("closed", sa.Double(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("closed_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("muted_by_kind", sa.String(length=16), server_default="", nullable=False),
        sa.Column("muted_by", sa.String(length=64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
    )
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_room_closed"), ["closed"], unique=False)
        batch_op.create_index(batch_op.f("ix_room_created"), ["created"], unique=False)

    op.create_table(
        "message",
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("participant", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("sent", sa.Double(), nullable=False),
        sa.Column("hidden", sa.Double(), nullable=True),
        sa.Column("hidden_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("hidden_reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_message_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room", "number", name=op.f("pk_message")),
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("client", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("transport", sa.String(length=40), nullable=False),
        sa.Column("publishing", sa.String(length=64), server_default="", nullable=False),
        sa.Column("joined", sa.Double(), nullable=False),
        sa.Column("gone", sa.Double(), nullable=True),
        sa.Column("cause", sa.String(length=16), server_default="", nullable=False),
        sa.Column("gone_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("gone_reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_participant_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("session", name=op.f("uq_participant_session")),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index("ix_participant_room_gone", ["room", "gone"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("issued", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_ticket_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ticket")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_room"), ["room"], unique=False)

    op.create_table(
        "block",
        sa.Column("participant", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=40), nullable=False),
        sa.Column("by_kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("with_room", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant"], ["participant.id"], name=op.f("fk_block_participant_participant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_block_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("participant", "source", name=op.f("pk_block")),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_room"), ["room"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_block_room"))

    op.drop_table("block")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_room"))

    op.drop_table("ticket")
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_index("ix_participant_room_gone")

    op.drop_table("participant")
    op.drop_table("message")
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_room_created"))
        batch_op.drop_index(batch_op.f("ix_room_closed"))

    op.drop_table("room")
    op.drop_table("operator_token")
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_record_at"))

    op.drop_table("audit_record")
