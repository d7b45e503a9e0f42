"""Reactions."""

from __future__ import annotations

from node.features.reactions.rules import React, Reaction
from node.features.rooms.floor import Floor


class Reactions:
    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def react(self, room: str, participant: str, reaction: Reaction) -> None:
        """
        Raises:
            Refused: ROOM_UNKNOWN, PARTICIPANT_UNKNOWN, TOO_FAST.
        """
        self._floor.decide(room, React(participant, reaction))
