"""Pictures and voices, encoded once and kept as loops of packets.

Encoding while the webinar runs would take a quarter of a core a person; a loop takes a fiftieth. A key frame each
second, because a loop cannot answer a request for one.
"""

from __future__ import annotations

import array
import hashlib
import math
import os
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import av.audio.codeccontext
import av.video.codeccontext
import msgspec

from node.demo import pictures, voices
from node.demo.people import Person

FRAME_RATE: Final = 20
GROUP: Final = FRAME_RATE
"""Pictures from one key frame to the next: a loop can be left and entered there."""
SECONDS: Final = 4
SPEECH_SECONDS: Final = 8
AUDIO_SAMPLES: Final = voices.RATE // 50
"""One Opus packet is 20 ms."""
SILENCE: Final = 127
"""-dBov, RFC 6464: nothing is heard."""


class Spoken(msgspec.Struct, frozen=True, array_like=True):
    """One Opus packet of 20 ms and its level (0 … 127, -dBov)."""

    data: bytes
    level: int


class Loops(msgspec.Struct, frozen=True):
    """What one person shows and says. VP8 frames begin with a key frame; so does each `GROUP`."""

    listening: list[bytes]
    talking: list[bytes]
    speech: list[Spoken]
    silence: Spoken


def make(person: Person) -> Loops:
    """Draws, speaks and encodes: about two seconds of one core."""
    return Loops(
        listening=_film(person, talking=False),
        talking=_film(person, talking=True),
        speech=_record(voices.speak(person, SPEECH_SECONDS)),
        silence=_record(array.array("h", bytes(2 * AUDIO_SAMPLES * 10)))[-1],
    )


def load(person: Person, folder: Path | None = None) -> Loops:
    """As `make`, but kept in the user's cache for the next time."""
    folder = folder or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "regie" / "demo"
    path = folder / f"{_fingerprint(person)}.msgpack"
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Loops)
    except (OSError, msgspec.DecodeError):
        pass
    loops = make(person)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(msgspec.msgpack.encode(loops))
        Path(file.name).replace(path)
    except OSError:
        pass  # a cache that cannot be written costs two seconds the next time, nothing else
    return loops


def load_all(people: list[Person], progress: Callable[[int, int], None]) -> list[Loops]:
    """The loops of everybody; `progress(done, of)` after each."""
    found = []
    for number, person in enumerate(people, 1):
        found.append(load(person))
        progress(number, len(people))
    return found


def _fingerprint(person: Person) -> str:
    """Changes when the person or the code that draws, speaks or encodes does."""
    digest = hashlib.sha256(repr(person).encode())
    for name in ("letters", "loops", "pictures", "voices"):
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()[:20]


def _film(person: Person, *, talking: bool) -> list[bytes]:
    encoder = av.video.codeccontext.VideoCodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.video.codeccontext.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = pictures.WIDTH, pictures.HEIGHT, "yuv420p"
    encoder.time_base = Fraction(1, FRAME_RATE)
    encoder.framerate = Fraction(FRAME_RATE)
    encoder.gop_size = GROUP
    encoder.bit_rate = 300_000
    encoder.options = {
        "deadline": "realtime",
        "cpu-used": "6",
        "lag-in-frames": "0",
        "keyint_min": str(GROUP),
        "error-resilient": "1",
    }
    backdrop = pictures.room(person)
    packets: list[bytes] = []
    count = SECONDS * FRAME_RATE
    for number in range(count):
        canvas = pictures.draw(backdrop, person, number / count, talking)
        frame = av.VideoFrame(pictures.WIDTH, pictures.HEIGHT, "yuv420p")
        for plane, data in zip(frame.planes, (canvas.y, canvas.u, canvas.v), strict=True):
            plane.update(bytes(data))
        frame.pts = number
        frame.time_base = Fraction(1, FRAME_RATE)
        packets.extend(bytes(packet) for packet in encoder.encode(frame))
    packets.extend(bytes(packet) for packet in encoder.encode(None))
    return packets


def _record(samples: array.array[int]) -> list[Spoken]:
    encoder = av.audio.codeccontext.AudioCodecContext.create("libopus", "w")
    assert isinstance(encoder, av.audio.codeccontext.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = voices.RATE, "mono", "s16"
    encoder.bit_rate = 24_000
    encoder.options = {"application": "voip", "frame_duration": "20"}
    spoken: list[Spoken] = []
    for start in range(0, len(samples) - AUDIO_SAMPLES + 1, AUDIO_SAMPLES):
        part = samples[start : start + AUDIO_SAMPLES]
        frame = av.AudioFrame(format="s16", layout="mono", samples=AUDIO_SAMPLES)
        frame.planes[0].update(part.tobytes())
        frame.sample_rate = voices.RATE
        frame.pts = start
        spoken.extend(Spoken(bytes(packet), _level(part)) for packet in encoder.encode(frame))
    return spoken


def _level(samples: array.array[int]) -> int:
    """RFC 6464: the power of the packet in -dBov."""
    power = math.sqrt(sum(s * s for s in samples) / len(samples)) / 32768
    return SILENCE if power < 1e-6 else min(SILENCE, round(-20 * math.log10(power)))
