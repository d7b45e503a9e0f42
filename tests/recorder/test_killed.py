"""D9, H25: kill -9 of the worker, again and again: its job goes on by itself where it was, and the end is the same."""

from __future__ import annotations

import os
import random
from pathlib import Path

import av
import pytest

from node.recorder.__main__ import NICE
from node.recorder.job import work
from node.recorder.workshop import Workshop, finished
from tests.media import spooled
from tests.recorder import killed
from tests.recorder.test_files import made

SECONDS = 2.2
pytestmark = pytest.mark.timeout(180)


async def test_a_job_whose_worker_is_killed_goes_on_by_itself(tmp_path: Path) -> None:
    """Nobody asks for it; nobody's call is held up by it (its priority). How often it is killed before it is done
    is the machine's affair: `make test-kill` counts."""
    pieces = killed.spool(tmp_path / "spool", SECONDS)
    told = await killed.job(pieces, tmp_path / "work", SECONDS, random.Random(6), kills=3, longest_s=0.5)
    assert told.kills >= 1 and told.work is not None
    killed.check(told.work, SECONDS)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert told.nice == {min(19, ours + NICE)}, "whenever it has done anything"


@pytest.mark.parametrize("after", [1, 2])
def test_what_was_made_whole_is_not_made_twice(tmp_path: Path, after: int) -> None:
    """The files of the lanes, and the stretches of the film, wherever the work was interrupted."""
    pieces = killed.spool(tmp_path / "spool", SECONDS)
    job = Workshop(pieces, tmp_path / "work", step_s=killed.STEP_S).job(killed.order(SECONDS))

    def told(done: float) -> None:
        if len(killed.stretches(tmp_path / "work")) == after:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        work(job, told)
    folder = tmp_path / "work" / spooled.RECORDING
    before = {path: path.stat().st_mtime_ns for path in [*folder.glob("0*.webm"), *folder.glob("*/*.webm")]}
    assert len(before) == 2 + after
    seen: dict[Path, int] = {}

    def watch(_done: float) -> None:
        seen.update({path: path.stat().st_mtime_ns for path in before if path.exists()})

    manifest = work(job, watch)
    assert seen == before
    killed.check(finished(manifest, folder), SECONDS)


async def test_seams_are_neither_seen_nor_heard(tmp_path: Path) -> None:
    """The film in three stretches is the film in one: as many samples, and the same but for what Opus makes of it."""
    pieces = killed.spool(tmp_path / "spool", SECONDS)
    films = []
    for step_s in (killed.STEP_S, 60.0):
        (tmp_path / f"{step_s}").mkdir()
        (tmp_path / f"{step_s}" / "spool").symlink_to(pieces)
        each = await made(tmp_path / f"{step_s}", killed.order(SECONDS), step_s=step_s)
        killed.check(each, SECONDS)
        films.append(samples(each.folder / "room.webm"))
    cut, whole = films
    assert len(cut) == len(whole)
    loudest = max(abs(sample) for sample in whole)
    worst = max(abs(a - b) for a, b in zip(cut, whole, strict=True))
    assert loudest > 8000 and worst < loudest / 10, (loudest, worst)


def samples(path: Path) -> list[int]:
    found: list[int] = []
    resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
    with av.open(str(path)) as file:
        for frame in file.decode(audio=0):
            for made in resampler.resample(frame):
                found += memoryview(bytes(made.planes[0])[: made.samples * 2]).cast("h")
    return found
