"""Mute and unmute, by operators and hosts. Effective in the plane when a method returns."""

from __future__ import annotations

from node.errors import Refused
from node.features.mute.rules import (
    Block,
    BlockChanged,
    BlockRoom,
    SourceBlocked,
    SourceUnblocked,
    Unblock,
    UnblockRoom,
)
from node.features.rooms.floor import Floor
from node.features.rooms.service import REASON_LENGTH
from node.ports import Actor, Event, Source


class Mute:
    """Raises `Refused`: ROOM_UNKNOWN, ROOM_CLOSED, PARTICIPANT_UNKNOWN, NOT_ALLOWED."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def mute(
        self, room_id: str, participant_id: str, sources: frozenset[Source], *, by: Actor, reason: str = ""
    ) -> list[Source]:
        """Block `sources` (empty: the microphone). Returns those that were not blocked before."""
        decided = self._floor.decide(room_id, Block(participant_id, sources, by, reason[:REASON_LENGTH]))
        await decided.done()
        return _changed(decided.events, blocked=True)

    async def unmute(
        self, room_id: str, participant_id: str, sources: frozenset[Source], *, by: Actor, reason: str = ""
    ) -> list[Source]:
        """Lift the block (empty: every one). Switches nothing on: the person does that."""
        decided = self._floor.decide(room_id, Unblock(participant_id, sources, by, reason[:REASON_LENGTH]))
        await decided.done()
        return _changed(decided.events, blocked=False)

    async def mute_room(
        self, room_id: str, *, by: Actor, reason: str = "", dry_run: bool = False, expected: int = 0
    ) -> list[str]:
        """Block every microphone but the hosts', also of people who come later, until `unmute_room`. Returns whom it
        touches now; with `dry_run` changes nothing.

        Raises:
            Refused: COUNT_CHANGED when `expected` is another number.
        """
        if dry_run:
            touched = self._floor.room(room_id).mute.would_block()
            if expected and expected != len(touched):
                raise Refused("COUNT_CHANGED", limit=expected, current=len(touched), set_by="operator")
            return touched
        decided = self._floor.decide(room_id, BlockRoom(by, reason[:REASON_LENGTH], expected))
        await decided.done()
        return [event.participant for event in decided.events if isinstance(event, SourceBlocked)]

    async def unmute_room(self, room_id: str, *, by: Actor, reason: str = "") -> list[str]:
        """Lift mute-all. Who was muted by name stays muted. Returns whom it touches."""
        decided = self._floor.decide(room_id, UnblockRoom(by, reason[:REASON_LENGTH]))
        await decided.done()
        return [event.participant for event in decided.events if isinstance(event, SourceUnblocked)]


def _changed(events: tuple[Event, ...], *, blocked: bool) -> list[Source]:
    return [event.source for event in events if isinstance(event, BlockChanged) and event.blocked is blocked]
