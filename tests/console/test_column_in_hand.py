"""`h` and `l` take a column in hand, `s` sorts by it; one that the screen has no room for is shown (D4, keys)."""

from __future__ import annotations

from console.widgets.live_table import LiveTable
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode


async def busy(node: Node) -> FakeNode:
    one = await node()
    await one.open_room("daily")
    for number, name in enumerate(("Ada", "Bob", "Cleo")):
        await one.enter("daily", f"p{number}", name, level=20 + number)
    return one


async def room(c: Console) -> LiveTable:
    await c.enter_room("daily")
    table = c.desk.room_pane.table
    await c.waits(lambda: len(table.order) == 3, "everybody")
    return table


def headings(c: Console) -> str:
    return c.lines()[2]


async def test_no_column_is_in_hand_until_a_key_asks_for_one(node: Node) -> None:
    async with console(await busy(node)) as c:
        table = await room(c)
        assert "[" not in headings(c)
        await c.press("l")
        assert table.column_id == table.sort_id
        assert headings(c).count("[") == 1


async def test_s_sorts_by_the_column_in_hand_and_then_by_the_next(node: Node) -> None:
    async with console(await busy(node)) as c:
        table = await room(c)
        ids = [column.id for column in table.columns]
        await c.press("l", "l", "right")
        third = ids[ids.index(table.sort_id) + 2]
        assert table.column_id == third != table.sort_id
        await c.press("s")
        assert table.sort_id == third
        await c.press("s")
        assert table.sort_id == table.column_id != third


async def test_a_column_that_there_is_no_room_for_is_shown_while_it_is_in_hand(node: Node) -> None:
    async with console(await busy(node)) as c:
        table = await room(c)
        hidden = {column.id for column in table.columns} - {placed.column.id for placed in table._place()}
        assert hidden
        seen = set()
        for _ in table.columns:
            await c.press("l")
            assert table.column_id in {placed.column.id for placed in table._place()}
            assert headings(c).count("[") == 1, "in sight, whichever it is"
            seen.add(table.column_id)
        assert hidden & seen, "each can be reached"


async def test_the_ends_are_ends_and_the_row_stays(node: Node) -> None:
    async with console(await busy(node)) as c:
        table = await room(c)
        await c.press("j")
        row = table.cursor_key
        await c.press(*"h" * 20)
        assert table.column_id == table.columns[0].id
        await c.press(*"l" * 30)
        assert table.column_id == table.columns[-1].id
        assert table.cursor_key == row
