"""The database itself refuses to change or remove a record of the audit."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE: Final = tuple(
    f"""
    CREATE TRIGGER audit_record_no_{verb.lower()} BEFORE {verb} ON audit_record
    BEGIN SELECT RAISE(ABORT, 'audit_record is append-only'); END
    """
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL: Final = (
    """
    CREATE FUNCTION audit_record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit_record is append-only'; END $$
    """,
    """
    CREATE TRIGGER audit_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION audit_record_is_append_only()
    """,
)
MAKE: Final = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
UNMAKE: Final = {
    "sqlite": ("DROP TRIGGER audit_record_no_update", "DROP TRIGGER audit_record_no_delete"),
    "postgresql": (
        "DROP TRIGGER audit_record_append_only ON audit_record",
        "DROP FUNCTION audit_record_is_append_only()",
    ),
}


def upgrade() -> None:
    for statement in MAKE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNMAKE[op.get_bind().dialect.name]:
        op.execute(statement)
