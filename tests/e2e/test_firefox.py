"""The same page in Firefox ESR."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from node.demo import people
from protos.mute.v1 import mute_pb2
from protos.participants.v1 import participants_pb2
from tests.e2e.chromium import chromium
from tests.e2e.firefox import firefox
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, Room, until
from tests.e2e.networks import ADDRESS
from tests.e2e.visitor import Visitor, fluent, proven


@pytest.mark.own_network
@pytest.mark.timeout(280)
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
            await amina.until_sees(1)
            await amina.until_hears()
            await asyncio.sleep(1)
            await proven(lambda: amina.watch(5), fluent, "15 pictures a second")
            await until(lambda: jean.packets("video") > 60, 30, "her picture arrives")
            await until(lambda: jean.packets("audio") > 60, 30, "her voice arrives")
            await jean.exit()
            jean = None
            await _padded_for_her_alone(machine, room, amina)
    finally:
        if jean is not None:
            await jean.exit()  # its decoders' threads would keep pytest from ending
        await machine.stop()


async def _padded_for_her_alone(machine: Machine, room: Room, amina: Visitor) -> None:
    """Chromium sends, and nobody but Firefox receives: all that is padded for GSO is what Firefox plays."""
    assert machine.operator is not None
    listed = await machine.operator(
        machine.operator.participants.ListParticipants, participants_pb2.ListParticipantsRequest(room=room.room)
    )
    (person,) = (one.participant for one in listed.participants if one.name == "Amina")
    silence = mute_pb2.MuteParticipantRequest(room=room.room, participant=person, sources=["microphone", "camera"])
    await machine.operator(machine.operator.mute.MuteParticipant, silence)
    async with chromium() as browser:
        lucie = await browser.visitor()
        await lucie.join(room.link(), "Lucie")
        await until(lambda: _plays(amina), 45, "Firefox plays what Chromium sends")
        padded, start = await machine.padding(), await amina.see()
        await until(lambda: _padding_grew(machine, padded), 40, "part of it is padded for GSO")
        _, end = await amina.watch(1)
        assert (await lucie.see()).packets == 0, "nobody else was sent anything"
        assert end.frames > start.frames


async def _plays(amina: Visitor) -> bool:
    before, after = await amina.watch(1)
    return after.frames - before.frames >= 10


async def _padding_grew(machine: Machine, since: float) -> bool:
    return await machine.padding() > since + 100
