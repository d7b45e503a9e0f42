"""What a key changes is on its way to the terminal when its handler returns (D5: the first byte after a key)."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.widget import Widget

from console.state import COUNTED
from tests.console.conftest import Node
from tests.console.desk import Console, console


async def key(c: Console, name: str) -> None:
    """The handler of a key, and nothing after it: no other message, no timer."""
    event = events.Key(name, name)
    event.set_sender(c.app)
    await c.app.on_event(event)


async def laid_out(c: Console) -> None:
    """Nothing waits for a new layout, which is Textual's to make and not the key's."""
    screen = c.app.screen

    def done() -> bool:
        return not any(one._layout_required or one._scroll_required for one in (screen, *screen.walk_children(Widget)))

    await c.waits(done, "laid out")


async def test_the_cursor_and_its_position_leave_together_in_the_handler(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await node()
    for room in ("atelier", "daily", "ventes"):
        await one.open_room(room)
    async with console(one) as c:
        await c.press("2")
        await c.sees("1/3")
        await laid_out(c)
        left: list[str] = []
        plain = c.app._display

        def seen(screen: Any, update: Any) -> None:
            if isinstance(update, ChopsUpdate | LayoutUpdate):
                left.append(update.render_segments(c.app.console))
            plain(screen, update)

        monkeypatch.setattr(c.app, "_display", seen)
        await key(c, "j")
        assert len(left) == 1
        assert "▶" in left[0]
        assert "2/3" in left[0]


async def test_a_terminal_that_is_behind_is_not_given_more(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await node()
    for room in ("atelier", "daily"):
        await one.open_room(room)
    async with console(one) as c:
        await c.press("2")
        await c.sees("1/2")
        left: list[Any] = []
        monkeypatch.setattr(c.app, "_display", lambda screen, update: left.append(update))
        monkeypatch.setattr("console.terminal.busy", lambda app: True)
        await key(c, "j")
        assert left == []
        monkeypatch.undo()
        await c.heard()
        await c.sees("2/2")


async def test_rows_that_changed_by_the_thousand_are_painted(node: Node) -> None:
    """More than are told one by one: the picture is whole again, and nothing moved."""
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "ada", "Ada")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.sees("Ada")
        dirty = c.desk.room_pane.table._dirty
        person = next(iter(c.store.people.rows.values()))
        person.name = "Ada L."
        dirty.keys |= {("elsewhere", str(number)) for number in range(COUNTED + 1)}
        c.store.tick(c.app.look.now, c.app.look.wall)
        c.desk.pane.tick()
        await c.heard()
        await c.sees("Ada L.")
