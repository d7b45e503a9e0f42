"""Who waits outside a room is seen in the list, and let in by a key and a yes (R146)."""

from __future__ import annotations

from tests.console.conftest import Node
from tests.console.desk import console


async def test_everybody_is_let_in_after_a_yes(node: Node) -> None:
    one = await node()
    await one.open_room("daily", lobby=True, waiters=3)
    await one.open_room("free")
    async with console(one, size=(160, 45)) as c:
        c.desk.show("rooms")
        await c.sees("! 3 waiting")
        await c.enter_room("daily")
        await c.press("A")
        await c.sees("Let into daily", "3 people who wait")
        assert one.calls == []
        await c.press("y")
        await c.sees("let in: 3 people")
        ((method, request),) = one.calls
        assert (method, request.room, request.all) == ("AdmitWaiters", "daily", True)
        await c.waits(lambda: not any(room.waiters for room in c.store.rooms.rows.values()), "the node has said so")
        c.desk.command("admit daily")
        await c.sees("Nobody waits outside this room.")
