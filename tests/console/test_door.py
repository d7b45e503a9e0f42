"""The door of a room is locked from the console and unlocked again, and something is said to everybody in it (D4)."""

from __future__ import annotations

from tests.console.conftest import Node
from tests.console.desk import console


async def test_the_door_is_locked_by_a_key_and_unlocked_by_undo(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    async with console(one) as c:
        await c.press("2", "O")
        await c.sees("door locked: daily", "u undo")
        assert one.flags["daily"].lock_door
        await c.press("u")
        await c.sees("undone")
        assert not one.flags["daily"].lock_door
        c.desk.command("lock -r noise")
        await c.waits(lambda: one.flags["daily"].lock_door, "locked")
        assert [(request.lock_door, request.reason) for _, request in one.calls][-1] == (True, "noise")


async def test_a_viewer_locks_nothing(node: Node) -> None:
    one = await node(role="viewer")
    await one.open_room("daily")
    async with console(one) as c:
        await c.press("2", "O")
        await c.sees("needs the role moderator")
        assert one.calls == []


async def test_something_is_said_to_the_room(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    async with console(one, size=(160, 45)) as c:
        await c.enter_room("daily")
        c.desk.command("say We begin in five minutes -r schedule")
        await c.sees("said to daily", "We begin in five minutes")
        ((method, request),) = one.calls
        assert (method, request.text, request.reason) == ("AnnounceMessage", "We begin in five minutes", "schedule")
        c.desk.command("say")
        await c.sees("Say what")
