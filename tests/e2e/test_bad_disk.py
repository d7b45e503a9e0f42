"""H27, from the encoder to the file: the disk of the spool takes seconds to keep what it was given, and later refuses
to write (EIO). The room goes on, operators are told, what was written plays, and it is written on."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.features.recordings.rules import LAG_MS
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, until
from tests.e2e.sending import COUNTS, Counting
from tests.recorder import clip, through
from tests.recorder.test_files import decoded

BEFORE = clip.FPS
STREAMS, SEGMENTS = range(1, 4), range(40)
STRACE = ("strace", "-qq", "-f", "-o", "/dev/null")


def refusing(spool: Path) -> list[str]:
    """No write to any piece of a recording is taken."""
    files = [f"{spool}/{stream}/{number:06}.seg" for stream in STREAMS for number in SEGMENTS]
    return [*itertools.chain(*(("-P", file) for file in files)), "-e", "inject=write:error=EIO"]


def slow(_spool: Path) -> list[str]:
    return ["-e", "trace=fdatasync", "-e", f"inject=fdatasync:delay_enter={LAG_MS * 1000 + 1_500_000}"]


@contextlib.asynccontextmanager
async def trouble(plane: int, words: list[str]) -> AsyncIterator[None]:
    """The system calls of the plane are meddled with meanwhile."""
    tracer = await asyncio.create_subprocess_exec(*STRACE, *words, "-p", str(plane))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            tracer.terminate()
        await tracer.wait()


def may_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    with subprocess.Popen(["sleep", "60"]) as other:  # not a child of the tracer, as the plane is none
        words = ["timeout", "-s", "TERM", "1", *STRACE, "-e", "trace=write", "-p", str(other.pid)]
        said = subprocess.run(words, capture_output=True, check=False)
        other.kill()
    return said.stderr == b""


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    made = Machine(tmp_path)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest.mark.skipif(not may_trace(), reason="needs strace, and leave to trace")
async def test_the_room_goes_on_and_what_was_written_plays(machine: Machine) -> None:
    operator = machine.operator
    assert operator is not None
    desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    room = await machine.room()
    encoder, jean = Counting(room.participant, key_every=5), Listener(room.participant, "Jean")
    await encoder.begin()
    await jean.enter()
    made = (await operator(desk.StartRecording, pb.StartRecordingRequest(room=room.room))).recording
    first = encoder.camera.sent

    async def found() -> Any:
        recording = (await operator(desk.GetRecording, pb.GetRecordingRequest(recording=made.recording))).recording
        assert recording.state != "failed", recording.why
        return recording

    async def is_(wanted: str, why: str = "") -> bool:
        recording = await found()
        return (recording.state, recording.why) == (wanted, why)

    async def so_many_more() -> int:
        began = encoder.camera.sent
        await until(lambda: encoder.camera.sent >= began + BEFORE, 30, "some of it is written")
        return encoder.camera.sent

    (plane,) = machine.planes()
    spool = machine.folder / "data" / "spool" / made.recording
    for how, why in ((slow, ""), (refusing, "io")):
        before = await so_many_more()
        async with trouble(plane, how(spool)):
            await until(lambda why=why: is_("lagging", why), 30, "the operator is told", every=0.1)  # type: ignore[misc]
            seen = jean.packets("video")
            await until(lambda seen=seen: jean.packets("video") > seen + BEFORE, 30, "the room goes on")  # type: ignore[misc]
        await until(lambda: is_("recording"), 30, "it is written again", every=0.1)
    last = await so_many_more()
    await operator(desk.StopRecording, pb.StopRecordingRequest(room=room.room))
    await until(lambda: is_("verified", "faults"), 90, "the files are made, and said to lack some", every=0.2)
    await encoder.end()
    await jean.exit()

    (camera,) = (machine.folder / "data" / "recordings" / made.recording).glob("*-camera.webm")
    assert through.probe(camera)
    counts = [clip.count_of(frame) for _at, frame in decoded(camera, "video")]  # type: ignore[arg-type]
    (hole,) = [n for n, (a, b) in enumerate(itertools.pairwise(counts)) if (b - a) % COUNTS != 1]
    assert hole >= before - first - clip.FPS, "nothing for being slow, and at most a second of what was before"
    apart = (counts[-1] - last + COUNTS // 2) % COUNTS - COUNTS // 2
    assert abs(apart) < clip.FPS and len(counts) - hole >= BEFORE - clip.FPS // 2, "and again, up to the stop"
