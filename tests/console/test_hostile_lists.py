"""H22: what strangers write is inert in the lists over all nodes, in their alerts, questions and results."""

from __future__ import annotations

import grpc

from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.fleet import refusal
from tests.console.test_hostile import inert
from tests.console.test_text import HOSTILE


async def test_hostile_names_and_texts_are_inert_in_every_list(node: Node) -> None:
    one = await node()
    texts = [text for text in HOSTILE if "\ud800" not in text]
    await one.open_room("daily", texts[0])
    for number, text in enumerate(texts):
        await one.enter("daily", f"p{number}", text + str(number))
        await one.hold("daily", text, text, kind="report" if number % 2 else "held", why=text)
        await one.knock("daily", f"w{number}", text)
    one.items["daily", "i00001"].claimed_by = texts[1]
    nasty = refusal("NASTY")
    nasty.message["en"] = "\x1b]52;c;eA==\x07 \x1b[2Jno"
    one.refuse["MuteParticipant"] = (grpc.StatusCode.FAILED_PRECONDITION, nasty)
    for size in ((80, 24), (160, 45)):
        async with console(one, size=size) as c:
            await c.press("3")
            await c.waits(lambda: len(c.desk.participants_pane.table.order) == len(texts), "everybody")
            await c.sees("markup")
            assert inert(c)
            await c.press("*", "m")
            await c.settle()
            await c.press("o")
            await c.sees("NASTY")
            assert inert(c)
            await c.press("q", "K")
            assert inert(c)
            await c.press("n", "4")
            await c.waits(lambda: len(c.desk.wall_pane.table.order) >= len(texts), "wall")
            for _ in range(3):
                assert inert(c)
                await c.press("j")
            assert all(len(line) <= 2 * size[0] for line in c.lines())
