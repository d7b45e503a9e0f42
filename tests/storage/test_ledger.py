"""The ledger: durable when it says so, in order, many at once, and patient while the database is away (D, H25, H27)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from node.errors import Fault, Refused
from node.features.participants.rules import Cause, PersonGone, PersonJoined, PublishingChanged, Role
from node.features.participants.store import participant
from node.features.rooms.rules import RoomCreated, RoomOpened
from node.features.rooms.store import room
from node.ports import Fact, Shape, Source
from node.storage import ledger as ledgers
from node.storage import saved
from node.storage.engine import migrate, open_engine, sqlite_url
from node.storage.ledger import GroupCommit


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    made = open_engine(sqlite_url(tmp_path))
    await migrate(made)
    yield made
    await made.dispose()


@pytest.fixture
async def ledger(engine: AsyncEngine) -> AsyncIterator[GroupCommit]:
    made = GroupCommit(engine, saved.WRITES)
    made.start()
    yield made
    await made.close()


def commits(engine: AsyncEngine) -> list[None]:
    counted: list[None] = []
    event.listen(engine.sync_engine, "commit", lambda _connection: counted.append(None))
    return counted


def created(id_: str = "salle") -> RoomCreated:
    return RoomCreated(id_, "Salle", 10, "olga", 1.0)


def joined(n: int) -> PersonJoined:
    return PersonJoined("salle", f"p{n}", "Amina", Role.PARTICIPANT, Shape.PAGE, "fr", f"s{n}", f"t{n}", float(n))


async def test_what_was_awaited_is_there(engine: AsyncEngine, ledger: GroupCommit) -> None:
    await ledger.note([created(), RoomOpened("salle", 2.0)])
    async with engine.connect() as tx:
        assert [(row.id, row.opened) for row in await tx.execute(select(room))] == [("salle", 2.0)]


async def test_a_storm_shares_its_commits(engine: AsyncEngine, ledger: GroupCommit) -> None:
    await ledger.note([created()])
    counted = commits(engine)
    await asyncio.gather(*(ledger.note([joined(n)]) for n in range(300)))
    assert len(counted) <= 5
    async with engine.connect() as tx:
        assert len(list(await tx.execute(select(participant)))) == 300


async def test_the_order_is_kept(engine: AsyncEngine, ledger: GroupCommit) -> None:
    ledger.note([created(), joined(1)])
    ledger.note([PublishingChanged("salle", "p1", (Source.CAMERA,))])
    ledger.note([PublishingChanged("salle", "p1", (Source.MICROPHONE, Source.CAMERA))])
    await ledger.note([PersonGone("salle", "p1", "s1", Cause.LEFT, "", "", 9.0)])
    async with engine.connect() as tx:
        (row,) = await tx.execute(select(participant))
    assert (row.publishing, row.cause, row.gone) == ("microphone camera", "left", 9.0)


async def test_one_impossible_fact_costs_nobody_else_theirs(engine: AsyncEngine, ledger: GroupCommit) -> None:
    await ledger.note([created()])
    good, bad, after = ledger.note([joined(1)]), ledger.note([joined(1)]), ledger.note([joined(2)])
    await good
    with pytest.raises(Fault):
        await bad
    await after
    async with engine.connect() as tx:
        assert len(list(await tx.execute(select(participant)))) == 2
    assert ledger.healthy


class Away:
    """The database takes no writes while `on`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.on = True
        event.listen(engine.sync_engine, "begin", self._refuse)

    def _refuse(self, _connection: object) -> None:
        if self.on:
            raise OperationalError("BEGIN", {}, Exception("disk I/O error"))


async def test_a_database_that_is_away_holds_nobody_up(
    engine: AsyncEngine, ledger: GroupCommit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls, joins and mutes go on; the node says so; everything is written when it is back."""
    monkeypatch.setattr(ledgers, "PATIENCE_S", 0.1)
    away = Away(engine)
    first = ledger.note([created()])
    async with asyncio.timeout(30):
        await first
    assert not ledger.healthy
    async with asyncio.timeout(30):
        await ledger.note([joined(1)])
    away.on = False
    await ledger.close()
    assert ledger.healthy
    async with engine.connect() as tx:
        assert len(list(await tx.execute(select(participant)))) == 1


async def test_memory_is_bounded_while_it_is_away(
    engine: AsyncEngine, ledger: GroupCommit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "PATIENCE_S", 0.0)
    monkeypatch.setattr(ledgers, "WAITING_MAX", 50)
    away = Away(engine)
    for n in range(200):
        ledger.note([created(f"salle-{n}")])
    assert ledger.waiting == 50
    assert ledger.given_up == 150
    away.on = False
    await ledger.note([created("last")])
    async with engine.connect() as tx:
        assert {row.id for row in await tx.execute(select(room))} >= {"last", "salle-199"}


async def test_a_fenced_ledger_writes_nothing(engine: AsyncEngine, ledger: GroupCommit) -> None:
    """Another process owns the database now."""
    away = Away(engine)
    waiting = ledger.note([created()])
    await asyncio.sleep(0)
    ledger.fence()
    with pytest.raises(Refused, match="FENCED"):
        await waiting
    with pytest.raises(Refused, match="FENCED"):
        ledger.note([created()])
    away.on = False
    await ledger.close()
    async with engine.connect() as tx:
        assert list(await tx.execute(select(room))) == []


async def test_every_fact_has_its_rows() -> None:
    """A rule that emits a fact which no store knows would stop the writer."""
    import node.features.rooms.rules  # noqa: F401 - loads every feature's rules

    def kinds(base: type[Fact]) -> set[type[Fact]]:
        return {kind for sub in base.__subclasses__() for kind in {sub, *kinds(sub)}}

    assert {kind for kind in kinds(Fact) if kind.__module__.startswith("node.")} == set(saved.WRITES)


async def test_sqlite_keeps_its_promises(engine: AsyncEngine) -> None:
    async with engine.connect() as tx:
        for pragma, value in (("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2), ("busy_timeout", 5000)):
            assert (await tx.execute(text(f"PRAGMA {pragma}"))).scalar() == value
