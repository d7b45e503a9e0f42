"""`U` shows all that can still be taken back, and takes back the one that is chosen, not only the last (D5)."""

from __future__ import annotations

from console.model import Link
from console.screens.desk import DeskScreen
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode
from tests.console.test_away import Clock


async def two_are_muted(node: Node) -> FakeNode:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    await one.enter("daily", "p2", "Bob")
    return one


async def mute_both(c: Console) -> None:
    await c.enter_room("daily")
    for who in ("Ada", "Bob"):
        await c.point(who)
        await c.press("m")
        await c.settle()


async def test_an_earlier_one_is_taken_back_and_the_last_stays(node: Node) -> None:
    one = await two_are_muted(node)
    async with console(one) as c:
        await mute_both(c)
        await c.press("U")
        await c.sees("What can still be undone", "mute of Bob", "mute of Ada")
        await c.press("j", "enter")
        await c.settle()
        undone = [request.participant for name, request in one.calls if name == "UnmuteParticipant"]
        assert undone == ["p1"]
        assert isinstance(c.app.screen, DeskScreen)
        await c.press("u")
        await c.settle()
        undone = [request.participant for name, request in one.calls if name == "UnmuteParticipant"]
        assert undone == ["p1", "p2"]


async def test_it_says_so_when_there_is_nothing(node: Node) -> None:
    one = await node()
    async with console(one) as c:
        await c.press("U")
        await c.sees("Nothing: what can be undone can be for 30 s.")
        await c.press("j", "enter", "q")
        assert isinstance(c.app.screen, DeskScreen)
        assert one.calls == []


async def test_what_was_chosen_and_is_over_is_not_exchanged_for_another(node: Node) -> None:
    one = await two_are_muted(node)
    clock = Clock()
    async with console(one, clock=clock) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await c.press("m")
        await c.settle()
        undos = c.desk.operations.undos
        clock.ahead += 20
        await c.waits(lambda: undos.seconds(undos.standing()[0]) <= 11, "later")
        await c.waits(lambda: c.store.link(one.name) is Link.LIVE, "the node is heard")
        await c.point("Bob")
        await c.press("m")
        await c.settle()
        await c.press("U", "j")
        await c.sees("▶ mute of Ada")
        clock.ahead += 15
        await c.waits(lambda: len(undos.standing()) == 1, "the first is over")
        await c.waits(lambda: c.store.link(one.name) is Link.LIVE, "the node is heard")
        await c.press("enter")
        await c.settle()
        assert not [name for name, _ in one.calls if name == "UnmuteParticipant"], (
            "Ada's time is over; Bob was not meant"
        )
        await c.press("k", "enter")
        await c.settle()
        assert [r.participant for name, r in one.calls if name == "UnmuteParticipant"] == ["p2"]
