"""`V` marks from here to there: what is between two rows as the operator saw them, and nothing else (D5)."""

from __future__ import annotations

import time

from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode
from tests.console.test_pictures import Still


async def crowd(node: Node) -> FakeNode:
    one = await node()
    await one.open_room("daily")
    for number in range(12):
        await one.enter("daily", f"p{number:02d}", f"Guest {number:02d}")
    return one


async def inside(c: Console) -> list[tuple[str, ...]]:
    """In the room, at the first row; the rows in their order."""
    await c.enter_room("daily")
    table = c.desk.room_pane.table
    await c.waits(lambda: len(table.order) == 12, "everybody")
    c.desk.command("sort name")
    await c.press("g")
    return list(table.order)


async def test_from_here_to_there_up_or_down(node: Node) -> None:
    one = await crowd(node)
    async with console(one) as c:
        order = await inside(c)
        table = c.desk.room_pane.table
        await c.press("j", "j", "V", "j", "j", "j")
        await c.sees("▒ RANGE", "4 marked")
        assert table.marks == set(order[2:6])
        await c.press("k", "k", "k", "k", "k")
        assert table.marks == set(order[0:3])
        await c.press("j", "j", "j", "V")
        assert not table.ranging
        await c.press("G")
        assert table.marks == set(order[2:4])
        await c.press("m")
        await c.settle()
        assert {request.participant for _, request in one.calls} == {key[-1] for key in order[2:4]}


async def test_ranges_add_to_what_is_marked_and_a_mark_closes_one(node: Node) -> None:
    one = await crowd(node)
    async with console(one) as c:
        order = await inside(c)
        table = c.desk.room_pane.table
        await c.press("space", "j", "j", "V", "j", "V")
        assert table.marks == {order[0], *order[3:5]}
        await c.press("j", "V", "j", "space")
        assert not table.ranging
        assert table.marks == {order[0], *order[3:6]}
        await c.press("V", "backslash")
        assert (table.ranging, table.marks) == (False, set())


async def test_the_order_stands_while_a_range_is_open(node: Node) -> None:
    """Who comes, or moves up the list, is not marked for having got between its ends."""
    one, ahead = await crowd(node), Still()
    ahead.now = 0.0
    async with console(one, clock=lambda: time.monotonic() + ahead.now) as c:
        order = await inside(c)
        table = c.desk.room_pane.table
        await c.press("V", "j")
        await one.enter("daily", "new", "Guest 00b")
        await c.waits(lambda: ("waw-01", "daily", "new") in c.store.people.rows, "one more")
        for _ in range(3):
            ahead.now += 10.0  # far beyond the time that a cursor key holds the order
            c.app.tick()
        assert table.order == order
        await c.press("j")
        assert table.marks == set(order[:3])
        await c.press("V")
        ahead.now += 10.0
        c.app.tick()
        assert len(table.order) == 13
        assert table.marks == set(order[:3])


async def test_another_order_or_filter_closes_it_and_who_has_left_is_not_marked(node: Node) -> None:
    one = await crowd(node)
    async with console(one) as c:
        order = await inside(c)
        table = c.desk.room_pane.table
        c.store.people.go(order[1], c.app.look.now)
        await c.press("V", "j", "j")
        assert table.marks == {order[0], order[2]}
        await c.press("S")
        assert not table.ranging
        assert table.marks == {order[0], order[2]}
        await c.press("V")
        c.desk.set_filter("Guest")
        assert not table.ranging
