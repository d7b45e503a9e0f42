"""R180: whatever browsers and encoders send is in the files as it was sent: VP8, VP9, H264 and AV1, by real encoders,
through a real plane, also where the picture changes its size in the middle; and Chromium plays it."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from node.features.recordings.rules import StreamView
from node.features.recordings.shelf import Order
from node.media.spool import faults
from node.ports import Source
from node.recorder.compose import HEIGHT, WIDTH
from tests.media import chromium as browser
from tests.media.chromium import needs_chromium
from tests.media.offers.record import CHROMIUM_FLAGS
from tests.media.real import needs_plane
from tests.media.recorder import RECORDING, Plane, payloads, wait_for
from tests.recorder import clip, through
from tests.recorder.test_files import decoded, made

pytestmark = [needs_plane, needs_chromium, pytest.mark.timeout(180)]
SECONDS = 1.6
LARGE, LARGE_FROM_S = (320, 192), 0.8
"""With other parameters (H264's sets, AV1's sequence header) than before, from a key frame on."""
FILES = {"VP8": ("webm", "vp8"), "VP9": ("webm", "vp9"), "H264": ("mkv", "h264"), "AV1": ("webm", "av1")}

PLAYED = """addresses => Promise.all(addresses.map(async (address) => {
  const video = document.createElement("video");
  [video.muted, video.src, video.defaultPlaybackRate] = [true, address, 2];
  await video.play();
  await new Promise((ended, failed) => {
    video.addEventListener("error", () => failed(video.error));
    video.addEventListener("ended", ended);
    if (video.ended) ended();
  });
  return [video.videoWidth, video.videoHeight];
}))"""


async def played(files: list[Path]) -> list[list[int]]:
    """The size of the last picture of each, from beginning to end."""
    async with async_playwright() as play:
        window = await play.chromium.launch(executable_path=str(browser.CHROMIUM), args=CHROMIUM_FLAGS)
        page = await window.new_page()
        await page.goto(Path(browser.__file__).with_name("blank.html").as_uri())
        sizes: list[list[int]] = await page.evaluate(PLAYED, [file.as_uri() for file in files])
        await window.close()
    return sizes


def whole(plane: Plane, stream: int, packets: int) -> bool:
    return len(payloads(plane.segments(stream))) == packets


def sent(folder: Path) -> float:
    """One camera of each codec, each in a stream of its own; when the first picture was taken."""
    films = [
        through.packed(codec, LARGE_FROM_S, mtu=300)
        + through.packed(codec, SECONDS - LARGE_FROM_S, LARGE, mtu=300, first=LARGE_FROM_S)
        for codec in through.CODECS
    ]
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
                sender.report(at / clip.FPS)  # what is late then is late, and no other time
                for packet in packets:
                    if round(packet.at * clip.FPS) == at:
                        sender.send(packet)
            time.sleep(1 / clip.FPS)
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
        widths = [frame.width for _at, frame in pictures]  # type: ignore[union-attr]
        assert widths == [clip.WIDTH if n < LARGE_FROM_S * clip.FPS else LARGE[0] for n in range(len(pictures))]
        first = pictures[0][0]
        assert [clip.count_of(frame) for _at, frame in pictures] == list(range(round(SECONDS * clip.FPS)))  # type: ignore[arg-type]
        assert [n for n, (at, _frame) in enumerate(pictures) if abs(at - first - n / clip.FPS) >= 0.002] == []
    tracks = [work.folder / file.name for file in work.files if file.kind == "track"]
    assert await played([*tracks, work.folder / "room.webm"]) == [[*LARGE]] * len(FILES) + [[WIDTH, HEIGHT]]
