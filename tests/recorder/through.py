"""A clip on its way through a real plane to its spool: what encoders make, packed by FFmpeg, and sent again when
the plane asks for it."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import struct
import subprocess
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import msgspec
from pylibsrtp import Policy, Session

from protos.plane.v1 import plane_pb2 as wire
from tests.media.light import check
from tests.media.recorder import KEYS, PATIENCE, Plane
from tests.recorder import clip

NTP: Final = 3_900_000_000 << 32
MTU: Final = 1200
RTCP: Final = range(64, 96)
"""Where RTP and RTCP share a way: payload types that mean RTCP (RFC 5761 4)."""


class Codec(msgspec.Struct, frozen=True):
    """`encoder`: FFmpeg's; `payload_type`: of ours."""

    name: str
    encoder: str
    options: dict[str, str]
    payload_type: int = 96
    fmtp: str = ""
    bits: int = 300_000


LIVE: Final = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "g": "1000"}
CODECS: Final = (
    Codec("VP8", "libvpx", LIVE),
    Codec("VP9", "libvpx-vp9", LIVE, 98, "profile-id=0"),
    Codec(
        "H264",
        "libx264",
        {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "g": "1000", "forced-idr": "1"},
        102,
        "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    ),
    Codec("AV1", "libsvtav1", {"preset": "10", "crf": "40", "svtav1-params": "pred-struct=1"}, 45, bits=0),
)


class Rtp(msgspec.Struct, frozen=True):
    """One packet, before it has a sequence number. `at`: seconds."""

    at: float
    payload: bytes
    marker: bool
    key: bool = False


class _Sink:
    """Where FFmpeg's packets go, one a write."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.packets.append(bytes(data))
        return len(data)


def _ordinary_work() -> None:
    """SVT-AV1, where it may, makes itself and who called it real-time work before all other (SCHED_FIFO, 99): what this
    process does and starts from then on would keep both processors from everybody else."""
    for thread in os.listdir("/proc/self/task"):
        with contextlib.suppress(ProcessLookupError):
            if os.sched_getscheduler(int(thread)) != os.SCHED_OTHER:
                os.sched_setscheduler(int(thread), os.SCHED_OTHER, os.sched_param(0))


def packed(
    codec: Codec,
    seconds: float,
    size: tuple[int, int] = (clip.WIDTH, clip.HEIGHT),
    *,
    key_every: int = 20,
    mtu: int = MTU,
    first: float = 0.0,
) -> list[Rtp]:
    """A camera that counts from `first` seconds on, encoded and packed by FFmpeg, which shares nothing with us."""
    sink = _Sink()
    found: list[Rtp] = []
    out = av.open(sink, "w", format="rtp", options={"packetsize": str(mtu), "strict": "experimental"}, buffer_size=4096)
    stream = out.add_stream(codec.encoder, rate=clip.FPS, options=codec.options)
    assert isinstance(stream, av.VideoStream)
    stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *size, "yuv420p", codec.bits
    stream.codec_context.open()
    _ordinary_work()
    keys = frozenset(range(0, round(seconds * clip.FPS), key_every))

    def take(pictures: Sequence[Any]) -> Iterator[Rtp]:
        for picture in pictures:
            key, at = picture.is_keyframe, first + float((picture.pts or 0) * (picture.time_base or Fraction(1)))
            out.mux(picture)
            packets = [data for data in sink.packets if data[1] & 0x7F not in RTCP]
            sink.packets.clear()
            for n, data in enumerate(packets):
                yield Rtp(at, data[12:], n == len(packets) - 1, key and n == 0)

    for frame in clip.counted(seconds, size, keys, busy=mtu < MTU, first=round(first * clip.FPS)):
        found += take(stream.encode(frame))
    found += take(stream.encode(None))
    out.close()
    return found


def voice(seconds: float) -> list[Rtp]:
    return [Rtp(n / 50, data, True) for n, data in enumerate(clip.beeps(seconds))]


class Layer:
    """One numbering of a sender: an SSRC, its clock and what was sent under it."""

    def __init__(self, ssrc: int, rate: int, payload_type: int, by: random.Random) -> None:
        self.ssrc, self.rate, self.payload_type = ssrc, rate, payload_type
        self._first = by.randrange(1 << 32)
        self._sequence = by.randrange(1 << 16)
        self.sent: dict[int, bytes] = {}
        """Sealed packets by their number."""

    def packet(self, rtp: Rtp) -> tuple[int, bytes]:
        self._sequence = self._sequence + 1 & 0xFFFF
        about = rtp.marker << 7 | self.payload_type
        head = struct.pack("!BBHII", 0x80, about, self._sequence, self.timestamp(rtp.at), self.ssrc)
        return self._sequence, head + rtp.payload

    def timestamp(self, at: float) -> int:
        return self._first + round(at * self.rate) & 0xFFFFFFFF

    def report(self, at: float) -> bytes:
        """What the sender says of its clock (RFC 3550 6.4.1)."""
        ntp = NTP + round(at * (1 << 32))
        return struct.pack("!BBHIQIII", 0x80, 200, 6, self.ssrc, ntp, self.timestamp(at), len(self.sent), 0)


class Sender:
    """One track over a way that loses `loss` of what is sent, once each. `layers`: SSRCs, the lowest first."""

    def __init__(
        self, plane: Plane, name: str, codec: Codec | None, *, layers: int = 1, loss: float = 0.0, seed: int = 1
    ) -> None:
        self.track, self._plane, self.loss, self._by = f"{name}/track", plane, loss, random.Random(f"{name}{seed}")
        self.lost = self.repeated = self.asked_for_pictures = 0
        video = codec is not None
        said = wire.Codec(payload_type=111, name="opus", clock_rate=48_000, fmtp="useinbandfec=1")
        if codec is not None:
            said = wire.Codec(payload_type=codec.payload_type, name=codec.name, clock_rate=90_000, fmtp=codec.fmtp)
        self.layers = [Layer(7000 + n, said.clock_rate, said.payload_type, self._by) for n in range(layers)]
        send = wire.Send(track=self.track, mid="0", ssrcs=[one.ssrc for one in self.layers], codecs=[said])
        send.kind = wire.KIND_VIDEO if video else wire.KIND_AUDIO
        send.source = wire.SOURCE_CAMERA if video else wire.SOURCE_MICROPHONE
        if layers > 1:
            send.rids.extend("lmh"[:layers])
        opened = plane.ask(open_transport=wire.OpenTransport(transport=name, room="r", sends=[send])).transport_opened
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.settimeout(PATIENCE)
        self._udp.connect(("127.0.0.1", opened.candidates[0].port))
        self._udp.send(check(opened.ice.ufrag, opened.ice.password))
        self._udp.recv(1500)
        self._udp.setblocking(False)
        keys = wire.SetKeys(transport=name)
        keys.MergeFrom(KEYS)
        plane.ask(set_keys=keys)
        self._out = Session(_policy(KEYS.inbound_key + KEYS.inbound_salt, Policy.SSRC_ANY_OUTBOUND))
        self._in = Session(_policy(KEYS.outbound_key + KEYS.outbound_salt, Policy.SSRC_ANY_INBOUND))

    def send(self, rtp: Rtp, layer: int = 0) -> None:
        of = self.layers[layer]
        number, packet = of.packet(rtp)
        of.sent[number] = sealed = self._out.protect(packet)
        if self._by.random() < self.loss:
            self.lost += 1
        else:
            self._udp.send(sealed)

    def report(self, at: float) -> None:
        for layer in self.layers:
            self._udp.send(self._out.protect_rtcp(layer.report(at)))

    def listen(self) -> None:
        """Send again what the plane asks for."""
        while True:
            try:
                data = self._udp.recv(1500)
            except BlockingIOError:
                return
            if 192 <= data[1] <= 223:
                self._hear(self._in.unprotect_rtcp(data))

    def _hear(self, data: bytes) -> None:
        while len(data) >= 4:
            about, kind, words = struct.unpack("!BBH", data[:4])
            body, data = data[4 : 4 + 4 * words], data[4 + 4 * words :]
            if kind == 206 and about & 31 == 1:
                self.asked_for_pictures += 1
            if kind != 205 or about & 31 != 1:
                continue
            (ssrc,) = struct.unpack("!I", body[4:8])
            of = next(layer for layer in self.layers if layer.ssrc == ssrc)
            for at in range(8, len(body), 4):  # RFC 4585 6.2.1
                first, more = struct.unpack("!HH", body[at : at + 4])
                for number in [first, *(first + n + 1 & 0xFFFF for n in range(16) if more >> n & 1)]:
                    if number in of.sent:
                        self.repeated += 1
                        self._udp.send(of.sent[number])

    def close(self) -> None:
        self._udp.close()


def _policy(key: bytes, kind: int) -> Policy:
    return Policy(key=key, ssrc_type=kind, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM)


def probe(path: Path) -> list[dict[str, object]]:
    """The streams of a file as ffprobe sees them. Neither it nor who decodes everything says anything against it."""
    words = ["ffprobe", "-v", "warning", "-count_frames", "-show_streams", "-of", "json", str(path)]
    probed = subprocess.run(words, capture_output=True, text=True, check=True)
    words = ["ffmpeg", "-v", "warning", "-xerror", "-i", str(path)]
    words += ["-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "null", "-"]  # each picture at its own time
    decoded = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (probed.stderr, decoded.stderr, decoded.returncode) == ("", "", 0), (
        path.name,
        probed.stderr,
        decoded.stderr,
    )
    streams: list[dict[str, object]] = json.loads(probed.stdout)["streams"]
    return streams
