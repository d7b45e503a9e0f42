"""The operator's mute is the server's, not the browser's."""

from __future__ import annotations

import asyncio
import time

from node.demo import people
from protos.mute.v1 import mute_pb2
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, until
from tests.e2e.visitor import longest_wait


async def test_a_mute_stops_the_packets_within_100_ms_without_the_browsers_help(machine: Machine) -> None:
    """The publisher ignores every message and goes on sending; receivers get nothing more, until it is lifted."""
    assert machine.operator is not None
    room = await machine.room()
    amina = Listener(room.participant, "Amina", person=people.PEOPLE[0], hears=0, sees=0)
    others = [Listener(room.participant, name, hears=3, sees=2) for name in ("Jean", "Zoé")]
    await amina.enter()
    amina.talk()
    for other in others:
        await other.enter()
    await until(lambda: all(other.packets("audio") > 20 for other in others), 10, "her voice arrives")

    mute = mute_pb2.MuteParticipantRequest(room=room.room, participant=amina.participant, sources=["microphone"])
    asked, waited = await muted(machine, mute)
    for other in others:
        assert other.last("audio") - asked - waited <= 0.1, "counted from before the call"
        assert other.packets("video", asked + 0.1) > 5, "only the microphone is blocked"

    both = mute_pb2.MuteParticipantRequest(
        room=room.room, participant=amina.participant, sources=["microphone", "camera"]
    )
    asked, waited = await muted(machine, both)
    for other in others:
        assert other.last("video") - asked - waited <= 0.1, "the camera too"

    lift = mute_pb2.UnmuteParticipantRequest(
        room=room.room, participant=amina.participant, sources=["microphone", "camera"]
    )
    await machine.operator(machine.operator.mute.UnmuteParticipant, lift)
    lifted = time.monotonic()
    await until(
        lambda: all(other.packets(kind, lifted) > 10 for other in others for kind in ("audio", "video")),
        3,
        "her voice and her picture are back",
    )

    for peer in (amina, *others):
        await peer.exit()


async def muted(machine: Machine, mute: mute_pb2.MuteParticipantRequest) -> tuple[float, float]:
    """When it was asked for, and for how long this process, which notes when packets come, was itself kept waiting in
    the time that counts, seconds."""
    assert machine.operator is not None
    witness = asyncio.create_task(longest_wait())
    asked = time.monotonic()
    await machine.operator(machine.operator.mute.MuteParticipant, mute)
    await asyncio.sleep(asked + 0.2 - time.monotonic())
    witness.cancel()
    await asyncio.sleep(0.8)
    return asked, await witness
