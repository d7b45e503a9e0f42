"""R180: whatever browsers and encoders send is in the files as it was sent: VP8, VP9, H264 and AV1, by real encoders,
through a real plane."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path

import pytest

from node.features.recordings.rules import StreamView
from node.features.recordings.shelf import Order
from node.media.spool import faults
from node.ports import Source
from tests.media.real import needs_plane
from tests.media.recorder import RECORDING, Plane, payloads, wait_for
from tests.recorder import clip, through
from tests.recorder.test_files import decoded, made

pytestmark = [needs_plane, pytest.mark.timeout(180)]
SECONDS = 1.6
FILES = {"VP8": ("webm", "vp8"), "VP9": ("webm", "vp9"), "H264": ("mkv", "h264"), "AV1": ("webm", "av1")}


def whole(plane: Plane, stream: int, packets: int) -> bool:
    return len(payloads(plane.segments(stream))) == packets


def sent(folder: Path) -> float:
    """One camera of each codec, each in a stream of its own; when it began."""
    films = [through.packed(codec, SECONDS, mtu=300) for codec in through.CODECS]
    began = time.time()
    plane = Plane(folder)
    try:
        senders = []
        for stream, (codec, packets) in enumerate(zip(through.CODECS, films, strict=True), 1):
            assert len(packets) > 1.5 * SECONDS * clip.FPS, "in several packets"
            sender = through.Sender(plane, codec.name, codec)
            plane.record(stream, sender.track)
            senders.append((stream, sender, packets))
        for at in range(round(SECONDS * clip.FPS)):
            for _stream, sender, packets in senders:
                for packet in packets:
                    if round(packet.at * clip.FPS) == at:
                        sender.send(packet)
            time.sleep(0.005)  # a flood would be refused
        for stream, sender, packets in senders:
            wait_for(partial(whole, plane, stream, len(packets)))
            plane.record(stream, sender.track, on=False)
            plane.until("recording_closed")
            assert list(faults(plane.segments(stream))) == []
            sender.close()
    finally:
        plane.close()
    return began


async def test_each_codec_is_kept_as_it_was_sent(tmp_path: Path) -> None:
    """Pictures in several packets each, their parameters with every key frame; every picture is there and counts what
    it counted, and nobody says anything against the files."""
    began = await asyncio.to_thread(sent, tmp_path)
    streams = tuple(
        StreamView(n, codec.name, codec.name, Source.CAMERA, began, track=f"{codec.name}/camera")
        for n, codec in enumerate(through.CODECS, 1)
    )
    order = Order(RECORDING, streams, ((began, time.time() + SECONDS),), "grid")
    work = await made(tmp_path, order)
    assert work.faults == ()
    for file in work.files:
        probed = through.probe(work.folder / file.name)
        if file.kind == "room":
            continue
        (stream,) = probed
        kind, codec = FILES[file.participant]
        assert (file.name.rpartition(".")[2], stream["codec_name"]) == (kind, codec)
        assert (stream["width"], stream["height"]) == (clip.WIDTH, clip.HEIGHT)
        pictures = decoded(work.folder / file.name, "video")
        first = pictures[0][0]
        assert [clip.count_of(frame) for _at, frame in pictures] == list(range(round(SECONDS * clip.FPS)))  # type: ignore[arg-type]
        assert all(abs(at - first - n / clip.FPS) < 0.002 for n, (at, _frame) in enumerate(pictures))
