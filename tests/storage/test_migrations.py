"""All migrations together are the tables; both databases understand them."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_mock_engine, inspect
from sqlalchemy.dialects import postgresql

from node.errors import SaidFault
from node.storage import saved
from node.storage.engine import MIGRATIONS, alembic_config, migrate, newest, open_engine, sqlite_url
from node.storage.schema import metadata


def difference(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def nothing_is_missing(url: str) -> None:
    """Also when it is done twice."""
    engine = open_engine(url)
    await migrate(engine)
    await migrate(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(difference) == []
    await engine.dispose()


def test_the_migrations_are_one_chain_in_the_order_of_their_numbers() -> None:
    """Two changes that took the same number, or the same parent, are one too many for every database there is."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [newest()]
    chain = [script.revision for script in scripts.walk_revisions()]
    files = sorted(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("0*.py"))
    assert chain[::-1] == files == [f"{number:04d}" for number in range(1, len(files) + 1)]


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # SQLite cannot tell of one; PostgreSQL does
async def test_nothing_is_missing_and_twice_is_once(tmp_path: Path) -> None:
    await nothing_is_missing(sqlite_url(tmp_path))


Columns = dict[tuple[str, str], bool]
"""Table and column, and whether a row may be written without it."""


def columns(connection: Connection) -> Columns:
    asked = inspect(connection)
    return {
        (table, column["name"]): column["nullable"] or column["default"] is not None or bool(column.get("primary_key"))
        for table in asked.get_table_names()
        for column in asked.get_columns(table)
    }


async def old_code_survives(url: str) -> None:
    """While a new control process takes over, the old one writes; and an operator may go back to the last release. So a
    migration only adds, and what it adds to a table that was there has a default."""
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "0001"))
        before = await connection.run_sync(columns)
        for number in range(2, int(newest()) + 1):
            await connection.run_sync(lambda sync, to=f"{number:04d}": command.upgrade(alembic_config(sync), to))
            after = await connection.run_sync(columns)
            known = {table for table, _ in before}
            assert not before.keys() - after.keys(), f"{number:04d} takes away"
            needed = [at for at in after.keys() - before.keys() if at[0] in known and not after[at]]
            assert not needed, f"{number:04d} needs of old code what it does not know"
            before = after
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await migrate(engine)  # back to this program: it starts
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'of something else'")
    with pytest.raises(SaidFault):
        await migrate(engine)
    await engine.dispose()


async def test_old_code_survives_every_migration(tmp_path: Path) -> None:
    await old_code_survives(sqlite_url(tmp_path))


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
