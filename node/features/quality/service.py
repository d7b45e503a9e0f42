"""Quality: what pages report, and everything that is known of one person's connection."""

from __future__ import annotations

from node.features.quality.rules import Reported
from node.features.quality.watched import DetailView, Report
from node.features.rooms.floor import Floor


class Quality:
    """Raises `Refused`: ROOM_UNKNOWN, ROOM_CLOSED, PARTICIPANT_UNKNOWN."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def report(self, room_id: str, participant_id: str, reported: Reported) -> None:
        """What a person's page says of its last seconds."""
        self._floor.decide(room_id, Report(participant_id, reported))

    async def get(self, room_id: str, participant_id: str) -> DetailView:
        return self._floor.room(room_id).quality.detail(participant_id)
