"""Quotas: lending places to joins and rooms; get, set and list limits with their use; what was refused.

    await quota.enter(room, participant, role, client)     before the room is asked; gives back what the room refuses
    await quota.open(room_id, type)                        before a room is made

What the rooms say is the truth: places are renewed from it (`renew`), so that none is lost for longer than its lease,
whatever went wrong between taking it and giving it back.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import structlog

from node.errors import Refused
from node.features.participants.rules import PersonGone, PlaceFreed
from node.features.participants.view import Role
from node.features.quota.rules import (
    CODES,
    KINDS,
    REFUSALS_KEPT,
    Book,
    Denial,
    Limits,
    QuotaSet,
    QuotaView,
    RoomQuotaSet,
    SetRoomQuota,
    Value,
    What,
    check,
    publishes,
)
from node.features.rooms.floor import Floor
from node.features.rooms.rules import Room, RoomClosed, RoomCreated
from node.features.types.rules import SessionType
from node.ports import Actor, Claim, Event, Places, Scope, Shape

REASON_LENGTH: Final = 500

log: Final = structlog.get_logger()

Listener = Callable[[frozenset[Scope]], None]


class Store(Protocol):
    """Where the limits of the node and of types are kept."""

    async def load(self) -> dict[Scope, Value]: ...

    async def save(self, fact: QuotaSet) -> None: ...


class Quota:
    """Owner of the limits of the node and of its types. A listener of the floor."""

    def __init__(self, floor: Floor, places: Places, store: Store, limits: Limits) -> None:
        self._floor = floor
        self._places = places
        self._store = store
        self.book = Book(limits)
        self.denials: deque[Denial] = deque(maxlen=REFUSALS_KEPT)
        self._denied = 0
        self._refused: Counter[Scope] = Counter()
        self._refused_at: dict[Scope, float] = {}
        self._tell: Listener = lambda scopes: None
        self.counted: Counter[tuple[str, str]] = Counter()
        """Refusals since the start, by (kind of scope, code)."""
        floor.listen(self)

    @property
    def limits(self) -> Limits:
        """What the configuration says."""
        return self.book.limits

    def tell(self, listener: Listener) -> None:
        """`listener` hears which limits, or uses, have changed; on the loop, and must not block."""
        self._tell = listener

    async def load(self) -> None:
        """What operators set before this process started."""
        for scope, value in (await self._store.load()).items():
            if scope in self.book.scopes():  # a type may be gone since
                self.book.restore(scope, value)

    # ------------------------------------------------------------ lending

    async def enter(self, room: Room, participant: str, role: Role, client: Shape) -> None:
        """A place for somebody who asks for one, or one more (a publisher's) for somebody who has become a host.

        Raises:
            Refused: NODE_FULL, TYPE_FULL, ROOM_FULL, PUBLISHERS_FULL.
        """
        claims = self.book.place(room.id, room.type, publisher=publishes(room.type, role, client))
        try:
            await self._places.take(participant, claims, self._floor.clock.now())
        except Refused as refused:
            self.denied(refused, room.id, room.type)
            raise
        self._tell(_scopes(claims))

    def leave(self, room: Room, participant: str) -> None:
        """The place is free, at once. Harmless when it was already."""
        self._places.give_back(participant)
        self._tell(self._around(room))

    def settle(self, room: Room, participant: str) -> None:
        """They have the places of what they are now, and no other: after something that asked for more was refused, or
        after they lost a right."""
        person = room.people.known(participant)
        if person is None:
            self.leave(room, participant)
            return
        publisher = publishes(room.type, person.role, person.client)
        scopes = _scopes(self.book.place(room.id, room.type, publisher=publisher))
        self._places.hold(participant, scopes, self._floor.clock.now())
        self._tell(self._around(room))

    async def open(self, room_id: str, type_: SessionType) -> None:
        """
        Raises:
            Refused: ROOMS_FULL, TYPE_ROOMS_FULL.
        """
        claims = self.book.room(type_)
        try:
            await self._places.take(_room(room_id), claims, self._floor.clock.now())
        except Refused as refused:
            self.denied(refused, "", type_)
            raise
        self._tell(_scopes(claims))

    def close(self, room_id: str, type_: SessionType) -> None:
        self._places.give_back(_room(room_id))
        self._tell(_scopes(self.book.room(type_)))

    def __call__(self, room: Room, events: Sequence[Event]) -> None:
        """From the floor."""
        for event in events:
            match event:
                case PersonGone() | PlaceFreed():
                    self.leave(room, event.participant)
                case RoomCreated() | RoomQuotaSet():
                    self._tell(_of(room))
                case RoomClosed():
                    self.close(room.id, room.type)
                    self._tell(_of(room))

    def renew(self) -> None:
        """Who is there keeps the place, whatever the limits say by now; who is not, and has not given it back, loses it
        when the lease is over. Called every few seconds and after a restart."""
        now = self._floor.clock.now()
        for room in self._floor:
            self._places.hold(_room(room.id), _scopes(self.book.room(room.type)), now)
            # Two kinds of people in a room: made once, as there may be a thousand of them.
            listener, speaker = (_scopes(self.book.place(room.id, room.type, publisher=on)) for on in (False, True))
            kinds: dict[tuple[Role, Shape], frozenset[Scope]] = {}
            for person in room.people.places():
                kind = person.role, person.client
                if (scopes := kinds.get(kind)) is None:
                    scopes = kinds[kind] = speaker if publishes(room.type, *kind) else listener
                self._places.hold(person.id, scopes, now)
        if lost := self._places.expire(now):
            log.warning("places_expired", count=len(lost))
            self._tell(frozenset(self.book.scopes()))

    # ------------------------------------------------------------ refusals

    def denied(self, refused: Refused, room: str, type_: SessionType) -> None:
        """Note a refusal that a limit caused; any other is none of ours."""
        scope = _scope_of(refused, room, type_.key)
        if scope is None:
            return
        self._denied += 1
        at = self._floor.clock.now()
        self.denials.append(
            Denial(self._denied, at, refused.code, scope, refused.limit, refused.current, room, type_.key)
        )
        self._refused[scope] += 1
        self._refused_at[scope] = at
        self.counted[scope.kind, refused.code] += 1
        self._tell(frozenset({scope}))

    def figures(self) -> list[QuotaView]:
        """Without rooms, of which there may be a thousand."""
        return [self.view(scope) for scope in self.book.scopes()]

    # ------------------------------------------------------------ operators

    async def list(self, kind: str = "", name: str = "") -> list[QuotaView]:
        """Of the node, of each type, of each open room; or of one kind, of one of them."""
        views = [self.view(scope) for scope in self.book.scopes() if kind in ("", scope.kind)]
        if kind in ("", "room"):
            rooms = (room for room in self._floor if name in ("", room.id))
            views += [self.of_room(room, what) for room in rooms for what in KINDS["room"]]
        return [view for view in views if name in ("", view.scope.name)]

    async def get(self, kind: str, name: str, what: str) -> QuotaView:
        """
        Raises:
            Refused: VALUE_INVALID, ROOM_UNKNOWN, ROOM_CLOSED.
        """
        if kind == "room" and what in KINDS["room"]:
            return self.of_room(self._floor.room(name), What(what))
        scope = Scope(kind, name, what)
        self.book.check(scope)
        return self.view(scope)

    async def set(self, kind: str, name: str, what: str, limit: int, *, by: Actor, reason: str = "") -> QuotaView:
        """Holds at once, for whoever asks next; 0: back to the default. Kept when this returns.

        Raises:
            Refused: VALUE_INVALID, ROOM_UNKNOWN, ROOM_CLOSED, FENCED.
        """
        if self._floor.fenced:
            raise Refused("FENCED")
        before = await self.get(kind, name, what)
        if kind == "room":
            await self._set_room(name, What(what), limit, by, reason)
        else:
            known = self.book.value(before.scope)
            fact = self.book.set(before.scope, limit, by.id, self._floor.clock.now())
            try:
                await self._store.save(fact)
            except Exception:
                self.book.restore(before.scope, known if known.set else None)
                raise
        self._tell(frozenset({before.scope}))
        return await self.get(kind, name, what)

    async def _set_room(self, room_id: str, what: What, limit: int, by: Actor, reason: str) -> None:
        room = self._floor.room(room_id)
        most, whose = self.book.ceiling(room.type)
        check(limit, most, whose, what)
        if what is What.PEOPLE and not limit:
            limit = self.book.people_of(room.type)
        await self._floor.decide(room_id, SetRoomQuota(what, limit, by, reason[:REASON_LENGTH])).done()

    # ------------------------------------------------------------ views

    def full_rooms(self) -> int:
        """Rooms where nobody more may come in."""
        ceiling = self.book.ceiling
        return sum(len(room.people) >= min(room.door.max_participants, ceiling(room.type)[0]) for room in self._floor)

    def view(self, scope: Scope) -> QuotaView:
        value = self.book.value(scope)
        return QuotaView(
            scope,
            value.limit,
            self._fullest(scope) if scope.what == What.ROOM_PEOPLE else self._places.use(scope),
            self.book.default(scope),
            value.set_by,
            value.set,
            self._refused[scope],
            self._refused_at.get(scope, 0.0),
        )

    def of_room(self, room: Room, what: What) -> QuotaView:
        scope, door = Scope("room", room.id, what), room.door
        value = door.quotas.get(what, Value(0))
        people = what is What.PEOPLE
        return QuotaView(
            scope,
            door.max_participants if people else door.max_publishers,
            len(room.people) if people else door.publishers(),
            self.book.people_of(room.type) if people else 0,
            value.set_by,
            value.set,
            self._refused[scope],
            self._refused_at.get(scope, 0.0),
        )

    def look(self, scope: Scope) -> QuotaView | None:
        """The view of any scope that `tell` named; None: its room is gone."""
        if scope.kind != "room":
            return self.view(scope)
        room = self._floor.rooms.get(scope.name)
        return self.of_room(room, What(scope.what)) if room is not None else None

    def _fullest(self, scope: Scope) -> int:
        rooms = (room for room in self._floor if scope.kind == "node" or room.type.key == scope.name)
        return max((len(room.people) for room in rooms), default=0)

    def _around(self, room: Room) -> frozenset[Scope]:
        """Whose use may change when somebody comes or goes."""
        return _scopes(self.book.place(room.id, room.type, publisher=True))


def _of(room: Room) -> frozenset[Scope]:
    return frozenset(Scope("room", room.id, what) for what in KINDS["room"])


def _room(room_id: str) -> str:
    """A room as a holder: no participant's id has a slash."""
    return f"room/{room_id}"


def _scopes(claims: Sequence[Claim]) -> frozenset[Scope]:
    return frozenset(claim.scope for claim in claims)


def _scope_of(refused: Refused, room: str, type_: str) -> Scope | None:
    """Whose limit it was, from what the refusal says."""
    found = next((what for (_kind, what), code in CODES.items() if code == refused.code), None)
    if found is None:
        return None
    if found is What.PEOPLE and refused.code == "ROOM_FULL" and refused.set_by != "room":
        found = What.ROOM_PEOPLE
    return Scope(refused.set_by, {"room": room, "type": type_}.get(refused.set_by, ""), found)
