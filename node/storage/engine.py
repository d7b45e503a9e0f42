"""The database: how to reach it, and how to bring it up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from node.errors import SaidFault, Text

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS: Final = Path(__file__).parent / "migrations"

_UNUSABLE: Final = Text(
    "La base de données {where} ne peut pas servir ({why}) : remettez-la d’une sauvegarde, démarrez-la, ou corrigez "
    "node.database.",
    "The database {where} cannot be used ({why}): restore it from a backup, start it, or correct node.database.",
)

log: Final = structlog.get_logger()


def sqlite_url(data_dir: Path) -> str:
    return f"sqlite+aiosqlite:///{data_dir / 'regie.sqlite3'}"


def open_engine(url: str) -> AsyncEngine:
    """An engine for `url`: SQLite by aiosqlite, or PostgreSQL by asyncpg. Its errors do not quote what was written:
    names and words would come into the log."""
    sqlite = make_url(url).get_backend_name() == "sqlite"
    more: dict[str, Any] = {"connect_args": {"timeout": 5.0}} if sqlite else {"pool_pre_ping": True}
    engine = create_async_engine(url, hide_parameters=True, **more)
    event.listen(engine.sync_engine, "before_cursor_execute", _without_nul, retval=True)
    if sqlite:
        event.listen(engine.sync_engine, "connect", _sqlite)
    return engine


def _without_nul(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
    """PostgreSQL takes no NUL in a text and would refuse the whole fact; nobody can read one, whatever edge it came
    through. What is kept is the same on every database."""
    return statement, bare(parameters)


def bare(value: Any) -> Any:
    """`value`, parameters of statements, without NUL in any text of it."""
    if isinstance(value, str):
        return value.replace("\0", "") if "\0" in value else value
    if isinstance(value, dict):
        return {name: bare(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(bare, value))
    return value


def _sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # Readers and the writer do not wait for each other; a commit that was answered survives a power cut.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


async def migrate(engine: AsyncEngine) -> None:
    """Bring the schema to the newest revision.

    Raises:
        SaidFault: the database does not answer, or is none of ours. Its URL is not said: it may hold a password.
    """
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    except (SQLAlchemyError, OSError, _Unreadable) as error:
        why = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
        where = engine.url.database if engine.url.get_backend_name() == "sqlite" else engine.url.host
        raise SaidFault(_UNUSABLE, where=where, why=why[0]) from error


def _upgrade(connection: Connection) -> None:
    """A node that comes back is to decide again at once: Alembic is loaded only when there is something to do."""
    if inspect(connection).has_table("alembic_version"):
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        if found == [newest()]:
            return
        if len(found) == 1 and found[0].isdecimal() and found[0] > newest():
            # Migrations only add, and what they add has a default: whoever goes back to this release may.
            log.warning("database_is_newer", found=found[0], known=newest())
            return
    from alembic import command
    from alembic.util.exc import CommandError

    try:
        command.upgrade(alembic_config(connection), "head")
    except CommandError as error:
        raise _Unreadable(str(error)) from error


def newest() -> str:
    """The revision that this program knows as the last: they are numbered (`node.storage.revise`)."""
    return max(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("0*.py"))


class _Unreadable(Exception):
    """Alembic cannot make anything of this database: it is of something else."""


def alembic_config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
