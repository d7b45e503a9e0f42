"""Caps on what people may send and are sent: of a person, of a room, of the node. Pure.

The plane enforces them; what is decided here is kept, and said again to every transport and every plane that comes
after. A cap leaves room for sound: less than `LEAST` is no cap that anybody could mean.
"""

from __future__ import annotations

from typing import Final

import msgspec

from node.errors import Refused
from node.features.participants.rules import People, PersonGone, PersonJoined, PersonMoved
from node.ports import Actor, Effect, Event, Fact, Notice
from node.ports import Cap as PlaneCap

LEAST: Final = 64_000
MOST: Final = 100_000_000_000


class Cap(msgspec.Struct, frozen=True):
    """bit/s, 0: none. `set`: seconds since the epoch."""

    send_bps: int = 0
    receive_bps: int = 0
    set_by: str = ""
    set: float = 0.0

    @property
    def limits(self) -> bool:
        return bool(self.send_bps or self.receive_bps)


class CapView(msgspec.Struct, frozen=True):
    """Of a person, of a room (no participant) or of the node (no room)."""

    room: str
    participant: str
    cap: Cap


class SetCap(msgspec.Struct, frozen=True):
    """None: as it was. `participant` None: of the room."""

    participant: str | None
    send_bps: int | None
    receive_bps: int | None
    by: Actor
    reason: str = ""


class RoomCapSet(Fact, frozen=True):
    room: str
    cap: Cap


class PersonCapSet(Fact, frozen=True):
    room: str
    participant: str
    cap: Cap


class LimitRates(Effect, frozen=True):
    cap: PlaneCap


class CapsChanged(Notice, frozen=True):
    """Operators see the room's caps."""

    room: str


def changed(before: Cap, send_bps: int | None, receive_bps: int | None, by: str, now: float) -> Cap:
    """
    Raises:
        Refused: RATE_OUT_OF_RANGE; BAD_REQUEST when nothing is asked.
    """
    if send_bps is None and receive_bps is None:
        raise Refused("BAD_REQUEST", limit="send, receive", current="no rate given", set_by="protocol")
    for asked in (send_bps, receive_bps):
        if asked is not None and asked and not LEAST <= asked <= MOST:
            raise Refused("RATE_OUT_OF_RANGE", limit="64 kbit/s … 100 Gbit/s", current=f"{asked} bit/s", set_by="node")
    return Cap(
        before.send_bps if send_bps is None else send_bps,
        before.receive_bps if receive_bps is None else receive_bps,
        by,
        now,
    )


class Rates:
    """The caps of one room and of the people in it."""

    def __init__(self, room: str, people: People) -> None:
        self.room = room
        self.people = people
        self.cap = Cap()
        self._persons: dict[str, Cap] = {}

    def of(self, participant: str) -> Cap:
        return self._persons.get(participant, Cap())

    def caps(self) -> list[CapView]:
        """Those that limit something; the room's first."""
        own = [CapView(self.room, "", self.cap)] if self.cap.limits else []
        return own + [CapView(self.room, id_, cap) for id_, cap in self._persons.items() if cap.limits]

    def restore(self, cap: Cap, persons: dict[str, Cap]) -> None:
        self.cap = cap
        self._persons = {id_: cap for id_, cap in persons.items() if self.people.find(id_) is not None}

    # ------------------------------------------------------------ commands

    def set(self, command: SetCap, now: float) -> list[Event]:
        if command.participant is None:
            self.cap = changed(self.cap, command.send_bps, command.receive_bps, command.by.id, now)
            return [RoomCapSet(self.room, self.cap), CapsChanged(self.room), self._of_room()]
        person = self.people.get(command.participant)
        cap = changed(self.of(person.id), command.send_bps, command.receive_bps, command.by.id, now)
        self._persons[person.id] = cap
        effects = self._of_person(person.id, person.transport, cap)
        return [PersonCapSet(self.room, person.id, cap), CapsChanged(self.room), *effects]

    def resume(self) -> list[Event]:
        """After a restart: the plane may be another one, or never have heard of the last change."""
        events: list[Event] = [self._of_room()] if self.cap.limits else []
        for person in self.people:
            events += self._of_person(person.id, person.transport, self.of(person.id))
        return events

    # ------------------------------------------------------------ reactions

    def placed(self, event: PersonJoined | PersonMoved, now: float) -> list[Event]:
        """A new transport. The plane forgets a room's cap with its last transport, so that is said again too."""
        room: list[Event] = [self._of_room()] if self.cap.limits else []
        return room + self._of_person(event.participant, event.transport, self.of(event.participant))

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        cap = self._persons.pop(event.participant, None)
        return [CapsChanged(self.room)] if cap is not None else []

    # ------------------------------------------------------------ inside

    def _of_room(self) -> LimitRates:
        return LimitRates(PlaneCap("room", self.room, self.cap.send_bps, self.cap.receive_bps))

    def _of_person(self, participant: str, transport: str, cap: Cap) -> list[Event]:
        known = participant in self._persons and transport
        return [LimitRates(PlaneCap("transport", transport, cap.send_bps, cap.receive_bps))] if known else []
