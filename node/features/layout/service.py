"""What a page can show."""

from __future__ import annotations

from collections.abc import Sequence

from node.features.layout.rules import Arrange, Resize
from node.features.layout.showing import Show, View
from node.features.layout.voices import Listen
from node.features.rooms.floor import Floor
from node.ports import Actor


class Layout:
    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def arrange(self, room_id: str, participant_id: str, tiles: int, pinned: str | None) -> None:
        """
        Raises:
            Refused: ROOM_CLOSED, PARTICIPANT_UNKNOWN.
        """
        self._floor.decide(room_id, Arrange(participant_id, tiles, pinned))

    def resize(self, room_id: str, participant_id: str, sizes: Sequence[tuple[int, int, int]]) -> None:
        """(slot, width, height) in device pixels; 0 × 0: not shown.

        Raises:
            Refused: ROOM_CLOSED, PARTICIPANT_UNKNOWN.
        """
        self._floor.decide(room_id, Resize(participant_id, tuple(sizes)))

    async def show(
        self, room_id: str, *, by: Actor, view: str | None = None, spotlight: Sequence[str] | None = None
    ) -> None:
        """To everybody. None: as it was. When it is answered, the ledger has it, and it outlives a crash.

        Raises:
            Refused: ROOM_CLOSED, NOT_ALLOWED, VALUE_INVALID, PARTICIPANT_UNKNOWN.
        """
        forward = tuple(spotlight) if spotlight is not None else None
        await self._floor.decide(room_id, Show(by, View(view) if view is not None else None, forward)).done()

    def listen(self, room_id: str, participant_id: str, *, on: bool) -> None:
        """Whether the person is told who is in their audio slots.

        Raises:
            Refused: ROOM_CLOSED.
        """
        self._floor.decide(room_id, Listen(participant_id, on))
