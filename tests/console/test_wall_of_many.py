"""D4: the wall of fifty rooms on four nodes, two operators at once, a line to a node that breaks and comes back. The
nodes' rules, services and gRPC are the real ones, with two consoles on them.

`REGIE_SEED` chooses other dice.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from console.model import Context, Key
from node.features.moderation.rules import ItemDecided
from node.features.nodes.service import Machine
from node.features.operators.rules import Role
from node.features.rooms.rules import Room
from node.ports import Actor, Event
from tests.console.desk import Console, console
from tests.console.fleet import until
from tests.rpc.house import House, house

SEED = int(os.environ.get("REGIE_SEED", "20261122"))
NODES, ROOMS, PEOPLE, SAID = 4, 50, 2, 2
ITEMS = ROOMS * PEOPLE * SAID
CUTS = 4
HOUSE = Actor("operator", "the test", "admin")


class Wire:
    """The line to a node: bytes go through until it is cut, and again when it is mended, on the same port."""

    def __init__(self, to: str) -> None:
        self._host, _, port = to.rpartition(":")
        self._to = int(port)
        self.port = 0
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """What is under way is lost, with or without having been done."""
        assert self._server is not None
        self._server.close()
        for end in [*self._ends]:
            end.transport.abort()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(self._host, self._to)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, back}
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(_pump(source, sink))
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.transport.abort()


class Seat:
    """A node as one operator's console finds it."""

    def __init__(self, name: str, place: Place, token: str) -> None:
        self.name, self.port = name, place.wire.port
        self.context = Context(name, f"localhost:{place.wire.port}", str(place.house.tls.ca), token)
        self.rooms = place.rooms


class Place:
    """A node with its rooms, and what became there of what waited."""

    def __init__(self, built: House, wire: Wire) -> None:
        self.house, self.wire = built, wire
        self.rooms: list[str] = []
        self.people: dict[str, list[str]] = {}
        self.decided: list[tuple[str, str, str, str]] = []  # (room, item, verdict, by)
        built.floor.listen(self._heard)

    def _heard(self, room: Room, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, ItemDecided):
                self.decided.append((room.id, event.item.item, event.item.verdict, event.item.decided_by))

    async def open(self, room: str) -> None:
        self.people[room] = await self.house.room(room, [f"Guest {number}" for number in range(PEOPLE)])
        await self.house.services.moderation.regulate(room, by=HOUSE, hold=True, slow_s=0)
        self.rooms.append(room)

    async def beat(self) -> None:
        while True:
            self.house.nodes.second(Machine())
            await asyncio.sleep(1.0)


@contextlib.asynccontextmanager
async def places(folder: Path) -> AsyncIterator[list[Place]]:
    async with contextlib.AsyncExitStack() as stack:
        built: list[Place] = []
        for number in range(NODES):
            (folder / str(number)).mkdir()
            one = await stack.enter_async_context(house(folder / str(number)))
            assert one.server is not None
            wire = Wire(one.server.address)
            await wire.mend()
            stack.push_async_callback(wire.cut)
            built.append(Place(one, wire))
        for number in range(ROOMS):
            await built[number % NODES].open(f"room-{number:02d}")
        yield built


class Day:
    """What is said, what breaks, and who does what about it."""

    def __init__(self, built: list[Place], rng: random.Random) -> None:
        self.places, self.rng = built, rng
        self.posted: list[tuple[int, str, str]] = []  # (place, room, text)
        self.told: dict[str, set[str]] = {"olga": set(), "igor": set()}  # what each was told to be done
        self.refused: Counter[str] = Counter()

    @property
    def decided(self) -> int:
        return sum(len(place.decided) for place in self.places)

    @property
    def over(self) -> bool:
        return self.decided >= ITEMS

    async def talks(self) -> None:
        """Everybody says what they have to say, in any order, while the operators are at work."""
        said = [
            (at, room, person, f"{room} {person} says {number}")
            for at, place in enumerate(self.places)
            for room, people in place.people.items()
            for person in people
            for number in range(SAID)
        ]
        self.rng.shuffle(said)
        for number, (at, room, person, text) in enumerate(said):
            assert self.places[at].house.chat.post(room, person, text) is None, "it waits for a moderator"
            self.posted.append((at, room, text))
            if number >= ITEMS // 3:
                await until(lambda said=number: said - self.decided <= ITEMS // 3, 120)  # no flood: a day

    async def breaks(self) -> None:
        """One line after the other, at any moment; the node goes on meanwhile."""
        for number in range(CUTS):
            await self._until(ITEMS * (number + 1) // (CUTS + 2))
            place = self.rng.choice(self.places)
            await place.wire.cut()
            await self._until(min(ITEMS, self.decided + 20))
            await place.wire.mend()

    async def _until(self, decided: int) -> None:
        """As many are decided, or nothing more can be while the line is cut."""
        last, still = -1, 0
        while self.decided < decided and still < 100:
            still = 0 if self.decided != last else still + 1
            last = self.decided
            await asyncio.sleep(0.02)

    async def works(self, name: str, token: dict[int, str], rng: random.Random) -> None:
        """Looks at what is near the top, where the other one looks too, and presses keys."""
        seats: list[Any] = [Seat(f"n{at}", place, token[at]) for at, place in enumerate(self.places)]
        async with console(*seats, size=(118, 30)) as c:
            await c.press("4")
            table = c.desk.wall_pane.table
            while not self.over:
                mine = [key for key in table.order if self._may(c, key, name)]
                if not mine:
                    await asyncio.sleep(0.02)
                    continue
                table.point_at(rng.choice(mine[:6]))
                await c.heard()
                await self._presses(c, name, rng.choice("aaddac"))
            await c.waits(lambda: not [t for t in c.store.tasks.rows.values() if not t.gone_at], "an empty wall")

    def _may(self, c: Console, key: Key, name: str) -> bool:
        task = c.store.tasks.rows.get(key)
        return task is not None and task.kind == "held" and not task.gone_at and task.claimed_by in ("", name)

    async def _presses(self, c: Console, name: str, key: str) -> None:
        before = c.desk.operations.outcomes
        await c.press(key)
        await c.settle()
        outcome = c.desk.operations.outcomes
        if outcome is before:
            return  # it went, or it is the other's: nothing was asked
        for target, why in outcome.results:
            if why:
                self.refused[why.split("]")[0]] += 1
            elif key != "c":
                self.told[name].add(target)


@pytest.mark.timeout(400)
async def test_two_operators_never_act_twice_and_nothing_is_lost(tmp_path: Path) -> None:
    """R182, R185. 200 messages wait in 50 rooms on 4 nodes while two operators claim, approve and decline."""
    rng = random.Random(SEED)
    async with places(tmp_path) as built:
        day = Day(built, rng)
        tokens: dict[str, dict[int, str]] = {name: {} for name in day.told}
        for at, place in enumerate(built):
            for name in tokens:
                _, tokens[name][at] = await place.house.operators.create(name, Role.MODERATOR)
        beats = [asyncio.create_task(place.beat()) for place in built]
        try:
            work = [day.works(name, tokens[name], random.Random(rng.random())) for name in tokens]
            await asyncio.gather(day.talks(), day.breaks(), *work)
        finally:
            for beat in beats:
                beat.cancel()
            await asyncio.gather(*beats, return_exceptions=True)

        assert len(day.posted) == ITEMS
        ends = [(at, room, item) for at, place in enumerate(built) for room, item, _, _ in place.decided]
        assert Counter(ends).most_common(1)[0][1] == 1 and len(ends) == ITEMS, f"seed {SEED}"
        by = {
            f"n{at} › {room} › held › {item}": who
            for at, place in enumerate(built)
            for room, item, _, who in place.decided
        }
        for name, done in day.told.items():
            # The same key twice on a row that lingers is one decision for the node, and both times it says so.
            assert {by[target] for target in done} == {name}, f"seed {SEED}: told of what the other did"
        for place in built:
            assert place.house.services.moderation.items(None) == []
            for room in place.rooms:
                approved = [verdict for of, _, verdict, _ in place.decided if of == room].count("approve")
                assert len(place.house.floor.room(room).chat.view()) == approved
