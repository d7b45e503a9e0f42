"""A shared screen arrives at the others."""

from __future__ import annotations

from tests.e2e.chromium import Chromium
from tests.e2e.machine import Machine


async def test_a_shared_screen_arrives(machine: Machine, browser: Chromium) -> None:
    room = await machine.room()
    amina, jean = await browser.visitor(), await browser.visitor()
    await amina.join(room.link(), "Amina")
    await jean.join(room.link(), "Jean")
    await jean.until_sees(1)

    await amina.click("#control-screen")
    seen = await jean.until_sees(2)

    assert len(seen.streams) == 2
