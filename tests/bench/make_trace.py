"""Make the packets that the benchmark publishes: a real 720p VP8 picture at 1.5 Mbit/s, and Opus, four seconds long.

The trace is committed, so that every run everywhere sends the same bytes; run this only to change it:

    python tests/bench/make_trace.py node/plane/load/trace.bin

Format, all integers big-endian: the magic `RGTR`, then for each packet in order of sending its time in µs (u32), RTP
timestamp (u32), kind (u8: 0 audio, 1 video), flags (u8: 1 marker, 2 first packet of a key frame), length (u16) and the
RTP payload. Frames are cut into packets of about equal size, as libwebrtc does (RFC 7741 descriptor with a 15-bit
PictureID in front of each).
"""

import struct
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av

SECONDS = 4
FPS = 30
WIDTH, HEIGHT = 1280, 720
# What makes libvpx give 1.5 Mbit/s for this picture, which is harder than its rate control expects.
VIDEO_BPS = 750_000
AUDIO_BPS = 32_000
# What libwebrtc leaves for a payload in a packet of 1200 bytes with its usual header extensions.
MAX_PAYLOAD = 1_160
DESCRIPTOR = 4


class Packet(NamedTuple):
    at_us: int
    timestamp: int
    kind: int
    flags: int
    payload: bytes


def synthetic(description: str) -> Iterator[av.AudioFrame | av.VideoFrame]:
    """The frames that FFmpeg's filters draw or play."""
    with av.open(description, format="lavfi") as source:
        for frame in source.decode(source.streams[0]):
            assert isinstance(frame, av.AudioFrame | av.VideoFrame)
            yield frame


def video() -> Iterator[Packet]:
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.bit_rate = VIDEO_BPS
    rate = str(VIDEO_BPS)
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "error-resilient": "1"} | {
        "g": "9999",
        "minrate": rate,
        "maxrate": rate,
        "bufsize": str(VIDEO_BPS // 2),
    }
    # Moving shapes and counters, with the grain of a camera on top.
    picture = f"testsrc2=size={WIDTH}x{HEIGHT}:rate={FPS}:duration={SECONDS},noise=alls=6:allf=t:all_seed=1"
    for n, frame in enumerate(synthetic(picture)):
        assert isinstance(frame, av.VideoFrame)
        frame = frame.reformat(format="yuv420p")
        frame.pts, frame.time_base = n, Fraction(1, FPS)
        for encoded in encoder.encode(frame):
            yield from packetise(n, bytes(encoded), encoded.is_keyframe)


def packetise(n: int, frame: bytes, key: bool) -> Iterator[Packet]:
    """Cut one VP8 frame into packets of about equal size."""
    count = -(-len(frame) // (MAX_PAYLOAD - DESCRIPTOR))
    for k in range(count):
        part = frame[len(frame) * k // count : len(frame) * (k + 1) // count]
        descriptor = struct.pack("!BBH", 0x90 if k == 0 else 0x80, 0x80, 0x8000 | n)
        flags = int(k == count - 1) | (2 if key and k == 0 else 0)
        yield Packet(n * 1_000_000 // FPS, n * 90_000 // FPS, 1, flags, descriptor + part)


def audio() -> Iterator[Packet]:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.bit_rate = AUDIO_BPS
    encoder.options = {"application": "voip", "frame_duration": "20", "vbr": "on"}
    tone = "(0.2+0.1*sin(2*PI*3*t))*(sin(2*PI*140*t)+0.5*sin(2*PI*(600+200*sin(5*t))*t))"
    sound = f"aevalsrc={tone}:s=48000:d={SECONDS},aformat=s16:48000:mono,asetnsamples=960"
    for n, frame in enumerate(synthetic(sound)):
        assert isinstance(frame, av.AudioFrame)
        frame.pts, frame.time_base = 960 * n, Fraction(1, 48_000)
        for encoded in encoder.encode(frame):
            yield Packet(n * 20_000, 960 * n, 0, 0, bytes(encoded))


def main() -> None:
    packets = sorted([*video(), *audio()], key=lambda packet: packet.at_us)
    with Path(sys.argv[1]).open("wb") as out:
        out.write(b"RGTR")
        for at_us, timestamp, kind, flags, payload in packets:
            out.write(struct.pack("!IIBBH", at_us, timestamp, kind, flags, len(payload)) + payload)
    for kind, name in ((1, "video"), (0, "audio")):
        sizes = [len(packet.payload) for packet in packets if packet.kind == kind]
        rate = sum(sizes) * 8 / SECONDS / 1000
        print(f"{name}: {len(sizes)} packets, {rate:.0f} kbit/s, mean {sum(sizes) / len(sizes):.0f} bytes")


if __name__ == "__main__":
    main()
