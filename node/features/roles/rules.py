"""Roles that are given in the room, and names that are mended there: promote, demote, rename (R177). Pure.

A ticket says the role that somebody comes with; what is given here holds instead, over a reload, a new network and a
restart of the node. Whose ticket is theirs alone keeps the role on it, and has it when they come anew; with a link that
many share, somebody who comes anew is somebody new, and has the link's role.

What an operator gave, hosts do not take; and hosts cannot leave a room without anybody who may end what goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from node.errors import Refused
from node.features.join.names import clean_name
from node.features.participants.rules import People, Person, PersonChanged, PublishingChanged, Role
from node.features.types.rules import Right, SessionType
from node.ports import Actor, Event, Fact, Source

OPERATOR: Final = "operator"


class GiveRole(msgspec.Struct, frozen=True):
    participant: str
    role: Role
    by: Actor
    reason: str = ""


class Rename(msgspec.Struct, frozen=True):
    participant: str
    name: str
    by: Actor


class RoleGiven(Fact, frozen=True):
    """`ticket`: SHA-256 of the one that they came by."""

    room: str
    participant: str
    before: Role
    role: Role
    by_kind: str
    by: str
    reason: str
    at: float
    ticket: str = ""


class PersonRenamed(Fact, frozen=True):
    room: str
    participant: str
    name: str
    by_kind: str
    at: float


class Roles:
    """Of one room. What somebody is, `People` knows; here is who may change it."""

    def __init__(
        self, room: str, people: People, type_: SessionType, may_publish: Callable[[Person, Role], None]
    ) -> None:
        """`may_publish` refuses when there is no place for one more who sends."""
        self.room = room
        self._people = people
        self._type = type_
        self._may_publish = may_publish

    def give(self, command: GiveRole, now: float) -> list[Event]:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN, ROLES_FIXED (R159), ROLE_UNKNOWN, LAST_HOST, PUBLISHERS_FULL; NOT_ALLOWED for
                a host, when an operator gave the role.
        """
        person = self._people.get(command.participant)
        self.check(person, command)
        if command.role is person.role:
            return []
        self._may_publish(person, command.role)
        before, person.role, person.role_by = person.role, command.role, command.by.kind
        by = command.by
        events: list[Event] = [
            RoleGiven(
                self.room, person.id, before, person.role, by.kind, by.id, command.reason, now, ticket=person.ticket
            )
        ]
        if lost := person.publishing & self._type.withheld(person.role):
            person.publishing -= lost
            publishing = tuple(source for source in Source if source in person.publishing)
            events.append(PublishingChanged(self.room, person.id, publishing))
        return [*events, PersonChanged(self.room, person.id)]

    def check(self, person: Person, command: GiveRole) -> None:
        """
        Raises:
            Refused: as `give`, but for places.
        """
        roles = self._type.roles
        if len(roles) == 1:
            raise Refused("ROLES_FIXED", limit=", ".join(roles), current=command.role, set_by="type")
        if command.role not in roles:
            raise Refused("ROLE_UNKNOWN", limit=", ".join(roles), current=command.role, set_by="type")
        if command.role is person.role or command.by.kind == OPERATOR:
            return
        if person.role_by == OPERATOR:
            raise Refused("NOT_ALLOWED", limit=OPERATOR, current=command.by.kind, set_by=OPERATOR)
        if self._ends(person) and not any(self._ends(other) for other in self._people if other is not person):
            raise Refused("LAST_HOST", limit=1, current=person.role, set_by="room")

    def rename(self, command: Rename, now: float) -> list[Event]:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN, NAME_INVALID.
        """
        person = self._people.get(command.participant)
        name = clean_name(command.name)
        if name == person.name and person.name_by:
            return []
        person.name, person.name_by = name, command.by.kind
        return [
            PersonRenamed(self.room, person.id, name, command.by.kind, now),
            PersonChanged(self.room, person.id),
        ]

    def _ends(self, person: Person) -> bool:
        return self._type.may(person.role, Right.END)
