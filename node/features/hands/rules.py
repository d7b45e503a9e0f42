"""Raised hands: who asks to speak, in the order in which they asked (R155). Pure."""

from __future__ import annotations

from typing import Final

import msgspec

from node.features.participants.rules import People, PersonGone
from node.ports import Actor, Event, Fact

ALL: Final = ""


class Raise(msgspec.Struct, frozen=True):
    participant: str
    up: bool


class Lower(msgspec.Struct, frozen=True):
    """Somebody else's hand; `ALL`: everybody's."""

    participant: str
    by: Actor


class HandRaised(Fact, frozen=True):
    room: str
    participant: str
    at: float


class HandLowered(Fact, frozen=True):
    """`by`: "" when the person did it, or left."""

    room: str
    participant: str
    by: str


class Hands:
    """Of one room, the longest waiting first."""

    def __init__(self, room: str, people: People) -> None:
        self.room = room
        self._people = people
        self._raised: dict[str, float] = {}

    def view(self) -> tuple[tuple[str, float], ...]:
        """(participant, since when)."""
        return tuple(self._raised.items())

    def since(self, participant: str) -> float | None:
        return self._raised.get(participant)

    def __len__(self) -> int:
        return len(self._raised)

    def restore(self, raised: dict[str, float]) -> None:
        """In their order; of people who still have a place."""
        self._raised = {who: at for who, at in raised.items() if self._people.find(who) is not None}

    def raise_(self, command: Raise, now: float) -> list[Event]:
        """Raising again keeps the place in the order. A clock that steps back takes nobody's place (H28).

        Raises:
            Refused: PARTICIPANT_UNKNOWN.
        """
        person = self._people.get(command.participant)
        if command.up == (person.id in self._raised):
            return []
        if not command.up:
            return [self._lower(person.id, "")]
        at = max(now, *self._raised.values()) if self._raised else now
        self._raised[person.id] = at
        return [HandRaised(self.room, person.id, at)]

    def lower(self, command: Lower, now: float) -> list[Event]:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN.
        """
        if command.participant == ALL:
            return [self._lower(who, command.by.id) for who in list(self._raised)]
        person = self._people.get(command.participant)
        return [self._lower(person.id, command.by.id)] if person.id in self._raised else []

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        return [self._lower(event.participant, "")] if event.participant in self._raised else []

    def _lower(self, participant: str, by: str) -> HandLowered:
        del self._raised[participant]
        return HandLowered(self.room, participant, by)
