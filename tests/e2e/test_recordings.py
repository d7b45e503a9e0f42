"""A real encoder, node, plane, recorder and browser: what was sent is in the file and in the replay, and nothing
outside the marks was kept."""

from __future__ import annotations

import asyncio
import itertools
import signal
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from aiortc import MediaStreamTrack
from playwright.async_api import expect

from node.media import spool
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from protos.rooms.v1 import rooms_pb2
from tests.e2e.chromium import Chromium, ChromiumWindow
from tests.e2e.encoder import Whip
from tests.e2e.machine import Machine, Room, until
from tests.recorder import clip
from tests.recorder.test_files import decoded, loud

SECONDS = 256 / clip.FPS
"""The counter begins anew where the clip does."""
SYNC_S = 0.080
LATE_S = 0.5
"""From a mark to the plane, on a machine that does other things."""


class Playing(MediaStreamTrack):
    """Encoded media at its pace, on one clock for sound and picture."""

    def __init__(self, kind: str, packets: list[bytes], step: float, rate: int, began: list[float]) -> None:
        super().__init__()
        self.kind = kind
        self._packets, self._step, self._rate, self._began = packets, step, rate, began
        self._next = 0
        self.late = 0.0
        """How much later than its time a packet was handed out at most: the sender's reports are wrong by as much."""

    async def recv(self) -> Any:
        if not self._began:
            self._began.append(time.monotonic())
        at = self._next * self._step
        await asyncio.sleep(max(0.0, self._began[0] + at - time.monotonic()))
        self.late = max(self.late, time.monotonic() - self._began[0] - at)
        packet = av.Packet(self._packets[self._next % len(self._packets)])
        packet.pts, packet.time_base = round(at * self._rate), Fraction(1, self._rate)
        self._next += 1
        return packet


async def test_an_encoder_is_recorded_like_any_speaker_and_watched_again(machine: Machine, browser: Chromium) -> None:
    """R220, R180, R216, D9: by WHIP, over a kill -9 of the control process and a pause; counter and beeps agree, 80 ms;
    published, it is on the room's own address."""
    assert machine.operator is not None
    room = await machine.room()
    keys = frozenset(range(0, 256, clip.FPS))
    began: list[float] = []
    pictures = [data for data, _key in clip.pictures(SECONDS, key_at=keys)]
    encoder = Whip(room.participant, "whip")
    voice = Playing("audio", clip.beeps(SECONDS), 0.02, clip.RATE, began)
    camera = Playing("video", pictures, 1 / clip.FPS, 90_000, began)
    for track in (voice, camera):
        encoder.connection.addTransceiver(track, direction="sendonly")
    await encoder.post()
    await until(lambda: encoder.connection.connectionState == "connected", 10, "media flows")

    def desk() -> Any:
        assert machine.operator is not None
        return recordings_pb2_grpc.RecordingsServiceStub(machine.operator.channel)

    made = (await machine.operator(desk().StartRecording, pb.StartRecordingRequest(room=room.room))).recording
    folder = machine.folder / "data" / "spool" / made.recording
    await until(lambda: len(list(folder.glob("*/*.seg"))) >= 2, 5, "the plane writes both tracks")
    await asyncio.sleep(2)
    machine.signal(signal.SIGKILL)
    await machine.start()
    await asyncio.sleep(1)
    paused = await machine.operator(desk().PauseRecording, pb.PauseRecordingRequest(room=room.room))
    await asyncio.sleep(1)
    scan(folder, [(mark.state, mark.at.ToMicroseconds()) for mark in paused.recording.marks])
    await machine.operator(desk().ResumeRecording, pb.ResumeRecordingRequest(room=room.room))
    await asyncio.sleep(2)
    await machine.operator(desk().StopRecording, pb.StopRecordingRequest(room=room.room))

    async def finished() -> Any:
        assert machine.operator is not None
        request = pb.GetRecordingRequest(recording=made.recording)
        found = (await machine.operator(desk().GetRecording, request)).recording
        assert found.state != "failed", found.why
        return found if found.state == "verified" else None

    found = await until(finished, 90, "the files are made", every=0.2)
    check(machine.folder / "data" / "recordings" / made.recording, found, SYNC_S + max(voice.late, camera.late))
    assert not folder.exists()
    await encoder.delete()
    await encoder.close()
    await machine.operator(desk().PublishRecording, pb.PublishRecordingRequest(recording=made.recording))
    await machine.operator(machine.operator.rooms.CloseRoom, rooms_pb2.CloseRoomRequest(room=room.room))
    await watch(browser, room, found.seconds)


async def watch(browser: Chromium, room: Room, seconds: float) -> None:
    """R216: with the link by which one came in, once the room is closed; one may go to any second of it."""
    window = (await browser.visitor()).window
    assert isinstance(window, ChromiumWindow)
    await window.open(room.link())
    video = window.page.locator("#player-video")
    await expect(video).to_be_visible(timeout=15_000)
    await window.page.wait_for_function(
        "() => { const video = document.querySelector('#player-video'); return video.readyState >= 1; }"
    )
    length = await video.evaluate("video => video.duration")
    assert abs(length - seconds) < 1.5
    for second in (length - 1, 1.0):
        await video.evaluate("(video, second) => { video.currentTime = second; }", second)
        await window.page.wait_for_function(
            "second => { const video = document.querySelector('#player-video');"
            " return !video.seeking && video.readyState >= 2 && Math.abs(video.currentTime - second) < 0.1; }",
            arg=second,
        )
    await video.evaluate("video => video.play()")
    await window.page.wait_for_function("() => document.querySelector('#player-video').currentTime > 1.5")
    assert window.errors == []


def scan(folder: Path, marks: list[tuple[str, int]]) -> None:
    """D9: no packet on the disk came outside of what the marks allow."""
    assert [state for state, _at in marks] == ["recording", "paused"]
    packets = 0
    for path in folder.glob("*/*.seg"):
        segment = spool.read(path.read_bytes())
        for record in segment.records:
            if isinstance(record, spool.Packet):
                packets += 1
                at = segment.header.unix_us(record.arrived_us)
                assert marks[0][1] <= at <= marks[1][1] + LATE_S * 1e6
    assert packets > 100


def check(folder: Path, found: Any, apart: float) -> None:
    """`apart`: seconds that sound and picture may be."""
    names = {file.source or file.kind: file.name for file in found.files}
    pictures = [(at, clip.count_of(frame)) for at, frame in decoded(folder / names["camera"], "video")]  # type: ignore[arg-type]
    assert len(pictures) > 80
    jumps = [(a[1] + 1) % 256 != b[1] for a, b in itertools.pairwise(pictures)]
    assert sum(jumps) <= 1, "but for the pause each picture is there"
    beeps = loud(folder / names["microphone"])
    assert len(beeps) >= 3
    close = 0
    for beep in beeps:
        near = [(abs(at - beep), count) for at, count in pictures if count % clip.FPS == 0]
        close += bool(near) and min(near)[0] <= apart
    assert close >= len(beeps) - 1, "a beep at the edge of a mark may have lost its picture"
    with av.open(str(folder / names["room"])) as whole:
        assert {stream.type for stream in whole.streams} == {"audio", "video"}
        assert sum(1 for _ in whole.decode(video=0)) > 80


pytestmark = pytest.mark.timeout(180)
