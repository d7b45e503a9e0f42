"""When the plane dies, control says so and the people come back by themselves."""

from __future__ import annotations

import asyncio
import os
import signal
import time

from node.demo import people
from protos.nodes.v1 import nodes_pb2
from tests.e2e.chromium import Chromium
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, until
from tests.e2e.visitor import proven


async def test_people_are_back_three_seconds_after_the_plane_was_killed(machine: Machine, browser: Chromium) -> None:
    """Two browsers in a call, nobody touches anything (H25)."""
    assert machine.operator is not None
    room = await machine.room()
    amina, jean = await browser.visitor(), await browser.visitor()
    await amina.join(room.link(), "Amina")
    await jean.join(room.link(), "Jean")
    await amina.until_sees(1)
    await jean.until_sees(1)
    killed: list[int] = []

    async def comes_back() -> float:
        """How long it took, seconds."""
        first = [(await person.see()).raw["connections"] for person in (amina, jean)]
        (plane,) = machine.planes()
        os.kill(plane, signal.SIGKILL)
        began = time.monotonic()
        killed.append(plane)

        async def back() -> bool:
            seen = [await person.see() for person in (amina, jean)]
            fresh = all(one.raw["connections"] > count for one, count in zip(seen, first, strict=True))
            return fresh and all(one.frames > 0 for one in seen)

        await until(back, 20, "both see again", every=0.05)
        return time.monotonic() - began

    await proven(comes_back, lambda seconds: seconds <= 3, "seconds until they see again", attempts=3)
    (other,) = machine.planes()
    assert other not in killed
    node = await machine.operator(machine.operator.nodes.GetNode, nodes_pb2.GetNodeRequest())
    assert node.node.plane.restarts == len(killed)
    await asyncio.sleep(1)
    for person in (amina, jean):
        await proven(lambda one=person: one.watch(2), lambda seen: seen[1].frames - seen[0].frames >= 20, "it goes on")


async def test_those_who_are_no_browsers_come_back_too(machine: Machine) -> None:
    """The people of the demonstration are seen and heard again: they say anew what they send."""
    room = await machine.room()
    amina = Listener(room.participant, "Amina", person=people.PEOPLE[0], hears=0, sees=0)
    jean = Listener(room.participant, "Jean", hears=3, sees=2)
    await amina.enter()
    amina.talk()
    await jean.enter()
    await until(lambda: jean.packets("video") > 20, 10, "her picture arrives")

    (plane,) = machine.planes()
    os.kill(plane, signal.SIGKILL)
    killed = time.monotonic()
    await until(lambda: jean.packets("video", killed + 0.5) > 20, 30, "her picture is back")
    await until(lambda: jean.packets("audio", killed + 0.5) > 20, 30, "her voice is back")
    await amina.exit()
    await jean.exit()
