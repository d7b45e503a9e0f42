"""R180: a microphone whose packets repeat the sounds before them (RED, RFC 2198) is in the files as what it sent."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from node.recorder.payloads import primary
from node.recorder.timeline import Tape
from node.recorder.tracks import Stream, Take
from protos.plane.v1 import plane_pb2 as plane
from tests.media import spooled
from tests.recorder import clip

OPUS, RED = 111, 63
SOUNDS = clip.beeps(1.0)


def red(sounds: list[bytes]) -> bytes:
    """The last of `sounds` with those before it, as Chromium packs them."""
    *before, last = sounds
    front = b"".join(
        struct.pack("!BBH", 0x80 | OPUS, (960 * n) >> 6, (960 * n & 0x3F) << 10 | len(sound))
        for n, sound in reversed(list(enumerate(reversed(before), 1)))
    )
    return front + bytes((OPUS,)) + b"".join(before) + last


def recorded(folder: Path, payloads: list[tuple[int, bytes]]) -> list[bytes]:
    """What is in the lane of a microphone that sent these payloads under these types."""
    front = spooled.header(kind=plane.KIND_AUDIO, codecs=((OPUS, "opus"), (RED, "red")))
    packets = [
        spooled.packet(
            n, payload=payload, payload_type=kind, timestamp=960 * n, arrived_us=spooled.STARTED_US + 20_000 * n
        )
        for n, (kind, payload) in enumerate(payloads)
    ]
    (folder / "1").mkdir()
    (folder / "1" / "000000.seg").write_bytes(spooled.segment(front, packets))
    tape = Tape([(spooled.UNIX_US, spooled.UNIX_US + 60_000_000)])
    take = Take(folder, [Stream(1, "p1", "microphone", "p1")], tape)
    return [moment.data for lane in take.lanes() if lane.codec == "opus" for moment in take.moments(lane)]


@pytest.mark.parametrize("repeated", [0, 1, 2])
def test_all_of_a_microphone_that_repeats(tmp_path: Path, repeated: int) -> None:
    """From the first packet on, with none, one or two sounds repeated in each."""
    sent = [(RED, red(SOUNDS[max(0, n - repeated) : n + 1])) for n in range(len(SOUNDS))]
    assert recorded(tmp_path, sent) == SOUNDS


def test_a_sender_that_begins_to_repeat_in_the_middle(tmp_path: Path) -> None:
    """A browser changes between both as its network asks; the sound goes on."""
    half = len(SOUNDS) // 2
    sent = [(OPUS, sound) if n < half else (RED, red(SOUNDS[n - 1 : n + 1])) for n, sound in enumerate(SOUNDS)]
    assert recorded(tmp_path, sent) == SOUNDS


def test_what_is_no_such_packet_is_left_out(tmp_path: Path) -> None:
    """One that lies of its lengths, is cut, or wraps another codec costs its own sound and no other."""
    broken = [b"", bytes((0x80 | OPUS,)), struct.pack("!BBHB", 0x80 | OPUS, 0, 0x03FF, OPUS), bytes((9,)) + SOUNDS[0]]
    sent = [(OPUS, SOUNDS[0]), *((RED, payload) for payload in broken), (OPUS, SOUNDS[1])]
    assert recorded(tmp_path, sent) == SOUNDS[:2]
    whole = red(SOUNDS[:3])
    assert all(primary(whole[:cut]) is None for cut in range(9 + len(SOUNDS[0]) + len(SOUNDS[1]) + 1))
