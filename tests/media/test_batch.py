"""A mute must reach the plane even when somebody else's, of the same moment, is out of date."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from node.media.batch import Batch
from node.media.plane import PlaneFailed
from protos.plane.v1 import plane_pb2 as wire


class Plane:
    """Does all of a command or nothing, as the real one."""

    def __init__(self, *unknown: str) -> None:
        self.unknown = set(unknown)
        self.done: list[str] = []
        self.commands = 0

    async def send(self, changes: Sequence[str]) -> None:
        self.commands += 1
        await asyncio.sleep(0)
        for change in changes:
            if change in self.unknown:
                raise PlaneFailed(wire.Failed.CAUSE_UNKNOWN, change)
            if change == "wrong":
                raise PlaneFailed(wire.Failed.CAUSE_INVALID, change)
        self.done.extend(changes)


def forgive(error: PlaneFailed) -> bool:
    return error.cause == wire.Failed.CAUSE_UNKNOWN


async def test_one_that_left_does_not_undo_the_others() -> None:
    plane = Plane("t7", "t8")
    batch = Batch(plane.send, forgive)
    await asyncio.gather(*(batch.add([f"t{n}"]) for n in range(100)))
    assert plane.done == [f"t{n}" for n in range(100) if n not in (7, 8)], "all of the others, in order"
    assert plane.commands < 40, "halved, not one by one"


async def test_what_comes_later_is_done_later() -> None:
    plane = Plane("gone")
    batch = Batch(plane.send, forgive)
    first = asyncio.create_task(batch.add(["a on", "gone", "b on"]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await batch.add(["a off"])
    await first
    assert plane.done == ["a on", "b on", "a off"]


async def test_a_mistake_is_told_and_the_rest_is_done() -> None:
    plane = Plane()
    batch = Batch(plane.send, forgive)
    with pytest.raises(PlaneFailed):
        await batch.add(["a", "wrong", "b"])
    assert plane.done == ["a", "b"]
    await batch.add(["c"])
    assert plane.done[-1] == "c"


async def test_a_caller_that_goes_away_takes_nothing_back() -> None:
    plane = Plane()
    batch = Batch(plane.send, forgive)
    gone = asyncio.create_task(batch.add(["a"]))
    stays = asyncio.create_task(batch.add(["b"]))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert plane.done == ["a", "b"]
