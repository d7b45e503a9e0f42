"""What of the audit is of one room is found without reading all of it."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OF: Final = {
    "sqlite": "CASE WHEN json_valid(targets) THEN coalesce(json_extract(targets, '$.room'),"
    " json_extract(targets, '$.recording'), json_extract(targets, '$.name')) END",
    "postgresql": "coalesce(targets ->> 'room', targets ->> 'recording', targets ->> 'name')",
}


def upgrade() -> None:
    op.execute(f"CREATE INDEX ix_audit_record_of ON audit_record (({OF[op.get_bind().dialect.name]}), id)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_audit_record_of")
