"""What rooms say of themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "texts",
        sa.Column("room", sa.String(40), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_texts_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room", name=op.f("pk_texts")),
    )


def downgrade() -> None:
    op.drop_table("texts")
