"""What a page can show."""

from __future__ import annotations

from collections.abc import Sequence

from node.features.layout.rules import Arrange, Resize
from node.features.rooms.floor import Floor


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
