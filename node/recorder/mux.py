"""One lane to one file, as it was sent: nothing is decoded but one key frame, to know its size."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Final

import av
from av.container import OutputContainer

from node.recorder.tracks import Lane, Moment

TICKS: Final = Fraction(1, 90_000)
SOUND_RATE: Final = 48_000
DECODERS: Final = {"vp8": "vp8", "vp9": "vp9", "h264": "h264", "av1": "libdav1d"}
LAST_FRAME_S: Final = 0.04
"""How long the last picture or sound is taken to last."""


class Unplayable(Exception):
    """Nothing of it could be shown."""


def suffix(lane: Lane) -> str:
    """WebM has no H.264."""
    return "mkv" if lane.codec == "h264" else "webm"


def mux(lane: Lane, moments: Iterator[Moment], to: Path) -> float:
    """Write `to`; the seconds from the beginning of the recording to its end.

    Raises:
        Unplayable: there is no key frame, or no sound.
    """
    first = _first_sound(moments) if lane.codec == "opus" else _first_picture(lane.codec, moments)
    moments = chain((first,), moments)
    with av.open(str(to), "w", format="matroska" if suffix(lane) == "mkv" else "webm") as out:
        if lane.codec == "opus":
            stream = out.add_stream_from_template(_opus(), opaque=True)
        else:
            stream = _video(out, lane.codec, first)
        end = 0.0
        for moment in moments:
            packet = av.Packet(moment.data)
            packet.pts = packet.dts = round(moment.at / TICKS)
            packet.time_base = TICKS
            packet.stream = stream
            packet.is_keyframe = moment.key
            out.mux(packet)
            end = moment.at + LAST_FRAME_S
    return end


def _first_sound(moments: Iterator[Moment]) -> Moment:
    for moment in moments:
        return moment
    raise Unplayable("opus")


def _first_picture(codec: str, moments: Iterator[Moment]) -> Moment:
    for moment in moments:
        if moment.key and _size(codec, moment.data) is not None:
            return moment
    raise Unplayable(codec)


def _size(codec: str, data: bytes) -> tuple[int, int] | None:
    decoder = av.CodecContext.create(DECODERS[codec], "r")
    assert isinstance(decoder, av.VideoCodecContext)
    try:
        for frame in [*decoder.decode(av.Packet(data)), *decoder.decode(None)]:
            return frame.width, frame.height
    except av.FFmpegError:
        return None
    return None


def _video(out: OutputContainer, codec: str, first: Moment) -> Any:
    if codec in ("vp8", "vp9"):
        size = _size(codec, first.data)
        assert size is not None
        return out.add_mux_stream(codec, width=size[0], height=size[1])
    # Their headers carry what the container must say of them: read from the first picture, as a file of its own.
    formats = {"h264": "h264", "av1": "obu"}
    return out.add_stream_from_template(
        av.open(io.BytesIO(first.data), format=formats[codec]).streams.video[0], opaque=True
    )


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
