"""What the plane wrote of recorded tracks (`protos/plane/v1/spool.proto`), from bytes to records. Pure.

A segment that was cut at any byte gives all records before the cut: nobody has to trust more than what is there.

    segment = read(path.read_bytes())
    for fault in faults([segment, ...]):    # of one stream, in their order
        ...
    for packet in in_order(segments):       # by their numbers
        ...
"""

from __future__ import annotations

import hashlib
import heapq
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

import msgspec
from google.protobuf.message import DecodeError

from node.ports import Kind, Source
from protos.plane.v1 import plane_pb2 as plane
from protos.plane.v1 import spool_pb2 as wire

MAGIC: Final = b"RGSP"
VERSION: Final = 1
LONGEST_BODY: Final = 1 << 16
LONGEST_HEADER: Final = 1 << 16
NO_LEVEL: Final = 127
REACH: Final = 1024
"""So many numbers behind the newest a packet may still come: the plane's ring of a track."""
RECORDING: Final = re.compile("[0-9a-f]{32}")

_FRONT: Final = struct.Struct("<4sHHII")  # magic, version, 0, length and CRC-32 of the header
_FRAME: Final = struct.Struct("<II")  # length and CRC-32 of a body
_COMMON: Final = struct.Struct("<BBBBQ")  # kind, flags, layer, payload type, arrival
_PACKET: Final = struct.Struct("<IIQBB")  # SSRC, timestamp, sequence, audio level, length of the descriptor
_REPORT: Final = struct.Struct("<IIQ")  # SSRC, timestamp, NTP
_GAP: Final = struct.Struct("<I")

Ending = Literal["goes_on", "stopped", "track", "plane", "failed"]
Failing = Literal["full", "io", "lagging"]

_ENDINGS: Final[dict[int, Ending]] = {1: "goes_on", 2: "stopped", 3: "track", 4: "plane", 5: "failed"}
_FAILINGS: Final[dict[int, Failing]] = {1: "full", 2: "io", 3: "lagging"}
_KINDS: Final = {plane.KIND_AUDIO: Kind.AUDIO, plane.KIND_VIDEO: Kind.VIDEO}
_SOURCES: Final = {
    plane.SOURCE_MICROPHONE: Source.MICROPHONE,
    plane.SOURCE_CAMERA: Source.CAMERA,
    plane.SOURCE_SCREEN: Source.SCREEN,
    plane.SOURCE_SCREEN_AUDIO: Source.SCREEN_AUDIO,
}


class Unreadable(Exception):
    """Not a segment, or cut within its header: nothing of it can be used. Says why."""


class Cut(Unreadable):
    """Within its header, as a kill leaves the last one. Nothing was in it yet."""


class Codec(msgspec.Struct, frozen=True):
    payload_type: int
    name: str
    clock_rate: int
    fmtp: str


class Header(msgspec.Struct, frozen=True):
    recording: str
    stream: int
    segment: int
    kind: Kind
    source: Source | None
    codecs: tuple[Codec, ...]
    rids: tuple[str, ...]
    """Of its layers, lowest first; empty: one encoding."""
    started_unix_us: int
    """Wall clock when the segment began, µs …"""
    started_us: int
    """… and the machine's monotonic clock, on which all `arrived_us` are."""
    previous: bytes
    """SHA-256 of the segment before; empty: the first."""

    def unix_us(self, arrived_us: int) -> int:
        """The wall clock at `arrived_us`, µs."""
        return self.started_unix_us + arrived_us - self.started_us

    def codec(self, payload_type: int) -> Codec | None:
        return next((codec for codec in self.codecs if codec.payload_type == payload_type), None)


class Packet(msgspec.Struct, frozen=True, gc=False):
    """One RTP packet, after repair."""

    arrived_us: int
    layer: int
    payload_type: int
    ssrc: int
    timestamp: int
    sequence: int
    """Extended: it does not wrap."""
    marker: bool
    key_frame: bool
    """The first packet of a key frame."""
    repaired: bool
    audio_level: int
    """RFC 6464, level and voice bit; `NO_LEVEL` if its sender says none."""
    dependency: bytes
    payload: bytes


class SenderReport(msgspec.Struct, frozen=True, gc=False):
    """`timestamp` of the sender's RTP clock is `ntp` (32.32 bits) of its wall clock (RFC 3550 6.4.1)."""

    arrived_us: int
    layer: int
    ssrc: int
    timestamp: int
    ntp: int


class Mark(msgspec.Struct, frozen=True, gc=False):
    """From here on the track is muted and nothing of it is here; or it is heard again."""

    arrived_us: int
    muted: bool


class Gap(msgspec.Struct, frozen=True, gc=False):
    """So many packets came and could not be written."""

    arrived_us: int
    packets: int
    cause: Failing | None


class End(msgspec.Struct, frozen=True, gc=False):
    arrived_us: int
    cause: Ending | None
    """`goes_on`: there is a next segment, or will be once something comes."""
    digest: bytes


Record = Packet | SenderReport | Mark | Gap | End


class Segment(msgspec.Struct, frozen=True):
    header: Header
    records: tuple[Record, ...]
    """All that are whole, without the end."""
    end: End | None
    length: int
    """Bytes that are valid, from the first on."""
    digest: bytes
    """SHA-256 of those."""
    fault: str
    """Why no more than `length` bytes are valid; empty: the segment is whole."""


def read(data: bytes | bytearray | memoryview) -> Segment:
    """Reads a segment as far as it is valid. Any bytes give a `Segment` or raise `Unreadable`, nothing else."""
    view = memoryview(data)
    header, at = _header(view)
    records: list[Record] = []
    end: End | None = None
    fault = ""
    while at < len(view):
        if end is not None:
            fault = "something follows the end"
            break
        found, size = _record(view[at:])
        if isinstance(found, str):
            fault = found
            break
        if isinstance(found, End):
            if found.digest != hashlib.sha256(view[:at]).digest():
                fault = "the end does not fit what is before it"
                break
            end = found
        elif found is not None:
            records.append(found)
        at += size
    if not fault and end is None:
        fault = "it has no end"
    return Segment(header, tuple(records), end, at, hashlib.sha256(view[:at]).digest(), fault)


def _header(view: memoryview) -> tuple[Header, int]:
    if len(view) < _FRONT.size:
        raise Cut("cut within its first bytes")
    magic, version, _, length, crc = _FRONT.unpack_from(view)
    if magic != MAGIC:
        raise Unreadable("not a segment of a spool")
    if version != VERSION:
        raise Unreadable(f"of version {version}; this program knows {VERSION}")
    start = _FRONT.size
    data = bytes(view[start : start + length])
    if length > LONGEST_HEADER:
        raise Unreadable("its header has no end")
    if len(data) < length:
        raise Cut("cut within its header")
    if zlib.crc32(data) != crc:
        raise Unreadable("its header is damaged")
    try:
        said = wire.SpoolHeader.FromString(data)
    except DecodeError:
        raise Unreadable("its header is not one") from None
    if RECORDING.fullmatch(said.recording) is None or said.kind not in _KINDS:
        raise Unreadable("its header says neither what nor whose it is")
    header = Header(
        recording=said.recording,
        stream=said.stream,
        segment=said.segment,
        kind=_KINDS[said.kind],
        source=_SOURCES.get(said.source),
        codecs=tuple(Codec(each.payload_type, each.name, each.clock_rate, each.fmtp) for each in said.codecs),
        rids=tuple(said.rids),
        started_unix_us=said.started_unix_us,
        started_us=said.started_us,
        previous=said.previous_sha256,
    )
    return header, start + length


def _record(view: memoryview) -> tuple[Record | str | None, int]:
    """The record at the beginning of `view` and its size, or what is wrong. `None`: of a kind not known here."""
    if len(view) < _FRAME.size:
        return "cut within a record", 0
    length, crc = _FRAME.unpack_from(view)
    if not _COMMON.size <= length <= LONGEST_BODY:
        return "a record of no possible length", 0
    body = bytes(view[_FRAME.size : _FRAME.size + length])
    if len(body) < length:
        return "cut within a record", 0
    if zlib.crc32(body) != crc:
        return "a damaged record", 0
    try:
        return _body(body), _FRAME.size + length
    except struct.error:
        return "a record too short for its kind", 0


def _body(body: bytes) -> Record | None:
    kind, flags, layer, payload_type, arrived_us = _COMMON.unpack_from(body)
    at = _COMMON.size
    match kind:
        case 1:
            ssrc, timestamp, sequence, audio_level, described = _PACKET.unpack_from(body, at)
            at += _PACKET.size
            if at + described > len(body):
                raise struct.error
            return Packet(
                arrived_us,
                layer,
                payload_type,
                ssrc,
                timestamp,
                sequence,
                bool(flags & 1),
                bool(flags & 2),
                bool(flags & 4),
                audio_level,
                body[at : at + described],
                body[at + described :],
            )
        case 2:
            ssrc, timestamp, ntp = _REPORT.unpack_from(body, at)
            return SenderReport(arrived_us, layer, ssrc, timestamp, ntp)
        case 3:
            return Mark(arrived_us, muted=flags == 1)
        case 4:
            (packets,) = _GAP.unpack_from(body, at)
            return Gap(arrived_us, packets, _FAILINGS.get(flags))
        case 5:
            return End(arrived_us, _ENDINGS.get(flags), body[at:])
        case _:
            return None


def faults(segments: Sequence[Segment]) -> Iterator[str]:
    """What is wrong with the segments of one stream, given in their order from the first on: in words, for logs.

    The last may lack its end: the plane was killed, or still writes. Any other without one is told: the disk refused.
    """
    before: Segment | None = None
    for segment in segments:
        header = segment.header
        name = f"segment {header.segment}"
        if before is None:
            if header.segment != 0:
                yield f"{name} is the first: those before are missing"
            elif header.previous:
                yield f"{name} claims to follow another"
        else:
            if (header.recording, header.stream) != (before.header.recording, before.header.stream):
                yield f"{name} is of another stream"
            elif header.segment != before.header.segment + 1:
                yield f"{name} follows segment {before.header.segment}"
            elif header.previous != before.digest:
                yield f"{name} does not follow what is segment {before.header.segment} now"
            if before.end is not None and before.end.cause != "goes_on":
                yield f"{name} follows the last"
        if segment.fault and (segment.fault != "it has no end" or segment is not segments[-1]):
            yield f"{name}: {segment.fault}"
        before = segment


def in_order(segments: Iterable[Segment]) -> Iterator[Packet]:
    """The packets of a stream by their numbers, each once; another layer or sender after all of the one before.

    Holds at most `REACH` packets: what is later than that, the plane does not take.
    """
    numbering: tuple[int, int] | None = None
    waiting: dict[int, Packet] = {}
    heap: list[int] = []
    for segment in segments:
        for record in segment.records:
            if not isinstance(record, Packet):
                continue
            if (record.layer, record.ssrc) != numbering:
                yield from (waiting[number] for number in sorted(waiting))
                numbering, waiting, heap = (record.layer, record.ssrc), {}, []
            if record.sequence not in waiting:
                waiting[record.sequence] = record
                heapq.heappush(heap, record.sequence)
            while heap[0] + REACH <= record.sequence:
                yield waiting.pop(heapq.heappop(heap))
    yield from (waiting[number] for number in sorted(waiting))
