"""The operator's mute is the server's, not the browser's."""

from __future__ import annotations

import asyncio
import time

from node.demo import people
from protos.mute.v1 import mute_pb2
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, until


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
    await machine.operator(machine.operator.mute.MuteParticipant, mute)
    answered = time.monotonic()
    await asyncio.sleep(1.0)
    for other in others:
        assert other.last("audio") - answered <= 0.1
        assert other.packets("video", answered) > 5, "only the microphone is blocked"

    lift = mute_pb2.UnmuteParticipantRequest(room=room.room, participant=amina.participant)
    await machine.operator(machine.operator.mute.UnmuteParticipant, lift)
    lifted = time.monotonic()
    await until(lambda: all(other.packets("audio", lifted) > 10 for other in others), 2, "her voice is back")

    for peer in (amina, *others):
        await peer.exit()
