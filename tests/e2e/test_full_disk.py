"""H27, from the encoder to the file: the disk of the spool is full while a room is recorded. The room goes on,
operators are told, what was written until then plays, and it is written again once there is room."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, until
from tests.e2e.sending import COUNTS, Counting
from tests.recorder import clip, through
from tests.recorder.test_files import decoded

FLOOR = 256 << 20
"""What the plane leaves alone (`--spool-floor`); a quarter more must be free before it writes again."""
DISK = FLOOR * 5 // 4 + (4 << 20)
"""Nobody's memory: of a tmpfs only what is written is there."""
BEFORE = clip.FPS


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs root, to make a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=True)


@pytest.fixture
async def machine(tmp_path: Path, disk: Path) -> AsyncIterator[Machine]:
    """A node whose spool is on the small disk, and nothing else of it."""
    wished = {"spool": str(disk / "spool"), "free_bytes": "1", "bits_per_second": "1"}
    made = Machine(tmp_path, settings={f"REGIE__RECORDINGS__{name.upper()}": value for name, value in wished.items()})
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


async def test_the_room_goes_on_and_what_was_written_plays(machine: Machine, disk: Path) -> None:
    operator = machine.operator
    assert operator is not None
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    room = await machine.room()
    encoder, jean = Counting(room.participant, key_every=5), Listener(room.participant, "Jean")
    await encoder.begin()
    await jean.enter()
    made = (await operator(desk.StartRecording, pb.StartRecordingRequest(room=room.room))).recording
    first = encoder.camera.sent

    async def state() -> str:
        found = await operator(desk.GetRecording, pb.GetRecordingRequest(recording=made.recording))
        assert found.recording.state != "failed", found.recording.why
        return str(found.recording.state)

    async def is_(wanted: str) -> bool:
        return await state() == wanted

    await until(lambda: encoder.camera.sent >= first + BEFORE, 20, "some of it is written")
    filler = disk / "others"
    with filler.open("wb") as taken:
        os.posix_fallocate(taken.fileno(), 0, DISK - FLOOR)
    full = encoder.camera.sent
    await until(lambda: is_("disk_low"), 20, "the operator is told", every=0.1)
    seen = jean.packets("video")
    await until(lambda: jean.packets("video") > seen + BEFORE, 20, "the room goes on")
    assert await state() == "disk_low"

    filler.unlink()
    await until(lambda: is_("recording"), 20, "it is written again", every=0.1)
    again = encoder.camera.sent
    await until(lambda: encoder.camera.sent >= again + BEFORE, 20, "some more of it is written")
    last = encoder.camera.sent
    await operator(desk.StopRecording, pb.StopRecordingRequest(room=room.room))
    meanwhile = encoder.camera.sent - last
    await until(lambda: is_("verified"), 90, "the files are made", every=0.2)
    await encoder.end()
    await jean.exit()
    (camera,) = (machine.folder / "data" / "recordings" / made.recording).glob("*-camera.webm")
    assert through.probe(camera)
    counts = [clip.count_of(frame) for _at, frame in decoded(camera, "video")]  # type: ignore[arg-type]
    steps = [(b - a) % COUNTS for a, b in itertools.pairwise(counts)]
    (hole,) = [n for n, step in enumerate(steps) if step != 1]
    assert hole >= max(BEFORE, full - first) - clip.FPS // 2, "up to the moment when there was no room"
    apart = (counts[-1] - last + COUNTS // 2) % COUNTS - COUNTS // 2
    assert -clip.FPS < apart < clip.FPS + meanwhile, "up to the stop"
    assert len(counts) - hole >= BEFORE - clip.FPS // 2, "and again"
