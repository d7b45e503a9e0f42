"""All migrations together are the tables; both databases understand them."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_mock_engine
from sqlalchemy.dialects import postgresql

from node.storage import saved
from node.storage.engine import migrate, open_engine, sqlite_url
from node.storage.schema import metadata


def difference(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def test_nothing_is_missing_and_twice_is_once(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    await migrate(engine)
    await migrate(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(difference) == []
    await engine.dispose()


def test_postgresql_can_say_every_statement() -> None:
    """No word that only SQLite knows."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for writes in saved.WRITES.values():
        for write in writes:
            assert str(write.statement.compile(dialect=dialect))  # type: ignore[attr-defined]
    said: list[str] = []
    mock = create_mock_engine("postgresql://", lambda sql, *_, **__: said.append(str(sql.compile(dialect=dialect))))
    metadata.create_all(mock, checkfirst=False)
    assert sum("CREATE TABLE" in statement for statement in said) == len(metadata.tables)


def test_constraints_have_names() -> None:
    """A migration can only change what has a name, on both databases."""
    for table in metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name is not None, (table.name, constraint)
