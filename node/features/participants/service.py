"""People: list, get, remove; and what a person's own page says."""

from __future__ import annotations

from collections.abc import Sequence

from node.features.participants.bans import Ban, BanParticipant, LiftBan
from node.features.participants.rules import ParticipantView, Publish, Remove
from node.features.rooms.floor import Floor
from node.features.rooms.service import REASON_LENGTH
from node.ports import Actor, Source


class Participants:
    """Raises `Refused`: ROOM_UNKNOWN, ROOM_CLOSED, PARTICIPANT_UNKNOWN, NOT_ALLOWED."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def list(self, room_id: str | None = None) -> list[ParticipantView]:
        """Of one room, or of all rooms of the node, in the order in which they came."""
        if room_id:
            return self._floor.room(room_id).participants()
        return [view for room in self._floor for view in room.participants()]

    async def get(self, room_id: str, participant_id: str) -> ParticipantView:
        return self._floor.room(room_id).participant(participant_id)

    async def remove(self, room_id: str, participant_id: str, *, by: Actor, reason: str = "") -> ParticipantView:
        """Their media ends now and their session is dead (H19). Returns how they were."""
        view = self._floor.room(room_id).participant(participant_id)
        await self._floor.decide(room_id, Remove(participant_id, by, reason[:REASON_LENGTH])).done()
        return view

    async def ban(self, room_id: str, participant_id: str, *, by: Actor, reason: str = "") -> ParticipantView:
        """They are out, and do not come in again until somebody lifts it. Returns how they were.

        Raises:
            Refused: BANS_FULL.
        """
        view = self._floor.room(room_id).participant(participant_id)
        await self._floor.decide(room_id, BanParticipant(participant_id, by, reason[:REASON_LENGTH])).done()
        return view

    async def lift(self, room_id: str, participant_id: str, *, by: Actor) -> None:
        await self._floor.decide(room_id, LiftBan(participant_id, by)).done()

    async def bans(self, room_id: str) -> Sequence[Ban]:
        """The oldest first."""
        return self._floor.room(room_id).bans.views()

    def publish(self, room_id: str, participant_id: str, source: Source, on: bool) -> None:
        """What the person says that they send now."""
        self._floor.decide(room_id, Publish(participant_id, source, on))
