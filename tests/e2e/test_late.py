"""Somebody who comes late sees at once."""

from __future__ import annotations

from tests.e2e.chromium import chromium
from tests.e2e.machine import Machine, until
from tests.e2e.visitor import undisturbed


async def test_a_third_sees_a_picture_within_half_a_second(machine: Machine) -> None:
    """From ICE being connected to the first decoded picture: 500 ms at most for the middle one of three newcomers."""
    # Three layers of 720p at 30 pictures a second from two browsers would keep two cores busy and say more of them
    # than of us: hence fewer pictures, and the one in the middle of three newcomers.
    async with chromium(fps=10) as browser:
        room = await machine.room()
        amina, jean = await browser.visitor(), await browser.visitor()
        await amina.join(room.link(), "Amina")
        await jean.join(room.link(), "Jean")
        await amina.until_sees(1)
        await jean.until_sees(1)

        async def newcomer() -> float:
            zoe = await browser.visitor()
            await zoe.join(room.link(), "Zoé", camera=False, microphone=False)

            async def noted() -> float | None:
                after = (await zoe.see()).raw["pictureAfter"]
                return None if after is None else float(after)

            wait = await until(noted, 10, "a first picture")
            await zoe.until_sees(2)
            await zoe.window.open("about:blank")
            return float(wait)

        waits = sorted([await undisturbed(newcomer) for _ in range(3)])
        assert waits[1] <= 500, waits
