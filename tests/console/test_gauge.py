"""How much goes on, over all nodes that are heard, on every screen's first line (R253)."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.fleet import NOON
from tests.console.test_away import Clock


async def test_webinars_people_and_capacity_of_the_nodes_that_are_heard(node: Node) -> None:
    """A webinar that waits for its host is none that goes on; the figures of a silent node are no part of the sum, and
    the line says that it is silent."""
    one, two = [await node(name, tick=0.1) for name in ("fra-01", "waw-01")]
    clock = Clock()
    for which, people in ((one, 40_000), (two, 5_000)):
        await which.limit("node", "", "people", people, 0)
        await which.open_room("avenir", type="webinar", started=Timestamp(seconds=NOON))
        await which.open_room("demain", type="webinar")
        await which.open_room("equipe", type="meeting", started=Timestamp(seconds=NOON))
        await which.enter("avenir", "p_1", "Amina")
    await one.enter("equipe", "p_2", "Bruno")
    async with console(one, two, size=(120, 30), clock=clock) as c:
        await c.sees("2 webinars  3 people of 45,000")
        two.freeze()
        await c.sees("1 webinar  2 people of 40,000", "! 1 STALE")
