"""What hosts add to the replay of a recording: words, captions, documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replay_sheet",
        sa.Column("recording", sa.String(32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("recording", name=op.f("pk_replay_sheet")),
    )
    op.create_table(
        "replay_file",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("recording", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_file")),
    )
    op.create_index(op.f("ix_replay_file_recording"), "replay_file", ["recording"])


def downgrade() -> None:
    op.drop_table("replay_file")
    op.drop_table("replay_sheet")
