"""From RTP payloads to what a container holds: one function a codec, pure.

    frames = Frames("VP8")
    for packet in packets:                 # in the order of their numbers
        for frame in frames.add(packet):   # whole pictures, or sounds
            ...

What cannot be whole is left out: after a lost packet a picture and all that build on it, up to the next key frame.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec

from node.media.spool import Packet


class Frame(msgspec.Struct, frozen=True, gc=False):
    """`timestamp`: of the RTP clock, 32 bits; `arrived_us`: of its first packet."""

    data: bytes
    timestamp: int
    ssrc: int
    arrived_us: int
    key: bool


Assemble = Callable[[Sequence[bytes]], bytes | None]
"""The payloads of one picture to its bytes; None: it is not whole."""


def _vp8(payload: bytes) -> tuple[bool, int]:
    """RFC 7741 4.2: whether a picture begins here, and the length of the descriptor."""
    if len(payload) < 2:
        return False, len(payload)
    first, at = payload[0], 1
    if first & 0x80:
        more = payload[1]
        at = 2
        if more & 0x80 and at < len(payload):
            at += 2 if payload[at] & 0x80 else 1
        at += bool(more & 0x40)
        at += bool(more & 0x30)
    return bool(first & 0x10) and not first & 0x07, at


def vp8(payloads: Sequence[bytes]) -> bytes | None:
    described = [(*_vp8(payload), payload) for payload in payloads]
    if not described[0][0]:
        return None
    data = b"".join(payload[at:] for _begins, at, payload in described)
    return data or None


class _Vp9(NamedTuple):
    """`begins`: the frame of a layer does here; `above`: it is predicted from the layer below it; `at`: the length of
    the descriptor."""

    begins: bool
    above: bool
    at: int


def _vp9(payload: bytes) -> _Vp9:
    """RFC 9628 4.2."""
    first, at = payload[0], 1
    above = False
    if first & 0x80:
        at += 2 if payload[at] & 0x80 else 1
    flexible = bool(first & 0x10)
    if first & 0x20:
        above = bool(payload[at] & 0x01)
        at += 1 if flexible else 2
    if flexible and first & 0x40:
        while payload[at] & 0x01:
            at += 1
        at += 1
    if first & 0x02:
        at = _vp9_structure(payload, at)
    return _Vp9(bool(first & 0x08), above, at)


def _vp9_structure(payload: bytes, at: int) -> int:
    about = payload[at]
    at += 1
    if about & 0x10:
        at += 4 * ((about >> 5) + 1)
    if about & 0x08:
        pictures = payload[at]
        at += 1
        for _ in range(pictures):
            at += 1 + (payload[at] >> 2 & 0x03)
    return at


def vp9(payloads: Sequence[bytes]) -> bytes | None:
    """Of several layers the highest, and those that it cannot be shown without."""
    layers: list[bytearray] = []
    above: list[bool] = []
    try:
        for payload in payloads:
            described = _vp9(payload)
            if described.begins:
                layers.append(bytearray())
                above.append(described.above)
            elif not layers:
                return None
            layers[-1] += payload[described.at :]
    except IndexError:
        return None
    lowest = len(layers) - 1
    while lowest and above[lowest]:
        lowest -= 1
    below = [_unshown(bytes(layer)) for layer in layers[lowest:-1]]
    if not below:
        return bytes(layers[-1])
    # Annex B of the VP9 bitstream specification: several frames of one picture are one superframe with an index.
    mark = bytes((0b11000000 | 3 << 3 | len(below),))
    sizes = b"".join(len(layer).to_bytes(4, "little") for layer in (*below, layers[-1]))
    return b"".join(below) + bytes(layers[-1]) + mark + sizes + mark


def _unshown(frame: bytes) -> bytes:
    """A key frame (6.2, of profile 0 to 2) that is there for the layer above it alone: players would show both, one
    after the other. In other frames the bit decides what follows it, and is left as it is: of layers that need each
    other in every picture (full SVC, not the modes `_KEY`) players made of FFmpeg may show the lower ones too."""
    if frame and frame[0] & 0b1100_1100 == 0b1000_0000 and frame[0] & 0b0011_0000 != 0b0011_0000:
        return bytes((frame[0] & ~0b0000_0010,)) + frame[1:]
    return frame


START: Final = b"\x00\x00\x00\x01"


def h264(payloads: Sequence[bytes]) -> bytes | None:
    """RFC 6184: single units, STAP-A and FU-A, to Annex B."""
    out: list[bytes] = []
    whole = True
    for payload in payloads:
        if not payload:
            continue
        kind = payload[0] & 0x1F
        if kind == 24:
            at = 1
            while at + 2 <= len(payload):
                size = int.from_bytes(payload[at : at + 2])
                out += (START, payload[at + 2 : at + 2 + size])
                at += 2 + size
        elif kind == 28 and len(payload) > 2:
            if payload[1] & 0x80:
                out += (START, bytes((payload[0] & 0xE0 | payload[1] & 0x1F,)))
            elif whole and not out:
                return None
            out.append(payload[2:])
        elif 0 < kind < 24:
            out += (START, payload)
        else:
            return None
    return b"".join(out) or None


def av1(payloads: Sequence[bytes]) -> bytes | None:
    """AV1 RTP 4.4: the elements of the packets, to units with their sizes (AV1 5.3, low overhead)."""
    units: list[bytearray] = []
    for payload in payloads:
        if not payload:
            return None
        about, at, first = payload[0], 1, True
        count, n = about >> 4 & 0x03, 0
        while at < len(payload):
            n += 1
            size = len(payload) - at
            if not count or n < count:
                size, at = _leb128(payload, at)
            element = payload[at : at + size]
            at += size
            if first and about & 0x80:
                if not units:
                    return None
                units[-1] += element
            else:
                units.append(bytearray(element))
            first = False
    out = [bytes((2 << 3 | 0x02, 0))]  # a temporal delimiter
    for unit in units:
        if not unit:
            continue
        if unit[0] >> 3 & 0x0F in (2, 8):  # delimiters and tile lists have no business here
            continue
        extended = unit[0] & 0x04
        front = 2 if extended else 1
        if unit[0] & 0x02:
            _size, front_of = _leb128(bytes(unit), front)
            body = unit[front_of:]
        else:
            body = unit[front:]
        out += (bytes((unit[0] | 0x02,)), bytes(unit[1:front]), _to_leb128(len(body)), bytes(body))
    return b"".join(out) if len(out) > 1 else None


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    return value, at


def _to_leb128(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def primary(payload: bytes) -> tuple[int, bytes] | None:
    """RFC 2198 3: the payload type and the sound of this packet itself, without those of before; None: not whole."""
    at = repeated = 0
    while at + 4 <= len(payload) and payload[at] & 0x80:
        repeated += int.from_bytes(payload[at + 2 : at + 4]) & 0x03FF
        at += 4
    begins = at + 1 + repeated
    if at >= len(payload) or payload[at] & 0x80 or begins >= len(payload):
        return None
    return payload[at], payload[begins:]


ASSEMBLE: Final[dict[str, Assemble]] = {"vp8": vp8, "vp9": vp9, "h264": h264, "av1": av1}
SOUND: Final = "opus"
REPEATING: Final = "red"


class Frames:
    """Of one numbering: one sender's SSRC. `codec`: lower case, as in `ASSEMBLE`, or `opus`."""

    def __init__(self, codec: str) -> None:
        self._assemble = ASSEMBLE.get(codec)
        self._waiting: list[Packet] = []
        self._next: int | None = None
        self._broken = True
        """Video begins with a key frame, and again after a loss."""
        self.lost = 0
        """Pictures that were left out."""
        self.damaged = 0
        """Those of them whose packets are none of the codec's."""

    def add(self, packet: Packet) -> list[Frame]:
        if self._assemble is None:
            return [Frame(packet.payload, packet.timestamp, packet.ssrc, packet.arrived_us, True)]
        found: list[Frame] = []
        if self._next is not None and packet.sequence != self._next:
            self._lose()
        elif self._waiting and packet.timestamp != self._waiting[0].timestamp:
            # Some senders set no marker; what came without a gap is whole.
            found += self._whole()
        self._next = packet.sequence + 1
        if packet.payload:
            self._waiting.append(packet)
        if packet.marker and self._waiting:
            found += self._whole()
        return found

    def _lose(self) -> None:
        self.lost += bool(self._waiting)
        self._waiting = []
        self._broken = True

    def _whole(self) -> list[Frame]:
        packets, self._waiting = self._waiting, []
        assert self._assemble is not None
        key = any(packet.key_frame for packet in packets)
        if self._broken and not key:
            self.lost += 1
            return []
        data = self._assemble([packet.payload for packet in packets])
        if data is None:
            self.lost += 1
            self.damaged += 1
            self._broken = True
            return []
        self._broken = False
        first = packets[0]
        return [Frame(data, first.timestamp, first.ssrc, min(p.arrived_us for p in packets), key)]
