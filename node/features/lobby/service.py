"""The lobby: coming to wait, being let in by somebody or by the hour, being turned away.

Places are lent by `Quota`, as for a join, and given back by it when the room says that they are free. Who waits for
nothing but a place is let in by this service, in their order, as soon as something may have made room for them.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import Sequence
from typing import Final

import msgspec
import structlog

from node.errors import Refusal, Refused
from node.features.access.passwords import Passwords
from node.features.join.service import SECRET_LENGTH, JoinRequest, new_id, prove
from node.features.lobby.rules import (
    LetIn,
    LobbyChanged,
    LobbyModerated,
    LobbyOpened,
    LobbyView,
    SetLobby,
    StopWaiting,
    TurnAway,
    Wait,
    Waiter,
    WaiterCame,
    WaiterHere,
    WaiterView,
)
from node.features.participants.bans import SendToLobby
from node.features.participants.rules import ParticipantView, PersonGone, PlaceFreed
from node.features.quota.rules import RoomQuotaSet
from node.features.quota.service import Quota
from node.features.rooms.floor import Decided, Floor, digest
from node.features.rooms.rules import Room
from node.features.rooms.service import REASON_LENGTH
from node.features.schedule.rules import SittingStarted
from node.ports import Actor, Event, Shape

FULL: Final = frozenset({"ROOM_FULL", "TYPE_FULL", "NODE_FULL", "PUBLISHERS_FULL"})
PASSED: Final = frozenset({"PARTICIPANT_UNKNOWN", "LOBBY"})
"""Who has gone meanwhile, or has to be let in by somebody again, is in nobody's way."""
AT_ONCE: Final = 25
"""Admitted between two looks at everything else that the loop has to do."""

log: Final = structlog.get_logger()


class Waited(msgspec.Struct, frozen=True):
    """`session` is the secret; shown only now."""

    participant: str
    session: str


class LetInAll(msgspec.Struct, frozen=True):
    """`left`: who still wait; `refusal`: the limit that was met, if one was."""

    admitted: tuple[str, ...]
    left: int
    refusal: Refusal | None = None


class Lobby:
    """Raises `Refused` as each method says; ROOM_UNKNOWN, ROOM_CLOSED, FENCED. A listener of the floor."""

    def __init__(self, floor: Floor, quota: Quota, passwords: Passwords) -> None:
        self._floor = floor
        self._quota = quota
        self._passwords = passwords
        self._flowing: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._short: set[str] = set()
        """Rooms in which somebody waits for a place."""
        floor.listen(self)

    # ------------------------------------------------------------ who waits

    async def wait(self, room_id: str, ticket: str, request: JoinRequest) -> Waited:
        """A place in the queue; with a session that waits, the same one.

        Raises:
            Refused: TICKET_WRONG and what else a ticket is refused with, PASSWORD_MISSING, PASSWORD_WRONG, TOO_FAST,
                NAME_INVALID, LOBBY_FULL, TURNED_AWAY, REMOVED.
        """
        ticket = digest(ticket[:SECRET_LENGTH])
        room, _link = self._floor.door(room_id, ticket)
        session, former = (request.session or "")[:SECRET_LENGTH], ""
        if session:
            room.door.holder(digest(session))
            former = room.door.former(digest(session))
            if (waiter := room.lobby.of_session(digest(session))) is not None:
                return Waited(waiter.id, session)
        link = room.access.lets(ticket, self._floor.clock.now())
        proof = await prove(self._passwords, room.access.password, request) if room.access.asks(link) else ""
        session, participant = "s_" + secrets.token_urlsafe(24), new_id("p")
        asked = Wait(participant, request.name, request.language, ticket, digest(session), proof, former)
        await self._floor.decide(room_id, asked).done()
        return Waited(participant, session)

    def waiter(self, session: str) -> tuple[Room, Waiter] | None:
        """Whose session it is, of those who wait.

        Raises:
            Refused: TURNED_AWAY.
        """
        try:
            return self._floor.waiter(session[:SECRET_LENGTH])
        except Refused as refused:
            if refused.code != "SESSION_UNKNOWN":
                raise
            return None

    def here(self, room_id: str, participant: str, here: bool, *, away: bool = False) -> None:
        """Their WebSocket is there, or not. Harmless when the room or they are gone."""
        if room_id in self._floor.rooms and not self._floor.fenced:
            self._floor.decide(room_id, WaiterHere(participant, here, away))

    async def stop(self, room_id: str, participant: str) -> None:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN.
        """
        await self._floor.decide(room_id, StopWaiting(participant)).done()

    def opens_in(self, room: Room) -> int:
        """Seconds until a scheduled room lets anybody in; 0: it does."""
        opens = room.schedule.opens
        return max(0, math.ceil(opens - self._floor.clock.now())) if opens is not None else 0

    def why(self, room: Room, waiter: Waiter) -> str:
        return room.lobby.why(waiter, self._floor.clock.now())

    # ------------------------------------------------------------ who lets in

    def get(self, room_id: str) -> LobbyView:
        return self._floor.room(room_id).lobby.view()

    def waiters(self, room_id: str) -> list[WaiterView]:
        """The longest waiting first."""
        return self._floor.room(room_id).lobby.queue(self._floor.clock.now())

    def everybody(self, room_id: str | None) -> list[tuple[str, WaiterView]]:
        """Who waits, and before which room: of one, or of all of the node."""
        rooms = [self._floor.room(room_id)] if room_id else list(self._floor)
        now = self._floor.clock.now()
        return [(room.id, view) for room in rooms for view in room.lobby.queue(now)]

    async def set(
        self,
        room_id: str,
        *,
        on: bool | None = None,
        agenda: str | None = None,
        message: str | None = None,
        by: Actor,
    ) -> LobbyView:
        """
        Raises:
            Refused: NO_LOBBY, MESSAGE_TOO_LONG, NOT_ALLOWED.
        """
        await self._floor.decide(room_id, SetLobby(by, on, agenda, message)).done()
        return self.get(room_id)

    async def admit(self, room_id: str, participant: str, *, by: Actor) -> None:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN, ROOM_EARLY, ROOM_NOT_STARTED, NOT_ALLOWED, and as a limit says.
        """
        await (await self._let_in(self._floor.room(room_id), participant, by)).done()

    async def admit_all(self, room_id: str, *, by: Actor) -> LetInAll:
        """In their order, as many as there are places for; the others go on waiting.

        Raises:
            Refused: NOT_ALLOWED.
        """
        room = self._floor.room(room_id)
        waiting = [view.participant for view in self.waiters(room_id) if view.why in ("lobby", "full")]
        admitted, decided, met = await self._let_in_each(room, waiting, by)
        for one in decided:
            await one.done()
        return LetInAll(tuple(admitted), len(waiting) - len(admitted), met.refusal() if met is not None else None)

    async def send(self, room_id: str, participant: str, *, by: Actor, reason: str = "") -> ParticipantView:
        """Somebody who is in the room waits before its door again, until they are let in. Returns how they were.

        Raises:
            Refused: PARTICIPANT_UNKNOWN, PAGE_ONLY, NO_LOBBY, BANS_FULL, NOT_ALLOWED.
        """
        view = self._floor.room(room_id).participant(participant)
        await self._floor.decide(room_id, SendToLobby(participant, by, reason[:REASON_LENGTH])).done()
        return view

    async def turn_away(self, room_id: str, participants: Sequence[str], *, by: Actor) -> int:
        """These, or with none named everybody who waits. How many.

        Raises:
            Refused: PARTICIPANT_UNKNOWN, NOT_ALLOWED.
        """
        before = len(self._floor.room(room_id).lobby)
        await self._floor.decide(room_id, TurnAway(tuple(participants), by)).done()
        return before - len(self._floor.room(room_id).lobby)

    async def _let_in_each(
        self, room: Room, waiting: Sequence[str], by: Actor
    ) -> tuple[list[str], list[Decided], Refused | None]:
        admitted: list[str] = []
        decided: list[Decided] = []
        for number, who in enumerate(waiting, 1):
            try:
                decided.append(await self._let_in(room, who, by))
                admitted.append(who)
            except Refused as refused:
                if refused.code in FULL:
                    return admitted, decided, refused
                if refused.code not in PASSED:
                    raise
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        return admitted, decided, None

    async def _let_in(self, room: Room, participant: str, by: Actor) -> Decided:
        waiter = room.lobby.find(participant)
        if waiter is None or waiter.admitted:
            return self._floor.decide(room.id, LetIn(participant, by))
        await self._quota.enter(room, participant, waiter.role, Shape.PAGE)
        try:
            return self._floor.decide(room.id, LetIn(participant, by))
        except BaseException as failure:
            if not room.people.holds(participant):
                self._quota.leave(room, participant)
            if isinstance(failure, Refused):
                self._quota.denied(failure, room.id, room.type)
            raise

    # ------------------------------------------------------------ by itself

    def __call__(self, room: Room, events: Sequence[Event]) -> None:
        """From the floor. Whatever may have given somebody nothing more to wait for."""
        for event in events:
            if isinstance(event, PersonGone | PlaceFreed):
                for short in self._short | {room.id}:
                    self._flow(short)
            elif isinstance(
                event, WaiterCame | LobbyOpened | LobbyModerated | LobbyChanged | SittingStarted | RoomQuotaSet
            ):
                self._flow(room.id)

    def resume(self) -> None:
        """After a restart: the hour may have come meanwhile."""
        for room in self._floor:
            self._flow(room.id)

    def _flow(self, room_id: str) -> None:
        room = self._floor.rooms.get(room_id)
        if room is None or not len(room.lobby):
            self._short.discard(room_id)
        elif room_id in self._flowing:
            self._again.add(room_id)
        else:
            task = self._flowing[room_id] = asyncio.create_task(self._let_through(room), name="lobby")
            task.add_done_callback(lambda done: self._flowed(room_id, done))

    async def _let_through(self, room: Room) -> None:
        if self._floor.fenced or room.closed is not None:
            return
        waiting = room.lobby.free(self._floor.clock.now())
        if not waiting:
            self._short.discard(room.id)
            return
        _admitted, _decided, met = await self._let_in_each(room, waiting, Actor("node", self._floor.node, "node"))
        (self._short.add if met is not None else self._short.discard)(room.id)

    def _flowed(self, room_id: str, done: asyncio.Task[None]) -> None:
        del self._flowing[room_id]
        if not done.cancelled() and (failure := done.exception()) is not None:
            log.warning("lobby_held_up", why=type(failure).__name__)
        if room_id in self._again:
            self._again.discard(room_id)
            self._flow(room_id)
