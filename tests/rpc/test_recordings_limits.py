"""Recordings: minutes, bytes and days that are allowed, and no more."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from node.features.recordings.recorders import Settings
from node.features.recordings.states import State
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from tests.rpc.house import Caller, House, refused


async def recorded(house: House, operator: Caller, room: str) -> str:
    """One that lasted two minutes, and has its files."""
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    made = (await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room=room))).recording
    done = asyncio.Event()
    house.recordings.tell(lambda view: done.set() if view.state is State.VERIFIED else None)
    house.clock.offset += 120
    await operator.ask(desk.StopRecording, pb.StopRecordingRequest(room=room))
    async with asyncio.timeout(20):
        await done.wait()
    return str(made.recording)


@pytest.mark.parametrize(
    ("limits", "here", "elsewhere"),
    [
        ({"room_minutes": 2}, "RECORDING_MINUTES", ""),
        ({"node_minutes": 2}, "RECORDING_MINUTES", "RECORDING_MINUTES"),
        ({"room_bytes": 24}, "RECORDING_BYTES", ""),
        ({"node_bytes": 24}, "RECORDING_BYTES", "RECORDING_BYTES"),
        ({"room_minutes": 3, "node_bytes": 25}, "", ""),
    ],
)
async def test_what_is_kept_counts_until_it_is_deleted(
    house: House, limits: dict[str, int], here: str, elsewhere: str
) -> None:
    await house.room("hall", ["Amina"])
    await house.room("other", ["Jean"])
    operator = await house.operator("operator")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    first = await recorded(house, operator, "hall")
    house.recordings.settings = msgspec.structs.replace(Settings(), **limits)

    for room, code in (("hall", here), ("other", elsewhere)):
        asked = operator.ask(desk.StartRecording, pb.StartRecordingRequest(room=room))
        if code:
            assert (await refused(asked)).reason == code
        else:
            await asked
    if here:
        await operator.ask(desk.DeleteRecording, pb.DeleteRecordingRequest(recording=first))
        await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall"))


async def test_a_rule_of_retention_deletes_what_is_old_and_signs_it(house: House) -> None:
    """D9: by the node itself, and as little is left as when somebody asks."""
    await house.room("hall", ["Amina"])
    operator = await house.operator("operator")
    old = await recorded(house, operator, "hall")
    house.shelf.keep_days = 7
    house.clock.offset += 6 * 86_400
    young = await recorded(house, operator, "hall")
    await house.shelf.retain()
    assert house.recordings.get(old).state is State.VERIFIED
    house.clock.offset += 2 * 86_400
    await house.shelf.retain()
    gone = house.recordings.get(old)
    assert (gone.state, gone.marks[-1].why, gone.marks[-1].by) == (State.DELETED, "retention", "here")
    assert gone.signature and house.recordings.get(young).state is State.VERIFIED
