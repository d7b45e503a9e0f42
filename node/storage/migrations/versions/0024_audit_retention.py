"""The database lets records of the audit go at the old end only, and only up to what an anchor says; of anchors it lets
go none, and takes none that is not further than the last."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ANCHORED: Final = "(SELECT coalesce(max(number), 0) FROM audit_anchor)"
SQLITE: Final = (
    "DROP TRIGGER audit_record_no_delete",
    f"""
    CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_record WHEN OLD.id > {ANCHORED}
    BEGIN SELECT RAISE(ABORT, 'audit_record is append-only'); END
    """,
    f"""
    CREATE TRIGGER audit_record_no_old BEFORE INSERT ON audit_record WHEN NEW.id <= {ANCHORED}
    BEGIN SELECT RAISE(ABORT, 'audit_record is append-only'); END
    """,
    f"""
    CREATE TRIGGER audit_anchor_further BEFORE INSERT ON audit_anchor
    WHEN NEW.number <= {ANCHORED} OR NEW.record <= NEW.number
    BEGIN SELECT RAISE(ABORT, 'audit_anchor is append-only'); END
    """,
    *(
        f"""
        CREATE TRIGGER audit_anchor_no_{verb.lower()} BEFORE {verb} ON audit_anchor
        BEGIN SELECT RAISE(ABORT, 'audit_anchor is append-only'); END
        """
        for verb in ("UPDATE", "DELETE")
    ),
)
POSTGRESQL: Final = (
    "DROP TRIGGER audit_record_append_only ON audit_record",
    """
    CREATE TRIGGER audit_record_append_only BEFORE UPDATE OR TRUNCATE ON audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION audit_record_is_append_only()
    """,
    f"""
    CREATE FUNCTION audit_record_is_anchored() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        IF OLD.id > {ANCHORED} THEN RAISE EXCEPTION 'audit_record is append-only'; END IF;
        RETURN OLD;
      END IF;
      IF NEW.id <= {ANCHORED} THEN RAISE EXCEPTION 'audit_record is append-only'; END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER audit_record_anchored BEFORE INSERT OR DELETE ON audit_record
    FOR EACH ROW EXECUTE FUNCTION audit_record_is_anchored()
    """,
    f"""
    CREATE FUNCTION audit_anchor_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'INSERT' THEN
        IF NEW.number > {ANCHORED} AND NEW.record > NEW.number THEN RETURN NEW; END IF;
      END IF;
      RAISE EXCEPTION 'audit_anchor is append-only';
    END $$
    """,
    """
    CREATE TRIGGER audit_anchor_further BEFORE INSERT ON audit_anchor
    FOR EACH ROW EXECUTE FUNCTION audit_anchor_is_append_only()
    """,
    """
    CREATE TRIGGER audit_anchor_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION audit_anchor_is_append_only()
    """,
)
MAKE: Final = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
UNMAKE: Final = {
    "sqlite": (
        "DROP TRIGGER audit_record_no_delete",
        "DROP TRIGGER audit_record_no_old",
        """
        CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_record
        BEGIN SELECT RAISE(ABORT, 'audit_record is append-only'); END
        """,
    ),
    "postgresql": (
        "DROP TRIGGER audit_record_anchored ON audit_record",
        "DROP TRIGGER audit_record_append_only ON audit_record",
        """
        CREATE TRIGGER audit_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_record
        FOR EACH STATEMENT EXECUTE FUNCTION audit_record_is_append_only()
        """,
        "DROP FUNCTION audit_record_is_anchored()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "audit_anchor",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_anchor")),
    )
    for statement in MAKE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in UNMAKE[dialect]:
        op.execute(statement)
    op.drop_table("audit_anchor")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION audit_anchor_is_append_only()")
