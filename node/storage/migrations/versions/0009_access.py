"""How a room is entered: links that end, tickets with a name, a password."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _new() -> list[tuple[str, sa.Column[object]]]:
    return [
        ("room", sa.Column("access", sa.String(length=16), nullable=False, server_default="open")),
        ("room", sa.Column("password", sa.Text(), nullable=False, server_default="")),
        ("ticket", sa.Column("id", sa.String(length=40), nullable=False, server_default="")),
        ("ticket", sa.Column("name", sa.Text(), nullable=False, server_default="")),
        ("ticket", sa.Column("ended", sa.String(length=16), nullable=False, server_default="")),
        ("participant", sa.Column("ticket", sa.String(length=64), nullable=False, server_default="")),
    ]


def upgrade() -> None:
    for table, column in _new():
        op.add_column(table, column)


def downgrade() -> None:
    for table, column in reversed(_new()):
        op.drop_column(table, column.name)
