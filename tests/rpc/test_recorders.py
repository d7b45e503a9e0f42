"""Recorders over gRPC: kept for sessions that are planned, refused to others, begun by themselves (D9)."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from node.features.recordings.recorders import Settings
from node.features.recordings.states import State
from node.metrics.recordings import RecordingFigures
from node.ports import PlaneFigures
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import Caller, House, refused

FIGURES = PlaneFigures((), (), {}, {}, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0)
GIB = 1024**3


def planned(
    house: House, room: str, in_s: float, minutes: int = 60, record: bool = True
) -> rooms_pb2.CreateRoomRequest:
    request = rooms_pb2.CreateRoomRequest(
        title=room, room=room, minutes=minutes, settings=rooms_pb2.Settings(record=record, record_layout="speaker")
    )
    request.starts.FromSeconds(int(house.clock.now() + in_s))
    return request


async def recorder(desk: Any, operator: Caller) -> pb.Recorder:
    return (await operator.ask(desk.ListRecordings, pb.ListRecordingsRequest())).recorder


async def test_the_last_recorder_is_kept_for_the_session_that_is_planned(house: House) -> None:
    """D9: refused with the rule, the limit, how many there are, and what to do; the kept one is for whom it is kept."""
    house.recordings.settings = msgspec.structs.replace(Settings(), recorders=2)
    operator = await house.operator("operator", "olga")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    await house.room("hall", ["Amina"])
    await house.room("other", ["Jean"])
    assert (await recorder(desk, operator)).recorders_free == 2
    await operator.ask(operator.rooms.CreateRoom, planned(house, "gala", 1800))
    stands = await recorder(desk, operator)
    assert (stands.recorders, stands.recorders_free, stands.planned, stands.unplaced) == (2, 1, 1, 0)

    figures = {f.name: f.samples[0].value for f in RecordingFigures(house.recordings, house.shelf).collect()}
    assert (figures["regie_recordings_recorders_free"], figures["regie_recordings_planned"]) == (1, 1)

    await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall"))
    said = await refused(operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="other")))
    assert (said.reason, said.refusal.rule, said.refusal.limit, said.refusal.current) == (
        "RECORDING_FULL",
        "recordings.recorders",
        "2",
        "2",
    )
    assert said.refusal.next_step["fr"] and said.refusal.next_step["en"]
    said = await refused(operator.ask(operator.rooms.CreateRoom, planned(house, "ball", 3600)))
    assert said.reason == "RECORDING_FULL"
    form = rooms_pb2.Settings(record=True)
    said = await refused(
        operator.ask(operator.rooms.UpdateRoom, rooms_pb2.UpdateRoomRequest(room="other", settings=form))
    )
    assert said.reason == "RECORDING_FULL"
    kept = (await operator.ask(operator.rooms.GetSettings, rooms_pb2.GetSettingsRequest(room="other"))).settings
    assert not kept.record, "all of the form, or nothing"
    await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="gala"))

    await operator.ask(desk.StopRecording, pb.StopRecordingRequest(room="hall"))
    await operator.ask(operator.rooms.CloseRoom, rooms_pb2.CloseRoomRequest(room="gala"))
    await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="other"))
    assert (await recorder(desk, operator)).recorders_free == 1


async def test_the_disk_is_kept_too_and_who_loses_it_is_told(house: House) -> None:
    """D9: what is planned for today has its space; should the disk fill all the same, the room says so before."""
    operator = await house.operator("operator", "olga")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    await house.room("hall", ["Amina"])
    house.media.tell(msgspec.structs.replace(FIGURES, spool_free_bytes=7 * GIB))
    await operator.ask(operator.rooms.CreateRoom, planned(house, "gala", 1800))
    stands = await recorder(desk, operator)
    assert stands.reserved_bytes == 3600 * 187_500 * 3 and stands.recorders_free == 1
    figures = {f.name: f.samples[0].value for f in RecordingFigures(house.recordings, house.shelf).collect()}
    assert figures["regie_recordings_free_bytes"] == 7 * GIB
    await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall"))
    await house.room("other", ["Jean"])
    said = await refused(operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="other")))
    assert said.reason == "RECORDING_DISK"

    async def risks() -> list[str]:
        view = await operator.ask(operator.rooms.GetRoom, rooms_pb2.GetRoomRequest(room="gala"))
        return list(view.room.risks)

    assert "recorder" not in await risks()
    house.media.tell(msgspec.structs.replace(FIGURES, spool_free_bytes=4 * GIB))
    assert "recorder" in await risks() and (await recorder(desk, operator)).unplaced == 1
    house.media.tell(msgspec.structs.replace(FIGURES, spool_free_bytes=40 * GIB))
    assert "recorder" not in await risks() and (await recorder(desk, operator)).unplaced == 0


async def test_a_session_that_is_planned_to_be_recorded_is_from_its_start_and_once(house: House) -> None:
    """R104, D9: by the node, as the form says; what a host stopped stays so until the next session."""
    operator = await house.operator("operator", "olga")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    began = asyncio.Event()
    house.recordings.tell(lambda view: began.set() if view.state is State.RECORDING else None)
    form = rooms_pb2.Settings(record=True, record_layout="speaker")
    await house.room("hall")
    await operator.ask(operator.rooms.UpdateRoom, rooms_pb2.UpdateRoomRequest(room="hall", settings=form))
    assert not house.recordings.list("hall")
    await house.comes("hall", "Amina")
    async with asyncio.timeout(20):
        await began.wait()
    (one,) = house.recordings.list("hall")
    assert (one.arrangement, one.by) == ("speaker", "here")
    await operator.ask(desk.StopRecording, pb.StopRecordingRequest(room="hall"))
    house.media.tell(FIGURES)
    assert len(house.recordings.list("hall")) == 1

    await operator.ask(operator.rooms.EndRoom, rooms_pb2.EndRoomRequest(room="hall"))
    began.clear()
    house.clock.offset += 60
    await house.comes("hall", "Amina")
    async with asyncio.timeout(20):
        await began.wait()
    assert len(house.recordings.list("hall")) == 2
