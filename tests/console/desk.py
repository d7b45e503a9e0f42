"""A console under test: what is on the screen, and keys."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from console.app import ConsoleApp
from console.client.fleet import Fleet
from console.habits import Order
from console.screens.desk import DeskScreen
from console.state import Store
from tests.console.fleet import FakeNode, until


class Console:
    """One running console."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        self.ports: list[int] = []  # of the nodes, which differ from run to run

    @property
    def desk(self) -> DeskScreen:
        return self.app.desk

    @property
    def store(self) -> Store:
        return self.app.store

    def lines(self) -> list[str]:
        """The picture, line by line, as a person sees it."""
        screen = self.app.screen
        return [strip.text for strip in screen._compositor.render_strips()]

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines())

    async def press(self, *keys: str) -> None:
        """Each key when everything has heard of the one before: seen by the messages that are still under way, not by
        the processor being idle, which is no sign on a busy machine, and slow on a quiet one."""
        for key in keys:
            named = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
            event = events.Key(named, _character(key))
            event.set_sender(self.app)
            self.app.post_message(event)
            await self._settled()
        self.app.screen._on_timer_update()

    async def heard(self) -> None:
        """All that is under way has arrived, and is painted."""
        await self._settled()
        self.app.screen._on_timer_update()

    async def _settled(self) -> None:
        """A key goes from the application to the widget in focus, and what that says goes back."""
        for _ in range(3):
            await self.pilot._wait_for_screen()

    async def type(self, text: str) -> None:
        await self.press(*(_KEYS.get(character, character) for character in text))

    async def sees(self, *texts: str, seconds: float = 30.0) -> None:
        """Wait until all of `texts` are on the screen; say what is there instead."""
        try:
            await until(lambda: all(text in self.text() for text in texts), seconds)
        except TimeoutError:
            missing = [text for text in texts if text not in self.text()]
            raise AssertionError(f"never seen: {missing}\n{self.text()}") from None

    async def waits(self, check: Callable[[], bool], what: str = "") -> None:
        try:
            await until(check)
        except TimeoutError:
            raise AssertionError(f"never came true {what}\n{self.text()}") from None

    async def enter_room(self, room: str) -> None:
        """From anywhere into the room `room`, with its people on the screen."""
        await self.waits(lambda: any(key[1] == room for key in self.store.rooms.rows), f"room {room}")
        await self.press("2")
        key = next(key for key in self.store.rooms.rows if key[1] == room)
        table = self.desk.rooms_pane.table
        table.reorder(self.app.look.now)
        table.point_at(key)
        await self.press("enter")
        await self.waits(lambda: self.desk.pane is self.desk.room_pane, "in the room")

    async def point(self, name: str) -> None:
        """Put the cursor on the person called `name`."""
        table = self.desk.room_pane.table
        await self.waits(lambda: any(row.name == name for row in self.store.people.rows.values()), f"person {name}")
        table.reorder(self.app.look.now)
        table.point_at(next(row.key for row in self.store.people.rows.values() if row.name == name))
        await self.heard()

    async def quiet(self, still: Any) -> None:
        """Let time pass until nothing moves any more: held orders, reports and levels have settled."""
        for _ in range(4):
            still.now += 2.7
            await self.waits(lambda: all(c.heard == still.now for c in self.store.connections.values()), "heard")
            self.app.tick()
            await self.heard()
        for past in self.store.history.values():
            for series in (past.cpu, past.people, past.bits, past.loss):
                series.extend(series[-1] for _ in range(600))
        self.app.tick()
        self.desk.pane.table.refresh()
        await self.heard()

    async def settle(self) -> None:
        await self.desk.operations.settle()
        await self.heard()


def _character(key: str) -> str | None:
    """What the terminal would have said: the character of a key with a name."""
    if len(key) == 1:
        return key
    return next((character for character, name in _KEYS.items() if name == key), None)


_KEYS = {
    " ": "space", ":": "colon", "/": "slash", ">": "greater_than_sign", "!": "exclamation_mark", "-": "minus",
    ".": "full_stop", "*": "asterisk",
    "<": "less_than_sign", "=": "equals_sign", "_": "underscore", "|": "vertical_line",
    "@": "at",
}  # fmt: skip


@contextlib.asynccontextmanager
async def console(
    *nodes: FakeNode,
    size: tuple[int, int] = (100, 30),
    clock: Callable[[], float] = time.monotonic,
    wall: Callable[[], float] = time.time,
    orders: Mapping[str, Order] = {},
    **values: Any,
) -> AsyncIterator[Console]:
    """A console on these nodes; it is here when each of them has been heard."""
    contexts = [node.context for node in nodes]
    store = Store(contexts, clock())
    app = ConsoleApp(store, Fleet(contexts, store, clock, wall), clock=clock, wall=wall, **values)
    app.orders = dict(orders)
    async with app.run_test(size=size) as pilot:
        one = Console(app, pilot)
        one.ports = [node.port for node in nodes]
        await one.waits(lambda: all(c.role and c.heard for c in store.connections.values()), "nodes answer")
        await one.waits(
            lambda: all(any(key[0] == node.name for key in store.rooms.rows) for node in nodes if node.rooms),
            "rooms are listed",
        )
        await one.waits(lambda: len(app.desk.nodes_pane.table.order) == len(nodes), "a row for each")
        await pilot.pause()
        yield one
