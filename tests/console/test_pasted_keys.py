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


async def test_keys_behind_an_enter_do_nothing_to_what_it_opens(node: Node) -> None:
    """A paste that the terminal does not mark as one: its first line opens a room, the rest would act there."""
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "zed", "Zed")
    async with console(one) as c:
        for opening in (":room daily\r", "\r"):
            await c.press("2")
            await c.waits(lambda: c.desk.rooms_pane.table.cursor_key is not None, "a room")
            paste(c, f"{opening}mKMX")
            await c.waits(lambda: c.desk.pane is c.desk.room_pane, "in the room")
            await c.point("Zed")
            await c.settle()
            assert (one.calls, c.desk.bar.is_open) == ([], False)
        await c.press("m")  # what is pressed then is meant
        await c.settle()
        assert [name for name, _ in one.calls] == ["MuteParticipant"]


async def test_keys_behind_a_command_that_asks_do_not_answer(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "zed", "Zed")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Zed")
        paste(c, ":kick Zed\ry")
        await c.sees("Remove Zed from daily")
        await c.heard()
        assert (one.calls, c.desk.bar.kind) == ([], "confirm")
        await c.press("n")
        paste(c, ":close\rdaily\rover\r")
        await c.waits(lambda: c.desk.bar.kind == "type", "the name is asked for")
        await c.heard()
        assert (one.calls, c.desk.bar.kind, c.desk.bar.entry.value) == ([], "type", "")
        paste(c, "daily\rover\r")
        await c.waits(lambda: c.desk.bar.kind == "reason", "a reason is asked for")
        await c.heard()
        assert (one.calls, c.desk.bar.kind, c.desk.bar.entry.value) == ([], "reason", "")
        await c.type("over")
        await c.press("enter")
        await c.settle()
        assert [name for name, _ in one.calls] == ["CloseRoom"]


@pytest.mark.parametrize("overlay", ["?", "o"], ids=["help", "results"])
async def test_keys_behind_the_enter_that_closes_an_overlay_do_nothing_below(node: Node, overlay: str) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "zed", "Zed")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Zed")
        await c.press(overlay)
        assert c.app.screen is not c.desk
        paste(c, "\rmK")
        await c.waits(lambda: c.app.screen is c.desk, "closed")
        await c.heard()
        await c.settle()
        assert (one.calls, c.desk.bar.is_open) == ([], False)


async def test_a_line_hears_again_after_every_enter(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    async with console(one) as c:
        for text in ("rooms da", "nodes", "nonsense", "rooms da"):
            await c.press(":")
            await c.type(text)
            assert c.desk.bar.entry.value == text
            await c.press("enter")
            await c.waits(lambda: not c.desk.bar.is_open, "done")
        assert c.desk._history == ("rooms da", "nodes", "nonsense", "rooms da")
