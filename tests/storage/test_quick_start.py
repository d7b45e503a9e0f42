"""A node that is started again decides at once (H25): what only a change of the schema needs is not loaded."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from node.storage.engine import migrate, newest, open_engine, sqlite_url

AGAIN = """
import asyncio, sys
from node.storage.engine import migrate, open_engine
async def main():
    engine = open_engine(sys.argv[1])
    await migrate(engine)
    await engine.dispose()
asyncio.run(main())
print("alembic" in sys.modules)
"""


def test_alembic_is_loaded_for_a_change_of_the_schema_only(tmp_path: Path) -> None:
    def loaded() -> str:
        command = [sys.executable, "-c", AGAIN, sqlite_url(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, timeout=50, check=True).stdout.strip()

    assert loaded() == "True", "a new database"
    assert loaded() == "False", "the same one again"


def test_the_newest_revision_is_the_one_that_alembic_reaches(tmp_path: Path) -> None:
    async def reached() -> str:
        engine = open_engine(sqlite_url(tmp_path))
        await migrate(engine)
        async with engine.connect() as connection:
            found = await connection.exec_driver_sql("SELECT version_num FROM alembic_version")
            revision = str(found.scalar_one())
        await engine.dispose()
        return revision

    assert asyncio.run(reached()) == newest()
