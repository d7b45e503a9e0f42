"""Writes segments of a spool as the plane does, for tests of who reads them (`protos/plane/v1/spool.proto`)."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence

from node.media import spool
from node.media.spool import End, Gap, Mark, Packet, Record, SenderReport
from protos.plane.v1 import plane_pb2 as plane
from protos.plane.v1 import spool_pb2 as wire

RECORDING = "00112233445566778899aabbccddeeff"
STARTED_US = 5_000_000
UNIX_US = 1_795_000_000_000_000
ENDINGS = {cause: number for number, cause in spool._ENDINGS.items()}
FAILINGS = {cause: number for number, cause in spool._FAILINGS.items()}


def header(
    segment: int = 0,
    previous: bytes = b"",
    *,
    stream: int = 1,
    kind: int = plane.KIND_VIDEO,
    codecs: Sequence[tuple[int, str]] = (),
) -> bytes:
    """`codecs`: payload types and names; VP8 or opus unless they are given."""
    video = kind == plane.KIND_VIDEO
    rate = 90_000 if video else 48_000
    named = codecs or [(96, "VP8") if video else (111, "opus")]
    said = wire.SpoolHeader(
        recording=RECORDING,
        stream=stream,
        segment=segment,
        kind=kind,
        source=plane.SOURCE_CAMERA if video else plane.SOURCE_MICROPHONE,
        codecs=[plane.Codec(payload_type=number, name=name, clock_rate=rate) for number, name in named],
        started_unix_us=UNIX_US,
        started_us=STARTED_US,
        previous_sha256=previous,
    ).SerializeToString()
    return struct.pack("<4sHHII", spool.MAGIC, spool.VERSION, 0, len(said), zlib.crc32(said)) + said


def body(record: Record) -> bytes:
    def common(kind: int, flags: int = 0, layer: int = 0, payload_type: int = 0) -> bytes:
        return struct.pack("<BBBBQ", kind, flags, layer, payload_type, record.arrived_us)

    match record:
        case Packet():
            flags = record.marker | record.key_frame << 1 | record.repaired << 2
            said = struct.pack(
                "<IIQBB",
                record.ssrc,
                record.timestamp,
                record.sequence,
                record.audio_level,
                len(record.dependency),
            )
            front = common(1, flags, record.layer, record.payload_type)
            return front + said + record.dependency + record.payload
        case SenderReport():
            return common(2, layer=record.layer) + struct.pack("<IIQ", record.ssrc, record.timestamp, record.ntp)
        case Mark():
            return common(3, 1 if record.muted else 2)
        case Gap():
            return common(4, FAILINGS[record.cause] if record.cause else 0) + struct.pack("<I", record.packets)
        case End():
            return common(5, ENDINGS[record.cause] if record.cause else 0) + record.digest


def framed(of: bytes) -> bytes:
    return struct.pack("<II", len(of), zlib.crc32(of)) + of


def segment(front: bytes, records: Sequence[Record], cause: spool.Ending | None = "stopped") -> bytes:
    """A whole segment; without `cause` one that was never ended."""
    data = front + b"".join(framed(body(record)) for record in records)
    if cause is None:
        return data
    return data + framed(body(End(STARTED_US, cause, hashlib.sha256(data).digest())))


def packet(sequence: int, *, layer: int = 0, ssrc: int = 7, payload: bytes = b"picture", **other: object) -> Packet:
    said: dict[str, object] = {
        "arrived_us": STARTED_US + sequence,
        "layer": layer,
        "payload_type": 96,
        "ssrc": ssrc,
        "timestamp": sequence * 3000 & 0xFFFFFFFF,
        "sequence": sequence,
        "marker": True,
        "key_frame": False,
        "repaired": False,
        "audio_level": spool.NO_LEVEL,
        "dependency": b"",
        "payload": payload,
        **other,
    }
    return Packet(**said)  # type: ignore[arg-type]
