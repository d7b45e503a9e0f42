"""D2: who asks for what is not there is told what there is."""

from __future__ import annotations

from typing import Any

from node.features.recordings.states import State
from node.ports import Actor
from protos.mute.v1 import mute_pb2
from protos.nodes.v1 import nodes_pb2
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from tests.rpc.house import House, refused
from tests.rpc.test_recordings import until

OLGA = Actor("operator", "olga", "operator")


async def test_a_recording_and_a_file_of_one(house: House) -> None:
    operator = await house.operator("operator")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    said = await refused(operator.ask(desk.GetRecording, pb.GetRecordingRequest(recording="f" * 32)))
    assert (said.reason, said.refusal.current) == ("RECORDING_UNKNOWN", "f" * 32)
    await house.room("hall", ["Amina"])
    recording = (await house.recordings.start("hall", None, by=OLGA)).recording
    await house.recordings.change("hall", "stop", by=OLGA)
    await until(house, recording, State.VERIFIED)
    said = await refused(operator.ask(desk.LinkRecording, pb.LinkRecordingRequest(recording=recording, file="../x")))
    assert (said.reason, said.refusal.limit, said.refusal.current) == ("RECORDING_FILE", "room.webm", "../x")


async def test_a_plane_that_records(house: House) -> None:
    house.media.records = False
    await house.room("hall", ["Amina"])
    operator = await house.operator("operator")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    said = await refused(operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall")))
    assert said.reason == "RECORDING_OFF"
    assert house.recordings.list("hall") == []


async def test_a_node_and_a_source(house: House) -> None:
    viewer, moderator = await house.operator("viewer"), await house.operator("moderator")
    said = await refused(viewer.ask(viewer.nodes.GetNode, nodes_pb2.GetNodeRequest(node="elsewhere")))
    assert (said.reason, said.refusal.current) == ("NODE_UNKNOWN", "elsewhere")
    await house.room("hall", ["Amina"])
    ask = mute_pb2.MuteParticipantRequest(room="hall", participant="p1", sources=["nose"])
    said = await refused(moderator.ask(moderator.mute.MuteParticipant, ask))
    assert (said.reason, said.refusal.current) == ("SOURCE_UNKNOWN", "nose")
    assert "microphone" in said.refusal.limit
