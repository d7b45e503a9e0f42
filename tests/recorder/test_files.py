"""From the pieces of a spool to files: what was sent is in them, whole and at its time (D9, R180)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import av
import pytest

from node.features.recordings.rules import StreamView
from node.features.recordings.shelf import Order, Unmade, Work
from node.ports import Source
from node.recorder.film import STRETCH_S
from node.recorder.job import tape_of
from node.recorder.job import work as do
from node.recorder.mux import mux, suffix
from node.recorder.tracks import Take
from node.recorder.workshop import Workshop, finished
from tests.media import spooled
from tests.recorder import clip

BEGAN = spooled.UNIX_US / 1e6
SECONDS = 3.0
STREAMS = (
    StreamView(1, "p1", "Amina", Source.CAMERA, BEGAN, track="t1/camera"),
    StreamView(2, "p1", "Amina", Source.MICROPHONE, BEGAN, track="t1/microphone"),
)


def order(stretches: tuple[tuple[float, float], ...] = ((BEGAN, BEGAN + SECONDS),)) -> Order:
    return Order(spooled.RECORDING, STREAMS, stretches, "grid")


def decoded(path: Path, kind: str) -> list[tuple[float, av.VideoFrame | av.AudioFrame]]:
    """(seconds, picture or sound) of a file, all of it."""
    with av.open(str(path)) as file:
        stream = next(s for s in file.streams if s.type == kind)
        return [(float(frame.time or 0.0), frame) for frame in file.decode(stream)]  # type: ignore[union-attr,misc]


def loud(path: Path) -> list[float]:
    """When a tone begins, seconds."""
    found: list[float] = []
    silent = True
    resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
    for at, frame in decoded(path, "audio"):
        for made in resampler.resample(frame):  # type: ignore[arg-type]
            samples = memoryview(bytes(made.planes[0])[: made.samples * 2]).cast("h")
            for n in range(0, len(samples), 48):
                is_loud = max(map(abs, samples[n : n + 48])) > 3000
                if is_loud and silent:
                    found.append(at + n / 48_000)
                silent = not is_loud if is_loud or at + n / 48_000 - (found[-1] if found else 0) > 0.2 else silent
    return found


async def made(tmp_path: Path, order: Order, *, step_s: float = STRETCH_S) -> Work:
    """As a worker makes them, which would wait for everybody else on this machine: `test_killed` has the real ones."""
    told: list[float] = []
    job = Workshop(tmp_path / "spool", tmp_path / "work", step_s=step_s).job(order)
    work = finished(await asyncio.to_thread(do, job, told.append), Path(job.folder))
    assert told == sorted(told) and told[-1] == 1.0
    return work


def tracks(tmp_path: Path, order: Order) -> dict[str, Path]:
    """The files of what each sent, by source, without the film of all, which takes longest."""
    job = Workshop(tmp_path / "spool", tmp_path).job(order)
    take = Take(tmp_path / "spool" / job.recording, job.streams, tape_of(job))
    found = {lane.source: tmp_path / f"{lane.source}.{suffix(lane)}" for lane in take.lanes()}
    for lane in take.lanes():
        mux(lane, take.moments(lane), found[lane.source])
    return found


async def test_counter_and_beeps_agree_with_what_was_sent(tmp_path: Path) -> None:
    """The quality check: each picture is there, sound and picture are within 80 ms although the network held one of
    them up for longer, the RTP clock turns over in the middle, and the plane was killed at the end."""
    clip.write(tmp_path / "spool", 1, clip.camera(clip.pictures(SECONDS), delay_us=30_000), clip.VIDEO, cut=50)
    clip.write(tmp_path / "spool", 2, clip.microphone(clip.beeps(SECONDS), delay_us=180_000), clip.AUDIO)

    work = await made(tmp_path, order())

    assert [(f.name, f.kind, f.type) for f in work.files] == [
        ("room.webm", "room", "video/webm"),
        ("001-camera.webm", "track", "video/webm"),
        ("002-microphone.webm", "track", "audio/webm"),
    ]
    assert work.faults == ("stream 1: segment 0: cut within a record",)
    pictures = [(at, clip.count_of(frame)) for at, frame in decoded(work.folder / "001-camera.webm", "video")]
    assert [count for _at, count in pictures] == list(range(round(SECONDS * clip.FPS) - 1)), "all but the cut one"
    beeps = loud(work.folder / "002-microphone.webm")
    assert len(beeps) == SECONDS
    for beep, count in zip(beeps, range(0, 75, clip.FPS), strict=True):
        seen = next(at for at, shown in pictures if shown == count)
        assert abs(beep - seen) <= 0.080

    room = work.folder / "room.webm"
    seen_in_room: dict[int, float] = {}
    for at, frame in decoded(room, "video"):
        seen_in_room.setdefault(clip.count_of(frame), at)  # type: ignore[arg-type]
    for beep, count in zip(loud(room), range(0, 75, clip.FPS), strict=True):
        assert abs(beep - seen_in_room[count]) <= 0.080


def test_after_a_loss_nothing_broken_is_shown(tmp_path: Path) -> None:
    """Two in a hundred are lost for good: what builds on them is left out up to the next key frame, the rest agrees."""
    keys = frozenset(range(0, 75, 5))
    sent = clip.pictures(SECONDS, key_at=keys)
    clip.write(tmp_path / "spool", 1, clip.camera(sent, delay_us=0, lose=25), clip.VIDEO)
    camera = tracks(tmp_path, order())["camera"]
    pictures = [(at, clip.count_of(frame)) for at, frame in decoded(camera, "video")]  # type: ignore[arg-type]
    counts = [count for _at, count in pictures]
    assert counts == sorted(set(counts)) and 20 < len(counts) < 75
    assert all(abs(at - count / clip.FPS) < 0.02 for at, count in pictures)


def test_a_layer_change_is_one_film(tmp_path: Path) -> None:
    """Simulcast: the small picture first, then the large one under another SSRC and clock, from a key frame on."""
    small, large = clip.pictures(1.0), clip.pictures(1.0, (320, 192))
    records = [
        *clip.camera(small, delay_us=20_000),
        *clip.camera(large, delay_us=20_000, ssrc=8, layer=1, from_s=1.0),
    ]
    clip.write(tmp_path / "spool", 1, iter(records), clip.VIDEO)
    frames = decoded(tracks(tmp_path, order())["camera"], "video")
    assert [clip.count_of(frame) for _at, frame in frames] == [*range(25), *range(25)]  # type: ignore[arg-type]
    assert {frame.width for _at, frame in frames} == {160, 320}  # type: ignore[union-attr]
    assert all(abs(at - n / clip.FPS) < 0.03 for n, (at, _frame) in enumerate(frames))


async def test_pauses_are_cut_and_gaps_are_kept(tmp_path: Path) -> None:
    """The time of the file is the time that was recorded: a pause takes none, a silence its own."""
    clip.write(tmp_path / "spool", 1, clip.camera(clip.pictures(1.0), delay_us=0), clip.VIDEO)
    later = clip.camera(clip.pictures(1.0), delay_us=0, ssrc=8, from_s=11.0)
    clip.write(tmp_path / "spool", 3, later, clip.VIDEO)
    again = StreamView(3, "p1", "Amina", Source.CAMERA, BEGAN + 11, track="t1/camera")
    work = await made(
        tmp_path, Order(spooled.RECORDING, (*STREAMS, again), ((BEGAN, BEGAN + 1), (BEGAN + 10, BEGAN + 12)), "grid")
    )
    (camera,) = [file for file in work.files if file.kind == "track"]
    times = [at for at, _frame in decoded(work.folder / camera.name, "video")]
    assert abs(times[25] - 2.0) < 0.05 and abs(camera.seconds - 3.0) < 0.1
    (room,) = [file for file in work.files if file.kind == "room"]
    assert abs(room.seconds - 3.0) < 0.01


async def test_a_recording_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unmade) as unmade:
        await Workshop(tmp_path / "spool", tmp_path / "work").make(order(), lambda _done: None)
    assert unmade.value.why == "nothing"
