"""A real PostgreSQL in the place of SQLite: the same tables, migrations that old code survives, rooms that are there
again after a restart, an audit that nobody changes, and a backup that put back is the node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from node.backup import backup, backup_cli, restore, restore_cli
from node.check import kept
from node.config import Config, load
from node.errors import SaidFault
from node.features.audit.store import SqlStore
from node.storage.engine import migrate, open_engine
from tests.e2e.machine import free_port, until
from tests.node.test_config import settings
from tests.rpc.test_audit_append_only import RECORD
from tests.signaling.test_away_over_restart import ends_over_restarts
from tests.storage.cluster import PASSWORD, Cluster, cluster
from tests.storage.test_migrations import nothing_is_missing, old_code_survives
from tests.web.house import house


@pytest.fixture(scope="module")
def postgres() -> Iterator[Cluster]:
    with cluster() as started:
        yield started


def at(folder: Path, database: str) -> Config:
    folders = {"REGIE__NODE__DATA_DIR": str(folder), "REGIE__NODE__RUN_DIR": str(folder / "run")}
    return load(environ=settings(**folders, REGIE__NODE__DATABASE=database))


async def test_nothing_is_missing_and_twice_is_once(postgres: Cluster) -> None:
    await nothing_is_missing(postgres.database())


async def test_old_code_survives_every_migration(postgres: Cluster) -> None:
    await old_code_survives(postgres.database())


@pytest.mark.parametrize("verb", ["UPDATE audit_record SET operator = 'nobody'", "DELETE FROM audit_record"])
async def test_no_record_of_the_audit_is_changed_or_removed(postgres: Cluster, verb: str) -> None:
    engine = open_engine(postgres.database())
    await migrate(engine)
    await SqlStore(engine).append([RECORD])
    with pytest.raises(DBAPIError, match="append-only"):
        async with engine.begin() as tx:
            await tx.execute(text(verb))
    await engine.dispose()


async def test_a_restraint_ends_at_its_time_over_restarts(postgres: Cluster, tmp_path: Path) -> None:
    """R102, R185."""
    async with house(tmp_path, database=postgres.database()) as home:
        await ends_over_restarts(home)


async def test_a_backup_put_back_is_the_node(postgres: Cluster, tmp_path: Path) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "regie.backup"
    first, second = postgres.database(), postgres.database()
    async with house(here, database=first) as home:
        room, tickets = await home.create()
        page = await home.person(room.room, tickets["participant"])
        await page.send(type="chat", text="Bonjour")
        await page.until("chat")
        await until(lambda: not home.ledger.waiting, 10, "all is written")
        backup(at(here, first), file, now=1000.0)  # while it runs
        await page.send(type="chat", text="Plus tard")
        await page.until("chat")

    async with house(tmp_path / "other", database=second) as home:  # what is there is not lost
        other, _ = await home.create()
        await until(lambda: not home.ledger.waiting, 10, "all is written")
    with pytest.raises(SaidFault, match="--force") as refused:
        restore(at(there, second), file, force=False, now=2000.0)
    assert PASSWORD not in str(refused.value) and not there.exists()
    for when in (2000.0, 3000.0):  # also over what was put back
        done = restore(at(there, second), file, force=True, now=when)
        assert done.schema == f"regie_before_{when:.0f}"
        backup(at(there, second), file, now=when)
    async with house(there, database=second) as home:
        assert (await home.person(room.room, tickets["participant"], "Bruno")).id
        assert other.room not in home.floor.rooms
        said = [message.text for message in await home.chat.list(room.room)]
        assert "Bonjour" in said and "Plus tard" not in said
    engine = open_engine(second)
    async with engine.connect() as asked:
        held = await asked.execute(text("SELECT id FROM regie_before_2000.room"))
        assert [row.id for row in held] == [other.room]
    await engine.dispose()


def test_what_cannot_be_put_back_changes_nothing(
    postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the other kind of database, and a server that is away: one sentence, and no password."""
    url, file = postgres.database(), tmp_path / "regie.backup"
    monkeypatch.setenv("REGIE__NODE__DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REGIE__NODE__DATABASE", url)

    def said(cli: object, *words: str) -> str:
        ended = CliRunner().invoke(cli, [str(file), *words])  # type: ignore[arg-type]
        assert ended.exit_code == 1 and PASSWORD not in ended.stderr and len(ended.stderr.splitlines()) == 1
        return ended.stderr

    migrated(url)
    assert CliRunner().invoke(backup_cli, [str(file)]).exit_code == 0
    monkeypatch.setenv("REGIE__NODE__DATABASE", "")
    assert "PostgreSQL" in said(restore_cli)
    monkeypatch.setenv("REGIE__NODE__DATABASE", re.sub(r":\d+/", f":{free_port()}/", url))
    assert "127.0.0.1" in said(restore_cli, "--force")
    said(backup_cli)
    assert not (tmp_path / "data" / "tls").exists()


def migrated(url: str) -> None:
    import asyncio

    async def run() -> None:
        engine = open_engine(url)
        await migrate(engine)
        await engine.dispose()

    asyncio.run(run())


async def test_check_opens_it(postgres: Cluster, tmp_path: Path) -> None:
    url = postgres.database()
    assert (await kept.database_opens(at(tmp_path, url))).grade == "good"
    gone = await kept.database_opens(at(tmp_path, url + "_that_is_not_there"))
    assert gone.grade == "bad" and gone.remedy.en and PASSWORD not in gone.what.en + gone.remedy.en
    assert kept.disk_is_fast(at(tmp_path, url)) == [], "its disk is another machine's"
