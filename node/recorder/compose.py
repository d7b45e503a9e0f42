"""One file of the whole room: everybody in one picture, as the host chose, and one sound.

Made from the lanes' own files after the event, never while people talk. VP8 and Opus in WebM, because every browser
plays that and nothing of it needs a licence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import msgspec

WIDTH: Final = 1280
HEIGHT: Final = 720
FPS: Final = 25
RATE: Final = 48_000
SAMPLES: Final = RATE // FPS
BITS: Final = 1_500_000
HOLD_S: Final = 4.0
"""For so long the last picture of a camera stands when nothing comes; then its place is given away."""
LOUD: Final = 300
"""Of 32768, mean: somebody speaks."""
SPEAKS_S: Final = 2.0
"""Nobody takes the picture from who speaks for a shorter while."""
BLACK: Final = (16, 128, 128)


class Picture(msgspec.Struct, frozen=True):
    path: Path
    participant: str
    source: str


class Box(msgspec.Struct, frozen=True):
    """Even pixels."""

    x: int
    y: int
    width: int
    height: int


def grid(n: int, width: int = WIDTH, height: int = HEIGHT, left: int = 0) -> list[Box]:
    """`n` equal boxes, as square as the picture."""
    if not n:
        return []
    columns = math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    w, h = width // columns // 2 * 2, height // rows // 2 * 2
    return [Box(left + i % columns * w, i // columns * h, w, h) for i in range(n)]


def boxes(arrangement: str, sources: Sequence[str], loudest: int | None) -> list[Box]:
    """Where each of the pictures that are there goes. A shared screen, or who speaks, is large; the rest beside."""
    screens = [at for at, source in enumerate(sources) if source == "screen"]
    large = screens[-1] if screens else loudest if arrangement == "speaker" and len(sources) > 1 else None
    if large is None:
        return grid(len(sources))
    others = [at for at in range(len(sources)) if at != large]
    side = WIDTH // 5 // 2 * 2 if others else 0
    found = {large: Box(0, 0, WIDTH - side, HEIGHT)}
    height = min(side * 9 // 16, HEIGHT // max(1, len(others))) // 2 * 2
    for n, at in enumerate(others):
        found[at] = Box(WIDTH - side, n * height, side, height)
    return [found[at] for at in range(len(sources))]


class _Video:
    """A lane's pictures, one ahead."""

    def __init__(self, picture: Picture) -> None:
        self.of = picture
        self._container = av.open(str(picture.path))
        self._frames = self._decoded()
        self._next: Any = next(self._frames, None)
        self.shown: Any = None
        self._since = -math.inf
        self._fitted: tuple[Any, Box, list[bytes], int, int] | None = None

    def _decoded(self) -> Iterator[Any]:
        stream = self._container.streams.video[0]
        for packet in self._container.demux(stream):
            try:
                yield from packet.decode()
            except av.FFmpegError:
                continue  # one damaged picture is not the end of the others

    def at(self, seconds: float) -> bool:
        """Go on to this time; whether there is something to show."""
        while self._next is not None and float(self._next.time or 0.0) <= seconds:
            self.shown, self._since = self._next, float(self._next.time or 0.0)
            self._next = next(self._frames, None)
        return self.shown is not None and seconds - self._since < HOLD_S

    def fitted(self, box: Box) -> tuple[list[bytes], int, int]:
        """The planes of the picture, scaled into the box without changing its shape."""
        if self._fitted is None or self._fitted[0] is not self.shown or self._fitted[1] != box:
            scale = min(box.width / self.shown.width, box.height / self.shown.height)
            width = max(2, int(self.shown.width * scale) // 2 * 2)
            height = max(2, int(self.shown.height * scale) // 2 * 2)
            small = self.shown.reformat(width=width, height=height, format="yuv420p")
            planes = [_packed(plane) for plane in small.planes]
            self._fitted = (self.shown, box, planes, width, height)
        return self._fitted[2], self._fitted[3], self._fitted[4]

    def close(self) -> None:
        self._container.close()


def _packed(plane: Any) -> bytes:
    """Rows without what is between them."""
    data, line, width = bytes(plane), plane.line_size, plane.width
    if line == width:
        return data[: width * plane.height]
    return b"".join(data[row * line : row * line + width] for row in range(plane.height))


class _Sound:
    """A lane's sound on the recording's time: 16 bits, stereo, silence where there is none."""

    def __init__(self, picture: Picture) -> None:
        self.of = picture
        self._container = av.open(str(picture.path))
        self._resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
        self._frames = self._decoded()
        self._held = bytearray()
        self._at = 0
        """Samples of the recording up to the first held one."""
        self._over = False

    def _decoded(self) -> Iterator[tuple[int, bytes]]:
        for packet in self._container.demux(self._container.streams.audio[0]):
            try:
                for frame in packet.decode():
                    at = round(float(frame.time or 0.0) * RATE)
                    for made in self._resampler.resample(frame):
                        yield at, bytes(made.planes[0])[: made.samples * 4]
                        at += made.samples
            except av.FFmpegError:
                continue

    def take(self, samples: int) -> bytes:
        while len(self._held) < samples * 4 and not self._over:
            found = next(self._frames, None)
            if found is None:
                self._over = True
                break
            at, data = found
            missing = at - self._at - len(self._held) // 4
            if missing > RATE // 100:
                self._held += bytes(min(missing, RATE * 3600 * 24) * 4)
            elif missing < -RATE // 10:
                continue
            self._held += data
        out = bytes(self._held[: samples * 4])
        del self._held[: samples * 4]
        self._at += samples
        return out.ljust(samples * 4, b"\0")

    def close(self) -> None:
        self._container.close()


class _Mixer:
    """Sums sounds; ffmpeg's `amix` does, so that no sample is touched by Python."""

    def __init__(self, inputs: int) -> None:
        self._graph = graph = av.filter.Graph()
        self._in = [
            graph.add_abuffer(format="s16", sample_rate=RATE, layout="stereo", time_base=Fraction(1, RATE))
            for _ in range(inputs)
        ]
        mix = graph.add("amix", f"inputs={inputs}:normalize=0:dropout_transition=0")
        limit = graph.add("alimiter", "limit=0.95:level=disabled")
        shape = graph.add("aformat", "sample_fmts=s16:channel_layouts=stereo")
        out = graph.add("abuffersink")
        for n, each in enumerate(self._in):
            each.link_to(mix, 0, n)
        mix.link_to(limit)
        limit.link_to(shape)
        shape.link_to(out)
        graph.configure()
        self._out = out

    def mix(self, sounds: Sequence[bytes], at: int) -> Iterator[Any]:
        for buffer, sound in zip(self._in, sounds, strict=True):
            buffer.push(_frame(sound, at))
        yield from self._pull()

    def end(self) -> Iterator[Any]:
        for buffer in self._in:
            buffer.push(None)
        yield from self._pull()

    def _pull(self) -> Iterator[Any]:
        while True:
            try:
                yield self._out.pull()
            except (av.BlockingIOError, av.EOFError):
                return


def _frame(sound: bytes, at: int) -> Any:
    frame = av.AudioFrame(format="s16", layout="stereo", samples=len(sound) // 4)
    frame.sample_rate = RATE
    frame.time_base = Fraction(1, RATE)
    frame.pts = at
    frame.planes[0].update(sound.ljust(frame.planes[0].buffer_size, b"\0"))
    return frame


def _loudness(sound: bytes) -> float:
    """Mean of a few samples: enough to know who speaks."""
    some = memoryview(sound).cast("h")[::97]
    return sum(abs(sample) for sample in some) / max(1, len(some))


def compose(
    lanes: Sequence[Picture], seconds: float, arrangement: str, to: Path, progress: Callable[[float], None]
) -> None:
    """Write `to`. `progress` is told 0 … 1."""
    videos = [_Video(lane) for lane in lanes if lane.source in ("camera", "screen")]
    sounds = [_Sound(lane) for lane in lanes if lane.source in ("microphone", "screen_audio")]
    ticks = max(1, math.ceil(seconds * FPS))
    with av.open(str(to), "w", format="webm") as out:
        picture = out.add_stream("libvpx", rate=FPS)
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        picture.bit_rate = BITS
        picture.options = {"deadline": "realtime", "cpu-used": "8", "g": str(2 * FPS)}
        picture.codec_context.thread_count = 1
        sound = out.add_stream("libopus", rate=RATE, layout="stereo") if sounds else None
        mixer = _Mixer(len(sounds)) if sounds else None
        chosen = _Chosen()
        for tick in range(ticks):
            now = tick / FPS
            taken = [each.take(SAMPLES) for each in sounds]
            chosen.heard({each.of.participant: _loudness(one) for each, one in zip(sounds, taken, strict=True)}, now)
            if mixer is not None and sound is not None:
                for frame in mixer.mix(taken, tick * SAMPLES):
                    out.mux(sound.encode(frame))
            there = [video for video in videos if video.at(now)]
            out.mux(picture.encode(_painted(there, arrangement, chosen.participant, tick)))
            if tick % (5 * FPS) == 0:
                progress(tick / ticks)
        if mixer is not None and sound is not None:
            for frame in mixer.end():
                out.mux(sound.encode(frame))
            out.mux(sound.encode(None))
        out.mux(picture.encode(None))
    for video in videos:
        video.close()
    for each in sounds:
        each.close()


class _Chosen:
    """Who speaks, and keeps the picture for a while."""

    def __init__(self) -> None:
        self.participant = ""
        self._since = -math.inf

    def heard(self, levels: dict[str, float], now: float) -> None:
        if not levels:
            return
        loudest = max(levels, key=lambda who: levels[who])
        if loudest == self.participant or levels[loudest] < LOUD or now - self._since < SPEAKS_S:
            return
        self.participant, self._since = loudest, now


def _painted(videos: Sequence[_Video], arrangement: str, speaker: str, tick: int) -> Any:
    canvas = [bytearray(WIDTH * HEIGHT), bytearray(WIDTH * HEIGHT // 4), bytearray(WIDTH * HEIGHT // 4)]
    for plane, colour in zip(canvas, BLACK, strict=True):
        plane[:] = bytes((colour,)) * len(plane)
    loudest = next((at for at, video in enumerate(videos) if video.of.participant == speaker), None)
    for video, box in zip(videos, boxes(arrangement, [v.of.source for v in videos], loudest), strict=True):
        planes, width, height = video.fitted(box)
        left = box.x + (box.width - width) // 4 * 2
        top = box.y + (box.height - height) // 4 * 2
        for plane, data, half in zip(canvas, planes, (1, 2, 2), strict=True):
            line, w, x = WIDTH // half, width // half, left // half
            for row in range(height // half):
                start = (top // half + row) * line + x
                plane[start : start + w] = data[row * w : row * w + w]
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for target, painted in zip(frame.planes, canvas, strict=True):
        target.update(_spread(bytes(painted), target))
    frame.pts = tick
    frame.time_base = Fraction(1, FPS)
    return frame


def _spread(data: bytes, plane: Any) -> bytes:
    """Rows as far apart as the plane wants them."""
    if plane.line_size == plane.width:
        return data
    width, gap = plane.width, bytes(plane.line_size - plane.width)
    return b"".join(data[row * width : row * width + width] + gap for row in range(plane.height))
