"""Flags: what participants of a room may not do for now."""

from __future__ import annotations

from node.features.flags.rules import FlagSet, SetFlags
from node.features.rooms.floor import Floor
from node.ports import Actor


class Flags:
    """Raises `Refused` as each method says; ROOM_UNKNOWN, ROOM_CLOSED, and NOT_ALLOWED for who does not moderate."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def get(self, room: str) -> FlagSet:
        return self._floor.room(room).flags.now

    async def set(self, room: str, *, by: Actor, **changes: bool | None) -> FlagSet:
        """When it is answered, the plane does it.

        Raises:
            Refused: FLAGS_NONE.
        """
        await self._floor.decide(room, SetFlags(by, **changes)).done()
        return self.get(room)
