"""A call of four, one of them at home behind a link that gets bad and good again. `make test-links`: it takes a minute
and a half, and two browsers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.demo import peer, people
from tests.e2e.chromium import chromium
from tests.e2e.home import HOUSE, Link, home
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, Room, until
from tests.e2e.visitor import Seen, Visitor

FPS = 10  # of the cameras of 720p: two cores encode two of them, in three layers each, and decode them
WIDE = {"width": 1920, "height": 1080}  # a tile of four is more than 360 lines high
SMALL = {"width": 480, "height": 640}
HELD = "Votre connexion ne porte pas l’image"  # node/web/locale/fr.json, quality.held
STILL_S = 4.0  # a picture that has not moved for so long is stuck, also where browsers wait for the processor
UNHEARD = 0.25  # of the sound may have been made up by the browser; without any packet that is all


@dataclass
class Call:
    """Lucie is at home. Amina, in another Chromium, sends three layers of 720p; two more are aiortc, one layer each."""

    machine: Machine
    link: Link
    room: Room
    amina: Visitor
    lucie: Visitor

    async def held(self) -> bool:
        return HELD in await self.lucie.text("#banners")


@dataclass
class Look:
    """Some seconds of what Lucie sees and hears."""

    still: dict[str, float]  # the longest time without a new picture, by slot, seconds
    heights: set[int]  # of the pictures of 16:9 that have layers, lines
    made_up: float  # share of the sound that had not come in time

    def moving(self, within: float = STILL_S) -> int:
        """How many pictures did not stand still for so long, seconds."""
        return sum(1 for still in self.still.values() if still < within)


async def look(person: Visitor, seconds: float) -> Look:
    begun = await person.see()
    now = begun
    moved = dict.fromkeys(begun.streams, begun.at)
    still = dict.fromkeys(begun.streams, 0.0)
    heights: set[int] = set()
    while now.at < begun.at + seconds:
        await asyncio.sleep(0.25)
        before, now = now, await person.see()
        heights |= set(lines(now, before))
        for slot, frames in now.streams.items():
            if frames > before.streams.get(slot, 0):
                moved[slot] = now.at
            still[slot] = max(still.get(slot, 0.0), now.at - moved.setdefault(slot, before.at))
    heard = now.of("audio", "totalSamplesReceived") - begun.of("audio", "totalSamplesReceived")
    made_up = now.of("audio", "concealedSamples") - begun.of("audio", "concealedSamples")
    assert heard > 0, "sound is played"
    return Look(still, heights, made_up / heard)


def lines(now: Seen, before: Seen) -> list[int]:
    """The height of each picture that has moved."""
    return [
        int(report.get("frameHeight") or 0)
        for report in now.raw["inbound"]
        if report.get("kind") == "video"
        and now.streams.get(str(report.get("mid")), 0) > before.streams.get(str(report.get("mid")), 0)
    ]


@asynccontextmanager
async def call_of_four(folder: Path) -> AsyncIterator[Call]:
    peer.stay_on_this_machine()
    machine = Machine(folder, address=HOUSE)
    machine.settings["REGIE__WEB__TLS_LISTEN"] = f"{HOUSE}:{machine.tls}"
    async with home() as link, AsyncExitStack() as ending:
        ending.push_async_callback(machine.stop)
        await machine.start()
        room = await machine.room()
        for name, person in (("Jean", people.PEOPLE[1]), ("Zoé", people.PEOPLE[2])):
            one = Listener(room.participant, name, person=person, hears=2, sees=1)
            ending.push_async_callback(one.exit)
            await one.enter()
            one.talk()
        office = await ending.enter_async_context(chromium(fps=FPS))
        sofa = await ending.enter_async_context(chromium(link.enter, fps=FPS))
        amina = await office.visitor(viewport=SMALL)
        await amina.join(room.link(), "Amina")
        lucie = await sofa.visitor(viewport=WIDE)
        await lucie.join(room.link().replace(machine.base, f"https://{HOUSE}:{machine.tls}"), "Lucie")
        yield Call(machine, link, room, amina, lucie)


@pytest.mark.own_network
@pytest.mark.timeout(280)
async def test_no_picture_gets_stuck(tmp_path: Path) -> None:
    """1 Mbit/s with 50 ms each way, 300 kbit/s, 180, then 5 % of loss, then good again. The layers follow, sound goes
    on throughout, who can be shown no picture is told so, and in the end everything is as at first."""
    async with call_of_four(tmp_path) as call:
        await whole(call, 40)

        call.link.rate(1_000)
        call.link.delay(50)
        await until(lambda: fewer_lines(call), 20, "Amina's picture is sent as a smaller layer")
        seen = await look(call.lucie, 8)
        assert seen.moving() >= 1, seen
        assert seen.made_up < UNHEARD, seen

        call.link.rate(300)
        await until(lambda: heard(call), 10, "what had waited in the link is gone, and sound is whole again")
        seen = await look(call.lucie, 12)
        assert seen.made_up < UNHEARD, seen
        assert seen.moving(11) >= 1 or await call.held(), "one small picture, or she is told that there is none"

        call.link.rate(180)
        await until(call.held, 40, "Lucie is told that her link bears no picture", every=0.1)
        await until(lambda: heard(call), 10, "sound is whole again")
        assert (await look(call.lucie, 8)).made_up < UNHEARD

        call.link.rate(None)
        call.link.loss(5)
        await until(lambda: all_move(call), 60, "all three pictures move")
        assert not await call.held()
        seen = await look(call.lucie, 8)
        assert seen.moving() >= 2, seen
        assert seen.made_up < UNHEARD, seen

        call.link.loss(0)
        call.link.delay(0)
        await whole(call, 60)
        seen = await look(call.lucie, 5)
        assert seen.moving() == 3, seen
        assert seen.made_up < UNHEARD, seen
        assert await call.lucie.screen() == "room"


async def whole(call: Call, seconds: float) -> None:
    """Three pictures, Amina's in 720 lines; and she sees Lucie."""
    began = time.monotonic()
    await until(lambda: all_move(call, 720), seconds, "three pictures, one of 720 lines")
    before = await call.amina.see()

    async def moves() -> bool:
        return (await call.amina.see()).frames > before.frames

    await until(moves, max(5.0, seconds - (time.monotonic() - began)), "Amina's pictures move")


async def all_move(call: Call, height: int = 0) -> bool:
    before, now = await call.lucie.watch(1)
    moving = lines(now, before)
    return len(moving) == 3 and max(moving) >= height


async def fewer_lines(call: Call) -> bool:
    before, now = await call.lucie.watch(0.5)
    moving = lines(now, before)
    return bool(moving) and max(moving) < 720


async def heard(call: Call) -> bool:
    return (await look(call.lucie, 1)).made_up < UNHEARD / 5
