"""D9: what one person sends that is no picture costs nobody else anything, and themselves as little as can be; what is
missing is told, so that the pieces stay."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import pytest

from node.features.recordings.rules import StreamView
from node.features.recordings.shelf import Order, Work
from node.media.spool import Packet
from node.ports import Source
from tests.media import spooled
from tests.recorder import clip, through
from tests.recorder.test_files import BEGAN, decoded, made

SECONDS = 1.0
KEY_EVERY = 5
STREAMS = (
    StreamView(1, "p1", "Amina", Source.CAMERA, BEGAN, track="t1/camera"),
    StreamView(2, "p2", "Bob", Source.CAMERA, BEGAN, track="t2/camera"),
)
JUNK = {"AV1": b"\x10\x36", "VP8": b"\x10", "VP9": b"\x09", "H264": b"\x7c"}
"""A unit that ends within its header (AV1 5.3.3); payloads that end within their descriptors."""


def camera(codec: through.Codec, seconds: float = SECONDS) -> list[Packet]:
    """What the plane writes of it, all of which came."""
    return [
        spooled.packet(
            100 + n,
            payload=rtp.payload,
            payload_type=codec.payload_type,
            marker=rtp.marker,
            key_frame=rtp.key,
            timestamp=round(rtp.at * 90_000),
            arrived_us=spooled.STARTED_US + round(rtp.at * 1e6),
        )
        for n, rtp in enumerate(through.packed(codec, seconds, key_every=KEY_EVERY))
    ]


def put(folder: Path, stream: int, packets: Sequence[Packet], codec: through.Codec) -> None:
    front = spooled.header(stream=stream, codecs=[(codec.payload_type, codec.name)])
    place = folder / "spool" / spooled.RECORDING / str(stream)
    place.mkdir(parents=True)
    (place / "000000.seg").write_bytes(spooled.segment(front, packets))


def bobs(folder: Path) -> None:
    clip.write(folder / "spool", 2, clip.camera(clip.pictures(SECONDS), delay_us=0), clip.VIDEO)


async def made_of(folder: Path) -> Work:
    return await made(folder, Order(spooled.RECORDING, STREAMS, ((BEGAN, BEGAN + SECONDS),), "grid"))


def counts(work: Work, participant: str) -> list[int]:
    (file,) = [file for file in work.files if file.participant == participant]
    return [clip.count_of(frame) for _at, frame in decoded(work.folder / file.name, "video")]  # type: ignore[arg-type]


@pytest.mark.parametrize("codec", through.CODECS, ids=lambda codec: codec.name)
async def test_a_packet_of_junk_costs_the_rest_of_nobody(tmp_path: Path, codec: through.Codec) -> None:
    """In the place of the seventh picture: that and what builds on it are missing, up to the next key frame."""
    packets = camera(codec)
    times = sorted({packet.timestamp for packet in packets})
    (at,) = [n for n, packet in enumerate(packets) if packet.timestamp == times[7]]
    packets[at] = msgspec.structs.replace(packets[at], payload=JUNK[codec.name])
    put(tmp_path, 1, packets, codec)
    bobs(tmp_path)
    work = await made_of(tmp_path)
    seen, sent = counts(work, "p1"), list(range(round(SECONDS * clip.FPS)))
    assert [n for n in seen if n < 7] == sent[:7] and [n for n in seen if n >= 10] == sent[10:]
    assert counts(work, "p2") == sent


async def test_junk_that_no_container_takes_is_told(tmp_path: Path) -> None:
    """Only the AV1 writer reads what it is given: three pictures are left out, and the node is told how many. Who goes
    on with the job after a kill tells the same."""
    (codec,) = [codec for codec in through.CODECS if codec.name == "AV1"]
    packets = camera(codec)
    times = sorted({packet.timestamp for packet in packets})
    (at,) = [n for n, packet in enumerate(packets) if packet.timestamp == times[7]]
    packets[at] = msgspec.structs.replace(packets[at], payload=JUNK["AV1"])
    put(tmp_path, 1, packets, codec)
    bobs(tmp_path)
    work = await made_of(tmp_path)
    assert work.faults == ("track 1 (camera, av1): 3 left out, damaged or built on what is",)
    (work.folder / "manifest.json").unlink()
    assert (await made_of(tmp_path)).faults == work.faults


async def test_a_file_can_begin_after_a_key_frame_that_is_none(tmp_path: Path) -> None:
    """The first AV1 picture says nothing that a container could be told of it."""
    (codec,) = [codec for codec in through.CODECS if codec.name == "AV1"]
    packets = camera(codec)
    first = packets[0].timestamp
    junk = msgspec.structs.replace(packets[0], payload=b"\x18\x0a\x01\xff", marker=True)
    put(tmp_path, 1, [junk, *(packet for packet in packets if packet.timestamp != first)], codec)
    bobs(tmp_path)
    work = await made_of(tmp_path)
    assert counts(work, "p1") == list(range(KEY_EVERY, round(SECONDS * clip.FPS)))


async def test_a_picture_of_a_hundred_million_points_is_not_decoded(tmp_path: Path) -> None:
    """It would take gigabytes: a camera that says so has no file, and who sends pictures has theirs."""
    huge = []
    for data, key in clip.pictures(SECONDS):
        # RFC 6386 9.1: a key frame has its size behind three bytes and the start code.
        huge.append((data[:6] + struct.pack("<HH", 10_000, 10_000) + data[10:] if key else data, key))
    clip.write(tmp_path / "spool", 1, clip.camera(huge, delay_us=0), clip.VIDEO)
    bobs(tmp_path)
    work = await made_of(tmp_path)
    assert [file.participant for file in work.files] == ["", "p2"]
    assert counts(work, "p2") == list(range(round(SECONDS * clip.FPS)))
    assert work.faults == ("track 1 (camera, vp8): nothing of it can be shown",)


async def test_who_sends_nothing_but_junk_is_told(tmp_path: Path) -> None:
    """Its pieces are the only copy of whatever it was."""
    (codec,) = [codec for codec in through.CODECS if codec.name == "VP9"]
    put(tmp_path, 1, [msgspec.structs.replace(packet, payload=JUNK["VP9"]) for packet in camera(codec)], codec)
    bobs(tmp_path)
    work = await made_of(tmp_path)
    assert [file.participant for file in work.files] == ["", "p2"]
    assert work.faults == ("track 1 (camera, vp9): nothing of it can be shown",)


async def test_a_codec_that_nobody_knows_is_told(tmp_path: Path) -> None:
    (codec,) = [codec for codec in through.CODECS if codec.name == "VP8"]
    put(tmp_path, 1, camera(codec), msgspec.structs.replace(codec, name="H265"))
    bobs(tmp_path)
    assert (await made_of(tmp_path)).faults == ("stream 1: of no codec that is known",)


@pytest.mark.parametrize(("at", "told"), [(4, True), (20, True), (None, False)], ids=["magic", "header", "cut"])
async def test_a_piece_that_cannot_be_read_is_told(tmp_path: Path, at: int | None, told: bool) -> None:
    """H25: the last of a stream, too; one that a kill left before anything was in it held nothing."""
    bobs(tmp_path)
    place = tmp_path / "spool" / spooled.RECORDING / "2"
    piece = bytearray((place / "000000.seg").read_bytes())
    if at is None:
        del piece[10:]
    else:
        piece[at - 4] ^= 0xFF
    (place / "000001.seg").write_bytes(piece)
    work = await made_of(tmp_path)
    assert bool(work.faults) == told and counts(work, "p2") == list(range(round(SECONDS * clip.FPS)))


def test_the_largest_screens_are_decoded() -> None:
    """A display of 5120 × 2880 is within the bound, whatever it is sent with."""
    from node.recorder.mux import _size

    for codec in ("VP8", "H264"):
        (made_by,) = [one for one in through.CODECS if one.name == codec]
        encoder = av.CodecContext.create(made_by.encoder, "w")
        assert isinstance(encoder, av.VideoCodecContext)
        encoder.width, encoder.height, encoder.pix_fmt = 5120, 2880, "yuv420p"
        encoder.time_base, encoder.options = Fraction(1, 25), made_by.options
        frame = av.VideoFrame(5120, 2880, "yuv420p")
        frame.pts = 0
        (packet, *_rest) = [*encoder.encode(frame), *encoder.encode(None)]
        assert _size(codec.lower(), bytes(packet)) == (5120, 2880)


@pytest.mark.parametrize("source", [Source.MICROPHONE, Source.CAMERA], ids=["sound", "sound_as_camera"])
async def test_a_sound_of_junk_costs_the_rest_of_nobody(tmp_path: Path, source: Source) -> None:
    """Each sound stands for itself. A camera that has sound instead of pictures has no file, and that is told."""
    records = list(clip.microphone(clip.beeps(SECONDS), delay_us=0))
    (at, old) = [(n, one) for n, one in enumerate(records) if isinstance(one, Packet)][7]
    records[at] = msgspec.structs.replace(old, payload=b"\xff\xff\xff")
    clip.write(tmp_path / "spool", 1, iter(records), clip.AUDIO)
    bobs(tmp_path)
    streams = (msgspec.structs.replace(STREAMS[0], source=source), STREAMS[1])
    work = await made(tmp_path, Order(spooled.RECORDING, streams, ((BEGAN, BEGAN + SECONDS),), "grid"))
    heard = source is Source.MICROPHONE
    assert [file.participant for file in work.files] == (["", "p1", "p2"] if heard else ["", "p2"])
    assert work.faults == (() if heard else ("track 1 (camera, opus): its file cannot be read",))
    assert counts(work, "p2") == list(range(round(SECONDS * clip.FPS)))
