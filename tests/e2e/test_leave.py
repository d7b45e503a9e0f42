"""The chart's preStop on a real node: it begins a drain, and waits for who is in and through what goes wrong; the pod
that follows is open."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.demo.peer import Peer
from protos.nodes.v1 import nodes_pb2
from tests.e2e.machine import Machine, until

LEAVE = Path(__file__).parents[2] / "ops" / "helm" / "files" / "leave.py"
DEADLINE = "regie_drain_deadline_timestamp_seconds"


async def leaving(machine: Machine, seconds: int) -> asyncio.subprocess.Process:
    """As the chart has it done: the script as a word of the command line, in the environment of the pod."""
    environ = {**machine.environ, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", LEAVE.read_text("utf-8"), str(seconds), env=environ, stdin=asyncio.subprocess.DEVNULL
    )


async def drain(machine: Machine) -> nodes_pb2.Drain | None:
    assert machine.operator is not None
    node = (await machine.operator(machine.operator.nodes.GetNode, nodes_pb2.GetNodeRequest())).node
    return node.drain if node.HasField("drain") else None


@contextlib.asynccontextmanager
async def somebody(machine: Machine) -> AsyncIterator[None]:
    """Somebody in a room, as long as the node lets them."""
    amina = Peer((await machine.room()).participant, "Amina", hears=1, sees=1)
    await amina.join()
    staying = asyncio.create_task(amina.stay())
    await amina.welcomed.wait()
    try:
        yield
    finally:
        staying.cancel()
        await asyncio.wait([staying])
        await amina.leave()


async def test_a_pod_ends_when_its_people_have_left(machine: Machine) -> None:
    """T: a scrape that fails, here of a control process that is killed, is no reason to end their call."""
    async with somebody(machine):
        assert (await machine.figures())["regie_participants"] == 1
        leaves = await leaving(machine, 3600)
        begun = await until(lambda: drain(machine), 30, "nothing new begins", every=0.1)
        assert begun.reason == "the pod ends"
        assert begun.deadline.seconds - begun.started.seconds == pytest.approx(3600, abs=61)
        await machine.kill()
        await machine.start()
        assert DEADLINE in await machine.figures(), "the drain goes on"
        assert leaves.returncode is None
    assert await asyncio.wait_for(leaves.wait(), 60) == 0
    assert await drain(machine) is None, "who comes next on this machine is taken"


async def test_the_drain_of_an_operator_is_theirs(machine: Machine) -> None:
    assert machine.operator is not None
    by_hand = nodes_pb2.StartDrainRequest(minutes=90, reason="memory is replaced")
    await machine.operator(machine.operator.nodes.StartDrain, by_hand)
    leaves = await leaving(machine, 60)
    assert await asyncio.wait_for(leaves.wait(), 60) == 0, "nobody is there"
    kept = await drain(machine)
    assert kept is not None and kept.reason == "memory is replaced"


async def test_the_time_of_a_pod_is_over(machine: Machine) -> None:
    """Whoever is there yet: the pod ends before the cluster kills it, and nothing is left closed."""
    async with somebody(machine):
        leaves = await leaving(machine, 2)
        assert await asyncio.wait_for(leaves.wait(), 60) == 0
        assert await drain(machine) is None
