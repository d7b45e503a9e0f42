"""What holds for a person in the chat may end by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("restraint", sa.Column("until", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("restraint", "until")
