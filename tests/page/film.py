"""A short film as the recorder leaves it (WebM, VP8 and Opus): it grows brighter by the second, and hums."""

from __future__ import annotations

import functools
import math
import tempfile
from array import array
from fractions import Fraction
from pathlib import Path

import av

SECONDS = 20
FPS = 2
RATE = 48_000
WIDTH, HEIGHT = 160, 96


@functools.cache
def film() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.webm"
        _write(path)
        return path.read_bytes()


def _write(path: Path) -> None:
    hum = array("h", (int(3000 * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(RATE))).tobytes()
    with av.open(str(path), "w") as file:
        video = file.add_stream("libvpx", FPS)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.options = {"deadline": "realtime", "cpu-used": "8", "g": str(FPS)}
        audio = file.add_stream("libopus", RATE)
        audio.layout = "mono"  # type: ignore[assignment]
        for second in range(SECONDS):
            sound = av.AudioFrame("s16", "mono", RATE)
            sound.planes[0].update(hum)
            sound.sample_rate, sound.pts, sound.time_base = RATE, second * RATE, Fraction(1, RATE)
            for n in range(FPS):
                frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
                for plane, shade in zip(frame.planes, (20 + 10 * second, 128, 128), strict=True):
                    plane.update(bytes([shade]) * plane.buffer_size)
                frame.pts, frame.time_base = second * FPS + n, Fraction(1, FPS)
                file.mux(video.encode(frame))
            file.mux(audio.encode(sound))
        file.mux(video.encode(None))
        file.mux(audio.encode(None))
