"""Planes, control processes and workers that are killed while a room is recorded and its files are made (H25): nothing
is lost but a second, and it goes on by itself.

python -m tests.e2e.killed 200       so many kills
python -m tests.e2e.killed 200 3     of three nodes at once, which take them in turns with what they wait for
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import grpc
import structlog

from node.demo import peer
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from tests.e2e.machine import Machine, Room, until
from tests.e2e.sending import COUNTS, CountingPerson
from tests.recorder import clip
from tests.recorder.test_files import decoded

RUNS = ("recording", "lagging", "disk_low")
MOST_LOST_S = 1.0
RETURN_S = 3.0
"""About as long as a node needs to come back."""


Stretch = tuple[int, int]
"""Pictures, from and to, that were sent to a plane that was there: all of them are to be in the file."""


@dataclass
class Kills:
    """Of planes, of workers, and of control processes by what these did."""

    planes: int = 0
    workers: int = 0
    recording: int = 0
    stopping: int = 0
    finishing: int = 0
    returning: int = 0
    """Before it had come back from the kill before."""
    recordings: int = 0
    lost_s: float = 0.0
    """At most, around one kill of a plane, or of one recording of which no plane was killed."""

    @property
    def all(self) -> int:
        return self.planes + self.workers + self.recording + self.stopping + self.finishing + self.returning


class Desk:
    """The operator of recordings, whichever process answers."""

    def __init__(self, machine: Machine, room: Room, kills: Kills, by: random.Random | None = None) -> None:
        self._machine, self._kills, self._by = machine, kills, by or random.Random()
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

    async def plane(self, sender: CountingPerson) -> Stretch:
        """Killed; people come back by themselves. Returns the last picture that it was sent, and the first that the
        next one was."""
        (plane,) = self._machine.planes()
        connections, last = sender.connections, sender.camera.sent
        os.kill(plane, signal.SIGKILL)
        self._kills.planes += 1
        await sender.back(connections)
        return last, sender.camera.sent

    async def worker(self) -> None:
        """Killed, if there is one just now."""
        for pid in self._machine.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self._kills.workers += 1


async def life(machine: Machine, sender: CountingPerson, desk: Desk, by: random.Random, kills: Kills) -> None:
    """One recording, from start to files, with kills in between."""
    made = (await desk.ask("Start", room=desk.room)).recording
    first, sent = sender.camera.sent, list[Stretch]()
    for _ in range(by.randint(1, 3)):
        await asyncio.sleep(by.uniform(0.0, 1.0))
        if by.random() < 0.5:
            last, back = await desk.plane(sender)
            sent.append((first, last))
            first = back
        else:
            await desk.again()
            kills.recording += 1
        found = await desk.get(made.recording)
        assert found.state in RUNS, (found.state, found.why)
    sent.append((first, sender.camera.sent))
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
        if by.random() < 0.3:
            await desk.worker()
        else:
            await desk.again()
            kills.finishing += 1
    found = await finished(desk, made.recording)
    kills.recordings += 1
    kills.lost_s = max(kills.lost_s, await lost(machine, desk, found, sent))


async def finished(desk: Desk, recording: str) -> Any:
    async def verified() -> Any:
        found = await desk.get(recording)
        assert found.state != "failed", found.why
        return found if found.state == "verified" else None

    return await until(verified, 180, "the files are made", every=0.2)


def pictures_or_sounds(path: Path) -> int:
    with av.open(str(path)) as whole:
        return sum(1 for _ in whole.decode())


def counted(path: Path, first: int) -> list[int]:
    """The numbers of the pictures in it, of which it begins near `first`: the counter begins anew every ten seconds,
    the time does not."""
    pictures = decoded(path, "video")
    began, found = pictures[0][0], list[int]()
    for at, frame in pictures:
        count = clip.count_of(frame)  # type: ignore[arg-type]
        near = found[0] + round((at - began) * clip.FPS) if found else first
        found.append(near + (count - near + COUNTS // 2) % COUNTS - COUNTS // 2)
    assert found == sorted(set(found)), "each picture once, in the order in which they were sent"
    return found


async def lost(machine: Machine, desk: Desk, found: Any, sent: Sequence[Stretch]) -> float:
    """Seconds of pictures that are missing: of those that were `sent` between two kills of planes, at most. What is in
    the file besides came while people came back, or after a stop that nobody was told of."""
    checked = await desk.ask("Verify", recording=found.recording)
    assert not checked.damaged and found.why == "", (checked, found.why)
    folder = machine.folder / "data" / "recordings" / found.recording
    for file in found.files:
        assert await asyncio.to_thread(pictures_or_sounds, folder / file.name) > 0
    names = {file.source or file.kind: file.name for file in found.files}
    assert set(names) == {"camera", "microphone", "room"} and len(found.files) == len(names), found.files
    # The sender goes on meanwhile.
    there = set(await asyncio.to_thread(counted, folder / names["camera"], sent[0][0]))
    missing = [sum(n not in there for n in range(*stretch)) / clip.FPS for stretch in sent]
    assert max(missing) <= MOST_LOST_S, (missing, sent, sorted(there))
    await until(lambda: not (machine.folder / "data" / "spool" / found.recording).exists(), 30, "no pieces are left")
    return max(missing)


async def house(folder: Path, count: int, by: random.Random, kills: Kills) -> None:
    """One node, until `kills` are as many as `count`."""
    machine = Machine(folder, settings={"REGIE__MEDIA__ORPHAN_GRACE_S": "600"})
    try:
        await machine.start()
        room = await machine.room()
        sender = CountingPerson(room.participant, "Amina")
        await sender.begin()
        desk = Desk(machine, room, kills, by)
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
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    peer.stay_on_this_machine()
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"planes, control processes and workers are killed {count} times; seed {seed}", flush=True)
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
