"""Joining: one offer in, one answer out; everything else follows from it."""

from __future__ import annotations

import base64
import math
import secrets
from typing import Final

import msgspec

from node.errors import Refused
from node.features.access.passwords import Passwords
from node.features.guide.rules import address_of
from node.features.join.rules import Admit, GiveUp, Knock, Return, TakeOver
from node.features.lobby.rules import TakeSeat
from node.features.participants.rules import Attach, Detach, GoAway, Leave, Person, Role
from node.features.quota.service import Quota
from node.features.rooms.floor import Decided, Floor, digest
from node.features.rooms.rules import Room
from node.features.texts.markup import to_html
from node.features.texts.rules import Brand
from node.ports import Opened, Shape, Slot, Source, Track

SECRET_LENGTH: Final = 128
"""Longer is no secret of ours."""


class JoinRequest(msgspec.Struct, frozen=True):
    name: str
    sdp: str = ""
    language: str = "fr"
    session: str | None = None
    shape: Shape = Shape.PAGE
    password: str = ""
    may_guess: bool = True
    """Whether a password of this source is looked at, unless it is known to be right."""


class Joined(msgspec.Struct, frozen=True):
    """`session` is the secret; it is shown only now. `resource`: the name of an encoder or player in an address."""

    participant: str
    session: str
    role: Role
    sdp: str
    slots: tuple[Slot, ...]
    tracks: tuple[Track, ...]
    room: str
    title: str
    resource: str
    rights: tuple[str, ...] = ()
    type: str = "meeting"
    flags: tuple[str, ...] = ()
    """Of the room, those that hold."""
    recording: str = ""
    """The state of the room's, "": there is none."""


class Look(msgspec.Struct, frozen=True):
    """What a person may know before joining."""

    room: str
    title: str
    people: int
    max_participants: int
    role: Role
    type: str = "meeting"
    rights: tuple[str, ...] = ()
    """What this role may do: the page offers nothing else."""
    opens_in_s: int = 0
    """Until a scheduled room lets people in; 0: it does."""
    waits: bool = False
    """Whether this person waits until it begins."""
    advice_people: int = 0
    password: bool = False
    """Whether it is asked for."""
    name: str = ""
    """Whose ticket it is, where it is one person's."""
    flags: tuple[str, ...] = ()
    recording: str = ""
    """Its state, where the room is recorded: who comes in ought to know."""
    lobby: str = ""
    """For what this person waits before they may join: `early`, `start`, `lobby`; "": for nothing."""
    notice: dict[str, str] | None = None
    """By language: what one must know before a session of this type (R154)."""
    crowded: bool = False
    """One more is above what is advised (R162)."""
    speaking: str = ""
    guide: str = ""
    brand: Brand = Brand()


class Join:
    """Raises `Refused`: ROOM_UNKNOWN, ROOM_CLOSED, TICKET_WRONG, TICKET_EXPIRED and as each method says."""

    def __init__(self, floor: Floor, quota: Quota, passwords: Passwords | None = None) -> None:
        self._floor = floor
        self._quota = quota
        self._passwords = passwords or Passwords()

    async def look(self, room_id: str, ticket: str) -> Look:
        now = self._floor.clock.now()
        room, _link = self._floor.door(room_id, hashed := digest(ticket[:SECRET_LENGTH]))
        link = room.access.lets(hashed, now)
        role = link.role
        opens, waits = room.schedule.opens, False
        try:
            room.schedule.may_enter(role, now)
        except Refused:
            waits = True
        return Look(
            room=room.id,
            title=room.title,
            people=len(room.people),
            max_participants=min(room.door.max_participants, self._quota.book.ceiling(room.type)[0]),
            role=role,
            type=room.type.key,
            rights=room.type.rights(role),
            opens_in_s=max(0, math.ceil(opens - now)) if opens is not None else 0,
            waits=waits,
            advice_people=room.type.advice_people,
            password=room.access.asks(link),
            name=link.name,
            flags=room.flags.now.on,
            recording=live.state if (live := room.recordings.view()) is not None else "",
            lobby=room.lobby.must_wait(role, now),
            notice=room.type.notice.fill() if room.type.notice is not None else None,
            crowded=0 < room.type.advice_people <= len(room.people),
            speaking=to_html(room.says.now.speaking, room.title),
            guide=address_of(room.type),
            brand=room.says.now.brand,
        )

    async def join(self, room_id: str, ticket: str, request: JoinRequest) -> Joined:
        """Take a place, negotiate, come in. With a session that is alive, the same person comes back.

        The answer is given when the ledger has it: who was answered is known after a restart.

        Raises:
            Refused: ROOM_FULL, TYPE_FULL, NODE_FULL, PUBLISHERS_FULL, NAME_INVALID, REMOVED, SDP_INVALID,
                SDP_UNSUPPORTED, PLANE_DOWN, PLANE_FULL, PASSWORD_MISSING, PASSWORD_WRONG, TOO_FAST, LOBBY,
                TURNED_AWAY, and what a dead ticket is refused with.
        """
        ticket = digest(ticket[:SECRET_LENGTH])
        room, _link = self._floor.door(room_id, ticket)
        session = (request.session or "")[:SECRET_LENGTH]
        holder = room.door.holder(digest(session)) if session else None
        transport = new_id("t")
        if holder is not None:
            await self._come_back(room, ticket, request, holder, session, transport)
            participant = holder
        elif session and (waiter := room.lobby.of_session(digest(session))) is not None:
            self._floor.decide(room_id, TakeSeat(digest(session), transport))
            participant = waiter.id
        else:
            former = room.door.former(digest(session)) if session else ""
            session, participant = "s_" + secrets.token_urlsafe(24), new_id("p")
            await self._knock(room, ticket, request, participant, session, transport, former)
        muted = room.must_block(participant)
        opened = await self._open(room, participant, transport, request, muted)
        await self._admit(room, participant, opened, muted).done()
        person = room.people.find(participant)
        if person is None:  # removed, or the room closed, while the ledger wrote
            raise Refused("SESSION_UNKNOWN")
        return Joined(
            participant=participant,
            session=session,
            role=person.role,
            sdp=opened.answer,
            slots=opened.slots,
            tracks=opened.tracks,
            room=room.id,
            title=room.title,
            resource=resource_of(person.session),
            rights=room.type.rights(person.role),
            type=room.type.key,
            flags=room.flags.now.on,
            recording=live.state if (live := room.recordings.view()) is not None else "",
        )

    async def restart(self, session: str, offer: str) -> str:
        """ICE restart on the transport that the person has.

        Raises:
            Refused: SESSION_UNKNOWN, REMOVED, SDP_INVALID; SDP_UNSUPPORTED when there is no transport to restart.
        """
        _room, person = self._floor.who(session)
        return await self._restart(person, offer)

    async def leave(self, session: str) -> None:
        """
        Raises:
            Refused: SESSION_UNKNOWN, REMOVED.
        """
        room, person = self._floor.who(session)
        await self._floor.decide(room.id, Leave(person.id)).done()

    def go_away(self, session: str) -> None:
        """The page goes away, perhaps to come back at once: its place is kept for a few seconds only.

        Raises:
            Refused: SESSION_UNKNOWN, REMOVED.
        """
        room, person = self._floor.who(session)
        self._floor.decide(room.id, GoAway(person.id))

    async def leave_room(self, room_id: str, participant: str) -> None:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN.
        """
        await self._floor.decide(room_id, Leave(participant)).done()

    def who(self, session: str) -> tuple[Room, Person]:
        """
        Raises:
            Refused: SESSION_UNKNOWN, REMOVED.
        """
        return self._floor.who(session[:SECRET_LENGTH])

    async def restart_resource(self, room_id: str, participant: str, offer: str) -> str:
        """ICE restart of somebody whom `resource` found.

        Raises:
            Refused: PARTICIPANT_UNKNOWN, SDP_INVALID, SDP_UNSUPPORTED.
        """
        return await self._restart(self._floor.room(room_id).people.get(participant), offer)

    def resource(self, room_id: str, resource: str, ticket: str) -> Person:
        """The encoder or player that an address names, for somebody with a ticket of the room.

        Raises:
            Refused: TICKET_WRONG, SESSION_UNKNOWN.
        """
        room, _link = self._floor.door(room_id, digest(ticket[:SECRET_LENGTH]))
        for person in room.people:
            if person.client is not Shape.PAGE and resource_of(person.session) == resource:
                return person
        raise Refused("SESSION_UNKNOWN")

    async def _restart(self, person: Person, offer: str) -> str:
        if not person.transport:
            raise Refused("SDP_UNSUPPORTED", current="no transport to restart: join again with the session")
        return await self._floor.media.restart(person.transport, offer)

    def attach(self, room_id: str, participant: str) -> None:
        """The person's WebSocket is there."""
        self._floor.decide(room_id, Attach(participant))

    def detach(self, room_id: str, participant: str) -> None:
        """It is gone. Harmless when the room or the person is gone too."""
        if room_id in self._floor.rooms and not self._floor.fenced:
            self._floor.decide(room_id, Detach(participant))

    # ------------------------------------------------------------ the steps of a join

    async def _come_back(
        self, room: Room, ticket: str, request: JoinRequest, participant: str, session: str, transport: str
    ) -> None:
        """The place is theirs already; who becomes a host may need a publisher's, too."""
        person = room.people.place_of(participant)
        role = room.door.role_for(person, ticket, self._floor.clock.now())
        if role is not person.role:
            await self._quota.enter(room, participant, role, person.client)
        try:
            self._floor.decide(room.id, Return(digest(session), transport, ticket, request.name))
        except Refused as refused:
            self._quota.settle(room, participant)
            self._quota.denied(refused, room.id, room.type)
            raise

    async def _knock(
        self,
        room: Room,
        ticket: str,
        request: JoinRequest,
        participant: str,
        session: str,
        transport: str,
        former: str,
    ) -> None:
        # The ticket first: a stranger learns nothing about how full the node is.
        link = room.access.lets(ticket, self._floor.clock.now())
        proof = await prove(self._passwords, room.access.password, request) if room.access.asks(link) else ""
        if room.access.elsewhere(link):  # their other place is given back before they are lent one
            self._floor.decide(room.id, TakeOver(ticket, request.name, request.shape, proof, former))
        await self._quota.enter(room, participant, link.role, request.shape)
        knock = Knock(
            participant=participant,
            name=request.name,
            language=request.language,
            client=request.shape,
            ticket=ticket,
            session=digest(session),
            transport=transport,
            proof=proof,
            former=former,
        )
        try:
            self._floor.decide(room.id, knock)
        except BaseException as failure:
            self._quota.leave(room, participant)
            if isinstance(failure, Refused):
                self._quota.denied(failure, room.id, room.type)
            raise

    async def _open(
        self, room: Room, participant: str, transport: str, request: JoinRequest, muted: frozenset[Source]
    ) -> Opened:
        try:
            return await self._floor.media.open(
                room=room.id,
                transport=transport,
                offer=request.sdp,
                shape=request.shape,
                label=participant.encode(),
                muted=muted,
            )
        except BaseException as failure:
            room.handle(GiveUp(participant, transport), self._floor.clock.now())
            self._quota.settle(room, participant)
            if not isinstance(failure, Refused):
                self._floor.discard(transport)
            raise

    def _admit(self, room: Room, participant: str, opened: Opened, muted: frozenset[Source]) -> Decided:
        admit = Admit(participant, opened.transport, opened.tracks, opened.slots, muted)
        try:
            return self._floor.decide(room.id, admit)
        except Refused:
            # Removed, closed, or joined once more meanwhile: this transport is nobody's.
            self._floor.discard(opened.transport)
            raise


async def prove(passwords: Passwords, kept: str, request: JoinRequest) -> str:
    """What to bring to a room that asks for a password.

    Raises:
        Refused: PASSWORD_MISSING, PASSWORD_WRONG, TOO_FAST.
    """
    if not request.password:
        raise Refused("PASSWORD_MISSING", set_by="room")
    if not await passwords.matches(kept, request.password, may_guess=request.may_guess):
        raise Refused("PASSWORD_WRONG", set_by="room")
    return kept


def resource_of(session: str) -> str:
    """What names an encoder or player in an address, 128 bits: from the session as the ledger has it, so that it holds
    over a restart; the session cannot be found from it, and it opens nothing without a ticket."""
    return digest(f"resource {session}")[:32]


def new_id(prefix: str) -> str:
    """75 random bits that are no secret; lower case, so that people can read them aloud."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(10)).decode().lower()[:15]}"
