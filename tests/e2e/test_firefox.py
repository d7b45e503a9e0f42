"""The same page in Firefox ESR."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from node.demo import people
from tests.e2e.firefox import firefox
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, until
from tests.e2e.networks import ADDRESS
from tests.e2e.visitor import Visitor, rate


@pytest.mark.own_network
@pytest.mark.timeout(120)
async def test_firefox_takes_part(tmp_path: Path) -> None:
    """Firefox sees and hears somebody, and is received. It shuns 127.0.0.1 for media, hence a network of its own."""
    machine = Machine(tmp_path, address=ADDRESS)
    jean: Listener | None = None
    try:
        await machine.start()
        room = await machine.room()
        jean = Listener(room.participant, "Jean", person=people.PEOPLE[1], hears=2, sees=2)
        await jean.enter()
        jean.talk()
        async with firefox(tmp_path) as window:
            amina = Visitor(window)
            await amina.join(room.link(), "Amina")
            await amina.until_sees(1, 20)
            await amina.until_hears(20)
            await asyncio.sleep(1)
            before, after = await amina.watch(5)
            (mid,) = after.streams
            assert rate(before, after, mid) >= 15
            assert await machine.padding() > 0, "and part of it was padded for GSO"
            await until(lambda: jean.packets("video") > 60, 10, "her picture arrives")
            await until(lambda: jean.packets("audio") > 60, 10, "her voice arrives")
    finally:
        if jean is not None:
            await jean.exit()  # its decoders' threads would keep pytest from ending
        await machine.stop()
