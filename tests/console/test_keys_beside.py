"""Keys for a shorter way: back to the last screen, from match to match, a row as JSON, all of an author (R182)."""

from __future__ import annotations

import json

import pytest

from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.fleet import FakeNode
from tests.console.test_pictures import Still


async def one_with_people(node: Node) -> FakeNode:
    one = await node()
    await one.open_room("daily")
    for name in ("Ada", "Bob", "Amina"):
        await one.enter("daily", name.lower(), name)
    return one


async def test_the_last_screen_and_back(node: Node) -> None:
    one = await one_with_people(node)
    async with console(one) as c:
        await c.press("minus")
        assert c.desk.pane is c.desk.nodes_pane, "there was none before"
        await c.press("3", "6", "minus")
        assert c.desk.pane is c.desk.participants_pane
        await c.press("minus")
        assert c.desk.pane is c.desk.audit_pane


async def test_from_match_to_match_and_around(node: Node) -> None:
    one = await one_with_people(node)
    async with console(one) as c:
        await c.press("3")
        await c.waits(lambda: len(c.desk.participants_pane.table.order) == 3, "people")
        await c.press("/")
        await c.type("name:a")
        await c.press("enter")
        table = c.desk.participants_pane.table
        await c.waits(lambda: len(table.order) == 2, "two match")
        await c.press("g")
        seen = []
        for key in ("n", "n", "N"):
            await c.press(key)
            seen.append(table.position)
        assert seen == [1, 0, 1]


async def test_a_card_by_i(node: Node) -> None:
    one = await one_with_people(node)
    async with console(one, size=(120, 30)) as c:
        await c.press("3")
        await c.waits(lambda: len(c.desk.participants_pane.table.order) == 3, "people")
        await c.press("i")
        await c.waits(lambda: c.app.screen is not c.desk, "a screen of its own")


async def test_a_row_as_json_harmless_where_it_is_pasted(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """H22."""
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "\x1b]0;evil\x07Ada\u202e")
    async with console(one) as c:
        copied: list[str] = []
        monkeypatch.setattr(c.app, "copy_to_clipboard", copied.append)
        await c.press("3")
        await c.waits(lambda: len(c.desk.participants_pane.table.order) == 1, "she is there")
        await c.press("Y")
        (text,) = copied
        assert json.loads(text)["room"] == "daily"
        assert text.replace("\n", "").isprintable()


async def test_order_now_does_not_wait_for_the_hold(node: Node) -> None:
    one = await one_with_people(node)
    clock = Still()
    async with console(one, clock=clock) as c:
        await c.press("3")
        clock.now += 1
        table = c.desk.participants_pane.table
        await c.waits(lambda: len(table.order) == 3, "people")
        await c.press("j")
        held = table.cursor_key
        await one.enter("daily", "aaron", "Aaron")
        await c.waits(lambda: table.order[-1][-1] == "aaron", "below, while the order is held")
        await c.press("r")
        assert table.order[0][-1] == "aaron"
        assert table.cursor_key == held


async def test_all_that_one_wrote_is_hidden_after_a_question_and_they_write_no_more(node: Node) -> None:
    one = await one_with_people(node)
    for text in ("one", "two"):
        await one.say("daily", "Bob", text, participant="bob")
    await one.say("daily", "Ada", "mine", participant="ada")
    async with console(one, size=(120, 30)) as c:
        await c.enter_room("daily")
        await c.sees("one", "two", "mine")
        await c.press("tab", "k")
        message = c.desk.room_pane.chat.cursor_message
        assert message is not None and message.text == "two"
        await c.press("c")
        await c.waits(lambda: bool(one.calls), "the node is asked")
        name, request = one.calls[-1]
        assert (name, request.participant) == ("RestrainParticipant", "bob")
        await c.press("D")
        await c.sees("Hide 2 messages by Bob?")
        await c.press("y")
        await c.waits(lambda: [m.text for m in one.messages if m.hidden] == ["one", "two"], "hidden")
