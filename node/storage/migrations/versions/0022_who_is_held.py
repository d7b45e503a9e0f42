"""Who is held by a block or a restraint: nobody of a session that is over, and nobody twice.

Both tables once kept the rows of people who had left: over the end of the session, and beside those of the person whom
they came back as. Read today, they would hold whoever comes by the same link under the same name.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

FREE: Final = """
    DELETE FROM {table} WHERE participant IN (
        SELECT gone.id FROM participant AS gone JOIN room ON room.id = gone.room
        WHERE gone.gone IS NOT NULL AND (
            room.closed IS NOT NULL
            OR EXISTS (SELECT 1 FROM sitting WHERE sitting.room = gone.room AND sitting.ended >= gone.gone)
            OR EXISTS (
                SELECT 1 FROM participant AS again
                WHERE again.room = gone.room AND again.ticket = gone.ticket AND again.name = gone.name
                  AND again.joined >= gone.gone
            )
        )
    )
"""


def upgrade() -> None:
    for table in ("block", "restraint"):
        op.execute(sa.text(FREE.format(table=table)))


def downgrade() -> None:
    """What was freed stays free."""
