"""Somebody whose network lets no UDP through: from the start, or from one moment to the next."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.demo import people
from tests.e2e.chromium import ChromiumWindow, chromium
from tests.e2e.home import HOME, HOUSE, Link, home
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, Room, until
from tests.e2e.visitor import Seen, Visitor, proven

WITHIN_S = 15.0
WAY = """async () => {
  for (const connection of window.regieWatch.made) {
    const stats = [...(await connection.getStats()).values()];
    const transport = stats.find((it) => it.type === 'transport');
    const pair = stats.find((it) => it.id === transport?.selectedCandidatePairId);
    const local = stats.find((it) => it.id === pair?.localCandidateId);
    if (local && connection.connectionState === "connected")
      return { protocol: local.protocol, address: local.address };
  }
  return {};
}"""


@dataclass
class Call:
    """Amina at home and Jean in the house see and hear each other."""

    machine: Machine
    link: Link
    room: Room
    amina: Visitor
    jean: Listener

    async def way(self) -> dict[str, str]:
        """Protocol and address that Amina's browser uses."""
        way: dict[str, str] = await self.amina.window.run(WAY)
        return way

    async def goes_on(self, since: Seen) -> float:
        """Both ways, pictures and sound, within 15 s; how long it took."""
        began, pictures, voices = time.monotonic(), self.jean.packets("video"), self.jean.packets("audio")

        async def again() -> bool:
            now = await self.amina.see()
            seen = now.frames > since.frames + 10 and now.energy > since.energy
            return seen and self.jean.packets("video") > pictures + 10 and self.jean.packets("audio") > voices + 10

        await until(again, WITHIN_S, "pictures and sound, both ways", every=0.1)
        return time.monotonic() - began


@asynccontextmanager
async def calling(
    folder: Path, *, block: str = "", address: str = HOUSE, settings: dict[str, str] | None = None, script: str = ""
) -> AsyncIterator[Call]:
    """`block`: what the home lets through neither way; `script`: what runs in the page before its own."""
    machine = Machine(folder, address=address, settings=settings or {})
    machine.settings["REGIE__WEB__TLS_LISTEN"] = f"{HOUSE}:{machine.tls}"
    async with home() as link, AsyncExitStack() as ending:
        ending.push_async_callback(machine.stop)
        await machine.start()
        link.block(block)
        room = await machine.room()
        jean = Listener(room.participant, "Jean", person=people.PEOPLE[1], hears=2, sees=2)
        ending.push_async_callback(jean.exit)
        await jean.enter()
        jean.talk()
        async with chromium(link.enter) as browser:
            amina = await browser.visitor()
            if script:
                assert isinstance(amina.window, ChromiumWindow)
                await amina.window.page.add_init_script(script)
            await amina.join(room.link().replace(machine.base, f"https://{HOUSE}:{machine.tls}"), "Amina")
            await amina.until_sees(1)
            await amina.until_hears()
            await until(lambda: jean.packets("video") > 30, 30, "her picture arrives")
            yield Call(machine, link, room, amina, jean)


@pytest.mark.own_network
@pytest.mark.timeout(280)
async def test_a_call_where_udp_never_went(tmp_path: Path) -> None:
    """H29: no packet of UDP leaves the home; the call is as any other, over TCP."""
    async with calling(tmp_path, block="udp") as call:
        assert await call.way() == {"protocol": "tcp", "address": HOME}
        _, after = await proven(
            lambda: call.amina.watch(5), lambda look: look[1].frames - look[0].frames >= 5 * 6, "no standstill"
        )
        assert await call.goes_on(after) < WITHIN_S


@pytest.mark.own_network
@pytest.mark.timeout(280)
async def test_udp_is_blocked_in_the_middle(tmp_path: Path) -> None:
    """H29: UDP stops in the middle of a call; within 15 s it goes on over TCP, with the same place and transport."""
    async with calling(tmp_path) as call:
        assert (await call.way())["protocol"] == "udp"
        made = await transports(call.machine)
        call.link.block("udp")
        await asyncio.sleep(1)  # what was on its way has arrived
        since = await call.amina.see()
        await call.goes_on(since)
        assert (await call.way())["protocol"] == "tcp"
        assert await transports(call.machine) == made, "nobody had to join again"
        assert await call.amina.screen() == "room"


async def transports(machine: Machine) -> float:
    """How many connections have been made so far, by whomever."""
    figures = await machine.figures()
    return sum(value for name, value in figures.items() if name.startswith("regie_join") and "count" in name)
