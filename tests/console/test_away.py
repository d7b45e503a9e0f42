"""R: one node going away and coming back is shown, never fatal."""

from __future__ import annotations

import time

from tests.console.conftest import Node
from tests.console.desk import console


class Clock:
    """A clock that can jump."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


async def test_a_silent_node_is_stale_then_down_then_back_and_the_other_goes_on(node: Node) -> None:
    clock = Clock()
    here, away = await node("par-01"), await node("waw-01")
    await away.open_room("daily")
    async with console(here, away, clock=clock) as c:
        away.freeze()
        await c.sees("! STALE", "! 1 STALE", "● 1 ok")
        clock.ahead += 8
        await c.sees("✗ DOWN")
        await c.press("2")
        await c.sees("daily", "✗ DOWN")
        away.freeze(False)
        await c.sees("○ empty")
        await c.press("1")
        await c.sees("● 2 ok")


async def test_a_node_that_dies_and_returns_has_the_same_people_and_takes_a_mute(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await one.stop()
        await c.press("m")
        await c.sees("The node cannot be reached")
        await c.sees("! STALE", seconds=15)
        await one.start()
        await c.waits(lambda: "STALE" not in c.text() and "Ada" in c.text())
        assert ("person", "") in one.resumed and any(token for topic, token in one.resumed if topic == "person")
        await c.press("m")
        await c.sees("muted by anna")


async def test_a_wrong_token_says_so_and_the_console_stays(node: Node) -> None:
    good, bad = await node("par-01"), await node("waw-01")
    async with console(good, bad) as c:
        bad.token = "revoked"
        await bad.stop()
        await bad.start()
        await c.sees("✗ DENIED", seconds=15)
        c.desk.nodes_pane.table.point_at(("waw-01", "waw-01"))
        await c.sees("Refused in this demonstration: TOKEN_WRONG.")
        await c.sees("● 1 ok")


async def test_nobody_answers_at_all(node: Node) -> None:
    from console.app import ConsoleApp
    from console.client.fleet import Fleet
    from console.model import Context
    from console.state import Store
    from tests.console.desk import Console

    clock = Clock()
    one = await node()
    contexts = [
        Context("gone", "127.0.0.1:1", str(one.authority.ca_file), "t"),
        Context("bad", "127.0.0.1:1", "/no/ca"),
    ]
    store = Store(contexts, clock())
    app = ConsoleApp(store, Fleet(contexts, store, clock), clock=clock)
    async with app.run_test(size=(100, 24)) as pilot:
        c = Console(app, pilot)
        await c.sees("… calling", "✗ DENIED")
        clock.ahead += 11
        await c.sees("✗ DOWN")
        await c.press("2")
        await c.sees("No node answers.")
