"""The floor: every open room of this node, live, and the one way in which anything is decided in them.

    floor.decide(room, command) → the room decides → listeners are told → facts go to the ledger, effects to the media

What is decided holds at once. `Decided.done()` waits until the plane does it and the ledger keeps it; an edge that
answers "done" awaits it first.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import msgspec
import structlog

from node.errors import Refused
from node.features.access.rules import Link
from node.features.layout.rules import FillSlots, SizeSlots
from node.features.lobby.rules import Waiter, WaiterCame, WaiterGone
from node.features.mute.rules import BlockTracks
from node.features.participants.rules import (
    Cause,
    CloseTransport,
    Heard,
    Measured,
    MediaConnected,
    MediaLost,
    Person,
    PersonGone,
    PersonJoined,
    PersonMoved,
    PlaneLost,
    Tick,
)
from node.features.quality.rules import NodeReading
from node.features.rates.rules import LimitRates
from node.features.recordings.rules import TapTracks
from node.features.rooms.rules import Close, EmptyRoom, Resume, Room, RoomClosed, RoomView, SavedRoom
from node.features.schedule.rules import EMPTY_S
from node.ports import (
    Actor,
    Clock,
    Effect,
    Event,
    Fact,
    Held,
    LayersWanted,
    Ledger,
    Media,
    MediaEvent,
    PlaneDown,
    PlaneFigures,
    PlaneUp,
    SlotShows,
    Speaking,
    TransportConnected,
    TransportLost,
    VideoHeld,
)

log: Final = structlog.get_logger()

CLOSED_KEPT: Final = 1000
REMOVED_KEPT: Final = 10_000
"""Removed people of the node who are told so; an older one is unknown."""

Listener = Callable[[Room, Sequence[Event]], None]


class Decided(msgspec.Struct, frozen=True):
    """What was decided, and what is still on its way to the plane and the ledger."""

    events: tuple[Event, ...]
    _durable: Awaitable[None] | None
    _effective: tuple[asyncio.Task[None], ...]

    async def done(self) -> None:
        """
        Raises:
            Refused: FENCED, when another process took over before the ledger had it.
        """
        if self._effective:
            await asyncio.wait(self._effective)
        if self._durable is not None:
            await self._durable


def digest(secret: str) -> str:
    """How a ticket or a session is known everywhere but in its owner's hands."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Floor:
    """Owner of the live rooms. Everybody else sends commands through `decide`."""

    def __init__(self, *, media: Media, ledger: Ledger, clock: Clock, node: str, empty_s: float = EMPTY_S) -> None:
        """`empty_s`: how long a room whose last person has left waits for somebody to come back, seconds (R168)."""
        self.empty_s = empty_s
        self.media = media
        self.ledger = ledger
        self.clock = clock
        self.node = node
        self.fenced = False
        self.draining = False
        """Nothing new begins; set by `features/nodes`."""
        self.plane_up = True
        self.rooms: dict[str, Room] = {}
        self.closed: dict[str, RoomView] = {}
        """Rooms that were closed, as they were then; the oldest are only in the ledger."""
        self._closed_tickets: dict[str, frozenset[str]] = {}
        """Of these, the digests of their tickets: who bears one is told that the room is closed."""
        self._sessions: dict[str, tuple[str, str]] = {}
        self._waiting: dict[str, str] = {}
        """Session of somebody who waits, or was turned away → room."""
        self._removed: OrderedDict[str, tuple[str, str]] = OrderedDict()
        """Sessions of people who were removed, so that they are told; the oldest are forgotten."""
        self._transports: dict[str, str] = {}
        self._listeners: list[Listener] = []
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ reading

    def __iter__(self) -> Iterator[Room]:
        return iter(self.rooms.values())

    def room(self, room_id: str) -> Room:
        """
        Raises:
            Refused: ROOM_UNKNOWN, ROOM_CLOSED.
        """
        room = self.rooms.get(room_id)
        if room is None:
            raise Refused("ROOM_CLOSED" if room_id in self.closed else "ROOM_UNKNOWN", current=room_id[:64])
        return room

    def door(self, room_id: str, ticket: str) -> tuple[Room, Link]:
        """The room, for somebody with a ticket (digest) of it, dead or alive. A stranger learns nothing, not even
        whether there is such a room: no room, a wrong ticket and a closed room are one answer, found by as much work
        (R120).

        Raises:
            Refused: TICKET_WRONG; ROOM_CLOSED, to who has a ticket of it.
        """
        room = self.rooms.get(room_id)
        if room is not None:
            return room, room.access.link(ticket)
        if ticket in self._closed_tickets.get(room_id, ()):
            raise Refused("ROOM_CLOSED")
        raise Refused("TICKET_WRONG")

    def people(self) -> int:
        """Places taken on the node."""
        return sum(len(room.people) for room in self.rooms.values())

    def who(self, session: str) -> tuple[Room, Person]:
        """Whose session (the secret itself) this is.

        Raises:
            Refused: SESSION_UNKNOWN, REMOVED.
        """
        hashed = digest(session)
        found = self._sessions.get(hashed) or self._removed.get(hashed)
        room = self.rooms.get(found[0]) if found is not None else None
        if room is None or found is None:
            raise Refused("SESSION_UNKNOWN")
        if room.door.holder(hashed) is None:
            raise Refused("SESSION_UNKNOWN")
        return room, room.people.get(found[1])

    def waiter(self, session: str) -> tuple[Room, Waiter]:
        """Whose session (the secret itself) this is, of those who wait.

        Raises:
            Refused: SESSION_UNKNOWN, TURNED_AWAY.
        """
        hashed = digest(session)
        room = self.rooms.get(self._waiting.get(hashed, ""))
        waiter = room.lobby.of_session(hashed) if room is not None else None
        if room is None or waiter is None:
            raise Refused("SESSION_UNKNOWN")
        return room, waiter

    # ------------------------------------------------------------ deciding

    def listen(self, listener: Listener) -> None:
        """`listener` is called after each decision that left events, on the loop; it must not block or decide."""
        self._listeners.append(listener)

    def add(self, room: Room, events: Sequence[Event] = ()) -> Decided:
        """Open a room on this node."""
        self._may_decide()
        room.schedule.grace_s = self.empty_s
        self.rooms[room.id] = room
        return self._apply(room, events)

    def withdraw(self, room: Room) -> None:
        """Take back a room that the ledger could not be told of: as if it had never been made, its name is free."""
        if self.rooms.get(room.id) is not room:
            return
        if self.fenced:
            del self.rooms[room.id]
            return
        # What the ledger may have of it all the same must not be an open room at the next start.
        self.decide(room.id, Close(Actor("node", self.node, "node"), "not written"))
        self.closed.pop(room.id, None)

    def decide(self, room_id: str, command: msgspec.Struct) -> Decided:
        """
        Raises:
            Refused: as the room says; ROOM_UNKNOWN, ROOM_CLOSED, FENCED.
        """
        self._may_decide()
        room = self.room(room_id)
        return self._apply(room, room.handle(command, self.clock.now()))

    def _may_decide(self) -> None:
        if self.fenced:
            raise Refused("FENCED")

    def _apply(self, room: Room, events: Sequence[Event]) -> Decided:
        if not events:
            return Decided((), None, ())
        facts = [event for event in events if isinstance(event, Fact)]
        durable = self.ledger.note(facts) if facts else None
        for event in events:
            self._index(room, event)
        tasks = tuple(self._start(event) for event in events if isinstance(event, Effect))
        for listener in self._listeners:
            try:
                listener(room, events)
            except Exception:  # the decision stands, whoever cannot tell of it
                log.exception("listener_failed")
        return Decided(tuple(events), durable, tasks)

    def _index(self, room: Room, event: Event) -> None:
        match event:
            case PersonJoined():
                self._sessions[event.session] = (room.id, event.participant)
                self._transports[event.transport] = room.id
            case WaiterCame():
                self._waiting[event.session] = room.id
            case WaiterGone(cause=why) if why != "turned_away":
                self._waiting.pop(event.session, None)
            case PersonMoved():
                self._transports[event.transport] = room.id
            case PersonGone():
                self._sessions.pop(event.session, None)
                if event.cause is Cause.REMOVED:
                    self._remember_removed(event.session, room.id, event.participant)
            case CloseTransport():
                self._transports.pop(event.transport, None)
            case RoomClosed():
                self.closed[room.id] = room.view()
                self._closed_tickets[room.id] = frozenset(link.secret for link in room.access.issued())
                for known in (self._sessions, self._removed):
                    for session in [session for session, of in known.items() if of[0] == room.id]:
                        del known[session]
                self._waiting = {session: of for session, of in self._waiting.items() if of != room.id}
                while len(self.closed) > CLOSED_KEPT:
                    oldest = next(iter(self.closed))
                    del self.closed[oldest]
                    self._closed_tickets.pop(oldest, None)
                del self.rooms[room.id]

    def _remember_removed(self, session: str, room: str, participant: str) -> None:
        self._removed[session] = (room, participant)
        if len(self._removed) > REMOVED_KEPT:
            self._removed.popitem(last=False)

    def _start(self, effect: Effect) -> asyncio.Task[None]:
        """Effects start in the order in which they were decided: tasks of one loop run first in, first out."""
        task = asyncio.create_task(self._run(effect))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _run(self, effect: Effect) -> None:
        try:
            await EFFECTS[type(effect)](self.media, effect)
        except Refused as refused:
            # The decision stands: who joins again is given a transport that agrees with it.
            log.warning("media_refused", effect=type(effect).__name__, code=refused.code)
        except Exception:
            log.exception("media_failed", effect=type(effect).__name__)

    # ------------------------------------------------------------ what the media tells

    def on_media(self, event: MediaEvent) -> None:
        """The listener to give to `Media.subscribe`."""
        if self.fenced:
            return
        match event:
            case TransportConnected(transport=transport):
                self._on_transport(transport, MediaConnected(transport))
            case TransportLost(transport=transport):
                self._on_transport(transport, MediaLost(transport))
            case LayersWanted(track=track):
                self._on_transport(track.partition("/")[0], event)
            case VideoHeld(transport=transport):
                self._on_transport(transport, event)
            case SlotShows(transport=transport):
                self._on_slot(transport, event)
            case Speaking(room=room_id, levels=levels):
                if room_id in self.rooms:
                    self.decide(room_id, Heard(levels))
            case PlaneFigures():
                self._on_figures(event)
            case PlaneDown():
                self._on_plane(up=False)
            case PlaneUp(fresh=fresh):
                self.plane_up = True
                if fresh:
                    self._on_plane(up=True)

    def _on_plane(self, *, up: bool) -> None:
        self.plane_up = up
        self._in_each(list(self.rooms), PlaneLost(back=up))

    def _on_transport(self, transport: str, command: msgspec.Struct) -> None:
        room_id = self._transports.get(transport)
        if room_id in self.rooms:
            self.decide(room_id, command)

    def _on_slot(self, transport: str, event: SlotShows) -> None:
        """A crowd's slots change all at once: nothing is decided for those who do not ask."""
        room = self.rooms.get(self._transports.get(transport, ""))
        person = room.people.on_transport(transport) if room is not None else None
        if room is not None and person is not None and room.layout.voices.listens(person.id):
            self.decide(room.id, event)

    def _on_figures(self, figures: PlaneFigures) -> None:
        transports = {figure.transport: figure for figure in figures.transports}
        node = NodeReading(figures.lag_p99_ms, figures.socket_drops_per_second)
        tracks: dict[str, list[Any]] = {}
        for track in figures.tracks:
            tracks.setdefault(track.track.partition("/")[0], []).append(track)
        for room in list(self.rooms.values()):
            mine = [p.transport for p in room.people if p.transport in transports]
            if mine:
                of_tracks = tuple(track for transport in mine for track in tracks.get(transport, ()))
                self.decide(room.id, Measured(tuple(transports[t] for t in mine), of_tracks, node))

    # ------------------------------------------------------------ time

    def tick(self) -> None:
        """Let every room whose deadline has passed act. Called about once a second."""
        if self.fenced:
            return
        now = self.clock.now()
        due = [room.id for room in self if (deadline := room.deadline) is not None and deadline <= now]
        self._in_each(due, Tick())

    def _in_each(self, rooms: Sequence[str], command: msgspec.Struct) -> None:
        """What goes wrong in one room stays in it: the rooms after it decide all the same."""
        for room_id in rooms:
            try:
                self.decide(room_id, command)
            except Exception:
                log.exception("room_failed", command=type(command).__name__)

    # ------------------------------------------------------------ restart

    def restore(
        self,
        saved: Sequence[SavedRoom],
        held: Sequence[Held],
        closed: Sequence[RoomView] = (),
        tickets: Mapping[str, frozenset[str]] = MappingProxyType({}),
    ) -> None:
        """Rebuild what was there before this process started, on what the plane still holds. Transports that nobody
        knows any more (a join that was never answered) are closed. `closed`: the latest first; `tickets`: theirs."""
        self._closed_tickets.update(tickets)
        self.closed.update((view.room, view) for view in reversed(closed))
        by_id: Mapping[str, Held] = {one.transport: one for one in held}
        muted = frozenset(track for one in held for track in one.muted)
        now = self.clock.now()
        known: set[str] = set()
        for one in saved:
            room = Room.restore(one, by_id, now, node=self.node)
            room.schedule.grace_s = self.empty_s
            self.rooms[room.id] = room
            for person in room.people:
                self._sessions[person.session] = (room.id, person.id)
                if person.transport:
                    self._transports[person.transport] = room.id
                    known.add(person.transport)
            for waiter in one.lobby.waiters:
                self._waiting[waiter.session] = room.id
            for session, _participant in one.lobby.turned_away:
                self._waiting[session] = room.id
            for session, participant, _cause in one.ended:
                self._remember_removed(session, room.id, participant)
        for transport in by_id.keys() - known:
            self._start(CloseTransport(transport))
        for room in list(self.rooms.values()):
            self.decide(room.id, Resume(muted))

    def discard(self, transport: str) -> None:
        """Close a transport that is nobody's."""
        self._start(CloseTransport(transport))

    async def settle(self) -> None:
        """Wait for effects under way."""
        if self._tasks:
            await asyncio.wait(set(self._tasks))


async def _close_transport(media: Media, effect: CloseTransport) -> None:
    await media.close(effect.transport)


async def _empty_room(media: Media, effect: EmptyRoom) -> None:
    await media.close_room(effect.room)


async def _block_tracks(media: Media, effect: BlockTracks) -> None:
    await media.mute(dict(effect.changes))


async def _limit_rates(media: Media, effect: LimitRates) -> None:
    await media.limit(effect.cap)


async def _size_slots(media: Media, effect: SizeSlots) -> None:
    await media.size(effect.sizes)


async def _fill_slots(media: Media, effect: FillSlots) -> None:
    await media.assign(effect.assignments)


async def _tap_tracks(media: Media, effect: TapTracks) -> None:
    await media.tap(effect.taps)


# Any: each function takes the effect under which it stands.
EFFECTS: Final[dict[type[Effect], Callable[[Media, Any], Coroutine[Any, Any, None]]]] = {
    CloseTransport: _close_transport,
    EmptyRoom: _empty_room,
    BlockTracks: _block_tracks,
    FillSlots: _fill_slots,
    SizeSlots: _size_slots,
    LimitRates: _limit_rates,
    TapTracks: _tap_tracks,
}
