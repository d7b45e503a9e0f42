"""Two people in two browsers see and hear each other."""

from __future__ import annotations

import asyncio

from tests.e2e.chromium import Chromium, ChromiumWindow
from tests.e2e.machine import Machine
from tests.e2e.visitor import Seen, proven, rate


async def test_two_chromium_see_and_hear_each_other(machine: Machine, browser: Chromium) -> None:
    """Each decodes the other's video at 15 pictures a second or more, without a freeze after the first second."""
    room = await machine.room()
    amina, jean = await browser.visitor(), await browser.visitor()
    await amina.join(room.link(), "Amina")
    await jean.join(room.link(), "Jean")

    for person in (amina, jean):
        await person.until_sees(1)
        await person.until_hears()

    await asyncio.sleep(1)
    both = await proven(lambda: asyncio.gather(amina.watch(5), jean.watch(5)), smooth, "15 pictures a second each")
    for person, (before, after) in zip((amina, jean), both, strict=True):
        assert after.energy > before.energy
        assert isinstance(person.window, ChromiumWindow)
        assert person.window.errors == []
    assert await machine.padding() > 0, "and part of it was padded for GSO"


def smooth(both: list[tuple[Seen, Seen]]) -> bool:
    return all(
        len(after.streams) == 1
        and all(rate(before, after, mid) >= 15 for mid in after.streams)
        and after.freezes == before.freezes
        for before, after in both
    )


async def test_the_page_asks_nobody_else(machine: Machine, browser: Chromium) -> None:
    """No third-party request, from the link to the room."""
    room = await machine.room()
    amina = await browser.visitor()
    await amina.join(room.link(), "Amina")
    assert isinstance(amina.window, ChromiumWindow)
    assert [url for url in amina.window.requests if not url.startswith((machine.base, "data:", "blob:"))] == []
