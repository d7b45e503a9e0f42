"""A stretch of the film of the whole room: everybody in one picture, as the host chose, and one sound.

Made from the lanes' own files after the event, never while people talk. VP8 and Opus in WebM, because every browser
plays that and nothing of it needs a licence. A stretch is like any other, wherever work began: `film.py` makes them
one after the other and joins them.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import msgspec
from av.video.reformatter import VideoReformatter

from node.recorder.mux import BOUNDED, damaged

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
SEEN: Final = ("camera", "screen")
HEARD: Final = ("microphone", "screen_audio")
BLACK: Final = (16, 128, 128)
BEFORE: Final = 5
"""Ticks of sound that the filters and the encoder hear before a stretch: Opus converges in 80 ms (RFC 7845 4.6)."""
OPUS_FRAME: Final = RATE // 50


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
    """A lane's pictures from `seconds` on, one ahead."""

    def __init__(self, picture: Picture, seconds: float) -> None:
        self.of = picture
        self._container = _opened(picture.path, seconds)
        self._frames = self._decoded()
        self._next: Any = next(self._frames, None)
        self.shown: Any = None
        self._since = -math.inf
        self._scaler = VideoReformatter()
        self._fitted: tuple[Any, Box, list[bytes], int, int] | None = None

    def _decoded(self) -> Iterator[Any]:
        stream = self._container.streams.video[0]
        stream.codec_context.options = BOUNDED
        for packet in _packets(self._container, stream):
            try:
                yield from packet.decode()
            except av.FFmpegError:
                continue  # one damaged picture is not the end of the others

    def at(self, seconds: float) -> bool:
        """Go on to the picture that is nearest to this time; whether there is something to show."""
        while self._next is not None and float(self._next.time or 0.0) <= seconds + 0.5 / FPS:
            self.shown, self._since = self._next, float(self._next.time or 0.0)
            self._next = next(self._frames, None)
        return self.shown is not None and seconds - self._since < HOLD_S

    def fitted(self, box: Box) -> tuple[list[bytes], int, int]:
        """The planes of the picture, scaled into the box without changing its shape."""
        if self._fitted is None or self._fitted[0] is not self.shown or self._fitted[1] != box:
            scale = min(box.width / self.shown.width, box.height / self.shown.height)
            width = max(2, int(self.shown.width * scale) // 2 * 2)
            height = max(2, int(self.shown.height * scale) // 2 * 2)
            small = self._scaler.reformat(self.shown, width=width, height=height, format="yuv420p")
            planes = [_packed(plane) for plane in small.planes]
            self._fitted = (self.shown, box, planes, width, height)
        return self._fitted[2], self._fitted[3], self._fitted[4]

    def close(self) -> None:
        self._container.close()


def _opened(path: Path, seconds: float) -> Any:
    """At the last picture before `seconds` that needs none before it; else from the beginning."""
    container = av.open(str(path), options=BOUNDED)
    if seconds > 0:
        try:
            container.seek(int(seconds * av.time_base))
        except av.FFmpegError:
            container.close()
            return av.open(str(path), options=BOUNDED)
    return container


def showable(picture: Picture) -> bool:
    """Whether a film can be made with this file: it has what its source is of.

    Raises:
        OSError
    """
    try:
        with av.open(str(picture.path), options=BOUNDED) as container:
            pictures, sounds = container.streams.video, container.streams.audio
            seen, heard = picture.source in SEEN, picture.source in HEARD
            return bool(pictures if seen else sounds if heard else pictures or sounds)
    except av.FFmpegError as error:
        if not damaged(error):
            raise
        return False


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    """As far as the file can be read."""
    try:
        yield from container.demux(stream)
    except av.FFmpegError as error:
        if not damaged(error):
            raise


def _packed(plane: Any) -> bytes:
    """Rows without what is between them."""
    data, line, width = bytes(plane), plane.line_size, plane.width
    if line == width:
        return data[: width * plane.height]
    return b"".join(data[row * line : row * line + width] for row in range(plane.height))


class _Sound:
    """A lane's sound on the recording's time, from `start` samples on: 16 bits, stereo, silence where there is none."""

    def __init__(self, picture: Picture, start: int) -> None:
        self.of = picture
        self._container = _opened(picture.path, start / RATE - BEFORE / FPS)
        self._resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
        self._frames = self._decoded()
        self._held = bytearray()
        self._at = self._start = start
        """Samples of the recording up to the first held one."""
        self._over = False

    def _decoded(self) -> Iterator[tuple[int, bytes]]:
        for packet in _packets(self._container, self._container.streams.audio[0]):
            try:
                for frame in packet.decode():
                    at = round(float(frame.time or 0.0) * RATE)
                    for made in self._resampler.resample(frame):
                        data = bytes(made.planes[0])[: made.samples * 4]
                        before = max(0, min(made.samples, self._start - at))
                        if before < made.samples:
                            yield at + before, data[before * 4 :]
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


class Spoke(msgspec.Struct, frozen=True):
    """Who has the large picture, and since when, seconds."""

    participant: str = ""
    since: float = -SPEAKS_S


class Scene:
    """All lanes at one tick: what `stretch` paints. Begins at any tick, given who spoke then."""

    def __init__(self, lanes: Sequence[Picture], arrangement: str, tick: int, spoke: Spoke) -> None:
        self.tick = tick
        self.arrangement = arrangement
        self._videos = [_Video(lane, tick / FPS) for lane in lanes if lane.source in SEEN]
        heard = [lane for lane in lanes if lane.source in HEARD]
        begin = max(0, tick - BEFORE)
        self._sounds = [_Sound(lane, begin * SAMPLES) for lane in heard]
        self.before: deque[list[bytes]] = deque(maxlen=BEFORE)
        """The sound of the last ticks."""
        for _ in range(begin, tick):
            self.before.append(self._heard())
        self._chosen = _Chosen(spoke)

    @property
    def sounds(self) -> int:
        return len(self._sounds)

    @property
    def spoke(self) -> Spoke:
        return self._chosen.spoke

    def _heard(self) -> list[bytes]:
        return [each.take(SAMPLES) for each in self._sounds]

    def next(self) -> tuple[list[bytes], Any]:
        """The sounds and the picture of this tick."""
        now = self.tick / FPS
        taken = self._heard()
        self.before.append(taken)
        levels = {each.of.participant: _loudness(one) for each, one in zip(self._sounds, taken, strict=True)}
        self._chosen.heard(levels, now)
        there = [video for video in self._videos if video.at(now)]
        painted = _painted(there, self.arrangement, self.spoke.participant, self.tick)
        self.tick += 1
        return taken, painted

    def close(self) -> None:
        for video in self._videos:
            video.close()
        for sound in self._sounds:
            sound.close()


def stretch(scene: Scene, ticks: int, to: Path, last: bool) -> None:
    """Write the next `ticks` of the scene to `to`, in the time of the recording; the next begins where it ends."""
    first = scene.tick
    with av.open(str(to), "w", format="webm") as out:
        picture = out.add_stream("libvpx", rate=FPS)
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        picture.bit_rate = BITS
        picture.options = {"deadline": "realtime", "cpu-used": "8", "g": str(2 * FPS)}
        picture.codec_context.thread_count = 1
        sound = _Voice(out, scene, first, None if last else first + ticks) if scene.sounds else None
        for tick in range(first, first + ticks):
            taken, painted = scene.next()
            if sound is not None:
                sound.add(taken, tick)
            out.mux(picture.encode(painted))
        if sound is not None:
            sound.end()
        out.mux(picture.encode(None))


class _Voice:
    """The sound of one stretch: packets that begin in it, and no other, so that stretches join without a seam."""

    def __init__(self, out: Any, scene: Scene, first: int, end: int | None) -> None:
        self._out = out
        self._stream = out.add_stream("libopus", rate=RATE, layout="stereo")
        self._mixer = _Mixer(scene.sounds)
        self._first, self._end = first * SAMPLES, math.inf if end is None else end * SAMPLES
        before = list(scene.before)
        for n, taken in enumerate(before):
            self.add(taken, first - len(before) + n)

    def add(self, taken: Sequence[bytes], tick: int) -> None:
        for frame in self._mixer.mix(taken, tick * SAMPLES):
            self._mux(self._stream.encode(frame))

    def end(self) -> None:
        for frame in self._mixer.end():
            self._mux(self._stream.encode(frame))
        self._mux(self._stream.encode(None))

    def _mux(self, packets: Sequence[Any]) -> None:
        for packet in packets:
            # The encoder dates a packet a little before its first sample: nearest frame says which it is.
            begins = round(packet.pts * packet.time_base * RATE / OPUS_FRAME + Fraction(1, 3)) * OPUS_FRAME
            if self._first <= begins < self._end:
                self._out.mux(packet)


class _Chosen:
    """Who speaks, and keeps the picture for a while."""

    def __init__(self, spoke: Spoke) -> None:
        self.spoke = spoke

    def heard(self, levels: dict[str, float], now: float) -> None:
        if not levels:
            return
        loudest = max(levels, key=lambda who: levels[who])
        same = loudest == self.spoke.participant
        if same or levels[loudest] < LOUD or now - self.spoke.since < SPEAKS_S:
            return
        self.spoke = Spoke(loudest, now)


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
