"""A synthetic person in a spool: a camera that counts its pictures, a microphone that beeps each second.

Whoever looks at the file knows which picture was sent when: the count stands in eight fields, black or white. Each
clock starts where it likes, as senders' clocks do; what ties them is the sender's reports.
"""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av

from node.media.spool import Codec, Packet, Record, SenderReport
from protos.plane.v1 import plane_pb2 as plane
from tests.media import spooled

FPS = 25
WIDTH, HEIGHT = 160, 96
RATE = 48_000
BITS = 8
SENT_NTP = 3_900_000_000 << 32
MTU = 1100


def pictures(
    seconds: float, size: tuple[int, int] = (WIDTH, HEIGHT), key_at: frozenset[int] = frozenset(), *, first: int = 0
) -> list[tuple[bytes, bool]]:
    """(VP8, whether a key frame), 25 a second."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.bit_rate = Fraction(1, FPS), Fraction(FPS), 400_000
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "g": "1000"}
    return [
        (bytes(packet), packet.is_keyframe)
        for frame in counted(seconds, size, key_at, first=first)
        for packet in encoder.encode(frame)
    ]


def counted(
    seconds: float,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    key_at: frozenset[int] = frozenset(),
    *,
    busy: bool = False,
    first: int = 0,
) -> Iterator[av.VideoFrame]:
    """Pictures that count themselves from `first` on, before any encoder. `busy`: the end of each is noise."""
    width, height = size
    noise = random.Random(width)
    for n in range(round(seconds * FPS)):
        frame = av.VideoFrame(width, height, "yuv420p")
        line = frame.planes[0].line_size
        bits = (first + n >> (BITS - 1 - x * BITS // width) & 1 for x in range(width))
        row = bytes(235 if bit else 16 for bit in bits).ljust(line, b"\0")
        rows = height // 12 if busy else 0
        frame.planes[0].update(row * (height - rows) + noise.randbytes(rows * line))
        for chroma in frame.planes[1:]:
            chroma.update(bytes((128,)) * chroma.buffer_size)
        frame.pts, frame.time_base = n, Fraction(1, FPS)
        if n in key_at:
            frame.pict_type = av.video.frame.PictureType.I
        yield frame


def count_of(frame: av.VideoFrame) -> int:
    """What a decoded picture counts."""
    plane_, line = bytes(frame.planes[0]), frame.planes[0].line_size
    middle = frame.height // 2 * line
    n = 0
    for bit in range(BITS):
        x = (2 * bit + 1) * frame.width // (2 * BITS)
        n = n << 1 | (plane_[middle + x] > 128)
    return n


def each_second(at: float) -> bool:
    return at % 1.0 < 0.0999


def beeps(seconds: float, sounds: Callable[[float], bool] = each_second) -> list[bytes]:
    """Opus, 20 ms each: a tone whenever it `sounds`, by default in the first 100 ms of every second."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "stereo", "s16"
    encoder.options = {"application": "lowdelay", "frame_duration": "20"}
    found = []
    for n in range(round(seconds * 50)):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        frame.sample_rate, frame.pts, frame.time_base = RATE, n * 960, Fraction(1, RATE)
        loud = sounds(n / 50)
        wave = array("h")
        for s in range(960):
            value = int(12_000 * math.sin(2 * math.pi * 1000 * (n * 960 + s) / RATE)) if loud else 0
            wave.extend((value, value))
        frame.planes[0].update(wave.tobytes())
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return found


def report(at_s: float, first: int, rate: int, ssrc: int, delay_us: int) -> SenderReport:
    ntp = SENT_NTP + round(at_s * (1 << 32))
    arrived = spooled.STARTED_US + round(at_s * 1e6) + delay_us
    return SenderReport(arrived, 0, ssrc, first + round(at_s * rate) & 0xFFFFFFFF, ntp)


def camera(
    sent: list[tuple[bytes, bool]], *, delay_us: int, ssrc: int = 7, layer: int = 0, from_s: float = 0.0, lose: int = 0
) -> Iterator[Record]:
    """What the plane writes of these pictures; with `lose`, each packet of that number in fifty is missing."""
    first, sequence, n = 0xFFFFF000, 65_000, 0
    for picture, (data, key) in enumerate(sent):
        at_s = from_s + picture / FPS
        if picture % FPS == 0:
            yield report(at_s, first, 90_000, ssrc, delay_us)
        parts = [data[i : i + MTU] for i in range(0, len(data), MTU)]
        for part, piece in enumerate(parts):
            sequence, n = sequence + 1, n + 1
            if lose and n % 50 == lose:
                continue
            yield spooled.packet(
                sequence,
                layer=layer,
                ssrc=ssrc,
                payload=bytes((0x10 if part == 0 else 0,)) + piece,
                marker=part == len(parts) - 1,
                key_frame=key and part == 0,
                timestamp=first + round(at_s * 90_000) & 0xFFFFFFFF,
                arrived_us=spooled.STARTED_US + round(at_s * 1e6) + delay_us,
            )


def microphone(sent: list[bytes], *, delay_us: int, ssrc: int = 9) -> Iterator[Record]:
    first = 123_456
    for n, data in enumerate(sent):
        at_s = n / 50
        if n % 50 == 10:
            yield report(at_s, first, RATE, ssrc, delay_us)
        yield spooled.packet(
            n + 1,
            ssrc=ssrc,
            payload=data,
            payload_type=111,
            timestamp=first + n * 960,
            arrived_us=spooled.STARTED_US + round(at_s * 1e6) + delay_us,
        )


def write(spool: Path, stream: int, records: Iterator[Record], kind: int, *, cut: int = 0) -> None:
    """One segment; with `cut`, so many bytes of it are missing at the end, as after a kill."""
    folder = spool / spooled.RECORDING / str(stream)
    folder.mkdir(parents=True)
    data = spooled.segment(spooled.header(stream=stream, kind=kind), list(records), None if cut else "stopped")
    (folder / "000000.seg").write_bytes(data[: len(data) - cut] if cut else data)


AUDIO, VIDEO = plane.KIND_AUDIO, plane.KIND_VIDEO
__all__ = ["AUDIO", "VIDEO", "Codec", "Packet"]
