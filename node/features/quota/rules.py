"""Quotas: how many people, publishers and rooms at once, in a room, in all rooms of a type, on the node. Pure.

Of those that apply to a join the smallest holds, and the refusal says whose it was. What counts:

    people       places: who is in, who negotiates, and who may come back
    publishers   those of them who may send sound or pictures, by their role in the type of their room
    rooms        open ones
    room_people  the most that any one room may have: of the node, of a type (R163)

A limit is a number of the configuration or of the table of types until an operator sets another; `Book` knows both. A
lower one throws nobody out: it refuses until enough have left. `Leases` counts.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from node.errors import Refused
from node.features.participants.view import Role
from node.features.types.rules import RIGHT_OF, TYPES, SessionType
from node.ports import Actor, Claim, Fact, Scope, Shape

TICKET_HOURS_MAX: Final = 24 * 366
MOST: Final = 1_000_000
LEASE_S: Final = 30.0
REFUSALS_KEPT: Final = 200

Count = Annotated[int, Meta(ge=1)]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the configuration allows. `room_participants`: of a room that is created without a number (R099);
    `room_participants_max`: the most that can be asked for; `empty_room_s`: how long an empty one waits (R168)."""

    room_participants: Count = 100
    room_participants_max: Count = 1000
    node_participants: Count = 2000
    rooms: Count = 1000
    ticket_hours: Annotated[int, Meta(ge=1, le=TICKET_HOURS_MAX)] = 168
    empty_room_s: Annotated[int, Meta(ge=1, le=3600)] = 60


class What(enum.StrEnum):
    PEOPLE = "people"
    PUBLISHERS = "publishers"
    ROOMS = "rooms"
    ROOM_PEOPLE = "room_people"


KINDS: Final[dict[str, tuple[What, ...]]] = {
    "node": (What.PEOPLE, What.PUBLISHERS, What.ROOMS, What.ROOM_PEOPLE),
    "type": (What.PEOPLE, What.PUBLISHERS, What.ROOMS, What.ROOM_PEOPLE),
    "room": (What.PEOPLE, What.PUBLISHERS),
}
"""What can be limited where."""

CODES: Final = {
    ("node", What.PEOPLE): "NODE_FULL",
    ("type", What.PEOPLE): "TYPE_FULL",
    ("room", What.PEOPLE): "ROOM_FULL",
    ("node", What.ROOMS): "ROOMS_FULL",
    ("type", What.ROOMS): "TYPE_ROOMS_FULL",
    ("node", What.PUBLISHERS): "PUBLISHERS_FULL",
    ("type", What.PUBLISHERS): "PUBLISHERS_FULL",
    ("room", What.PUBLISHERS): "PUBLISHERS_FULL",
}
"""How each limit refuses. `room_people` refuses as the room does."""


class Value(msgspec.Struct, frozen=True):
    """A limit, 0: none. `set_by`: an operator's name, or "" while it is what the configuration or the type says; `set`:
    seconds since the epoch."""

    limit: int
    set_by: str = ""
    set: float = 0.0


class QuotaSet(msgspec.Struct, frozen=True):
    """A limit of the node or of a type. `limit` None: back to the default."""

    scope: Scope
    limit: int | None
    by: str
    at: float


class SetRoomQuota(msgspec.Struct, frozen=True):
    """Asked of a room: `limit` people or publishers. The service has looked whether it is possible."""

    what: What
    limit: int
    by: Actor
    reason: str = ""


class RoomQuotaSet(Fact, frozen=True):
    """`max_participants`: the room's, after it."""

    room: str
    what: What
    limit: int
    max_participants: int
    by: str
    at: float


class QuotaView(msgspec.Struct, frozen=True):
    """A limit and its use. `limit` 0: none; `default`: what it would be if no operator had set it; `refused`: how
    often it said no since the node started, `last_refused` when last (seconds since the epoch, 0: never)."""

    scope: Scope
    limit: int
    use: int
    default: int
    set_by: str = ""
    set: float = 0.0
    refused: int = 0
    last_refused: float = 0.0


class Denial(msgspec.Struct, frozen=True):
    """A limit said no. Nobody's name is in it. `number` rises; `room`: where it happened, "" if nowhere yet."""

    number: int
    at: float
    code: str
    scope: Scope
    limit: str
    current: str
    room: str
    type: str


def publishes(type_: SessionType, role: Role, client: Shape) -> bool:
    """Whether such a person may send anything, and so counts as a publisher."""
    return client is not Shape.WHEP and any(type_.may(role, right) for right in RIGHT_OF.values())


# ---------------------------------------------------------------- counting


NOTHING: Final[frozenset[Scope]] = frozenset()


class Leases:
    """Who holds which places, and until when. The counter of one process."""

    def __init__(self) -> None:
        self._held: dict[str, frozenset[Scope]] = {}
        self._until: dict[str, float] = {}
        self._use: Counter[Scope] = Counter()

    def use(self, scope: Scope) -> int:
        return self._use[scope]

    def take(self, holder: str, claims: Sequence[Claim], now: float) -> None:
        """
        Raises:
            Refused: the code of the first claim that is not to be had; nothing is taken then.
        """
        mine = self._held.get(holder, frozenset())
        for claim in claims:
            taken = self._use[claim.scope]
            if claim.limit and claim.scope not in mine and taken >= claim.limit:
                raise Refused(claim.code, limit=claim.limit, current=taken, set_by=claim.set_by)
        self.hold(holder, mine.union(claim.scope for claim in claims), now)

    def hold(self, holder: str, scopes: frozenset[Scope], now: float) -> None:
        self._until[holder] = now + LEASE_S
        before = self._held.get(holder, NOTHING)
        if before is scopes or before == scopes:
            self._held[holder] = scopes  # the same object for all who have the same: looking again costs nothing
            return
        self._use.update(scopes - before)
        self._let_go(before - scopes)
        self._held[holder] = scopes

    def give_back(self, holder: str) -> None:
        self._let_go(self._held.pop(holder, frozenset()))
        self._until.pop(holder, None)

    def expire(self, now: float) -> list[str]:
        due = [holder for holder, until in self._until.items() if until <= now]
        for holder in due:
            self.give_back(holder)
        return due

    def _let_go(self, scopes: frozenset[Scope]) -> None:
        for scope in scopes:
            self._use[scope] -= 1
            if not self._use[scope]:
                del self._use[scope]


# ---------------------------------------------------------------- the limits


class Book:
    """The limits of the node and of its types; a room keeps its own."""

    def __init__(self, limits: Limits, set_: Mapping[Scope, Value] | None = None) -> None:
        self.limits = limits
        self._set: dict[Scope, Value] = dict(set_ or {})
        of_node = {
            What.PEOPLE: limits.node_participants,
            What.ROOMS: limits.rooms,
            What.ROOM_PEOPLE: limits.room_participants_max,
        }
        self._defaults = {Scope("node", "", what): Value(of_node.get(what, 0)) for what in KINDS["node"]}
        for key, row in TYPES.items():
            for what in KINDS["type"]:
                self._defaults[Scope("type", key, what)] = Value(row.max_people if what is What.ROOM_PEOPLE else 0)

    def scopes(self) -> Collection[Scope]:
        """Of the node, then of each type."""
        return self._defaults.keys()

    def default(self, scope: Scope) -> int:
        """What holds while no operator has set another. 0: no limit."""
        return self._defaults[scope].limit

    def value(self, scope: Scope) -> Value:
        return self._set.get(scope) or self._defaults[scope]

    def range(self, scope: Scope) -> tuple[int, str]:
        """The most that an operator may set, and whose word that is: what a type says of its rooms holds (R163)."""
        if scope.what == What.ROOM_PEOPLE and scope.kind == "type" and (most := TYPES[scope.name].max_people):
            return most, "type"
        return MOST, "node"

    def set(self, scope: Scope, limit: int, by: str, now: float) -> QuotaSet:
        """0: back to the default.

        Raises:
            Refused: VALUE_INVALID.
        """
        self.check(scope)
        most, whose = self.range(scope)
        check(limit, most, whose, scope.what)
        self.restore(scope, Value(limit, by, now) if limit else None)
        return QuotaSet(scope, limit or None, by, now)

    def check(self, scope: Scope) -> None:
        """
        Raises:
            Refused: VALUE_INVALID, when nothing of the kind can be limited.
        """
        if scope not in self._defaults:
            known = " ".join(f"{kind}:{'|'.join(what)}" for kind, what in KINDS.items())
            raise Refused("VALUE_INVALID", limit=known, current=f"{scope.kind} {scope.name} {scope.what}"[:64])

    def restore(self, scope: Scope, value: Value | None) -> None:
        if value is None:
            self._set.pop(scope, None)
        else:
            self._set[scope] = value

    # ------------------------------------------------------------ what a join and a new room ask for

    def ceiling(self, type_: SessionType) -> tuple[int, str]:
        """The most people that a room of this type may have, and whose limit that is (T2)."""
        of_type = self.value(Scope("type", type_.key, What.ROOM_PEOPLE)).limit
        of_node = self.value(Scope("node", "", What.ROOM_PEOPLE)).limit
        return (of_type, "type") if of_type and of_type <= of_node else (of_node, "node")

    def people_of(self, type_: SessionType, asked: int = 0) -> int:
        """How many people a new room has.

        Raises:
            Refused: VALUE_INVALID.
        """
        most, whose = self.ceiling(type_)
        people = asked or min(type_.default_people or self.limits.room_participants, most)
        check(people, most, whose, "max_participants", least=1)
        return people

    def place(self, room: str, type_: SessionType, *, publisher: bool) -> list[Claim]:
        """What somebody needs who comes into this room. The room's own limits are the room's."""
        most, whose = self.ceiling(type_)
        claims = [
            Claim(Scope("room", room, What.PEOPLE), most, "ROOM_FULL", whose),
            self._claim("type", type_.key, What.PEOPLE),
            self._claim("node", "", What.PEOPLE),
        ]
        if publisher:
            claims.append(Claim(Scope("room", room, What.PUBLISHERS), 0, "PUBLISHERS_FULL", "room"))
            claims.append(self._claim("type", type_.key, What.PUBLISHERS))
            claims.append(self._claim("node", "", What.PUBLISHERS))
        return claims

    def room(self, type_: SessionType) -> list[Claim]:
        """What a new room needs."""
        return [self._claim("type", type_.key, What.ROOMS), self._claim("node", "", What.ROOMS)]

    def _claim(self, kind: str, name: str, what: What) -> Claim:
        scope = Scope(kind, name, what)
        return Claim(scope, self.value(scope).limit, CODES[kind, what], kind)


def check(limit: int, most: int, whose: str, what: str, *, least: int = 0) -> None:
    """
    Raises:
        Refused: VALUE_INVALID.
    """
    if not least <= limit <= most:
        raise Refused("VALUE_INVALID", limit=f"{least} … {most}", current=f"{what} = {limit}", set_by=whose)
