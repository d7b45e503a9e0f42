"""aiortc as a third kind of client: it decodes what the node sends."""

from __future__ import annotations

from tests.e2e.chromium import Chromium
from tests.e2e.listener import Viewer
from tests.e2e.machine import Machine, until


async def test_aiortc_decodes_a_browser(machine: Machine, browser: Chromium) -> None:
    room = await machine.room()
    amina = await browser.visitor()
    await amina.join(room.link(), "Amina")
    jean = Viewer(room.participant, "Jean")
    await jean.enter()

    await until(lambda: jean.frames >= 60 and jean.sounds >= 100, 45, "pictures and sound are decoded")

    assert max(jean.sizes) >= (320, 180)
    decoded = jean.frames
    await until(lambda: jean.padded > 0, 30, "some of what is decoded is padded for GSO")
    await until(lambda: jean.frames > decoded + 15, 30, "and it goes on")
    await jean.exit()
