"""Moderator cover."""

from __future__ import annotations

from node.features.cover.rules import Active, CoverView
from node.features.rooms.floor import Floor


class Cover:
    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def active(self, room: str, participant: str) -> None:
        """
        Raises:
            Refused: ROOM_UNKNOWN, PARTICIPANT_UNKNOWN.
        """
        self._floor.decide(room, Active(participant))

    def views(self) -> list[CoverView]:
        """Of every open room."""
        return [room.cover.view() for room in self._floor]
