"""Keys that come all at once: those after `:` or `/` are the line's, and none answers the question it comes with."""

from __future__ import annotations

import pytest
from textual import events

from tests.console.conftest import Node
from tests.console.desk import Console, console

NAMES = {":": "colon", "/": "slash", " ": "space", "\r": "enter"}


def paste(c: Console, text: str) -> None:
    """As a terminal gives them: every key is there before the first is looked at."""
    for one in text:
        event = events.Key(NAMES.get(one, one), None if one == "\r" else one)
        event.set_sender(c.app)
        c.app.post_message(event)


@pytest.mark.parametrize("line", [":mute Ada", "/name:Ada"])
async def test_what_is_pasted_with_the_key_that_opens_the_line_is_in_the_line(node: Node, line: str) -> None:
    one = await node()
    await one.open_room("daily")
    async with console(one) as c:
        await c.enter_room("daily")
        for _ in range(3):
            paste(c, line)
            await c.waits(lambda: c.desk.bar.entry.value == line[1:], "the whole line")
            await c.press("escape")
            c.desk.clear()


async def test_a_whole_command_is_done(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    async with console(one) as c:
        paste(c, ":rooms da\r")
        await c.waits(lambda: c.desk.pane is c.desk.rooms_pane and not c.desk.bar.is_open, "at the rooms")
        assert (c.desk._history, c.desk.rooms_pane.table.filter_text) == (("rooms da",), "da")


async def test_a_question_is_not_answered_by_what_was_pasted_with_it(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "zed", "Zed")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Zed")
        paste(c, "Kyyy")
        await c.sees("Remove Zed from daily")
        await c.heard()
        assert c.desk.bar.is_open
        assert one.calls == []
        await c.press("y")
        await c.settle()
        assert [name for name, _ in one.calls] == ["RemoveParticipant"]


@pytest.mark.parametrize("before", ["", ":"], ids=["at the list", "in the line"])
async def test_a_paste_that_the_terminal_marks_as_one_runs_nothing(node: Node, before: str) -> None:
    """Bracketed paste: its first line is text of the line that is open, and its end is no Enter."""
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "zed", "Zed")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Zed")
        if before:
            await c.press(before)
        c.app.post_message(events.Paste("mute Zed\nm\n"))
        await c.heard()
        await c.settle()
        assert (one.calls, c.desk.bar.is_open) == ([], bool(before))
        assert c.desk.bar.entry.value == ("mute Zed" if before else "")
