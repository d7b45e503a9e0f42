"""Moderation: settings of a room, restraints of a person, and the queue of what waits for a moderator."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from node.features.moderation.ends import seconds_left
from node.features.moderation.rules import (
    Claim,
    Decide,
    Item,
    Regulate,
    Release,
    Restrain,
    Restraint,
    Settings,
    Verdict,
)
from node.features.rooms.floor import Floor
from node.ports import Actor


class Restrained(NamedTuple):
    """`until`: seconds since the epoch; 0.0: no end. `before`: what held, for `before_s` still; 0: without end."""

    until: float
    before: Restraint
    before_s: int


class Moderation:
    """Raises `Refused` as each method says; ROOM_UNKNOWN, ROOM_CLOSED, and NOT_ALLOWED for who does not moderate."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def settings(self, room: str) -> Settings:
        return self._floor.room(room).moderation.settings

    def items(self, room: str | None) -> list[Item]:
        """What waits in one room, or in all."""
        rooms = [self._floor.room(room)] if room else list(self._floor)
        return [item for one in rooms for item in one.moderation.queue()]

    async def regulate(self, room: str, *, by: Actor, **changes: Any) -> Settings:
        """
        Raises:
            Refused: VALUE_INVALID.
        """
        await self._floor.decide(room, Regulate(by, **changes)).done()
        return self.settings(room)

    async def restrain(self, room: str, participant: str, how: Restraint, *, by: Actor, for_s: int = 0) -> Restrained:
        """`for_s`: seconds, after which it ends by itself; 0: it does not.

        Raises:
            Refused: PARTICIPANT_UNKNOWN, NOT_ALLOWED, VALUE_INVALID.
        """
        rules = self._floor.room(room).moderation
        before = rules.bound(participant)
        left = seconds_left(before.until, self._floor.clock.now())
        decided = self._floor.decide(room, Restrain(participant, how, by, for_s))
        done = Restrained(rules.bound(participant).until, before.how, left)
        await decided.done()
        return done

    def claim(self, room: str, item: str, *, by: Actor) -> Item:
        """
        Raises:
            Refused: ITEM_UNKNOWN, ITEM_CLAIMED, ITEM_DONE.
        """
        self._floor.decide(room, Claim(item, by))
        return self._item(room, item)

    def release(self, room: str, item: str, *, by: Actor) -> Item:
        """
        Raises:
            Refused: ITEM_UNKNOWN, ITEM_CLAIMED, ITEM_DONE.
        """
        self._floor.decide(room, Release(item, by))
        return self._item(room, item)

    async def decide(self, room: str, item: str, verdict: Verdict, *, by: Actor) -> Item:
        """
        Raises:
            Refused: ITEM_UNKNOWN, ITEM_CLAIMED, ITEM_DONE, VALUE_INVALID.
        """
        await self._floor.decide(room, Decide(item, verdict, by)).done()
        return self._item(room, item)

    def _item(self, room: str, item: str) -> Item:
        found = self._floor.room(room).moderation.item(item)
        assert found is not None, "an item that was acted on is remembered"
        return found


def for_operators(item: Item) -> Item:
    """Without what was not written to the room (D5)."""
    if not item.private:
        return item
    return msgspec.structs.replace(item, text="", html="", name="", participant="", why="", to="", reply="", sent=0.0)
