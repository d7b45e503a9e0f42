"""How much goes on: running webinars, people, and how many there is room for (R253). Pure.

One figure for everybody, the web page, gRPC, Prometheus and the command line, with the moment at which it was read.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from node.features.rooms.rules import Room
from node.features.types.rules import Start


class Reading(msgspec.Struct, frozen=True):
    """`webinars`: sessions that go on and that a host began. `capacity`: people whom the node takes, 0: however many.
    `at`: seconds since the epoch."""

    webinars: int
    participants: int
    capacity: int
    at: float

    def age_s(self, now: float) -> float:
        """A clock that steps back makes no figure younger than now (H28)."""
        return max(0.0, now - self.at)


def read(rooms: Iterable[Room], capacity: int, now: float) -> Reading:
    webinars = people = 0
    for room in rooms:
        webinars += room.schedule.started is not None and room.type.start is Start.HOST
        people += len(room.people)
    return Reading(webinars, people, capacity, now)
