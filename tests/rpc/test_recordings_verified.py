"""`regie recordings verify` and its call: whatever was done to the files of a recording or to their list is found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from console.ctl.recordings import DAMAGED
from node.features.recordings import chain
from node.features.recordings.rules import FileView, RecordingView
from node.features.recordings.states import State
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from tests.rpc.house import ROLES, House
from tests.rpc.test_moderation_cli import Terminal
from tests.rpc.test_recordings import until

Files = tuple[FileView, ...]
NAMES = ("room.webm", "000-camera.webm", "001-microphone.webm")
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def kept(house: House) -> RecordingView:
    """A recording of three files, each checked when it was made."""
    house.workshop.more = NAMES[1:]
    await house.room("hall", ["Amina"])
    desk = await house.operator("operator")
    stub: Any = recordings_pb2_grpc.RecordingsServiceStub(desk.channel)
    made = (await desk.ask(stub.StartRecording, pb.StartRecordingRequest(room="hall"))).recording
    await desk.ask(stub.StopRecording, pb.StopRecordingRequest(room="hall"))
    await until(house, made.recording, State.VERIFIED)
    return house.recordings.get(made.recording)


async def verified(house: House, recording: str) -> tuple[list[str], str]:
    """(what is damaged, the state afterwards)"""
    desk = await house.operator("operator")
    stub: Any = recordings_pb2_grpc.RecordingsServiceStub(desk.channel)
    said = await desk.ask(stub.VerifyRecording, pb.VerifyRecordingRequest(recording=recording))
    return list(said.damaged), said.recording.state


def moved(_recording: str, files: Files) -> Files:
    return files[0], files[2], files[1]


def left_out(_recording: str, files: Files) -> Files:
    return files[0], files[2]


def cut(_recording: str, files: Files) -> Files:
    return files[:2]


def emptied(_recording: str, _files: Files) -> Files:
    return ()


def forged(recording: str, files: Files) -> Files:
    """By one who knows how the chain is made, and does not have the node's key."""
    link = chain.link(chain.first(recording), files[1].sha256)
    return (msgspec.structs.replace(files[1], chain=link),)


def renamed(_recording: str, files: Files) -> Files:
    return (msgspec.structs.replace(files[0], participant="p_another"), *files[1:])


@pytest.mark.parametrize(
    ("change", "damaged"),
    [
        (moved, [NAMES[2], NAMES[1], chain.MANIFEST]),
        (left_out, [NAMES[2], chain.MANIFEST]),
        (cut, [chain.MANIFEST]),
        (emptied, [chain.MANIFEST]),
        (forged, [chain.MANIFEST]),
        (renamed, [chain.MANIFEST]),
    ],
)
async def test_a_list_that_is_another_is_found(
    house: House, kept: RecordingView, change: Callable[[str, Files], Files], damaged: list[str]
) -> None:
    """D9: the bytes of each file are what they were, and the manifest is not."""
    assert [file.name for file in kept.files] == [*NAMES]
    assert await verified(house, kept.recording) == ([], "verified")
    house.recordings._put(msgspec.structs.replace(kept, files=change(kept.recording, kept.files)))
    assert await verified(house, kept.recording) == (damaged, "failed")


async def test_a_file_that_was_changed_with_its_sum_is_found(house: House, kept: RecordingView) -> None:
    """D9: one file and its row in the list fit each other, and no more what follows."""
    path = house.folder / "recordings" / kept.recording / NAMES[1]
    path.write_bytes(b"another picture")
    sum_ = hashlib.sha256(path.read_bytes()).hexdigest()
    row = msgspec.structs.replace(kept.files[1], sha256=sum_, bytes=path.stat().st_size)
    house.recordings._put(msgspec.structs.replace(kept, files=(kept.files[0], row, kept.files[2])))
    assert await verified(house, kept.recording) == ([NAMES[1], chain.MANIFEST], "failed")


async def test_the_seal_of_a_node_that_is_no_more_harms_no_recording(house: House, kept: RecordingView) -> None:
    """A database and a store outlive the folder with the key: what is whole stays so, and the chain is asked."""
    house.recordings._put(msgspec.structs.replace(kept, seal=f"0011223344556677:{kept.seal.partition(':')[2]}"))
    assert await verified(house, kept.recording) == ([], "verified")
    another = msgspec.structs.replace(kept, seal="0011223344556677:00", files=left_out(kept.recording, kept.files))
    house.recordings._put(another)
    assert await verified(house, kept.recording) == ([NAMES[2]], "failed")


async def test_it_outlives_being_published(house: House, kept: RecordingView) -> None:
    """The seal is still that of the list when the recording was shown and taken back."""
    desk = await house.operator("operator")
    stub: Any = recordings_pb2_grpc.RecordingsServiceStub(desk.channel)
    for withdraw in (False, True):
        await desk.ask(stub.PublishRecording, pb.PublishRecordingRequest(recording=kept.recording, withdraw=withdraw))
    assert house.recordings.get(kept.recording).seal == kept.seal != ""
    assert await verified(house, kept.recording) == ([], "verified")


async def test_by_command(house: House, kept: RecordingView, tmp_path: Path) -> None:
    """D9: `regie recordings verify` says which file it is, and ends with a code of its own; one byte is enough."""
    _, token = await house.operators.create("olga", ROLES["operator"])
    terminal = Terminal(house, tmp_path, token)
    assert (await terminal.read("recordings", "verify", kept.recording))["damaged"] == []
    path = house.folder / "recordings" / kept.recording / NAMES[2]
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes((whole[-1] ^ 1,)))
    await terminal.regie("recordings", "verify", kept.recording, expect=DAMAGED)
    assert f"{NAMES[2]} is not what it was." in terminal.said
    await terminal.regie("recordings", "verify", kept.recording, expect=DAMAGED)  # asked again it says the same
    assert f"{NAMES[2]} is not what it was." in terminal.said
    path.write_bytes(whole)
    said = await terminal.read("recordings", "verify", kept.recording)
    assert (said["damaged"], said["recording"]["state"]) == ([], "verified")


async def test_a_list_that_is_another_is_found_by_command(house: House, kept: RecordingView, tmp_path: Path) -> None:
    _, token = await house.operators.create("olga", ROLES["operator"])
    terminal = Terminal(house, tmp_path, token)
    house.recordings._put(msgspec.structs.replace(kept, files=left_out(kept.recording, kept.files)))
    await terminal.regie("recordings", "verify", kept.recording, expect=DAMAGED)
    for name in (NAMES[2], chain.MANIFEST):
        assert f"{name} is not what it was." in terminal.said
