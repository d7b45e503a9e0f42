"""Who is in whose audio slots: the plane puts the loudest speakers there, and tells. Pure.

Only pages that ask are told, because they make some speakers quieter than others: to a crowd, every change of speaker
would be a message each. They are told within a second of asking, by the plane's figures, and from then on at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from node.features.participants.rules import People, Person
from node.ports import Kind, Notice, SlotShows, TransportFigures


class Listen(msgspec.Struct, frozen=True):
    participant: str
    on: bool


class VoicesChanged(Notice, frozen=True):
    """(slot, participant or None) of one person's audio slots that changed."""

    room: str
    participant: str
    voices: tuple[tuple[int, str | None], ...]


@dataclass(slots=True)
class Voices:
    """Of one room."""

    room: str
    people: People
    _told: dict[str, dict[int, str | None]] = field(default_factory=dict)
    """Of those who listen: slot → who they were told is in it."""

    def listens(self, participant: str) -> bool:
        return participant in self._told

    def listen(self, command: Listen, now: float) -> list[VoicesChanged]:
        """Asking again, as after a reconnection, is answered anew."""
        if command.on:
            self._told[command.participant] = {}
        else:
            self._told.pop(command.participant, None)
        return []

    def shows(self, event: SlotShows, now: float) -> list[VoicesChanged]:
        person = self.people.on_transport(event.transport)
        return self._tell(person, {event.slot: event.track}) if person is not None else []

    def measured(self, transports: tuple[TransportFigures, ...]) -> list[VoicesChanged]:
        if not self._told:
            return []
        told: list[VoicesChanged] = []
        for figures in transports:
            person = self.people.on_transport(figures.transport)
            if person is not None and self.listens(person.id):
                told += self._tell(person, {each.slot: each.track for each in figures.slots})
        return told

    def gone(self, participant: str) -> None:
        self._told.pop(participant, None)

    def _tell(self, person: Person, shown: dict[int, str | None]) -> list[VoicesChanged]:
        known = self._told.get(person.id)
        if known is None:
            return []
        audio = {slot.index for slot in person.slots if slot.kind is Kind.AUDIO}
        changed: dict[int, str | None] = {}
        for slot, track in shown.items():
            found = self.people.of_track(track) if track else None
            who = found[0].id if found is not None else None
            if slot in audio and (slot not in known or known[slot] != who):
                changed[slot] = known[slot] = who
        return [VoicesChanged(self.room, person.id, tuple(changed.items()))] if changed else []
