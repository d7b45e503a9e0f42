"""H22: names, titles and messages of strangers are inert on the operator's screen and in the command line's output."""

from __future__ import annotations

import unicodedata

from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.test_text import HOSTILE


def inert(c: Console) -> bool:
    return all(unicodedata.category(character) not in ("Cc", "Cf", "Cs") for line in c.lines() for character in line)


async def test_hostile_names_titles_and_messages_are_inert(node: Node) -> None:
    one = await node()
    texts = [text for text in HOSTILE if "\ud800" not in text]  # protobuf refuses lone surrogates
    await one.open_room("daily", texts[0] + texts[1] + texts[6])
    for number, text in enumerate(texts):
        await one.enter("daily", f"p{number}", text + str(number))
        await one.say("daily", text, text)
    for size in ((80, 24), (160, 45)):
        async with console(one, size=size) as c:
            assert inert(c)
            await c.press("2")
            assert inert(c)
            await c.enter_room("daily")
            await c.sees("[red]markup[/red]")
            assert inert(c)
            assert all(len(line) <= 2 * size[0] for line in c.lines())
            await c.press("tab", "k", "k")
            assert inert(c)


async def test_a_megabyte_of_combining_marks_does_not_stop_the_console(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "A" + "\u0300" * 500_000)
    await one.say("daily", "Zalgo", "e\u0301" + "\u0301" * 1_000_000 + " end")
    await one.say("daily", "Bob", "still here")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.sees("still here", "Zalgo")
        assert inert(c)
        await c.press("m")
        await c.sees("microphone blocked")


async def test_a_refusal_with_escapes_is_inert(node: Node) -> None:
    import grpc

    from tests.console.fleet import refusal

    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    nasty = refusal("NASTY")
    nasty.message["en"] = "\x1b]52;c;eA==\x07 \x1b[2Jno"
    one.refuse["MuteParticipant"] = (grpc.StatusCode.FAILED_PRECONDITION, nasty)
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await c.press("m")
        await c.sees("[NASTY]", "Do otherwise.")
        assert inert(c)
