"""The question before a mass deed says how many are marked, match the filter and are hidden by it, in how many rooms on
how many nodes, and shows each by name (D5; console.md, T3 bar)."""

from __future__ import annotations

from console.screens.desk import DeskScreen
from console.screens.targets import TargetsScreen
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode


async def crowd(node: Node) -> list[FakeNode]:
    nodes = [await node("par-01"), await node("waw-01")]
    for one in nodes:
        await one.open_room("daily")
        for number in range(15):
            await one.enter("daily", f"{one.name}-{number:02d}", f"Guest {number:02d} of {one.name}")
        await one.enter("daily", f"{one.name}-host", "Hanna", role="host")
    return nodes


async def everybody_is_marked(c: Console) -> None:
    await c.press("3")
    await c.waits(lambda: len(c.desk.participants_pane.table.order) == 32, "everybody")
    await c.press("*")


async def test_it_counts_marks_matches_rooms_and_nodes(node: Node) -> None:
    nodes = await crowd(node)
    async with console(*nodes, size=(118, 30)) as c:
        await everybody_is_marked(c)
        c.desk.set_filter("!name:06")
        await c.press("K")
        await c.sees("28 people", "2 rooms", "2 nodes", "(32 marked, 30 match, 2 hidden by the filter")
        await c.sees("2 hosts are left out", "type 28 then Enter")
        await c.type("28")
        await c.press("enter")
        await c.type("noise")
        await c.press("enter")
        await c.settle()
        removed = {request.participant for one in nodes for name, request in one.calls}
        assert len(removed) == 28
        assert not {"par-01-06", "waw-01-06", "par-01-host", "waw-01-host"} & removed


async def test_v_shows_each_by_name_and_the_question_stands(node: Node) -> None:
    nodes = await crowd(node)
    async with console(*nodes, size=(118, 30)) as c:
        await everybody_is_marked(c)
        await c.press("K", "v")
        assert isinstance(c.app.screen, TargetsScreen)
        await c.sees("30 targets", "Guest 00 of par-01", "par-01 › daily")
        await c.press("G")
        await c.sees("Guest 14 of waw-01")
        assert "Hanna" not in c.text()
        await c.press("y", "3", "q")
        assert isinstance(c.app.screen, DeskScreen)
        assert c.desk.bar.is_open and c.desk.bar.entry.value == ""
        assert c.app.focused is c.desk.bar.entry
        await c.type("30")
        await c.press("enter")
        await c.sees("reason")
        await c.type("v")
        assert c.desk.bar.entry.value == "v", "a reason may have any letter"
        await c.press("escape")
        assert all(one.calls == [] for one in nodes)


async def test_a_question_of_one_has_no_list_and_a_name_may_begin_with_v(node: Node) -> None:
    one = await node()
    await one.open_room("vernissage")
    async with console(one) as c:
        await c.press("2")
        await c.sees("vernissage")
        await c.press("X")
        await c.type("v")
        assert c.desk.bar.entry.value == "v"
        assert isinstance(c.app.screen, DeskScreen)
