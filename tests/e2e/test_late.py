"""Somebody who comes late sees at once."""

from __future__ import annotations

from tests.e2e.chromium import Chromium
from tests.e2e.machine import Machine, until
from tests.e2e.visitor import Visitor


async def test_a_third_sees_a_picture_within_half_a_second(machine: Machine, browser: Chromium) -> None:
    """From ICE being connected to the first decoded picture: 500 ms at most, however far the next key frame is."""
    room = await machine.room()
    amina, jean = await browser.visitor(), await browser.visitor()
    await amina.join(room.link(), "Amina")
    await jean.join(room.link(), "Jean")
    await amina.until_sees(1)
    await jean.until_sees(1)

    # A machine that does other things may stall a browser: one of three newcomers must see at once.
    waits: list[float] = []
    while len(waits) < 3 and min(waits, default=1000) > 500:
        zoe = await browser.visitor()
        await zoe.join(room.link(), "Zoé", camera=False, microphone=False)

        async def noted(who: Visitor = zoe) -> float | None:
            after = (await who.see()).raw["pictureAfter"]
            return None if after is None else float(after)

        waits.append(await until(noted, 10, "a first picture"))
        await zoe.until_sees(2)
        await zoe.window.open("about:blank")
    assert min(waits) <= 500
