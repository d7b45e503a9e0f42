"""The wall while somebody works in it: nothing moves, and what comes is there at once, below (R182, D4)."""

from __future__ import annotations

from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.test_pictures import Still


def listed(c: Console) -> list[str]:
    """What is said in the items of the wall, in their order."""
    return [c.store.tasks.rows[key].text for key in c.desk.wall_pane.table.order]


async def known(c: Console, *texts: str) -> None:
    """The console has heard of these items: the wall is looked at once a second, and the clock stands meanwhile."""
    told = lambda: {item.text for items in c.store.items.values() for item in items.values()}  # noqa: E731
    await c.waits(lambda: told() >= set(texts), f"heard of {texts}")


async def test_what_comes_while_the_order_is_held_is_below_and_takes_its_place_later(node: Node) -> None:
    """A report is more urgent than a message that waits, and is at the end all the same until the operator rests."""
    one = await node()
    await one.open_room("daily")
    for text in ("first", "second"):
        await one.hold("daily", "Zed", text)
    clock = Still()
    async with console(one, size=(118, 30), clock=clock) as c:
        await c.press("4")
        await known(c, "first", "second")
        clock.now += 1
        await c.sees("first", "second")
        await c.press("j")
        second = c.desk.wall_pane.table.cursor_key
        await one.hold("daily", "Noé", "rude words", kind="report")
        await one.hold("daily", "Zed", "third")
        await known(c, "rude words", "third")
        clock.now += 1
        await c.sees("rude words", "third")
        assert listed(c) == ["first", "second", "rude words", "third"]
        assert c.desk.wall_pane.table.cursor_key == second
        clock.now += 2
        await c.waits(lambda: listed(c) == ["rude words", "first", "second", "third"], "in its place")
        assert c.desk.wall_pane.table.cursor_key == second


async def test_who_is_quick_does_not_wait_at_the_end(node: Node) -> None:
    """One after the other, with the clock all but standing: the next is under the cursor when it has come."""
    one = await node()
    await one.open_room("daily")
    await one.hold("daily", "Zed", "line 0")
    clock = Still()
    async with console(one, size=(118, 30), clock=clock) as c:
        await c.press("4")
        await known(c, "line 0")
        clock.now += 1
        for number in range(5):
            await c.sees(f"line {number}")
            await c.press("G", "a")
            await c.settle()
            await one.hold("daily", "Zed", f"line {number + 1}")
            await known(c, f"line {number + 1}")
            clock.now += 1
        await c.sees("line 5")
        assert [(name, request.item) for name, request in one.calls] == [
            ("DecideItem", f"i{number:05}") for number in range(1, 6)
        ]
