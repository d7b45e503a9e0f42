"""Somebody's network changes in the middle of a call: another address, the same place (H30)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from node.demo import people
from tests.e2e.chromium import ChromiumWindow, chromium
from tests.e2e.home import HOUSE, home
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, until
from tests.e2e.visitor import Visitor

WITHIN_S = 20.0
LOCAL = """async () => {
  const connection = window.regieWatch.made.at(-1);
  const stats = [...(await connection.getStats()).values()];
  const transport = stats.find((it) => it.type === 'transport');
  const pair = stats.find((it) => it.id === transport?.selectedCandidatePairId);
  return stats.find((it) => it.id === pair?.localCandidateId)?.address ?? '';
}"""


@pytest.mark.own_network
@pytest.mark.timeout(150)
async def test_wifi_gives_way_to_mobile_data(tmp_path: Path) -> None:
    """H30: the page restarts ICE and goes on with the same peer connection, the same place and the same pictures."""

    machine = Machine(tmp_path, address=HOUSE)
    machine.settings["REGIE__WEB__TLS_LISTEN"] = f"{HOUSE}:{machine.tls}"
    async with home() as link:
        try:
            await machine.start()
            room = await machine.room()
            jean = Listener(room.participant, "Jean", person=people.PEOPLE[1], hears=2, sees=2)
            await jean.enter()
            jean.talk()
            async with chromium(link.enter) as browser:
                amina = await browser.visitor()
                await amina.join(room.link().replace(machine.base, f"https://{HOUSE}:{machine.tls}"), "Amina")
                await amina.until_sees(1, 20)
                await until(lambda: jean.packets("video") > 30, 20, "her picture arrives")
                before = await amina.window.run(LOCAL)
                joins = await _joins(machine)

                link.move()
                await asyncio.sleep(1)  # what was on its way has arrived
                since, sent = await amina.see(), jean.packets("video")
                await _goes_on(amina, jean, since.frames, sent)

                assert await amina.window.run(LOCAL) != before, "the address is another one"
                assert (await amina.see()).raw["connections"] == 1, "the same peer connection"
                assert await _joins(machine) == joins, "nobody had to join again"
                assert isinstance(amina.window, ChromiumWindow) and amina.window.errors == []
            await jean.exit()
        finally:
            await machine.stop()


async def _goes_on(amina: Visitor, jean: Listener, frames: float, packets: int) -> None:
    async def again() -> bool:
        return (await amina.see()).frames > frames + 10 and jean.packets("video") > packets + 30

    await until(again, WITHIN_S, "pictures go on, both ways", every=0.1)


async def _joins(machine: Machine) -> float:
    figures = await machine.figures()
    return sum(value for name, value in figures.items() if name.startswith("regie_join") and "count" in name)
