"""Raised hands."""

from __future__ import annotations

from node.features.hands.rules import Lower, Raise
from node.features.rooms.floor import Floor
from node.ports import Actor


class Hands:
    """Raises `Refused`: ROOM_UNKNOWN, PARTICIPANT_UNKNOWN, NOT_ALLOWED for who does not moderate."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def list(self, room: str) -> tuple[tuple[str, float], ...]:
        """(participant, since when), the longest waiting first."""
        return self._floor.room(room).hands.view()

    def raise_(self, room: str, participant: str, up: bool) -> None:
        self._floor.decide(room, Raise(participant, up))

    async def lower(self, room: str, participant: str, *, by: Actor) -> int:
        """One hand, or with "" everybody's. How many were up."""
        decided = self._floor.decide(room, Lower(participant, by))
        await decided.done()
        return len(decided.events)
