"""The door: who may come in, as what, and whether there is room. Pure.

A ticket says the role (`node/features/access/rules.py`). A session is the secret that one join gives; it lets the same
person come back, and is dead for ever once the person was removed (H19).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from node.errors import Refused
from node.features.access.rules import Access
from node.features.join.names import clean_name
from node.features.participants.rules import Cause, People, Person, PersonGone, Role
from node.features.quota.rules import RoomQuotaSet, SetRoomQuota, Value, What, publishes
from node.features.types.rules import SessionType
from node.ports import Event, Shape, Slot, Source, Track

MAX_ENDED_SESSIONS: Final = 10_000
"""Ended sessions remembered by room, so that a removed person is told why."""


# ---------------------------------------------------------------- what is asked


class Knock(msgspec.Struct, frozen=True):
    """A newcomer with a ticket asks for a place. `participant`, `session` and `transport` are made by the caller."""

    participant: str
    name: str
    language: str
    client: Shape
    ticket: str
    session: str
    transport: str
    proof: str = ""
    """The room's password as it was when theirs matched it."""
    former: str = ""
    """Whose session, an ended one, they brought along: the same browser, whatever name it says now."""


class TakeOver(msgspec.Struct, frozen=True):
    """Before a knock, of which it has the values, so that the place that this ticket has elsewhere is free. What would
    refuse the knock refuses this, and the place is kept."""

    ticket: str
    name: str
    client: Shape
    proof: str = ""
    former: str = ""


class Return(msgspec.Struct, frozen=True):
    """Somebody with a session wants a new transport."""

    session: str
    transport: str
    ticket: str
    name: str = ""


class Admit(msgspec.Struct, frozen=True):
    """The negotiation succeeded. `muted`: what was blocked when it began."""

    participant: str
    transport: str
    tracks: tuple[Track, ...]
    slots: tuple[Slot, ...]
    muted: frozenset[Source] = frozenset()


class GiveUp(msgspec.Struct, frozen=True):
    """The negotiation failed."""

    participant: str
    transport: str


# ---------------------------------------------------------------- state


@dataclass(slots=True, frozen=True)
class Ended:
    participant: str
    cause: Cause


@dataclass(slots=True, frozen=True)
class Returning:
    """As what somebody comes back once the negotiation on `transport` has succeeded."""

    transport: str
    name: str
    role: Role
    ticket: str


class Door:
    """Sessions of one room, and its cap."""

    def __init__(self, people: People, access: Access, type_: SessionType, max_participants: int) -> None:
        self._people = people
        self._access = access
        self._type = type_
        self._sessions: dict[str, str] = {}
        self._ended: dict[str, Ended] = {}
        self._returning: dict[str, Returning] = {}
        self.max_participants = max_participants
        self.max_publishers = 0
        """Of people who may send anything; 0: as many as come in."""
        self.quotas: dict[str, Value] = {}
        """What operators set, by what is limited."""

    @property
    def deadline(self) -> float | None:
        return None

    def restore(self, session: str, participant: str, cause: Cause | None = None) -> None:
        """A session that the ledger knows: of somebody who is here, or of somebody who is gone."""
        if cause is None:
            self._sessions[session] = participant
        else:
            self._end(session, participant, cause)

    def former(self, session: str) -> str:
        """Who had this session, when it has ended; "": nobody, or it has not."""
        ended = self._ended.get(session)
        return ended.participant if ended is not None else ""

    def holder(self, session: str) -> str | None:
        """The participant whose session this is, or None: a session that ended without anybody being removed.

        Raises:
            Refused: REMOVED.
        """
        ended = self._ended.get(session)
        if ended is not None and ended.cause is Cause.REMOVED:
            raise Refused("REMOVED", set_by="room")
        return self._sessions.get(session)

    # ------------------------------------------------------------ commands

    def knock(self, command: Knock, now: float) -> list[Event]:
        """Reserve the place. The cap is exact: places of people who still negotiate count (R099, D1)."""
        link = self._access.lets(command.ticket, now)
        self._access.check(link, command.proof)
        name = clean_name(command.name)
        elsewhere = self._access.elsewhere(link)
        taken = len(self._people) - len(elsewhere)
        self.has_place(link.role, command.client, taken)
        events = [event for one in elsewhere for event in self._people.drop(one, Cause.REPLACED, "", now)]
        person = Person(
            id=command.participant,
            name=name,
            role=link.role,
            client=command.client,
            language=command.language,
            session=command.session,
            joined=now,
            ticket=command.ticket,
        )
        self._people.reserve(person, command.transport, now)
        return events

    def take_over(self, command: TakeOver, now: float) -> list[Event]:
        """Somebody comes with the ticket of somebody who is here: of the same person (R113)."""
        link = self._access.lets(command.ticket, now)
        self._access.check(link, command.proof)
        clean_name(command.name)
        elsewhere = self._access.elsewhere(link)
        self.has_place(link.role, command.client, len(self._people) - len(elsewhere))
        return [event for one in elsewhere for event in self._people.drop(one, Cause.REPLACED, "", now)]

    def come_back(self, command: Return, now: float) -> list[Event]:
        """With any ticket of the room, dead or alive (R125); a host's that is valid makes a host."""
        link = self._access.link(command.ticket)
        participant = self.holder(command.session)
        if participant is None:
            raise Refused("SESSION_UNKNOWN")
        # A name given again (the page's form after a reload) is checked, and kept if it is good.
        name = clean_name(command.name) if command.name else ""
        person = self._people.place_of(participant)
        role = self.role_for(person, command.ticket, now)
        if not publishes(self._type, person.role, person.client):
            self._may_publish(role, person.client)
        self._people.reopen(participant, command.transport, now)
        ticket = link.secret if role is not person.role else person.ticket
        self._returning[participant] = Returning(command.transport, name or person.name, role, ticket)
        return []

    def admit(self, command: Admit, now: float) -> list[Event]:
        """Only now somebody who comes back has the name and the role that they asked for. Who came by a ticket that is
        one person's gives up the place that it has elsewhere (R113)."""
        elsewhere: list[str] = []
        person = self._people.place_of(command.participant)
        coming = self._returning.get(command.participant)
        if coming is not None and coming.transport == command.transport == person.opening:
            del self._returning[command.participant]
            person.name = person.name if person.name_by else coming.name
            # A role that was given meanwhile holds, whatever the ticket said when they asked.
            # A link that has ended while they negotiated makes nobody a host.
            promoted = coming.role is not person.role
            if not person.role_by and (not promoted or self.role_for(person, coming.ticket, now) is coming.role):
                person.role, person.ticket = coming.role, coming.ticket
                elsewhere = self._access.elsewhere(self._access.link(coming.ticket)) if promoted else []
        events = [
            event for one in elsewhere if one != person.id for event in self._people.drop(one, Cause.REPLACED, "", now)
        ]
        events += self._people.admit(command.participant, command.transport, command.tracks, command.slots, now)
        person = self._people.get(command.participant)
        self._sessions[person.session] = person.id
        return events

    def give_up(self, command: GiveUp, now: float, *, keep: bool = False) -> list[Event]:
        """`keep`: who was let in may try again until the place that they were lent is due."""
        coming = self._returning.get(command.participant)
        if coming is not None and coming.transport == command.transport:
            del self._returning[command.participant]
        return self._people.release(command.participant, command.transport, keep=keep)

    def limit(self, command: SetRoomQuota, now: float) -> list[Event]:
        """Nobody who is in has to leave: a lower limit refuses until enough have left."""
        self.restore_quotas({command.what: Value(command.limit, command.by.id, now)})
        room, by = self._people.room, command.by.id
        return [RoomQuotaSet(room, command.what, command.limit, self.max_participants, by, now)]

    def restore_quotas(self, quotas: Mapping[str, Value]) -> None:
        self.quotas.update(quotas)
        if What.PEOPLE in quotas:
            self.max_participants = quotas[What.PEOPLE].limit
        if What.PUBLISHERS in quotas:
            self.max_publishers = quotas[What.PUBLISHERS].limit

    def publishers(self) -> int:
        """Places of people who may send anything."""
        return sum(publishes(self._type, self._role_of(person), person.client) for person in self._people.places())

    def _role_of(self, person: Person) -> Role:
        """With what somebody who is on the way back will have."""
        coming = self._returning.get(person.id)
        return coming.role if coming is not None else person.role

    def role_for(self, person: Person, ticket: str, now: float) -> Role:
        """Of somebody who comes back: a host's ticket that is valid makes a host, unless a role was given to them."""
        link = self._access.link(ticket)
        if person.role_by:
            return person.role
        return Role.HOST if link.role is Role.HOST and link.expires > now and not link.ended else person.role

    def has_place(self, role: Role, client: Shape, taken: int) -> None:
        """
        Raises:
            Refused: ROOM_FULL, PUBLISHERS_FULL.
        """
        if taken >= self.max_participants:
            raise Refused("ROOM_FULL", limit=self.max_participants, current=taken, set_by="room")
        self._may_publish(role, client)

    def may_become(self, person: Person, role: Role) -> None:
        """
        Raises:
            Refused: PUBLISHERS_FULL.
        """
        if not publishes(self._type, person.role, person.client):
            self._may_publish(role, person.client)

    def _may_publish(self, role: Role, client: Shape) -> None:
        if not self.max_publishers or not publishes(self._type, role, client):
            return
        if (publishers := self.publishers()) >= self.max_publishers:
            raise Refused("PUBLISHERS_FULL", limit=self.max_publishers, current=publishers, set_by="room")

    # ------------------------------------------------------------ reactions

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        self._sessions.pop(event.session, None)
        self._returning.pop(event.participant, None)
        self._end(event.session, event.participant, event.cause)
        return []

    def _end(self, session: str, participant: str, cause: Cause) -> None:
        self._ended[session] = Ended(participant, cause)
        if len(self._ended) > MAX_ENDED_SESSIONS:
            kept = (Cause.REMOVED, Cause.BANNED, Cause.LOBBY)
            oldest = next((s for s, e in self._ended.items() if e.cause not in kept), next(iter(self._ended)))
            del self._ended[oldest]
