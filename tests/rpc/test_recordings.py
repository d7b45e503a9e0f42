"""Recordings by gRPC and by `regie recordings`: from start to a signed statement of deletion."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from node.features.recordings.rules import StreamBegun
from node.features.recordings.states import State
from node.ports import PlaneFigures, Source, TapFigures
from node.storage.signer import KeySigner
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from tests.rpc.house import ROLES, House, refused
from tests.rpc.test_moderation_cli import Terminal


async def until(house: House, recording: str, state: State) -> None:
    changed = asyncio.Event()
    house.recordings.tell(lambda _view: changed.set())
    async with asyncio.timeout(20):
        while house.recordings.get(recording).state is not state:
            await changed.wait()
            changed.clear()


async def test_from_start_to_a_signed_statement(house: House) -> None:
    """D9, R180: what operators do, what everybody may look at, and what is left at the end."""
    await house.room("hall", ["Amina"])
    operator, viewer = await house.operator("operator", "olga"), await house.operator("viewer")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    window: Any = recordings_pb2_grpc.RecordingsServiceStub(viewer.channel)
    said = await refused(viewer.ask(window.StartRecording, pb.StartRecordingRequest(room="hall")))
    assert said.reason == "NOT_ALLOWED"
    for unknown in ("mosaic", "GRID", "\u202e"):
        asked = pb.StartRecordingRequest(room="hall", arrangement=unknown)
        assert (await refused(operator.ask(desk.StartRecording, asked))).reason == "BAD_REQUEST"
    made = (await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall"))).recording
    assert (made.state, made.by, made.arrangement, len(made.recording)) == ("recording", "olga", "grid", 32)
    said = await refused(operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall")))
    assert said.reason == "RECORDING_RUNS"
    said = await refused(operator.ask(desk.DeleteRecording, pb.DeleteRecordingRequest(recording=made.recording)))
    assert said.reason == "RECORDING_STATE"

    paused = await operator.ask(desk.PauseRecording, pb.PauseRecordingRequest(room="hall"))
    assert paused.recording.state == "paused"
    await operator.ask(desk.ResumeRecording, pb.ResumeRecordingRequest(room="hall"))
    await operator.ask(desk.StopRecording, pb.StopRecordingRequest(room="hall"))
    await until(house, made.recording, State.VERIFIED)
    listed = (await viewer.ask(window.ListRecordings, pb.ListRecordingsRequest(room="hall"))).recordings
    assert [(one.state, [file.name for file in one.files], one.progress) for one in listed] == [
        ("verified", ["room.webm"], 1.0)
    ]
    assert [mark.state for mark in listed[0].marks] == ["recording", "paused", "recording", "finishing", "verified"]
    recorder = (await viewer.ask(window.ListRecordings, pb.ListRecordingsRequest())).recorder
    assert (recorder.bytes, recorder.bytes_limit, recorder.minutes_limit) == (listed[0].bytes, 0, 0)

    checked = await operator.ask(desk.VerifyRecording, pb.VerifyRecordingRequest(recording=made.recording))
    assert not checked.damaged
    published = await operator.ask(desk.PublishRecording, pb.PublishRecordingRequest(recording=made.recording))
    assert published.recording.state == "published"
    kept = house.folder / "recordings" / made.recording / "room.webm"
    assert kept.read_bytes() == house.workshop.content

    gone = (
        await operator.ask(desk.DeleteRecording, pb.DeleteRecordingRequest(recording=made.recording, reason="asked"))
    ).recording
    assert (gone.state, list(gone.files), gone.bytes) == ("deleted", [], 0)
    assert not kept.exists() and not kept.parent.exists() and made.recording in house.workshop.forgotten
    key = Ed25519PublicKey.from_public_bytes(KeySigner(house.folder).public())
    key.verify(bytes.fromhex(gone.signature), gone.statement.encode())
    assert made.recording in gone.statement and "olga" in gone.statement


async def test_a_damaged_file_is_found(house: House) -> None:
    """D9: `verify` reads every byte."""
    await house.room("hall", ["Amina"])
    operator = await house.operator("operator")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    made = (await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall"))).recording
    await operator.ask(desk.StopRecording, pb.StopRecordingRequest(room="hall"))
    await until(house, made.recording, State.VERIFIED)
    (house.folder / "recordings" / made.recording / "room.webm").write_bytes(b"everybody in one pictura")
    checked = await operator.ask(desk.VerifyRecording, pb.VerifyRecordingRequest(recording=made.recording))
    assert (list(checked.damaged), checked.recording.state) == (["room.webm"], "failed")


async def test_what_could_not_be_made_is_made_again(house: House) -> None:
    await house.room("hall", ["Amina"])
    operator = await house.operator("operator")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    house.workshop.why = "killed"
    made = (await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall"))).recording
    await operator.ask(desk.StopRecording, pb.StopRecordingRequest(room="hall"))
    await until(house, made.recording, State.FAILED)
    house.workshop.why = ""
    await operator.ask(desk.RemakeRecording, pb.RemakeRecordingRequest(recording=made.recording))
    await until(house, made.recording, State.VERIFIED)


async def test_a_disk_without_room_refuses_and_a_late_one_is_seen(house: House) -> None:
    """H27: nothing begins below the floor; what runs goes on, and operators see how late it is."""
    await house.room("hall", ["Amina"])
    operator = await house.operator("operator")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    made = (await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall"))).recording
    stream = house.recordings.get(made.recording).streams
    assert not stream, "Amina sends nothing"
    tap = TapFigures(made.recording, 1, 1000, 4500, 10, 3)
    figures = PlaneFigures((), (), {}, {}, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, taps=(tap,), spool_free_bytes=5)
    house.media.tell(figures)
    seen = (await operator.ask(desk.GetRecording, pb.GetRecordingRequest(recording=made.recording))).recording
    assert (seen.state, seen.late_ms, seen.dropped_packets) == ("disk_low", 4500, 3)
    await operator.ask(desk.StopRecording, pb.StopRecordingRequest(room="hall"))
    said = await refused(operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall")))
    assert said.reason == "RECORDING_DISK"
    listed = await operator.ask(desk.ListRecordings, pb.ListRecordingsRequest())
    assert (listed.recorder.available, listed.recorder.free_bytes, listed.recorder.workers) == (True, 5, 2)


async def test_a_disk_that_takes_nothing_at_all_is_seen(house: House) -> None:
    """H27: the plane has not even begun to tell of a stream; operators see for how long."""
    await house.room("hall", ["Amina"])
    operator = await house.operator("operator")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    made = (await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall"))).recording
    began = house.recordings.now() - 5
    house.recordings.note(StreamBegun(made.recording, 1, "p1", "Amina", "t1/camera", Source.CAMERA, began))
    silent = PlaneFigures((), (), {}, {}, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, spool_free_bytes=1 << 40)
    house.media.tell(silent)
    request = pb.GetRecordingRequest(recording=made.recording)
    seen = (await operator.ask(desk.GetRecording, request)).recording
    assert seen.state == "lagging" and seen.late_ms >= 5000
    house.media.tell(msgspec.structs.replace(silent, taps=(TapFigures(made.recording, 1, 1000, 20, 10, 0),)))
    seen = (await operator.ask(desk.GetRecording, request)).recording
    assert (seen.state, seen.late_ms) == ("recording", 20)


@pytest.mark.timeout(120)
async def test_by_command(house: House, tmp_path: Path) -> None:
    await house.room("hall", ["Amina"])
    _, token = await house.operators.create("olga", ROLES["operator"])
    terminal = Terminal(house, tmp_path, token)
    made = await terminal.read("recordings", "start", "hall", "--arrangement", "speaker")
    assert (made["state"], made["arrangement"]) == ("recording", "speaker")
    house.workshop.gate.clear()
    await terminal.read("recordings", "stop", "hall")
    assert (await terminal.read("recordings", "cancel", made["recording"]))["why"] == "cancelled"
    house.workshop.gate.set()
    assert (await terminal.read("recordings", "remake", made["recording"]))["state"] == "finishing"
    await until(house, made["recording"], State.VERIFIED)
    (listed,) = await terminal.read("recordings", "list")
    assert listed["files"][0]["name"] == "room.webm"
    link = await terminal.read("recordings", "link", made["recording"])
    assert link["url"].startswith(f"https://here/recordings/{made['recording']}/room.webm?until=")
    assert "room.webm" in await terminal.regie("recordings", "get", made["recording"])
    watched = await terminal.read("recordings", "watch", "--count", "1")
    assert watched["snapshot"] and watched["recordings"][0]["recording"] == made["recording"]


async def test_what_is_cancelled_is_taken_up_again(house: House) -> None:
    """The files are not wanted now; asked for again, they are made. What is made cannot be cancelled."""
    await house.room("hall", ["Amina"])
    operator, viewer = await house.operator("operator", "olga"), await house.operator("viewer")
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    window: Any = recordings_pb2_grpc.RecordingsServiceStub(viewer.channel)
    house.workshop.gate.clear()
    made = (await operator.ask(desk.StartRecording, pb.StartRecordingRequest(room="hall"))).recording
    cancel = pb.CancelRecordingRequest(recording=made.recording)
    assert (await refused(operator.ask(desk.CancelRecording, cancel))).reason == "RECORDING_STATE"
    await operator.ask(desk.StopRecording, pb.StopRecordingRequest(room="hall"))
    assert (await refused(viewer.ask(window.CancelRecording, cancel))).reason == "NOT_ALLOWED"
    cancelled = (await operator.ask(desk.CancelRecording, cancel)).recording
    assert (cancelled.state, cancelled.why, cancelled.marks[-1].by) == ("failed", "cancelled", "olga")
    assert made.recording not in house.workshop.forgotten
    house.workshop.gate.set()
    await operator.ask(desk.RemakeRecording, pb.RemakeRecordingRequest(recording=made.recording))
    await until(house, made.recording, State.VERIFIED)
    assert (await refused(operator.ask(desk.CancelRecording, cancel))).reason == "RECORDING_STATE"
