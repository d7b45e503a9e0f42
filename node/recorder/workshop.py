"""The node's side of the recorder: a process for each job, so many at a time. `recordings.service.Workshop`."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import structlog

from node.features.recordings.rules import FileView
from node.features.recordings.shelf import Order, Unmade, Work
from node.media.spool import RECORDING
from node.recorder.film import STRETCH_S
from node.recorder.job import Job, Manifest
from node.recorder.tracks import Stream

LINE: Final = 16 * 1024 * 1024
KILLS: Final = 5
"""So often in a row may a process be killed before it has done anything more, until its job is given up."""
AGAIN_S: Final = 1.0
"""Until it is begun again, for each of these."""

log: Final = structlog.get_logger()


class _Killed(Exception):
    """The process ended and said nothing."""


class Workshop:
    """`spool`: what the plane writes; `folder`: where files are made before they are put away."""

    def __init__(
        self, spool: Path, folder: Path, *, at_once: int = 1, kills: int = KILLS, step_s: float = STRETCH_S
    ) -> None:
        self._spool = spool
        self._folder = folder
        self._kills = kills
        self._step_s = step_s
        self._places = asyncio.Semaphore(at_once)
        self.at_once = at_once
        self.busy = 0

    async def make(self, order: Order, progress: Callable[[float], None]) -> Work:
        """A process that is killed is begun again, and goes on where it was.

        Raises:
            Unmade: with one word why.
        """
        job = self.job(order)
        async with self._places:
            self.busy += 1
            try:
                return finished(await self._until_made(job, progress), Path(job.folder))
            finally:
                self.busy -= 1

    def job(self, order: Order) -> Job:
        """What the process is told."""
        return Job(
            order.recording,
            str(self._spool),
            str(self._folder / order.recording),
            tuple(Stream(s.stream, s.participant, s.source, s.track.partition("/")[0], s.name) for s in order.streams),
            order.stretches,
            order.arrangement,
            self._step_s,
        )

    async def _until_made(self, job: Job, progress: Callable[[float], None]) -> Manifest:
        most, kills = 0.0, 0

        def told(done: float) -> None:
            nonlocal most, kills
            if done > most:
                most, kills = done, 0
                progress(done)

        while True:
            try:
                return await self._run(job, told)
            except _Killed:
                kills += 1
                log.warning("recorder_killed", recording=job.recording, done=most, kills=kills)
                if kills >= self._kills:
                    raise Unmade("killed") from None
                await asyncio.sleep(AGAIN_S * (kills - 1))

    async def _run(self, job: Job, progress: Callable[[float], None]) -> Manifest:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "node.recorder",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE,
        )
        assert child.stdin is not None and child.stdout is not None
        try:
            child.stdin.write(msgspec.json.encode(job) + b"\n")
            async for line in child.stdout:
                said = msgspec.json.decode(line)
                if "progress" in said:
                    progress(said["progress"])
                elif "failed" in said:
                    raise Unmade(said["failed"])
                elif "made" in said:
                    return msgspec.convert(said["made"], Manifest)
            raise _Killed
        finally:
            child.stdin.close()
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def found(self) -> frozenset[str]:
        """Recordings that have a folder with us."""

        def look() -> frozenset[str]:
            folders = [folder for folder in (self._folder, self._spool) if folder.is_dir()]
            names = (path.name for folder in folders for path in folder.iterdir())
            return frozenset(name for name in names if RECORDING.fullmatch(name))

        return await asyncio.to_thread(look)

    async def forget(self, recording: str) -> None:
        """What was made, and what it was made from."""
        for folder in (self._folder / recording, self._spool / recording):
            await asyncio.to_thread(shutil.rmtree, folder, True)


def finished(manifest: Manifest, folder: Path) -> Work:
    files = tuple(FileView(**msgspec.structs.asdict(file)) for file in manifest.files)
    return Work(folder, files, manifest.faults)
