"""The wall's rows are decided together or one after the other: a question for a marked set, a key for each row, and
never one that nobody read (D4; console.md: 1 key per decision, auto-next)."""

from __future__ import annotations

from console.screens.deciding import READ_S
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import NOON, FakeNode
from tests.console.test_away import Clock


async def three_held(node: Node, name: str = "waw-01") -> FakeNode:
    one = await node(name)
    await one.open_room("daily")
    for text in ("first", "second", "third"):
        await one.hold("daily", "Zed", f"{text} on {name}")
    return one


def verdicts(one: FakeNode) -> list[tuple[str, str]]:
    return sorted((request.item, request.verdict) for name, request in one.calls if name == "DecideItem")


async def wall(c: Console, rows: int) -> None:
    await c.press("4")
    await c.waits(lambda: len(c.desk.wall_pane.table.order) == rows, "all of them")


async def test_the_cursor_goes_to_the_next_that_needs_somebody(node: Node) -> None:
    one = await three_held(node)
    clock = Clock()
    async with console(one, size=(118, 30), clock=clock) as c:
        await wall(c, 3)
        table = c.desk.wall_pane.table
        order = list(table.order)
        table.point_at(order[1])
        for expected in (order[2], order[0]):
            now = c.app.look.now
            clock.ahead += 1
            await c.waits(lambda now=now: c.app.look.now > now + READ_S, "it was read")  # type: ignore[misc]
            await c.press("a")
            assert table.cursor_key == expected
            await c.settle()
        assert verdicts(one) == [("i00002", "approve"), ("i00003", "approve")]


async def test_a_key_pressed_twice_does_not_decide_what_nobody_read(node: Node) -> None:
    one = await three_held(node)
    async with console(one, size=(118, 30), clock=Clock()) as c:
        await wall(c, 3)
        first = c.desk.wall_pane.table.order[0]
        c.desk.wall_pane.table.point_at(first)
        c.desk.do("approve")
        c.desk.do("approve")
        c.desk.do("hide")
        await c.settle()
        assert verdicts(one) == [(first[3], "approve")]


async def test_a_marked_set_over_two_nodes_is_asked_about_once_and_each_is_told_its_own(node: Node) -> None:
    par, waw = await three_held(node, "par-01"), await three_held(node, "waw-01")
    await waw.hold("daily", "Noé", "rude", kind="report")
    await waw.knock("daily", "w1", "Mallory")
    person = await par.enter("daily", "ada", "Ada")
    person.hand.FromSeconds(1_000)
    await par.changed(person)
    async with console(par, waw, size=(118, 30)) as c:
        await wall(c, 10)
        await c.press("*", "a")
        await c.sees("Decide: 6 to publish, 1 report(s) to dismiss, 1 to let in? 2 rows are left")
        assert par.calls == [] and waw.calls == []
        await c.press("y")
        await c.settle()
        await c.sees("decided: 8 targets")
        assert verdicts(par) == [(f"i0000{n}", "approve") for n in (1, 2, 3)]
        assert verdicts(waw) == [*((f"i0000{n}", "approve") for n in (1, 2, 3)), ("i00004", "dismiss")]
        assert [list(r.participants) for name, r in waw.calls if name == "AdmitWaiters"] == [["w1"]]


async def test_what_somebody_else_has_is_left_out_of_a_set(node: Node) -> None:
    one = await three_held(node)
    item = next(iter(one.items.values()))
    item.claimed_by = "bruno"
    await one.tell("item", "daily", item)
    async with console(one, size=(118, 30)) as c:
        await wall(c, 3)
        await c.press("*", "d")
        await c.sees("2 to decline", "1 row is left")
        await c.press("y")
        await c.settle()
        assert verdicts(one) == [("i00002", "decline"), ("i00003", "decline")]


async def test_a_set_is_claimed_at_once_and_given_back_by_undo(node: Node) -> None:
    one = await three_held(node)
    async with console(one, size=(118, 30)) as c:
        await wall(c, 3)
        await c.press("*", "c")
        await c.settle()
        assert {item.claimed_by for item in one.items.values()} == {"anna"}
        await c.press("u")
        await c.settle()
        assert {item.claimed_by for item in one.items.values()} == {""}


async def test_more_than_a_screenful_wants_the_number_typed_and_a_reason(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    for number in range(26):
        await one.hold("daily", "Zed", f"spam {number}")
    async with console(one, size=(118, 40)) as c:
        await wall(c, 26)
        await c.press("*", "d", "y")
        await c.settle()
        assert one.calls == []
        await c.press("backspace")
        await c.type("26")
        await c.press("enter")
        await c.type("spam wave")
        await c.press("enter")
        await c.settle()
        assert len(verdicts(one)) == 26
        assert {request.reason for _, request in one.calls} == {"spam wave"}


async def test_commands_decide_what_they_name_and_only_on_the_wall(node: Node) -> None:
    one = await three_held(node)
    async with console(one, size=(118, 30)) as c:
        await wall(c, 3)
        c.desk.command("filter second")
        await c.waits(lambda: len(c.desk.wall_pane.table.order) == 1, "one")
        c.desk.command("pass * -r fine")
        await c.settle()
        assert verdicts(one) == [("i00002", "approve")]
        await c.press("1")
        c.desk.command("hide .")
        c.desk.command("pass *")
        await c.settle()
        assert verdicts(one) == [("i00002", "approve")]


async def test_the_people_of_marked_rows_are_acted_on_and_hosts_are_spared(node: Node) -> None:
    one = await three_held(node)
    for who, role in (("zed", "guest"), ("host", "host")):
        person = await one.enter("daily", who, who.title(), role=role)
        person.hand.FromSeconds(1_000)
        await one.changed(person)
    async with console(one, size=(118, 30)) as c:
        await wall(c, 5)
        await c.press("*", "H")
        await c.settle()
        assert [r.participant for name, r in one.calls if name == "LowerHand"] == ["zed"]


async def test_it_says_how_much_was_decided_here_and_how_long_that_had_waited(node: Node) -> None:
    one = await three_held(node)
    for item, ago in zip(one.items.values(), (10, 20, 90), strict=True):
        item.at.FromSeconds(NOON - ago)
        await one.tell("item", "daily", item)
    async with console(one, size=(160, 45), wall=lambda: float(NOON)) as c:
        await wall(c, 3)
        assert "median wait" not in c.text()
        await c.press("*", "a", "y")
        await c.settle()
        await c.sees("3 decided, median wait 20s")
