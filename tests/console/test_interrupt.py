"""Ctrl+C twice leaves the console, wherever one is; once only says so (console.md, keys)."""

from __future__ import annotations

from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.test_away import Clock
from tests.console.test_pictures import Still


async def test_twice_leaves_and_once_says_so(node: Node) -> None:
    async with console(await node(), clock=Still()) as c:
        await c.press("ctrl+c")
        await c.sees("Ctrl+C once more leaves the console.")
        assert c.app.is_running and c.app.return_code is None
        await c.press("ctrl+c")
        assert c.app.return_code == 0


async def test_it_does_so_over_a_question_and_a_box(node: Node) -> None:
    async with console(await node(), clock=Still()) as c:
        await c.press("colon", "ctrl+c")
        assert c.desk.bar.is_open
        await c.press("escape", "question_mark", "ctrl+c")
        assert c.app.return_code == 0


async def test_two_with_a_long_time_between_are_two_first_ones(node: Node) -> None:
    clock = Clock()
    async with console(await node(), clock=clock) as c:
        await c.press("ctrl+c")
        clock.ahead += 5
        await c.press("ctrl+c")
        assert c.app.return_code is None
