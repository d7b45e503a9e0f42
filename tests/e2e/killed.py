"""Control processes that are killed while they record and make files (H25): nothing is lost, and it goes on by itself.

python -m tests.e2e.killed 200       so many kills
python -m tests.e2e.killed 200 3     of three nodes at once, which take them in turns with what they wait for
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import grpc

from node.demo import peer
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from tests.e2e.machine import Machine, Room, until
from tests.e2e.sending import COUNTS, Counting
from tests.recorder import clip
from tests.recorder.test_files import decoded

RUNS = ("recording", "lagging", "disk_low")
MOST_LOST_S = 1.0
RETURN_S = 3.0
"""About as long as a node needs to come back."""


@dataclass
class Kills:
    recording: int = 0
    stopping: int = 0
    finishing: int = 0
    returning: int = 0
    """Before it had come back from the kill before."""
    recordings: int = 0
    lost_s: float = 0.0
    """At most, of one recording."""

    @property
    def all(self) -> int:
        return self.recording + self.stopping + self.finishing + self.returning


class Desk:
    """The operator of recordings, whichever process answers."""

    def __init__(self, machine: Machine, room: Room, by: random.Random, kills: Kills) -> None:
        self._machine, self._by, self._kills = machine, by, kills
        self.room = room.room

    async def ask(self, name: str, **fields: Any) -> Any:
        operator = self._machine.operator
        assert operator is not None
        stub = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
        request = getattr(pb, f"{name}RecordingRequest")(**fields)
        return await operator(getattr(stub, f"{name}Recording"), request, seconds=30.0)

    async def get(self, recording: str) -> Any:
        """A connection may have been the one to the process that was killed: then once more."""
        for _ in range(5):
            with contextlib.suppress(grpc.aio.AioRpcError):
                return (await self.ask("Get", recording=recording)).recording
        return (await self.ask("Get", recording=recording)).recording

    async def again(self) -> None:
        """Killed; every second time once more on its way back."""
        await self._machine.kill()
        if self._by.random() < 0.5:
            await self._machine.spawn()
            await asyncio.sleep(self._by.uniform(0.0, RETURN_S))
            await self._machine.kill()
            self._kills.returning += 1
        await self._machine.start()


async def life(machine: Machine, sender: Counting, desk: Desk, by: random.Random, kills: Kills) -> None:
    """One recording, from start to files, with kills in between."""
    made = (await desk.ask("Start", room=desk.room)).recording
    first = sender.camera.sent
    for _ in range(by.randint(1, 3)):
        await asyncio.sleep(by.uniform(0.0, 1.0))
        await desk.again()
        kills.recording += 1
        found = await desk.get(made.recording)
        assert found.state in RUNS, (found.state, found.why)
    last = sender.camera.sent
    stopping = asyncio.ensure_future(desk.ask("Stop", room=desk.room))
    if by.random() < 0.5:
        await asyncio.wait((stopping,), timeout=by.uniform(0.0, 0.05))
        await desk.again()
        kills.stopping += 1
    await asyncio.wait((stopping,))
    if not stopping.cancelled():  # with the connection to the process that was killed
        assert isinstance(stopping.exception(), grpc.aio.AioRpcError | None), stopping.exception()
    if (await desk.get(made.recording)).state in RUNS:  # nobody was told that it had stopped
        await desk.ask("Stop", room=desk.room)
    for _ in range(by.randint(1, 4)):
        await asyncio.sleep(by.uniform(0.0, 2.0))
        await desk.again()
        kills.finishing += 1

    async def verified() -> Any:
        found = await desk.get(made.recording)
        assert found.state != "failed", found.why
        return found if found.state == "verified" else None

    found = await until(verified, 180, "the files are made", every=0.2)
    kills.recordings += 1
    kills.lost_s = max(kills.lost_s, await lost(machine, desk, found, first, last - first))


def pictures_or_sounds(path: Path) -> int:
    with av.open(str(path)) as whole:
        return sum(1 for _ in whole.decode())


def counted(path: Path) -> list[int]:
    return [clip.count_of(frame) for _at, frame in decoded(path, "video")]  # type: ignore[arg-type]


async def lost(machine: Machine, desk: Desk, found: Any, first: int, least: int) -> float:
    """Seconds of pictures that are missing: within, and of the `least` that were sent between the marks."""
    checked = await desk.ask("Verify", recording=found.recording)
    assert not checked.damaged and found.why == "", (checked, found.why)
    folder = machine.folder / "data" / "recordings" / found.recording
    for file in found.files:
        assert await asyncio.to_thread(pictures_or_sounds, folder / file.name) > 0
    names = {file.source or file.kind: file.name for file in found.files}
    assert set(names) == {"camera", "microphone", "room"}, names
    counts = await asyncio.to_thread(counted, folder / names["camera"])  # the sender goes on meanwhile
    within, at = 0, (counts[0] - first + COUNTS // 2) % COUNTS - COUNTS // 2
    for a, b in itertools.pairwise(counts):
        before, at = at, at + (b - a) % COUNTS
        # A stop that nobody was told of may have stopped the plane already: what is sent later was not asked for.
        within += max(0, min(at - 1, least) - before)
    missing = max(within, least - len(counts)) / clip.FPS
    assert missing <= MOST_LOST_S, (missing, within, least, len(counts), first, counts[0])
    await until(lambda: not (machine.folder / "data" / "spool" / found.recording).exists(), 30, "no pieces are left")
    return missing


async def house(folder: Path, count: int, by: random.Random, kills: Kills) -> None:
    """One node, until `kills` are as many as `count`."""
    machine = Machine(folder, settings={"REGIE__MEDIA__ORPHAN_GRACE_S": "600"})
    try:
        await machine.start()
        room = await machine.room()
        sender = Counting(room.participant, key_every=5)
        await sender.begin()
        desk = Desk(machine, room, by, kills)
        while kills.all < count:
            await life(machine, sender, desk, by, kills)
            print(f"  {kills}", flush=True)
        await sender.end()
    except BaseException:
        print(f"  the log of the node in {folder.name}:\n{machine.log()[-5000:]}", flush=True)
        raise
    finally:
        await machine.stop()


async def _main(count: int, houses: int) -> int:
    peer.stay_on_this_machine()
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"control processes are killed {count} times while they record and make files; seed {seed}", flush=True)
    began, kills = time.monotonic(), Kills()
    with tempfile.TemporaryDirectory() as root:
        os.environ["XDG_CACHE_HOME"] = root
        async with asyncio.TaskGroup() as at_once:
            for one in range(houses):
                folder = Path(root) / str(one)
                folder.mkdir()
                at_once.create_task(house(folder, count, random.Random(seed + one), kills))
    spent = time.monotonic() - began
    print(f"{kills.all} kills: {kills}")
    print(f"{kills.recordings} recordings, verified by themselves; at most {kills.lost_s:.2f} s lost ({spent:.0f} s)")
    return 0


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    sys.exit(asyncio.run(_main(*(words + [100, 1][len(words) :]))))
