"""Each action on a marked set of rooms: one question, a result for each, and the way back."""

from __future__ import annotations

import grpc

from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode


async def marked(c: Console, *rooms: str) -> None:
    await c.waits(lambda: set(rooms) <= {key[1] for key in c.store.rooms.rows}, "rooms")
    await c.press("2")
    table = c.desk.rooms_pane.table
    table.reorder(c.app.look.now)
    for room in rooms:
        assert table.point_at(next(key for key in table.order if key[1] == room))
        await c.press("space")


async def two(node: Node) -> tuple[FakeNode, FakeNode]:
    par, waw = await node("par-01"), await node("waw-01")
    await par.open_room("maths")
    await waw.open_room("chimie")
    await waw.open_room("other")
    return par, waw


async def test_doors_of_several_nodes_are_locked_after_one_question_and_opened_by_one_key(node: Node) -> None:
    par, waw = await two(node)
    async with console(par, waw) as c:
        await marked(c, "maths", "chimie")
        await c.press("O")
        await c.sees("Locking: 2 rooms (2 nodes)?")
        assert par.calls == waw.calls == []
        await c.press("y")
        await c.settle()
        assert [(n, r.room, r.lock_door) for n, r in par.calls + waw.calls] == [
            ("SetFlags", "maths", True),
            ("SetFlags", "chimie", True),
        ]
        await c.press("u")
        await c.settle()
        assert [r.lock_door for _, r in par.calls[1:] + waw.calls[1:]] == [False, False]


async def test_closing_a_set_wants_the_number_and_a_reason_and_tells_each_result(node: Node) -> None:
    par, waw = await two(node)
    waw.refuse["CloseRoom"] = (grpc.StatusCode.FAILED_PRECONDITION, None)
    async with console(par, waw) as c:
        await marked(c, "maths", "chimie")
        await c.press("X")
        await c.type("y")
        await c.press("enter")
        assert par.calls == waw.calls == []
        await c.press("backspace")
        await c.type("2")
        await c.press("enter")
        await c.type("over")
        await c.press("enter")
        await c.settle()
        assert [(n, r.reason) for n, r in par.calls + waw.calls] == [("CloseRoom", "over")] * 2
        await c.sees("1 done, 1 refused")
        await c.press("o")
        await c.sees("par-01 › maths", "waw-01 › chimie", "✓ done")


async def test_mute_of_a_set_is_counted_by_each_node_first(node: Node) -> None:
    par, waw = await two(node)
    await par.enter("maths", "ada", "Ada")
    await waw.enter("chimie", "bob", "Bob")
    await waw.enter("other", "eve", "Eve")
    async with console(par, waw) as c:
        await marked(c, "maths", "chimie")
        await c.press("M")
        await c.sees("Block the microphone of 2 people in 2 rooms (2 nodes)")
        assert all(request.dry_run for _, request in par.calls + waw.calls)
        await c.press("y")
        await c.settle()
        assert [(r.room, r.dry_run, r.expected) for _, r in (par.calls[-1], waw.calls[-1])] == [
            ("maths", False, 1),
            ("chimie", False, 1),
        ]
        await c.press("u")
        await c.settle()
        assert [n for n, _ in (par.calls[-1], waw.calls[-1])] == ["UnmuteRoom"] * 2


async def test_settings_are_changed_for_all_that_are_marked_and_go_back(node: Node) -> None:
    par, waw = await two(node)
    async with console(par, waw) as c:
        await marked(c, "maths", "chimie")
        c.desk.command("slow 10")
        await c.press("y")
        await c.settle()
        assert [one.settings[room].slow_s for one, room in ((par, "maths"), (waw, "chimie"))] == [10, 10]
        assert "other" not in waw.settings
        await c.press("u")
        await c.settle()
        assert [one.settings[room].slow_s for one, room in ((par, "maths"), (waw, "chimie"))] == [0, 0]


async def test_marked_rooms_that_move_are_still_those_that_were_marked(node: Node) -> None:
    par, waw = await two(node)
    async with console(par, waw) as c:
        await marked(c, "maths", "chimie")
        await c.press("O")
        await waw.open_room("aaa")
        await waw.enter("other", "eve", "Eve")
        await c.waits(lambda: any(key[1] == "aaa" for key in c.store.rooms.rows), "a new room")
        await c.press("y")
        await c.settle()
        assert {r.room for _, r in par.calls + waw.calls} == {"maths", "chimie"}
