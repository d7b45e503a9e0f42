"""One lane to one file, as it was sent: nothing is decoded but one key frame, to know its size."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Final

import av
import msgspec
from av.container import OutputContainer

from node.recorder.tracks import Lane, Moment

TICKS: Final = Fraction(1, 90_000)
SOUND_RATE: Final = 48_000
DECODERS: Final = {"vp8": "vp8", "vp9": "vp9", "h264": "h264", "av1": "libdav1d"}
LAST_FRAME_S: Final = 0.04
"""How long the last picture or sound is taken to last."""


MOST_PIXELS: Final = 5120 * 2880
"""Of a picture; a larger one is damaged as far as we are concerned. A decoder holds about ten: this is 220 MB."""
BOUNDED: Final = {"max_pixels": str(MOST_PIXELS)}


class Unplayable(Exception):
    """Nothing of it could be shown. `left_out`: pictures or sounds that there were."""

    def __init__(self, left_out: int) -> None:
        super().__init__(left_out)
        self.left_out = left_out


class Muxed(msgspec.Struct, frozen=True):
    """`end`: seconds from the beginning of the recording; `left_out`: damaged pictures or sounds, and those that could
    not be shown without them."""

    end: float
    left_out: int = 0


def damaged(error: av.FFmpegError) -> bool:
    """It is what was sent. Not so with a disk or a machine that has no more: that is nobody’s packet."""
    return not isinstance(error, OSError | MemoryError)


def suffix(lane: Lane) -> str:
    """WebM has no H.264."""
    return "mkv" if lane.codec == "h264" else "webm"


def mux(lane: Lane, moments: Iterator[Moment], to: Path) -> Muxed:
    """Write `to`. What no container takes is left out, with all that builds on it, up to the next key frame.

    Raises:
        Unplayable: there is no key frame, or no sound.
    """
    left_out = 0
    for first in moments:
        file = _begun(lane, first, to)
        if file is not None:
            break
        left_out += 1
    else:
        raise Unplayable(left_out)
    out, stream = file
    end, broken = 0.0, False
    with out:
        for moment in chain((first,), moments):
            if not broken or moment.key:
                broken = not _taken(out, stream, moment)
            if broken:
                left_out += 1
            else:
                end = moment.at + LAST_FRAME_S
    return Muxed(end, left_out)


def _taken(out: OutputContainer, stream: Any, moment: Moment) -> bool:
    packet = av.Packet(moment.data)
    packet.pts = packet.dts = round(moment.at / TICKS)
    packet.time_base = TICKS
    packet.stream = stream
    packet.is_keyframe = moment.key
    try:
        out.mux(packet)
    except av.FFmpegError as error:
        if not damaged(error):
            raise
        return False
    return True


def _begun(lane: Lane, first: Moment, to: Path) -> tuple[OutputContainer, Any] | None:
    """A file that can begin with this picture or sound, and its stream; None: none can."""
    size = (0, 0) if lane.codec == "opus" else _size(lane.codec, first.data) if first.key else None
    if size is None:
        return None
    out = av.open(str(to), "w", format="matroska" if suffix(lane) == "mkv" else "webm")
    try:
        if lane.codec == "opus":
            stream = out.add_stream_from_template(_opus(), opaque=True)
        else:
            stream = _video(out, lane.codec, first, size)
        out.start_encoding()
    except av.FFmpegError as error:
        out.close()
        if not damaged(error):
            raise
        return None
    return out, stream


def _size(codec: str, data: bytes) -> tuple[int, int] | None:
    decoder = av.CodecContext.create(DECODERS[codec], "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.options = BOUNDED
    try:
        for frame in [*decoder.decode(av.Packet(data)), *decoder.decode(None)]:
            return frame.width, frame.height
    except av.FFmpegError:
        return None
    return None


def _video(out: OutputContainer, codec: str, first: Moment, size: tuple[int, int]) -> Any:
    if codec in ("vp8", "vp9"):
        return out.add_mux_stream(codec, width=size[0], height=size[1])
    # Their headers carry what the container must say of them: read from the first picture, as a file of its own.
    formats = {"h264": "h264", "av1": "obu"}
    read = av.open(io.BytesIO(first.data), format=formats[codec], options=BOUNDED)
    return out.add_stream_from_template(read.streams.video[0], opaque=True)


def _opus() -> Any:
    """A stream that says what an Opus stream must (RFC 7845 5.1): 48 kHz, two channels."""
    held = io.BytesIO()
    with av.open(held, "w", format="ogg") as made:
        encoder = made.add_stream("libopus", rate=SOUND_RATE, layout="stereo")
        silence = av.AudioFrame(format="flt", layout="stereo", samples=960)
        silence.sample_rate = SOUND_RATE
        silence.planes[0].update(bytes(silence.planes[0].buffer_size))
        for packet in [*encoder.encode(silence), *encoder.encode(None)]:
            made.mux(packet)
    held.seek(0)
    return av.open(held).streams.audio[0]
