"""A room that the ledger cannot keep is no room: nobody would find it again after a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from node.errors import Fault, Refused
from tests.web.house import house


async def test_it_leaves_the_floor_and_its_name_is_free(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        async with home.engine.begin() as tx:
            await tx.execute(
                text("CREATE TRIGGER no_room BEFORE INSERT ON room BEGIN SELECT RAISE(ABORT, 'the test says so'); END")
            )
        with pytest.raises(Fault):
            await home.create(room_id="salle")
        assert home.floor.rooms == {}
        assert home.floor.closed == {}
        with pytest.raises(Refused, match="ROOM_UNKNOWN"):
            await home.rooms.get("salle")

        async with home.engine.begin() as tx:
            await tx.execute(text("DROP TRIGGER no_room"))
        view, _ = await home.create(room_id="salle")
        assert [room.room for room in await home.rooms.list(with_closed=True)] == [view.room]


async def test_a_process_that_is_fenced_meanwhile_keeps_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        decided = asyncio.Event()
        home.floor.listen(lambda room, events: decided.set())
        making = asyncio.create_task(home.create(room_id="salle"))
        await decided.wait()
        home.floor.fenced = True
        home.ledger.fence()
        with pytest.raises(Refused, match="FENCED"):
            await making
        assert home.floor.rooms == {}
