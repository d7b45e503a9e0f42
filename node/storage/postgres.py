"""A copy of a PostgreSQL database and its way back, by PostgreSQL's own programs (pg_dump, pg_restore, psql).

They are given the words of `node.database`; a password by their environment, never by their arguments. What a database
held before a copy is put back is renamed, in the same database: the schema `regie_before_<when>`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

BEFORE: Final = "regie_before_"
_WORDS: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "ssl": "PGSSLMODE",
    "sslmode": "PGSSLMODE",
    "passfile": "PGPASSFILE",
}
"""Of the query of a URL, as asyncpg and libpq say them."""


class PostgresFault(Exception):
    """One of its programs is missing, or said no, in its own words."""


def is_postgres(url: str) -> bool:
    return bool(url) and make_url(url).get_backend_name() == "postgresql"


def dump(url: str, to: Path) -> None:
    """All of one moment, while others write, into `to`."""
    _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-comments",
         f"--exclude-schema={BEFORE}*", f"--file={to}")  # fmt: skip


def sound(archive: Path) -> None:
    """Raises PostgresFault: it is damaged."""
    _run("", "pg_restore", "--file=/dev/null", str(archive))


def revision(url: str) -> str:
    """The revision of what is there; empty: nothing of ours."""
    there = _asked(url, "SELECT to_regclass('public.alembic_version') IS NOT NULL") == "t"
    return _asked(url, "SELECT version_num FROM public.alembic_version") if there else ""


def put_back(url: str, archive: Path, *, now: float) -> str:
    """All or nothing; gives the schema that holds what was there, or nothing where there was none."""
    aside = f"{BEFORE}{int(now)}" if revision(url) else ""
    if aside:
        _asked(url, f"ALTER SCHEMA public RENAME TO {aside}; CREATE SCHEMA public")
    try:
        _run(url, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
             f"--dbname={name(url)}", str(archive))  # fmt: skip
    except PostgresFault:
        if aside:
            _asked(url, f"DROP SCHEMA public; ALTER SCHEMA {aside} RENAME TO public")
        raise
    return aside


def _asked(url: str, sql: str) -> str:
    words = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--single-transaction")
    return _run(url, "psql", *words, f"--command={sql}").strip()


def name(url: str) -> str:
    return make_url(url).database or ""


def _run(url: str, program: str, *words: str) -> str:
    """What it printed. Raises PostgresFault."""
    if shutil.which(program) is None:
        raise PostgresFault(f"{program}: apt install postgresql-client")
    done = subprocess.run([program, *words], env={**os.environ, **_environ(url), "LC_MESSAGES": "C"}, text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, check=False)  # fmt: skip
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"{program}: {done.returncode}"]
        raise PostgresFault(next((line for line in lines if "error:" in line), lines[0]))
    return done.stdout


def _environ(url: str) -> dict[str, str]:
    """`url` as libpq's programs read it (PostgreSQL, 34.15, Environment Variables)."""
    if not url:
        return {}
    asked = make_url(url)
    said = {
        "PGHOST": asked.host,
        "PGPORT": asked.port,
        "PGUSER": asked.username,
        "PGPASSWORD": asked.password,
        "PGDATABASE": asked.database,
        **{_WORDS[name]: value for name, value in asked.query.items() if name in _WORDS},
    }
    return {name: str(value) for name, value in said.items() if value}
