"""What happens on the played nodes: people come and go, talk, write, wait; loads rise and fall. One seed, one story."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.demo.fleet.node import FakeNode
from node.demo.fleet.recordings import LIVE
from protos.participants.v1 import participants_pb2
from protos.rooms.v1 import rooms_pb2

PLACES: Final = ("par", "fra", "waw", "ams", "lon", "mad")
ROOMS: Final = (
    "town-hall", "daily", "maths-101", "ventes", "dev-talk", "accueil", "formation", "conseil", "support", "atelier",
)  # fmt: skip
FIRST: Final = (
    "Amina", "Jean-Luc", "Zoé", "Mamadou", "Françoise", "Théo", "Inès", "Hervé", "Çelik", "Élodie", "Olga", "Sofía",
    "Tomás", "Yuki", "Fatima", "Bob", "Ada", "李雷", "Noisy", "Zed",
)  # fmt: skip
LAST: Final = (
    "Benali", "Moreau", "Le Gall", "Diallo", "Nguyễn", "Lambert", "Garcia", "Petit", "Öztürk", "Martin", "Ivanova",
    "Núñez", "田中", "Zahra", "Keller", "Lovelace", "Kettle", "de La Fontaine",
)  # fmt: skip
SAID: Final = (
    "Bonjour à tous", "Can you hear me now?", "Le son coupe un peu.", "+1", "谢谢", "teşekkürler",
    "Merci pour la présentation, c’était très clair ; les diapositives seront-elles partagées ?", "👍🏽 super",
    "\x1b[31mred?\x1b[0m \x1b]52;c;aGk=\x07 [bold]markup[/bold]",
)  # fmt: skip
HELD: Final = ("buy cheap followers at spam.example", "http://courte.example/a8x2", "STOP SHARING YOUR SCREEN", "…")
STATES: Final = (
    ("recording", ""), ("finishing", "ended"), ("published", ""), ("lagging", "io"), ("verified", "ended"),
    ("failed", "nothing"), ("paused", ""), ("deleted", "retention"),
)  # fmt: skip
CHAT_SLICE_S: Final = 0.1
DENIED_EVERY: Final = 23
"""Seconds between two people who find the node full."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How large and how lively. `rooms` and `people`: of the whole fleet; `changes` and `messages`: a second."""

    rooms: int
    people: int
    changes: int = 60
    messages: int = 3
    seed: int = 7


class World:
    def __init__(self, nodes: Sequence[FakeNode], plan: Plan) -> None:
        self.nodes = list(nodes)
        self.plan = plan
        self.step = 0
        self._rng = random.Random(plan.seed)
        self._people: list[tuple[FakeNode, participants_pb2.Participant]] = []
        self._recorded: Counter[str] = Counter()  # of the calls of each node

    async def fill(self) -> None:
        """Everybody is in their room."""
        rooms = [(self.nodes[i % len(self.nodes)], i // len(self.nodes)) for i in range(self.plan.rooms)]
        for node, number in rooms:
            name = ROOMS[number % len(ROOMS)] + (f"-{number // len(ROOMS)}" if number >= len(ROOMS) else "")
            most = self._rng.choice((0, 150, 300))
            await node.open_room(name, name.replace("-", " ").title(), max_participants=most, type="webinar")
            node.rooms[name].started.FromSeconds(int(time.time()) - 60 * (3 + 7 * len(node.rooms)))
            await node.limit("room", name, "people", most or 300, 0)
        for index in range(self.plan.people):
            node, number = rooms[index % len(rooms)]
            room = list(node.rooms)[number]
            await self._come(node, room, index, host=index < len(rooms))
        for number, node in enumerate(self.nodes):
            await self._record(node, number)
            await node.limit("node", "", "people", 2 * len(node.people) + 10, len(node.people))
            self._load(node)

    async def run(self) -> None:
        """Seconds on the wall clock, and chat ten times in each."""
        while True:
            await self.second()
            until = math.floor(time.time()) + 1.0
            while (left := until - time.time()) > CHAT_SLICE_S:
                await self._talk(self.plan.messages * CHAT_SLICE_S)
                await asyncio.sleep(min(CHAT_SLICE_S, left))
            await asyncio.sleep(max(0.0, until - time.time()))

    async def second(self) -> None:
        """One second of it."""
        self.step += 1
        for node in self.nodes:
            self._load(node)
            for room in node.rooms.values():
                room.speaking, room.cameras = self._rng.randint(0, 2), room.people // 3
                room.bits_out_per_second = room.people * self._rng.randint(1_200_000, 1_600_000)
            if node.rooms:
                room = self._rng.choice(list(node.rooms.values()))
                await node.tell("room", room.room, room)
        for node, person in self._rng.sample(self._people, min(self.plan.changes, len(self._people))):
            if (person.room, person.participant) in node.people:
                await self._change(node, person)
        await self._needs()
        await self._tapes()
        for node in self.nodes:
            await self._acts(node)

    # ------------------------------------------------------------------ what changes

    async def _come(self, node: FakeNode, room: str, index: int, *, host: bool = False) -> None:
        name = f"{FIRST[index % len(FIRST)]} {LAST[index // len(FIRST) % len(LAST)]}"
        person = await node.enter(room, f"p{index:05d}", name, role="host" if host else "participant")
        self._people.append((node, person))

    async def _change(self, node: FakeNode, person: participants_pb2.Participant) -> None:
        person.speaking = self._rng.random() < 0.1
        person.level = self._rng.randint(12, 40) if person.speaking else self._rng.randint(45, 127)
        quality = person.quality
        quality.loss_percent = abs(self._rng.gauss(0, 2.5))
        quality.rtt_ms = self._rng.uniform(15, 240)
        bad, grades = quality.loss_percent, participants_pb2.Quality
        quality.grade = grades.GRADE_GOOD if bad < 2 else grades.GRADE_FAIR if bad < 8 else grades.GRADE_POOR
        quality.cause = grades.CAUSE_UNSPECIFIED if bad < 2 else grades.CAUSE_NETWORK_DOWN
        await node.changed(person)

    async def _talk(self, count: float) -> None:
        """So many messages, in the first room of the first node the most: a large room is what chat is about."""
        whole = int(count) + (self._rng.random() < count % 1)
        for _ in range(whole):
            node = self.nodes[0] if self.plan.messages > 20 else self._rng.choice(self.nodes)
            rooms = [room.room for room in node.rooms.values() if room.state == rooms_pb2.Room.STATE_OPEN]
            if rooms:
                name = f"{self._rng.choice(FIRST)} {self._rng.choice(LAST)}"
                await node.say(rooms[0], name, self._rng.choice(SAID))
                del node.messages[:-2000]

    async def _needs(self) -> None:
        """Now and then something needs a person: a message is held, a hand goes up, somebody knocks, nobody looks."""
        node = self._rng.choice(self.nodes)
        open_rooms = [room for room in node.rooms.values() if room.state == rooms_pb2.Room.STATE_OPEN]
        if not open_rooms:
            return
        room = self._rng.choice(open_rooms)
        match self.step % 7:
            case 0:
                await node.hold(room.room, self._rng.choice(FIRST), self._rng.choice(HELD), why="link")
            case 2:
                room.lobby = True
                await node.knock(room.room, f"w{self.step:05d}", self._rng.choice(FIRST))
            case 4:
                here = [person for person in node.people.values() if person.room == room.room]
                if here:
                    person = self._rng.choice(here)
                    person.hand.FromSeconds(int(time.time()))
                    await node.changed(person)
                    await node.count_queues(room.room)
            case 5:
                room.moderators_needed, room.moderators = 2, self._rng.randint(0, 2)
                room.cover = ("hold", "slow", "covered")[room.moderators]
                await node.tell("room", room.room, room)
        if self.step % DENIED_EVERY == 0 and ("room", room.room, "people") in node.quotas:
            await node.deny("room", room.room, "people", "ROOM_FULL", room=room.room)

    async def _acts(self, node: FakeNode) -> None:
        """What operators did is on record, as a node has it."""
        acts = node.calls[self._recorded[node.name] :]
        self._recorded[node.name] += len(acts)
        for method, request in acts:
            package = type(request).DESCRIPTOR.file.package  # regie.mute.v1
            service = f"{package.split('.')[1].capitalize()}Service"
            named = {word: str(getattr(request, word, "")) for word in ("room", "participant", "recording", "message")}
            await node.record(
                "anna",
                f"{package.removeprefix('regie.')}.{service}/{method}",
                at=int(time.time()),
                role=node.role,
                targets={word: value for word, value in named.items() if value},
                reason=getattr(request, "reason", ""),
                request_id=request.request_id,
            )

    async def _record(self, node: FakeNode, number: int) -> None:
        """What runs there, and what became of what ran before."""
        rooms, now = list(node.rooms), int(time.time())
        node.recorder.minutes_limit, node.recorder.bytes_limit = 6000, 400_000_000_000
        for at, (state, why) in enumerate(STATES[number % len(STATES) :] + STATES[: number % len(STATES)]):
            if at >= len(rooms) + 2:
                break
            seconds = self._rng.randint(300, 5400)
            tape = await node.tape(
                rooms[at % len(rooms)],
                f"{self._rng.getrandbits(128):032x}",
                state,
                why=why,
                seconds=seconds,
                bytes=seconds * 190_000,
                streams=self._rng.randint(2, 9),
                by=self._rng.choice(("anna", "bruno", "chloé")),
            )
            tape.started.FromSeconds(now - seconds if state in LIVE else now - 86_400 * at - seconds)

    async def _tapes(self) -> None:
        """What is recorded grows; what is being made into files gets there."""
        for node in self.nodes:
            for tape in node.recordings.values():
                if tape.state in ("recording", "lagging"):
                    tape.seconds += 1
                    tape.bytes += self._rng.randint(150_000, 220_000)
                    tape.late_ms = self._rng.randint(80, 400) + (3200 if tape.state == "lagging" else 0)
                elif tape.state == "finishing":
                    tape.progress = min(1.0, tape.progress + 0.02)
                    tape.state = "verified" if tape.progress >= 1.0 else "finishing"
                else:
                    continue
                node.recorder.free_bytes -= 200_000
                await node.told_of(tape)

    def _load(self, node: FakeNode) -> None:
        """Cold in the morning, hot on one node: what a machine would say of so many people."""
        number = self.nodes.index(node)
        if node.dated:
            node.version = f"{time.monotonic():.3f}s"
        wave = 30 * math.sin(self.step / 20 + number) + self._rng.uniform(0, 12)
        load = node.load
        load.cpu_percent = min(99.0, max(3.0, 40 + wave + (40 if number == 2 else 0)))
        load.packets_out_per_second = len(node.people) * self._rng.randint(800, 1200)
        load.packets_in_per_second = load.packets_out_per_second // 8
        load.bits_out_per_second = load.packets_out_per_second * 8_000
        load.bits_in_per_second = load.packets_in_per_second * 8_000
        load.loss_percent = self._rng.uniform(0, 0.6) + (3.0 if number == 4 else 0.0)
        load.lag_p99_ms = self._rng.uniform(0.2, 2.0)
        load.control_lag_p99_ms = self._rng.uniform(0.5, 5.0)
        load.nacks_per_second = load.loss_percent * load.packets_out_per_second / 100
        load.plane_cpu_percent, load.control_cpu_percent = load.cpu_percent * 0.7, load.cpu_percent * 0.2
        load.plane_resident_bytes, load.control_resident_bytes = 90_000_000, 140_000_000


def names(count: int) -> list[str]:
    """par-01, fra-01 … as many as are asked for."""
    return [f"{PLACES[i % len(PLACES)]}-{i // len(PLACES) + 1:02d}" for i in range(count)]
