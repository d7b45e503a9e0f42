"""A room that is spread over several cores is one room to everybody in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.demo import people
from protos.mute.v1 import mute_pb2
from protos.participants.v1 import participants_pb2
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, free_ports, until

CORES = 3


@pytest.fixture
async def spread(tmp_path: Path) -> AsyncIterator[Machine]:
    """A node whose plane has three shards and puts the next person of a room on the next of them."""
    settings = {"REGIE__MEDIA__SHARDS": str(CORES), "REGIE__MEDIA__ROOM_SPLIT": "1"}
    made = Machine(tmp_path, settings=settings, media=free_ports(CORES))
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


async def test_seen_heard_muted_and_taken_over_on_three_cores(spread: Machine) -> None:
    """Everybody receives her, a mute holds for all, a new control process finds all of them and lifts it."""
    assert spread.operator is not None
    room = await spread.room()
    amina = Listener(room.participant, "Amina", person=people.PEOPLE[0], hears=0, sees=0)
    others = [Listener(room.participant, name, hears=3, sees=2) for name in ("Jean", "Zoé", "Koffi")]
    await amina.enter()
    amina.talk()
    for other in others:
        await other.enter()

    def arrives(since: float = 0.0) -> bool:
        return all(other.packets(kind, since) > 20 for other in others for kind in ("audio", "video"))

    await until(arrives, 20, "her voice and her picture reach all")
    figures = await until(lambda: shown(spread), 10, "the figures of all cores")
    assert [figures[f'regie_plane_shard_transports{{shard="{core}"}}'] for core in range(CORES)] == [2, 1, 1]
    assert figures["regie_plane_transports"] == 4
    assert figures["regie_plane_rooms"] == 1

    changed = {"room": room.room, "participant": amina.participant, "sources": ["microphone", "camera"]}
    await spread.operator(spread.operator.mute.MuteParticipant, mute_pb2.MuteParticipantRequest(**changed))
    await asyncio.sleep(1)
    counts = [other.packets(kind) for other in others for kind in ("audio", "video")]
    await asyncio.sleep(1)
    assert counts == [other.packets(kind) for other in others for kind in ("audio", "video")]

    await spread.kill()
    await spread.start()
    listed = await spread.operator(
        spread.operator.participants.ListParticipants, participants_pb2.ListParticipantsRequest(room=room.room)
    )
    assert sorted(one.name for one in listed.participants) == ["Amina", "Jean", "Koffi", "Zoé"]
    await spread.operator(spread.operator.mute.UnmuteParticipant, mute_pb2.UnmuteParticipantRequest(**changed))
    lifted = time.monotonic()
    await until(lambda: arrives(lifted), 20, "she is back for all")

    for peer in (amina, *others):
        await peer.exit()


async def shown(machine: Machine) -> dict[str, float] | None:
    """The plane's figures, once everybody is in them."""
    figures = await machine.figures()
    return figures if figures.get("regie_plane_transports") == 4 else None
