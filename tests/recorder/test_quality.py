"""The quality check (D9, R180): a clip with a visible counter and beeps, through a real plane over a way that loses two
in a hundred and with a change of simulcast layers; what is in the files agrees with what was sent."""

from __future__ import annotations

import asyncio
import itertools
import time
from pathlib import Path

import pytest

from node.features.recordings.rules import StreamView
from node.features.recordings.shelf import Order
from node.media.spool import Packet, faults
from node.ports import Source
from tests.media.real import needs_plane
from tests.media.recorder import RECORDING, Plane, wait_for
from tests.recorder import clip, through
from tests.recorder.test_files import decoded, loud, made

pytestmark = [needs_plane, pytest.mark.timeout(180)]
SECONDS = 3.2
LARGE = (320, 192)
LARGE_FROM_S = 1.2
LOSS = 0.02
SYNC_S = 0.080
VOICE = 2
"""Sound is not sent again: a seed by which four of its packets are lost, and of those none in which a beep begins."""


async def test_counter_and_beeps_through_loss_and_a_layer_change(tmp_path: Path) -> None:
    """Not one picture is missing of those sent: what is lost is asked for and sent again. From the second in which the
    large layer comes, the file has it. Sound and picture are within 80 ms, in the track files and in the film."""
    camera, began = await asyncio.to_thread(sent, tmp_path)
    assert camera.lost > 3 and camera.repeated > 3, "it was put to the test"

    streams = (
        StreamView(1, "p1", "Amina", Source.CAMERA, began, track="t1/camera"),
        StreamView(2, "p1", "Amina", Source.MICROPHONE, began, track="t1/microphone"),
    )
    order = Order(RECORDING, streams, ((began, time.time()),), "grid")
    work = await made(tmp_path, order)
    names = {file.source or file.kind: work.folder / file.name for file in work.files}
    assert set(names) == {"camera", "microphone", "room"} and work.faults == ()
    for path in names.values():
        assert through.probe(path)

    pictures = [(at, clip.count_of(frame), frame.width) for at, frame in decoded(names["camera"], "video")]  # type: ignore[arg-type,union-attr]
    counts = [count for _at, count, _width in pictures]
    change = next(n for n, (_at, _count, width) in enumerate(pictures) if width == LARGE[0])
    assert [width for _at, _count, width in pictures] == [clip.WIDTH] * change + [LARGE[0]] * (len(pictures) - change)
    assert LARGE_FROM_S <= counts[change] / clip.FPS < LARGE_FROM_S + 1
    steps = [(n, b - a) for n, (a, b) in enumerate(itertools.pairwise(counts), 1)]
    assert all(step == 1 for n, step in steps if n != change), steps
    assert 0 <= counts[change] - counts[change - 1] <= 2, "the layers meet within a picture"
    assert counts[0] == 0 and counts[-1] == round(SECONDS * clip.FPS) - 1
    zero = pictures[0][0]
    assert all(abs(at - zero - count / clip.FPS) < 0.005 for at, count, _width in pictures)

    for sound, film in ((names["microphone"], names["camera"]), (names["room"], names["room"])):
        seen: dict[int, float] = {}
        for at, frame in decoded(film, "video"):
            seen.setdefault(clip.count_of(frame), at)  # type: ignore[arg-type]
        beeps = loud(sound)
        assert len(beeps) == 4
        for beep, count in zip(beeps, range(0, 100, clip.FPS), strict=True):
            assert abs(beep - seen[count]) <= SYNC_S, (film.name, count, beep, seen[count])


def sent(folder: Path) -> tuple[through.Sender, float]:
    """At the pace of talking: a camera in two layers, of which the large one comes later, and a microphone. Also when
    it was recorded from."""
    small = through.packed(through.CODECS[0], SECONDS, key_every=1000, mtu=300)
    rest = SECONDS - LARGE_FROM_S
    large = through.packed(through.CODECS[0], rest, LARGE, key_every=10, mtu=300, first=LARGE_FROM_S)
    sounds = through.voice(SECONDS)
    plane = Plane(folder)
    try:
        camera = through.Sender(plane, "camera", through.CODECS[0], layers=2, loss=LOSS)
        microphone = through.Sender(plane, "microphone", None, loss=LOSS, seed=VOICE)
        began = time.time()
        plane.record(1, camera.track)
        plane.record(2, microphone.track)
        due = sorted(
            [(rtp.at, 0, camera, 0, rtp) for rtp in small]
            + [(rtp.at, 1, camera, 1, rtp) for rtp in large]
            + [(rtp.at, 2, microphone, 0, rtp) for rtp in sounds],
            key=lambda one: one[:2],
        )
        zero, reported = time.monotonic(), -1.0
        for at, _order, sender, layer, rtp in due:
            while (wait := zero + at - time.monotonic()) > 0:
                time.sleep(min(wait, 0.005))
                camera.listen()
                microphone.listen()
            if at >= reported + 0.5:
                reported = at
                camera.report(at)
                microphone.report(at)
            if at > SECONDS - 0.2:
                sender.loss = 0.0  # of what is lost at the very end nobody knows
            sender.send(rtp, layer)

        def arrived() -> bool:
            camera.listen()
            return whole(plane, camera)

        wait_for(arrived)
        for stream, sender in ((1, camera), (2, microphone)):
            plane.record(stream, sender.track, on=False)
            plane.until("recording_closed")
            assert list(faults(plane.segments(stream))) == []
            sender.close()
    finally:
        plane.close()
    return camera, began


def whole(plane: Plane, camera: through.Sender) -> bool:
    """All that was sent of the large layer is in the spool, from where that has it."""
    large = camera.layers[1]
    found = {
        record.sequence & 0xFFFF
        for segment in plane.segments(1)
        for record in segment.records
        if isinstance(record, Packet) and record.ssrc == large.ssrc
    }
    numbers = list(large.sent)
    begins = next((at for at, number in enumerate(numbers) if number in found), len(numbers))
    return len(found) > 0 and found >= set(numbers[begins:])
