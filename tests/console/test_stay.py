"""R182: how long each person has been in the room, beside what they do there; also of who is not heard of."""

from __future__ import annotations

import time

from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import NOON, FakeNode
from tests.console.test_pictures import Still

LATER = NOON + 7200


async def hall(node: Node) -> FakeNode:
    """Ada has been here for two hours, Bob for half a minute; nothing else is told of either."""
    one = await node("fra-01")
    await one.open_room("daily")
    for person, name, since in (("p1", "Ada", NOON), ("p2", "Bob", LATER - 30)):
        await one.enter("daily", person, name)
        one.people["daily", person].joined.FromSeconds(since)
    return one


def row(c: Console, name: str) -> list[str]:
    return next(line for line in c.lines() if name in line and "│" in line).split("│")[0].split()


async def test_the_list_says_how_long_and_sorts_by_it(node: Node) -> None:
    one = await hall(node)
    async with console(one, size=(160, 45), wall=lambda: LATER) as c:
        c.desk.enter(("fra-01", "daily"))
        await c.waits(lambda: len(c.desk.room_pane.table.order) == 2, "both")
        await c.sees("HERE")
        assert "2h" in row(c, "Ada") and "30s" in row(c, "Bob")
        c.desk.command("sort stay desc")
        await c.heard()
        assert [key[-1] for key in c.desk.room_pane.table.order] == ["p1", "p2"]
        await c.press("S")
        assert [key[-1] for key in c.desk.room_pane.table.order] == ["p2", "p1"]


async def test_it_goes_on_where_nothing_is_told_of_the_person(node: Node) -> None:
    one, ahead = await hall(node), Still()
    ahead.now = 0.0
    async with console(
        one, size=(160, 45), clock=lambda: time.monotonic() + ahead.now, wall=lambda: LATER + ahead.now
    ) as c:
        c.desk.enter(("fra-01", "daily"))
        await c.waits(lambda: len(c.desk.room_pane.table.order) == 2, "both")
        await c.sees("30s", "2h")
        ahead.now = 1.0
        await c.waits(lambda: "31s" in row(c, "Bob"), "a second more")
        ahead.now = 150.0
        await c.waits(lambda: "3m" in row(c, "Bob"), "minutes")
        assert "2h" in row(c, "Ada")


async def test_everybody_on_every_node_too(node: Node) -> None:
    one = await hall(node)
    async with console(one, size=(160, 45), wall=lambda: LATER) as c:
        await c.press("3")
        await c.waits(lambda: len(c.desk.participants_pane.table.order) == 2, "both")
        await c.sees("HERE", " 2h", "30s")
