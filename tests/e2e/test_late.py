"""Somebody who comes late sees at once."""

from __future__ import annotations

from tests.e2e.chromium import Chromium
from tests.e2e.machine import Machine, until


async def test_a_third_sees_a_picture_within_half_a_second(machine: Machine, browser: Chromium) -> None:
    """From ICE being connected to the first decoded picture: 500 ms at most, however far the next key frame is."""
    room = await machine.room()
    amina, jean, zoe = [await browser.visitor() for _ in range(3)]
    await amina.join(room.link(), "Amina")
    await jean.join(room.link(), "Jean")
    await amina.until_sees(1)
    await jean.until_sees(1)

    await zoe.join(room.link(), "Zoé", camera=False)

    async def noted() -> float | None:
        after = (await zoe.see()).raw["pictureAfter"]
        return None if after is None else float(after)

    assert await until(noted, 10, "a first picture") <= 500
    await zoe.until_sees(2)
