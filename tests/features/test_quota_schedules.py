"""D1 on one node: a thousand seeded schedules of joins that negotiate at the same time, failures, crashes, departures,
new and closed rooms, and changes of limits. No cap of a room, a type or the node is ever exceeded by one; a refusal is
true when it is given, and names the limit, its value and the use; no place is lost for longer than its lease (R098,
R099, R163)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest

from node.errors import Refused
from node.features.access.rules import Issue, Link
from node.features.join.service import Join, JoinRequest
from node.features.participants.rules import LEASE_S, NEGOTIATION_S, Leave, MediaConnected, MediaLost, Role
from node.features.quota.counter import LocalPlaces
from node.features.quota.rules import LEASE_S as PLACE_S
from node.features.quota.rules import Limits, QuotaSet, Value, publishes
from node.features.quota.service import Quota
from node.features.rooms.floor import Floor, digest
from node.features.rooms.rules import Room
from node.features.rooms.service import Rooms
from node.ports import Actor, Fact, Held, Opened, Scope, Shape, Source, Tap
from tests.features.stage import NOON, negotiated

SCHEDULES = 1000
STEPS = 16
BY = Actor("operator", "olga", "operator")
TYPES = ("meeting", "conference", "webinar")
FULL = {"ROOM_FULL", "TYPE_FULL", "NODE_FULL", "PUBLISHERS_FULL"}
OTHER = {"SDP_INVALID", "SESSION_UNKNOWN", "ROOM_CLOSED", "ROOM_UNKNOWN", "ROOM_NOT_STARTED"}


class Clock:
    time = NOON

    def now(self) -> float:
        return self.time


class Media:
    """Negotiations that last until they are told how they end."""

    def __init__(self) -> None:
        self.gates: list[asyncio.Future[bool]] = []

    async def open(
        self, *, room: str, transport: str, offer: str, shape: Shape, label: bytes, muted: frozenset[Source]
    ) -> Opened:
        gate: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.gates.append(gate)
        if not await gate:
            raise Refused("SDP_INVALID", current="no")
        tracks, slots = negotiated(transport, shape, 1)
        return Opened(transport, "v=0", tracks, slots)

    def subscribe(self, listener: Any) -> None: ...
    async def restart(self, transport: str, offer: str) -> str:
        return ""

    async def close(self, transport: str) -> None: ...
    async def close_room(self, room: str) -> None: ...
    async def mute(self, changes: Any) -> None: ...
    async def assign(self, changes: Any) -> None: ...
    async def size(self, changes: Any) -> None: ...

    records = False

    async def tap(self, changes: Any) -> None: ...
    async def taps(self) -> list[Tap]:
        return []

    async def limit(self, cap: Any) -> None: ...
    async def held(self) -> list[Held]:
        return []


class Ledger:
    healthy = True

    def note(self, facts: Sequence[Fact]) -> Any:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def closed_rooms(self, limit: int) -> list[Any]:
        return []

    async def closed_room(self, room: str) -> None:
        await asyncio.sleep(0)  # the database: others are asked meanwhile


class Shelf:
    async def load(self) -> dict[Scope, Value]:
        return {}

    async def save(self, fact: QuotaSet) -> None: ...


class World:
    """A node, and what happens on it in one schedule."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        limits = Limits(room_participants=4, room_participants_max=6, node_participants=9, rooms=3)
        self.clock, self.media = Clock(), Media()
        self.floor = Floor(media=self.media, ledger=Ledger(), clock=self.clock, node="n")
        self.quota = Quota(self.floor, LocalPlaces(), Shelf(), limits)
        self.rooms = Rooms(self.floor, Ledger(), self.quota, lambda: "http://n")
        self.join = Join(self.floor, self.quota)
        self.asked: list[asyncio.Task[None]] = []
        self.peak: dict[Scope, int] = {}
        """What each scope held after the last step: a limit that was lowered below it throws nobody out."""

    async def run(self) -> None:
        steps = (self.make, self.knock, self.knock, self.knock, self.end, self.end, self.connect, self.crash)
        rare = (self.leave, self.leave, self.limit, self.close, self.wait, self.renew)
        await self.make()
        for _ in range(STEPS):
            await self.chance.choice(steps + rare)()
            for _turn in range(3):
                await asyncio.sleep(0)
            self.check()
        await self.over()

    # ------------------------------------------------------------ what must be true

    def use(self) -> dict[Scope, int]:
        """Counted from the rooms themselves, in the simplest way."""
        use: dict[Scope, int] = {}
        for room in self.floor:
            scopes = [Scope("node", "", "rooms"), Scope("type", room.type.key, "rooms")]
            for person in room.people.places():
                for what in ("people", "publishers"):
                    if what == "people" or publishes(room.type, person.role, person.client):
                        at = (("node", ""), ("type", room.type.key), ("room", room.id))
                        scopes += [Scope(kind, name, what) for kind, name in at]
            for scope in scopes:
                use[scope] = use.get(scope, 0) + 1
        return use

    def limit_of(self, scope: Scope) -> int:
        """The smallest that holds; 0: none."""
        book = self.quota.book
        if scope.kind != "room":
            return book.value(scope).limit
        room = self.floor.rooms[scope.name]
        if scope.what == "publishers":
            return room.door.max_publishers
        return min(room.door.max_participants, book.ceiling(room.type)[0])

    def value_of(self, scope: Scope, room: Room) -> int:
        """Of the limit that a refusal named."""
        door = {"people": room.door.max_participants, "publishers": room.door.max_publishers}
        return door[scope.what] if scope.kind == "room" else self.quota.book.value(scope).limit

    def check(self) -> None:
        use = self.use()
        for scope, taken in use.items():
            limit = self.limit_of(scope)
            assert not limit or taken <= max(limit, self.peak.get(scope, 0)), (scope, taken, limit)
            counted = self.quota.look(scope)
            assert counted is not None and counted.use >= taken, (scope, counted, taken)
        self.peak = use

    # ------------------------------------------------------------ steps

    async def make(self) -> None:
        """Two rooms at once, where there may be place for one."""
        asked = [self.rooms.create(title="A", type=self.chance.choice(TYPES), by=BY) for _ in range(2)]
        for answer in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(answer, Refused):
                assert answer.code in ("ROOMS_FULL", "TYPE_ROOMS_FULL") and int(answer.current) >= int(answer.limit)
            elif isinstance(answer, BaseException):
                raise answer

    async def knock(self) -> None:
        """Several at once, who do not wait for one another."""
        if not self.floor.rooms:
            return
        for _ in range(self.chance.randint(1, 4)):
            room = self.chance.choice(list(self.floor))
            role = self.chance.choice(list(room.type.roles))
            ticket = f"{room.id} {role}"
            self.floor.decide(room.id, Issue((Link(digest(ticket), role, self.clock.time + 1e6),)))
            self.asked.append(asyncio.create_task(self.come_in(room, ticket, role)))

    async def come_in(self, room: Room, ticket: str, role: Role) -> None:
        try:
            await self.join.join(room.id, ticket, JoinRequest("Amina", "v=0"))
        except Refused as refused:
            if refused.code not in FULL:
                assert refused.code in OTHER, refused.code
                return
            denial = self.quota.denials[-1]
            assert (denial.code, denial.limit, denial.current) == (refused.code, refused.limit, refused.current)
            assert int(refused.current) >= int(refused.limit) == self.value_of(denial.scope, room)

    async def end(self) -> None:
        """A negotiation succeeds, fails, or its asker is cut off."""
        waiting = [gate for gate in self.media.gates if not gate.done()]
        if waiting:
            gate = self.chance.choice(waiting)
            if self.chance.random() < 0.2:
                gate.cancel()
            else:
                gate.set_result(self.chance.random() < 0.7)

    async def connect(self) -> None:
        for room, person in self.someone():
            self.floor.decide(room.id, MediaConnected(person.transport))

    async def crash(self) -> None:
        for room, person in self.someone():
            self.floor.decide(room.id, MediaLost(person.transport))

    async def leave(self) -> None:
        for room, person in self.someone():
            self.floor.decide(room.id, Leave(person.id))

    def someone(self) -> list[tuple[Room, Any]]:
        there = [(room, person) for room in self.floor for person in room.people if person.transport]
        return [self.chance.choice(there)] if there else []

    async def limit(self) -> None:
        """Up or down, also below what is used: nobody is thrown out, and nobody is let in until enough have left."""
        views = await self.quota.list()
        view = self.chance.choice(views)
        limit = self.chance.randint(0, 6)
        await self.quota.set(view.scope.kind, view.scope.name, view.scope.what, limit, by=BY)

    async def close(self) -> None:
        if self.floor.rooms and self.chance.random() < 0.3:
            await self.rooms.close(self.chance.choice(list(self.floor.rooms)), by=BY)

    async def wait(self) -> None:
        self.clock.time += self.chance.choice((1.0, 7.0, 29.0, 31.0, 61.0))
        self.floor.tick()
        self.quota.renew()

    async def renew(self) -> None:
        self.quota.renew()

    async def over(self) -> None:
        """Everybody hangs up at once, and is heard of no more: every place comes back."""
        for gate in self.media.gates:
            if not gate.done():
                gate.cancel()
        for answer in await asyncio.gather(*self.asked, return_exceptions=True):
            if isinstance(answer, Exception):
                raise answer
        for room in list(self.floor):
            for person in list(room.people):
                if person.transport:
                    self.floor.decide(room.id, MediaLost(person.transport))
        self.clock.time += max(LEASE_S, NEGOTIATION_S, PLACE_S)
        self.floor.tick()
        self.quota.renew()
        assert [scope for scope in self.use() if scope.what != "rooms"] == []
        for view in await self.quota.list():
            rooms = [room for room in self.floor if view.scope.name in ("", room.type.key)]
            assert view.use == (len(rooms) if view.scope.what == "rooms" else 0), view


@pytest.mark.timeout(300)  # some seconds of processor, on a machine that may be busy
async def test_a_thousand_schedules_on_one_node() -> None:
    for seed in range(SCHEDULES):
        try:
            await World(seed).run()
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
