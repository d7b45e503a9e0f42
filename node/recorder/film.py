"""The film of the whole room, stretch by stretch: what is done is kept, so that a kill costs one stretch at most.

A stretch counts once its mark is there, which is written last. Stretches are joined without encoding anything again.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import av
import msgspec

from node.recorder.compose import FPS, Picture, Scene, Spoke, stretch
from node.recorder.whole import whole

STRETCH_S: Final = 20.0


class Mark(msgspec.Struct, frozen=True):
    """Of one that is done. `of`: what it was made from; `spoke`: at its end."""

    of: str
    ticks: int
    spoke: Spoke


def film(
    lanes: Sequence[Picture],
    seconds: float,
    arrangement: str,
    to: Path,
    work: Path,
    progress: Callable[[float], None],
    stretch_s: float = STRETCH_S,
) -> None:
    """Write `to`, by way of the folder `work`. `progress` is told 0 … 1."""
    ticks = max(1, math.ceil(round(seconds * FPS, 3)))
    each = round(stretch_s * FPS)
    of = _print(lanes, ticks, arrangement)
    work.mkdir(exist_ok=True, mode=0o700)
    done: list[Path] = []
    spoke = Spoke()
    scene: Scene | None = None
    with contextlib.ExitStack() as opened:
        for first in range(0, ticks, each):
            count = min(each, ticks - first)
            path = work / f"{first // each:06d}.webm"
            mark = None if scene is not None else _mark(path, of, count)
            if mark is None:
                if scene is None:
                    scene = Scene(lanes, arrangement, first, spoke)
                    opened.callback(scene.close)
                _stretch(scene, count, path, of, first + count == ticks)
                spoke = scene.spoke
            else:
                spoke = mark.spoke
            done.append(path)
            progress((first + count) / ticks)
    whole(to, lambda part: _join(done, part))


def forget(work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)


def _print(lanes: Sequence[Picture], ticks: int, arrangement: str) -> str:
    """Says whether a stretch was made from the same."""
    said = [(lane.path.name, lane.path.stat().st_size, lane.participant, lane.source) for lane in lanes]
    return hashlib.sha256(msgspec.json.encode((said, ticks, arrangement))).hexdigest()


def _stretch(scene: Scene, ticks: int, path: Path, of: str, last: bool) -> None:
    whole(path, lambda part: stretch(scene, ticks, part, last))
    mark = msgspec.json.encode(Mark(of, ticks, scene.spoke))
    whole(path.with_suffix(".json"), lambda part: part.write_bytes(mark))


def _mark(path: Path, of: str, ticks: int) -> Mark | None:
    try:
        mark = msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=Mark)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    return mark if path.is_file() and (mark.of, mark.ticks) == (of, ticks) else None


def _join(stretches: Sequence[Path], to: Path) -> None:
    with av.open(str(to), "w", format="webm") as out:
        streams: dict[int, Any] = {}
        for path in stretches:
            with av.open(str(path)) as one:
                if not streams:
                    streams = {s.index: out.add_stream_from_template(s, opaque=True) for s in one.streams}
                for packet in one.demux():
                    if packet.dts is None:
                        continue
                    packet.stream = streams[packet.stream.index]
                    out.mux(packet)
