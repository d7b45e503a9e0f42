"""`f` and a character: to any row on the screen, and from there one key acts (D5: three keys to mute who is seen)."""

from __future__ import annotations

from console.widgets.live_table import LABELS
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode


async def crowd(node: Node, people: int) -> FakeNode:
    one = await node()
    await one.open_room("daily")
    for number in range(people):
        await one.enter("daily", f"p{number:03d}", f"Guest {number:03d}")
    return one


def label_of(c: Console, name: str) -> str:
    """As the operator reads it: the character at the beginning of the line."""
    return next(line for line in c.lines() if name in line)[0]


async def test_anybody_who_is_seen_is_muted_with_three_keys(node: Node) -> None:
    one = await crowd(node, 15)
    async with console(one) as c:
        await c.enter_room("daily")
        await c.waits(lambda: len(c.desk.room_pane.table.order) == 15, "everybody")
        await c.press("f")
        await c.sees("Type the letter before the row")
        label = label_of(c, "Guest 011")
        await c.press(label, "m")
        await c.settle()
        assert [request.participant for _, request in one.calls] == ["p011"]
        assert not c.desk.room_pane.table.labels
        assert label_of(c, "Guest 011") == "▶"


async def test_a_label_stays_with_its_row_wherever_that_goes(node: Node) -> None:
    one = await crowd(node, 12)
    async with console(one) as c:
        await c.enter_room("daily")
        table = c.desk.room_pane.table
        await c.waits(lambda: len(table.order) == 12, "everybody")
        await c.press("f")
        label = label_of(c, "Guest 002")
        table.reverse = not table.reverse
        table.reorder(c.app.look.now)
        await c.heard()
        assert label_of(c, "Guest 002") == label
        await c.press(label)
        assert table.cursor_row.name == "Guest 002"


async def test_every_row_of_a_tall_screen_has_one_and_rows_out_of_sight_have_none(node: Node) -> None:
    one = await crowd(node, 80)
    async with console(one, size=(120, 75)) as c:
        await c.enter_room("daily")
        table = c.desk.room_pane.table
        await c.waits(lambda: len(table.order) == 80, "everybody")
        await c.waits(lambda: table.max_scroll_y == 81 - table.size.height, "as long as its rows")
        await c.press("G", "f")
        shown = [line for line in c.lines() if "Guest " in line]
        assert len(shown) == table.size.height - 1 > len(LABELS)
        assert "".join(line[0] for line in shown[: len(LABELS)]) == LABELS
        assert {line[0] for line in shown[len(LABELS) :]} <= {" ", "▶"}
        await c.press("Z")
        assert table.cursor_row.name in shown[LABELS.index("Z")]


async def test_another_key_only_takes_the_labels_away(node: Node) -> None:
    one = await crowd(node, 3)
    async with console(one) as c:
        await c.enter_room("daily")
        table = c.desk.room_pane.table
        await c.waits(lambda: len(table.order) == 3, "everybody")
        for key in ("X", "escape", "enter", "ctrl+q", "2", "space"):
            await c.press("f")
            assert table.labels
            before = table.cursor_key
            await c.press(key)
            assert (table.labels, table.cursor_key, table.marks) == ({}, before, set())
            assert (c.desk.pane, c.desk.bar.is_open, c.app.screen) == (c.desk.room_pane, False, c.desk)
        assert one.calls == []


async def test_where_nothing_is_there_is_nowhere_to_go(node: Node) -> None:
    one = await node()
    async with console(one) as c:
        await c.press("2", "f")
        assert not c.desk.rooms_pane.table.labels
        await c.press("1")
        assert c.desk.pane is c.desk.nodes_pane
