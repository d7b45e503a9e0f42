"""A type that cannot be recorded is not, by whichever door one asks."""

from __future__ import annotations

from typing import Any

from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import House, refused


async def test_operators_are_refused_when_they_record_and_when_they_plan_to(house: House) -> None:
    """R160, R161, T6: an administrator too; nothing is begun, and no room is left behind."""
    admin = await house.operator("admin")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(admin.channel)
    form = rooms_pb2.Settings(record=True)
    made = await admin.ask(admin.rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="Conseil", type="conference"))
    room = made.room.room
    for call in (
        admin.ask(desk.StartRecording, pb.StartRecordingRequest(room=room)),
        admin.ask(admin.rooms.UpdateRoom, rooms_pb2.UpdateRoomRequest(room=room, settings=form)),
        admin.ask(
            admin.rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="Bureau", type="conference", settings=form)
        ),
    ):
        assert (await refused(call)).reason == "RECORDING_FORBIDDEN"
    assert not (await admin.ask(desk.ListRecordings, pb.ListRecordingsRequest())).recordings
    rooms = (await admin.ask(admin.rooms.ListRooms, rooms_pb2.ListRoomsRequest())).rooms
    assert [one.title for one in rooms] == ["Conseil"]
