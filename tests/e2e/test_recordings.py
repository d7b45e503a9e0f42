"""A real encoder, node, plane, recorder and browser: what was sent is in the file and in the replay, and nothing
outside the marks was kept."""

from __future__ import annotations

import contextlib
import itertools
import time
from pathlib import Path
from typing import Any

import av
import pytest
from playwright.async_api import expect

from node.media import spool
from node.ports import Source
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from protos.rooms.v1 import rooms_pb2
from tests.e2e.chromium import Chromium, ChromiumWindow
from tests.e2e.machine import Machine, Room, until
from tests.e2e.sending import Counting
from tests.recorder import clip
from tests.recorder.test_files import decoded, loud

SYNC_S = 0.080
TONE_S = 0.1
LATE_S = 0.5
"""From a mark to the plane, on a machine that does other things."""


async def test_an_encoder_is_recorded_like_any_speaker_and_watched_again(machine: Machine, browser: Chromium) -> None:
    """R220, R180, R216, D9: into a webinar by WHIP, over a pause and kills -9 of the control process while it records
    and while files are made; counter and beeps agree, 80 ms; published, it is on the room's own address."""
    assert machine.operator is not None
    room = await machine.room(type="webinar")
    encoder = Counting(room.host)
    await encoder.begin()

    def desk() -> Any:
        assert machine.operator is not None
        return recordings_pb2_grpc.RecordingsServiceStub(machine.operator.channel)

    made = (await machine.operator(desk().StartRecording, pb.StartRecordingRequest(room=room.room))).recording
    folder = machine.folder / "data" / "spool" / made.recording

    async def grows(pictures: int) -> None:
        """Until so many more are on the disk."""
        enough = pieces(folder) + pictures
        await until(lambda: pieces(folder) >= enough, 20, "what is sent is written", every=0.1)

    await grows(50)
    await machine.kill()
    machine.settings["REGIE__LOG__LEVEL"] = "debug"
    await machine.start()
    await grows(25)
    paused = await machine.operator(desk().PauseRecording, pb.PauseRecordingRequest(room=room.room))
    answered = time.time()
    meanwhile = encoder.camera.sent + clip.FPS
    await until(lambda: encoder.camera.sent >= meanwhile, 20, "a second that nobody wants")
    scan(folder, [(mark.state, mark.at.ToMicroseconds()) for mark in paused.recording.marks], answered)
    await machine.operator(desk().ResumeRecording, pb.ResumeRecordingRequest(room=room.room))
    await grows(50)
    await machine.operator(desk().StopRecording, pb.StopRecordingRequest(room=room.room))
    await machine.kill()  # whatever has been made of it: it goes on by itself
    await machine.start()

    async def finished() -> Any:
        assert machine.operator is not None
        request = pb.GetRecordingRequest(recording=made.recording)
        found = (await machine.operator(desk().GetRecording, request)).recording
        assert found.state != "failed", found.why
        return found if found.state == "verified" else None

    found = await until(finished, 90, "the files are made", every=0.2)
    check(machine.folder / "data" / "recordings" / made.recording, found)
    await until(lambda: not folder.exists(), 10, "no pieces are left")
    await encoder.end()
    await machine.operator(desk().PublishRecording, pb.PublishRecordingRequest(recording=made.recording))
    await machine.operator(machine.operator.rooms.CloseRoom, rooms_pb2.CloseRoomRequest(room=room.room))
    await watch(browser, room, found.seconds)
    said = machine.log() + (machine.run_dir / "plane.log").read_text("utf-8")  # the recorder's words are in the node's
    assert '"action": "http"' in said, "at the most talkative"
    for secret in (room.participant.ticket, room.host.ticket, "Essai"):
        assert secret not in said


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


def pieces(folder: Path) -> int:
    """Pictures of the camera that are on the disk."""
    found = 0
    for path in folder.glob("*/*.seg"):
        with contextlib.suppress(spool.Unreadable):
            segment = spool.read(path.read_bytes())
            if segment.header.source is Source.CAMERA:
                found += sum(isinstance(record, spool.Packet) and record.marker for record in segment.records)
    return found


def scan(folder: Path, marks: list[tuple[str, int]], answered: float) -> None:
    """D9: no packet on the disk came outside of what the marks allow, or after the operator had the answer."""
    assert [state for state, _at in marks] == ["recording", "paused"]
    last = max(marks[1][1] + LATE_S * 1e6, answered * 1e6)
    packets = 0
    for path in folder.glob("*/*.seg"):
        segment = spool.read(path.read_bytes())
        for record in segment.records:
            if isinstance(record, spool.Packet):
                packets += 1
                at = segment.header.unix_us(record.arrived_us)
                assert marks[0][1] <= at <= last
    assert packets > 100


def edges_of(found: Any) -> list[float]:
    """Seconds of its files at which a stretch begins or ends."""
    marks = [(mark.state, mark.at.ToMicroseconds() / 1e6) for mark in found.marks]
    edges = [0.0]
    for (state, at), (_then, end) in itertools.pairwise(marks):
        if state == "recording":
            edges.append(edges[-1] + end - at)
    assert len(edges) == 3, marks
    return edges


def check(folder: Path, found: Any) -> None:
    names = {file.source or file.kind: file.name for file in found.files}
    pictures = [(at, clip.count_of(frame)) for at, frame in decoded(folder / names["camera"], "video")]  # type: ignore[arg-type]
    assert len(pictures) > 80
    jumps = [(a[1] + 1) % 256 != b[1] for a, b in itertools.pairwise(pictures)]
    assert sum(jumps) <= 1, "but for the pause each picture is there"
    # A tone that began before a mark is heard from the mark on, and its picture may be on the other side.
    edges = edges_of(found)
    whole = [at for at in loud(folder / names["microphone"]) if all(abs(at - edge) > TONE_S + SYNC_S for edge in edges)]
    assert len(whole) >= 2
    alone = [
        at for at in whole if not any(abs(at - shown) <= SYNC_S for shown, count in pictures if count % clip.FPS == 0)
    ]
    assert not alone, (alone, edges)
    with av.open(str(folder / names["room"])) as film:
        assert {stream.type for stream in film.streams} == {"audio", "video"}
        assert sum(1 for _ in film.decode(video=0)) > 80


pytestmark = pytest.mark.timeout(300)
