"""The operator's mute is the server's, not the browser's."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from node.demo import people
from protos.mute.v1 import mute_pb2
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, until
from tests.e2e.visitor import proven

KINDS = {"microphone": "audio", "camera": "video"}


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
    await until(lambda: all(other.packets("audio") > 20 for other in others), 30, "her voice arrives")

    async def muted_and_not(*sources: str) -> float:
        """How long, from before the call, something of them came, seconds; and they are back."""
        assert machine.operator is not None
        words: dict[str, Any] = {"room": room.room, "participant": amina.participant, "sources": sources}
        asked = time.monotonic()
        await machine.operator(machine.operator.mute.MuteParticipant, mute_pb2.MuteParticipantRequest(**words))
        await asyncio.sleep(asked + 1.0 - time.monotonic())
        kinds = [KINDS[source] for source in sources]
        came = max(other.last(kind) for other in others for kind in kinds) - asked
        if "camera" not in sources:
            await until(
                lambda: all(other.packets("video", asked + 0.1) > 5 for other in others), 20, "her picture comes"
            )
        await machine.operator(machine.operator.mute.UnmuteParticipant, mute_pb2.UnmuteParticipantRequest(**words))
        lifted = time.monotonic()
        await until(
            lambda: all(other.packets(kind, lifted) > 10 for other in others for kind in kinds), 20, "they are back"
        )
        return came

    await proven(
        lambda: muted_and_not("microphone"), lambda came: came <= 0.1, "seconds of sound, from before the call"
    )
    await proven(lambda: muted_and_not("microphone", "camera"), lambda came: came <= 0.1, "seconds, of the camera too")
    for peer in (amina, *others):
        await peer.exit()
