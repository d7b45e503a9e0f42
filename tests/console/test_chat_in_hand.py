"""What the operator hides is what they read: a message with the cursor on it stays on the screen while others come."""

from __future__ import annotations

from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode


async def busy_chat(one: FakeNode) -> None:
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    for number in range(4):
        await one.say("daily", "Ada", f"early {number}")


async def in_the_chat(c: Console) -> None:
    await c.enter_room("daily")
    await c.sees("early 3")
    await c.press("tab", "k", "k")
    message = c.desk.room_pane.chat.cursor_message
    assert message is not None and message.text == "early 1"


async def test_new_messages_do_not_push_the_one_in_hand_off_the_screen(node: Node) -> None:
    one = await node()
    await busy_chat(one)
    async with console(one, size=(80, 24)) as c:
        await in_the_chat(c)
        for number in range(40):
            await one.say("daily", "Bob", f"late {number}")
        await c.waits(lambda: len(c.desk.room_pane.chat.messages) == 44, "all have come")
        await c.sees("early 1", "below")
        assert c.desk.room_pane.chat.cursor_in_view
        await c.press("d")
        await c.sees("message hidden: Ada “early 1”")
        assert [message.text for message in one.messages if message.hidden] == ["early 1"]
        await c.press("G")
        await c.sees("late 39")


async def test_what_is_off_the_screen_is_not_hidden(node: Node) -> None:
    one = await node()
    await busy_chat(one)
    async with console(one, size=(80, 24)) as c:
        await in_the_chat(c)
        for number in range(40):
            await one.say("daily", "Bob", f"late {number}")
        await c.waits(lambda: len(c.desk.room_pane.chat.messages) == 44, "all have come")
        await c.sees("early 1", "below")
        for _ in range(20):
            c.desk.room_pane.chat.on_mouse_scroll_down()
        assert not c.desk.room_pane.chat.cursor_in_view
        await c.press("d")
        await c.sees("off the screen")
        await c.settle()
        assert not any(message.hidden for message in one.messages)


async def test_the_words_that_a_report_quotes_are_inert(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    await one.say("daily", "Ada", "\x1b[31m[b]red\u202e and a good deal more than fits")
    async with console(one, size=(100, 30)) as c:
        await c.enter_room("daily")
        await c.sees("red")
        await c.press("tab", "d")
        await c.sees("message hidden: Ada “[b]red and a good deal …”")
