"""Workers that are killed while they make files (H25): what was done is kept, and the end is as if nothing had been.

python -m tests.recorder.killed 200     so many kills
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from node.features.recordings.rules import StreamView
from node.features.recordings.shelf import Order, Work
from node.ports import Source
from node.recorder.job import ROOM
from node.recorder.workshop import Workshop
from tests.media import spooled
from tests.recorder import clip

BEGAN = spooled.UNIX_US / 1e6
STREAMS = (
    StreamView(1, "p1", "Amina", Source.CAMERA, BEGAN, track="t1/camera"),
    StreamView(2, "p1", "Amina", Source.MICROPHONE, BEGAN, track="t1/microphone"),
)
STEP_S = 1.04
"""Of the film: not where the beeps begin, so that a seam is heard."""


def order(seconds: float) -> Order:
    return Order(spooled.RECORDING, STREAMS, ((BEGAN, BEGAN + seconds),), "grid")


def spool(folder: Path, seconds: float) -> Path:
    clip.write(folder, 1, clip.camera(clip.pictures(seconds), delay_us=0), clip.VIDEO)
    clip.write(folder, 2, clip.microphone(clip.beeps(seconds), delay_us=0), clip.AUDIO)
    return folder


def workers() -> list[int]:
    """Processes of ours that make files."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that is over
            found += [int(pid) for pid in (task / "children").read_text("ascii").split()]
    return [pid for pid in found if b"node.recorder" in _words(pid)]


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def stretches(folder: Path) -> dict[str, int]:
    """Of the film, those that are done, and when each was."""
    work = folder / spooled.RECORDING / "room.work"
    return {path.name: path.stat().st_mtime_ns for path in work.glob("*.webm") if path.with_suffix(".json").exists()}


@dataclass
class Told:
    """What a job that was killed again and again has to tell."""

    kills: int = 0
    kept: int = 0
    """Stretches that a kill left, and that were not made again."""
    progress: list[float] = field(default_factory=list)
    nice: set[int] = field(default_factory=set)
    """Priorities of the workers that told of some progress, as they did so."""
    work: Work | None = None


async def job(spool: Path, folder: Path, seconds: float, by: random.Random, *, kills: int, longest_s: float) -> Told:
    """One job, its worker killed up to `kills` times, each some while after it began."""
    told = Told()
    workshop = Workshop(spool, folder, kills=kills + 1, step_s=STEP_S)

    def progressed(done: float) -> None:
        told.progress.append(done)
        for pid in workers():
            with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                told.nice.add(os.getpriority(os.PRIO_PROCESS, pid))

    making = asyncio.create_task(workshop.make(order(seconds), progressed))
    known: dict[str, int] = {}
    seen: set[int] = set()
    while told.kills < kills and not making.done():
        for pid in set(workers()) - seen:
            await asyncio.wait((making,), timeout=by.uniform(0.0, longest_s))
            if making.done():
                break
            now = stretches(folder)
            if not (folder / spooled.RECORDING / ROOM).exists():  # once the film is whole, its stretches go
                assert all(now[name] == at for name, at in known.items()), "what is done is not done again"
            told.kept = max(told.kept, len(known))
            known = now
            seen.add(pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                told.kills += 1
        await asyncio.wait((making,), timeout=0.01)
    told.work = await making
    assert told.progress == sorted(told.progress) and told.progress[-1] == 1.0
    return told


async def _main(count: int) -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.disable(logging.WARNING)
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"workers are killed {count} times while they make files; seed {seed}", flush=True)
    by, kills, jobs, kept = random.Random(seed), 0, 0, 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as root:
        pieces = spool(Path(root) / "spool", 6.0)
        while kills < count:
            folder = Path(root) / f"work{jobs}"
            told = await job(pieces, folder, 6.0, by, kills=min(10, count - kills), longest_s=2.5)
            assert told.work is not None
            check(told.work, 6.0)
            kills, jobs, kept = kills + told.kills, jobs + 1, kept + told.kept
    spent = time.monotonic() - began
    print(f"{kills} kills, {jobs} jobs, all made whole by themselves; {kept} stretches kept ({spent:.0f} s)")
    return 0


def check(work: Work, seconds: float) -> None:
    """Everything that was sent is in the files: each picture of the camera, each beep at its time, nothing broken."""
    from tests.recorder.test_files import decoded, loud

    assert work.faults == ()
    assert not list(work.folder.glob("*.part")) and not (work.folder / "room.work").exists()
    names = {file.source or file.kind: file.name for file in work.files}
    count = round(seconds * clip.FPS)
    camera = [clip.count_of(frame) for _at, frame in decoded(work.folder / names["camera"], "video")]  # type: ignore[arg-type]
    assert camera == list(range(count))
    room = decoded(work.folder / names["room"], "video")
    assert [clip.count_of(frame) for _at, frame in room] == camera  # type: ignore[arg-type]
    assert all(abs(at - n / clip.FPS) < 0.002 for n, (at, _frame) in enumerate(room))
    for name in (names["microphone"], names["room"]):
        beeps = loud(work.folder / name)
        assert len(beeps) == math.ceil(seconds) and all(abs(at - n) < 0.04 for n, at in enumerate(beeps)), beeps


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)))
