"""Write a migration from the difference between the tables and the newest revision.

python -m node.storage.revise "what changes"
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection

from node.storage.engine import MIGRATIONS, alembic_config, migrate, open_engine, sqlite_url


def _revision(connection: Connection, message: str) -> None:
    number = sum(1 for path in (MIGRATIONS / "versions").glob("0*.py")) + 1
    command.revision(alembic_config(connection), message, autogenerate=True, rev_id=f"{number:04d}")


async def _main(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(sqlite_url(Path(folder)))
        await migrate(engine)
        async with engine.connect() as connection:
            await connection.run_sync(_revision, message)
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
