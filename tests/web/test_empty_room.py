"""R168: how long a room whose last person has left waits is the node's setting, in new rooms and after a restart."""

from __future__ import annotations

from tests.web.house import House


async def test_it_is_set_for_the_node(home: House) -> None:
    home.floor.empty_s = 240.0
    room, _tickets = await home.create()
    assert home.floor.room(room.room).schedule.grace_s == 240.0
    await home.crash()
    await home.open()
    assert home.floor.room(room.room).schedule.grace_s == 60.0  # what this node says
