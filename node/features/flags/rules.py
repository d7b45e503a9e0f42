"""Flags: what participants of a room may not do for now, and hosts still may. Pure.

A flag is a route that the plane does not have, never a picture that the page hides: a locked camera is dropped where
it arrives, and a camera that only moderators are to see is in nobody else's slots. Flags hold at once for people who
are in already (R102), and for participants only (R194): who presents, moderates or hosts is not touched.
"""

from __future__ import annotations

from typing import Final

import msgspec

from node.errors import Refused
from node.features.participants.rules import People, Person, Publish, Role
from node.ports import Actor, Event, Fact, Shape, Source

NONE: Final[frozenset[Source]] = frozenset()
MICROPHONE: Final = frozenset({Source.MICROPHONE})


class FlagSet(msgspec.Struct, frozen=True):
    """`webcams_only_for_moderators`: participants do not receive each other's cameras (R187). `mute_on_start`: a
    microphone is closed until its owner opens it in the room (R188). `lock_camera`, `lock_microphone`: participants
    send none (R189, R190). `lock_door`: they do not come in who are not in, or waiting, already. `disable_notes`: they
    write no shared notes (R193). `fixed`: the names of those that an operator set, which hosts do not lift."""

    webcams_only_for_moderators: bool = False
    mute_on_start: bool = False
    lock_camera: bool = False
    lock_microphone: bool = False
    disable_notes: bool = False
    lock_door: bool = False
    fixed: tuple[str, ...] = ()

    @property
    def on(self) -> tuple[str, ...]:
        """The names of those that hold."""
        return tuple(name for name in NAMES if getattr(self, name))


NAMES: Final = tuple(name for name in FlagSet.__struct_fields__ if name != "fixed")


OPERATOR: Final = "operator"
LOCKS: Final = {Source.CAMERA: "lock_camera", Source.MICROPHONE: "lock_microphone"}


class SetFlags(msgspec.Struct, frozen=True):
    """None: as it was."""

    by: Actor
    webcams_only_for_moderators: bool | None = None
    mute_on_start: bool | None = None
    lock_camera: bool | None = None
    lock_microphone: bool | None = None
    disable_notes: bool | None = None
    lock_door: bool | None = None


class FlagsChanged(Fact, frozen=True):
    room: str
    before: FlagSet
    flags: FlagSet
    by: str
    at: float


def locked(flags: FlagSet, role: Role) -> frozenset[Source]:
    """What people of this role must not send."""
    if role is not Role.PARTICIPANT:
        return NONE
    return frozenset(source for source, flag in LOCKS.items() if getattr(flags, flag))


def closed(flags: FlagSet, person: Person) -> frozenset[Source]:
    """What is dropped until the person says that they send it. An encoder has no button to press: it is let through."""
    waits = flags.mute_on_start and person.role is Role.PARTICIPANT and person.client is Shape.PAGE
    return MICROPHONE - person.publishing if waits else NONE


class Flags:
    """Of one room."""

    def __init__(self, room: str, people: People, *, touched: bool = True) -> None:
        """`touched`: whether the room's type has participants at all."""
        self.room = room
        self.now = FlagSet()
        self._people = people
        self._touched = touched

    @property
    def fixed(self) -> tuple[str, ...]:
        """Those that an operator set."""
        return self.now.fixed

    def locked(self, role: Role) -> frozenset[Source]:
        return locked(self.now, role)

    def closed(self, person: Person) -> frozenset[Source]:
        return closed(self.now, person)

    def spares(self, role: Role) -> bool:
        """Whether somebody of this role receives every camera."""
        return role is not Role.PARTICIPANT or not self.now.webcams_only_for_moderators

    def set(self, command: SetFlags, now: float) -> list[Event]:
        """
        Raises:
            Refused: FLAGS_NONE in a room whose type has no participants (R159); NOT_ALLOWED for a host, when an
                operator set what is to be lifted.
        """
        if not self._touched:
            raise Refused("FLAGS_NONE", set_by="type")
        asked = {name: on for name in NAMES if (on := getattr(command, name)) is not None}
        before, operator = self.now, command.by.kind == OPERATOR
        if not operator and any(not on and name in before.fixed for name, on in asked.items()):
            raise Refused("NOT_ALLOWED", limit=OPERATOR, current=command.by.kind, set_by=OPERATOR)
        fixed = frozenset(before.fixed)
        if operator:
            fixed = fixed.difference(asked) | {name for name, on in asked.items() if on}
        self.now = msgspec.structs.replace(before, **asked, fixed=tuple(name for name in NAMES if name in fixed))
        return [FlagsChanged(self.room, before, self.now, command.by.id, now)] if self.now != before else []

    def may_enter(self, role: Role) -> None:
        """Who is in comes back with their session; who waits is let in by somebody, or not.

        Raises:
            Refused: ROOM_LOCKED.
        """
        if self.now.lock_door and role is Role.PARTICIPANT:
            raise Refused("ROOM_LOCKED", set_by="room")

    def may_publish(self, command: Publish, now: float) -> list[Event]:
        """
        Raises:
            Refused: SOURCE_LOCKED.
        """
        person = self._people.find(command.participant)
        if person is not None and command.on and command.source in self.locked(person.role):
            raise Refused("SOURCE_LOCKED", limit=LOCKS[command.source], current=person.role, set_by="room")
        return []
