"""Which rooms are to be recorded.

Rooms of before are recorded when somebody starts it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording_plan",
        sa.Column("room", sa.String(40), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["room.id"], name=op.f("fk_recording_plan_room_room"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room", name=op.f("pk_recording_plan")),
    )


def downgrade() -> None:
    op.drop_table("recording_plan")
