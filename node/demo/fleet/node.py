"""A node that is played: a real grpc.aio server over TLS that implements the contracts with a state of its own."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import grpc
import grpc.aio

from node.demo.fleet.authority import Authority
from node.demo.fleet.recordings import LIVE
from node.demo.fleet.servicer import serve
from protos.audit.v1 import audit_pb2
from protos.chat.v1 import chat_pb2
from protos.common.v1 import common_pb2
from protos.flags.v1 import flags_pb2
from protos.lobby.v1 import lobby_pb2
from protos.moderation.v1 import moderation_pb2
from protos.nodes.v1 import nodes_pb2
from protos.participants.v1 import participants_pb2
from protos.quality.v1 import quality_pb2
from protos.quota.v1 import quota_pb2
from protos.rates.v1 import rates_pb2
from protos.recordings.v1 import recordings_pb2
from protos.rooms.v1 import rooms_pb2

NOON: Final = 1_795_262_400
"""2026-11-21 12:00:00 UTC: when everything began."""
KEPT: Final = 20_000
"""Changes to resume from."""


class FakeNode:
    """One node. `tick`: seconds between heartbeats; `gather`: for how long changes are gathered before they are told;
    `wall`: by which a drain is timed, Unix seconds.

    A script says what happens (`enter`, `say`, `stop`, `freeze` …) and looks at what was asked (`calls`).
    """

    def __init__(
        self,
        name: str,
        authority: Authority,
        *,
        tick: float = 0.05,
        role: str = "admin",
        gather: float = 0.0,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.wall = wall
        self.authority = authority
        self.tick = tick
        self.gather = gather
        self.token = secrets.token_urlsafe(8)
        self.role = role
        self.port = 0
        self.rooms: dict[str, rooms_pb2.Room] = {}
        self.people: dict[tuple[str, str], participants_pb2.Participant] = {}
        self.messages: list[chat_pb2.Message] = []
        self.details: dict[str, quality_pb2.GetQualityResponse] = {}
        self.caps: dict[tuple[str, str], rates_pb2.Cap] = {}
        self.quotas: dict[tuple[str, str, str], quota_pb2.Quota] = {}
        self.denials: list[quota_pb2.Denial] = []
        self.records: list[audit_pb2.Record] = []
        self.items: dict[tuple[str, str], moderation_pb2.Item] = {}
        self.bans: dict[tuple[str, str], participants_pb2.Participant] = {}
        self.waiters: dict[tuple[str, str], lobby_pb2.Waiter] = {}
        self.settings: dict[str, moderation_pb2.Settings] = {}
        self.flags: dict[str, flags_pb2.Flags] = {}
        self.recordings: dict[str, recordings_pb2.Recording] = {}
        self.replays: dict[str, recordings_pb2.Replay] = {}  # what their pages say
        self.damaged: dict[str, list[str]] = {}  # recording → files that are not what they were
        self.recorder = recordings_pb2.Recorder(
            available=True, free_bytes=412_000_000_000, workers=1, workers_free=1, recorders=20, recorders_free=20
        )
        self.version = "0.1.0"
        self.dated = False  # the version says when the figures were taken: `time.monotonic()`
        self.drain: nodes_pb2.Drain | None = None
        self.broken: tuple[int, str] = (0, "")  # of the chain of records
        self.removed: tuple[int, float] = (0, 0.0)  # of the first so many; when the first was made that is kept
        self.plane_restarts = 0
        self.load = nodes_pb2.Load(cpu_percent=40.0, packets_out_per_second=12_000, bits_out_per_second=60_000_000)
        self.calls: list[tuple[str, Any]] = []
        self.refuse: dict[str, tuple[grpc.StatusCode, common_pb2.Refusal | None]] = {}
        self.delay: dict[str, float] = {}
        self.streams: dict[str, int] = {}
        self.resumed: list[tuple[str, str]] = []
        self._log: deque[tuple[str, str, Any]] = deque(maxlen=KEPT)  # (topic, room, message or id gone)
        self._first = 0  # position of the oldest that is kept
        self._news: dict[str, asyncio.Event] = {}
        self._frozen = False
        self._ends: dict[tuple[str, str], asyncio.Task[None]] = {}  # of restraints
        self._server: grpc.aio.Server | None = None
        self.seen: dict[str, Any] = {}

    # ------------------------------------------------------------------ life

    async def start(self) -> None:
        """Listen; the second time on the same port."""
        server = grpc.aio.server(options=[("grpc.http2.min_recv_ping_interval_without_data_ms", 1000)])
        serve(self, server)
        self.port = server.add_secure_port(f"127.0.0.1:{self.port}", self.authority.credentials)
        await server.start()
        self._server = server

    async def stop(self) -> None:
        for end in self._ends.values():
            end.cancel()
        self._ends.clear()
        if self._server is not None:
            await self._server.stop(0)
            self._server = None

    def freeze(self, frozen: bool = True) -> None:
        """Say nothing more on any stream, without closing it."""
        self._frozen = frozen

    # ------------------------------------------------------------------ the script

    async def open_room(self, room: str, title: str = "", **values: Any) -> None:
        self.rooms[room] = rooms_pb2.Room(
            room=room, title=title or room, state=rooms_pb2.Room.STATE_OPEN, node=self.name, **values
        )
        self.rooms[room].created.FromSeconds(NOON - 3600)
        self.rooms[room].opened.FromSeconds(NOON - 2400)
        await self.tell("room", room, self.rooms[room])

    async def enter(self, room: str, participant: str, name: str, **values: Any) -> participants_pb2.Participant:
        person = participants_pb2.Participant(
            participant=participant,
            room=room,
            name=name,
            role=values.pop("role", "participant"),
            client=values.pop("client", participants_pb2.Participant.CLIENT_PAGE),
            state=values.pop("state", participants_pb2.Participant.STATE_HERE),
            tracks=values.pop(
                "tracks",
                [
                    participants_pb2.Track(source="microphone", on=True),
                    participants_pb2.Track(source="camera", on=True, bits_per_second=900_000),
                ],
            ),
            level=values.pop("level", 127),
            quality=values.pop(
                "quality",
                participants_pb2.Quality(
                    loss_percent=0.2,
                    rtt_ms=31,
                    bits_per_second=1_400_000,
                    grade=participants_pb2.Quality.GRADE_GOOD,
                ),
            ),
            **values,
        )
        person.joined.FromSeconds(NOON - 600)
        self.people[room, participant] = person
        await self.changed(person)
        await self._count(room)
        return person

    async def changed(self, person: participants_pb2.Participant) -> None:
        await self.tell("person", person.room, person)

    async def leave(self, room: str, participant: str) -> None:
        del self.people[room, participant]
        await self.tell("person", room, participant)
        await self._count(room)

    async def close(self, room: str) -> None:
        self.rooms[room].state = rooms_pb2.Room.STATE_CLOSED
        for key in [key for key in self.people if key[0] == room]:
            await self.leave(*key)
        await self.tell("room", room, room)

    async def restrain(self, key: tuple[str, str], how: str, for_s: int = 0) -> None:
        """In the chat, of (room, participant); it ends by itself after `for_s`, unless that is 0."""
        person = self.people[key]
        person.restraint = how
        person.ClearField("restrained_until")
        if (end := self._ends.pop(key, None)) is not None:
            end.cancel()
        if how and for_s:
            person.restrained_until.FromSeconds(int(self.wall()) + for_s)
            self._ends[key] = asyncio.create_task(self._free(key, for_s))
        await self.tell("person", key[0], person)

    async def _free(self, key: tuple[str, str], after: float) -> None:
        await asyncio.sleep(after)
        del self._ends[key]
        if key in self.people:
            await self.restrain(key, "")

    async def say(self, room: str, name: str, text: str, participant: str = "") -> chat_pb2.Message:
        number = sum(message.room == room for message in self.messages) + 1
        message = chat_pb2.Message(
            message=f"m{number:05d}", room=room, participant=participant or name, name=name, text=text
        )
        message.sent.FromSeconds(NOON + number)
        self.messages.append(message)
        await self.tell("message", room, message)
        return message

    async def hold(self, room: str, name: str, text: str, kind: str = "held", **values: Any) -> moderation_pb2.Item:
        """A message waits for a moderator: held, or reported."""
        number = len(self.items) + 1
        item = moderation_pb2.Item(item=f"i{number:05d}", room=room, kind=kind, name=name, text=text, **values)
        item.at.FromSeconds(int(time.time()))
        self.items[room, item.item] = item
        await self.tell("item", room, item)
        await self.count_queues(room)
        return item

    async def knock(self, room: str, participant: str, name: str, why: str = "lobby") -> None:
        """Somebody waits before the door."""
        waiter = lobby_pb2.Waiter(room=room, participant=participant, name=name, role="participant", why=why)
        waiter.since.FromSeconds(int(time.time()))
        self.waiters[room, participant] = waiter
        await self.tell("waiter", room, waiter)
        await self.count_queues(room)

    async def decided(self, item: moderation_pb2.Item) -> None:
        """Told with its verdict: it waits no more."""
        await self.tell("item", item.room, item)
        await self.count_queues(item.room)

    async def waits_no_more(self, room: str, participant: str) -> lobby_pb2.Waiter:
        waiter = self.waiters.pop((room, participant))
        await self.tell("waiter", room, lobby_pb2.WaiterKey(room=room, participant=participant))
        return waiter

    async def count_queues(self, room: str) -> None:
        """What the room's row says of its queues."""
        row = self.rooms[room]
        row.waiting = sum(item.room == room and not item.verdict for item in self.items.values())
        row.waiters = max(row.waiters if not self.waiters else 0, sum(key[0] == room for key in self.waiters))
        row.hands = sum(person.room == room and person.HasField("hand") for person in self.people.values())
        await self.tell("room", room, row)

    async def record(self, operator: str, method: str, outcome: str = "OK", at: int = 0, **values: Any) -> None:
        """An operator did something, or was refused. `at`: Unix seconds; 0: half a minute after the one before."""
        one = audit_pb2.Record(
            number=len(self.records) + 1, operator=operator, method=f"/regie.{method}", outcome=outcome, **values
        )
        one.at.FromSeconds(at or NOON + 30 * one.number)
        self.records.append(one)
        await self.tell("record", "", one)

    async def limit(self, scope: str, name: str, what: str, limit: int, use: int, **values: Any) -> None:
        """A limit and its use."""
        quota = quota_pb2.Quota(scope=scope, name=name, what=what, limit=limit, use=use, **values)
        quota.default = quota.default or limit
        self.quotas[scope, name, what] = quota
        await self.tell("quota", "", quota)

    async def deny(self, scope: str, name: str, what: str, code: str, room: str = "") -> None:
        """The limit says no."""
        quota = self.quotas[scope, name, what]
        said = quota_pb2.Denial(number=len(self.denials) + 1, code=code, scope=scope, name=name, what=what, room=room)
        said.limit, said.current = str(quota.limit), str(quota.use)
        said.at.FromSeconds(NOON + 60 * said.number)
        quota.refused += 1
        quota.last_refused.CopyFrom(said.at)
        self.denials.append(said)
        await self.tell("quota", "", said)
        await self.tell("quota", "", quota)

    async def tape(self, room: str, recording: str, state: str, **values: Any) -> recordings_pb2.Recording:
        """A recording of the room, in that state."""
        one = recordings_pb2.Recording(recording=recording, room=room, state=state, **values)
        one.by = one.by or "anna"
        one.started.FromSeconds(one.started.seconds or NOON - 1800)
        self.recordings[recording] = one
        await self.told_of(one)
        return one

    async def told_of(self, one: recordings_pb2.Recording) -> None:
        """It is in another state: a mark of it, the recorders that are left, and what the room's row says."""
        if not one.marks or one.marks[-1].state != one.state:
            mark = one.marks.add(state=one.state, by=one.by)
            mark.at.CopyFrom(one.started)
        running = [tape for tape in self.recordings.values() if tape.state in LIVE]
        self.recorder.running = len(running)
        self.recorder.recorders_free = max(0, self.recorder.recorders - len(running))
        kept = [tape for tape in self.recordings.values() if tape.state != "deleted"]
        self.recorder.minutes = int(sum(tape.seconds for tape in kept) // 60)
        self.recorder.bytes = sum(tape.bytes for tape in kept)
        if (room := self.rooms.get(one.room)) is not None:
            room.recording = next((tape.state for tape in running if tape.room == one.room), "")
            await self.tell("room", room.room, room)
        await self.tell("recording", one.room, one)

    async def _count(self, room: str) -> None:
        if room in self.rooms:
            self.rooms[room].people = sum(key[0] == room for key in self.people)
            await self.tell("room", room, self.rooms[room])

    async def tell(self, topic: str, room: str, what: Any) -> None:
        """Whoever follows `topic` hears of it. `what`: a message, or the id of something gone."""
        if not isinstance(what, str):
            copy = type(what)()
            copy.CopyFrom(what)
            what = copy
        if len(self._log) == self._log.maxlen:
            self._first += 1
        self._log.append((topic, room, what))
        told = self._news.pop(topic, None)
        if told is not None:
            told.set()

    # ------------------------------------------------------------------ for the servicer

    def node(self) -> nodes_pb2.Node:
        self.load.people = len(self.people)
        self.load.rooms = sum(room.state == rooms_pb2.Room.STATE_OPEN for room in self.rooms.values())
        self.load.webinars = sum(room.type == "webinar" and room.HasField("started") for room in self.rooms.values())
        node = nodes_pb2.Node(
            node=self.name,
            version=self.version,
            state=nodes_pb2.Node.STATE_OK,
            load=self.load,
            plane=nodes_pb2.Plane(instance="p", version="0.1.0", optimised=True, restarts=self.plane_restarts),
            web_url=f"https://{self.name}.example",
        )
        node.started.FromSeconds(NOON - 90_000)
        quota = self.quotas.get(("node", "", "people"))
        node.max_people = quota.limit if quota is not None else 0
        if self.drain is not None:
            node.state = nodes_pb2.Node.STATE_DRAINING
            node.drain.CopyFrom(self.drain)
            node.drain.people, node.drain.rooms = self.load.people, self.load.rooms
        return node

    async def follow(self, topic: str, room: str, token: str) -> AsyncIterator[tuple[bool, list[Any], str]]:
        """(snapshot, changes, token): the snapshot first unless `token` can be resumed; then at least each tick."""
        self.streams[topic] = self.streams.get(topic, 0) + 1
        self.resumed.append((topic, token))
        at = int(token) if token.isdecimal() else -1
        if not self._first <= at <= self._end:
            at = self._end
            yield True, [], str(at)
        beat = 0.0
        while True:
            if self._frozen:
                await asyncio.sleep(0.05)
                continue
            fresh = self._since(at, topic, room)
            at = self._end
            if fresh or time.monotonic() >= beat:
                yield False, fresh, str(at)
                beat = time.monotonic() + self._rest()
            if topic not in self._news:
                self._news[topic] = asyncio.Event()
            news = self._news[topic]
            if at != self._end:
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), max(0.001, beat - time.monotonic()))
                await asyncio.sleep(self.gather)

    @property
    def _end(self) -> int:
        return self._first + len(self._log)

    def _since(self, at: int, topic: str, room: str) -> list[Any]:
        """What changed since, each thing once and as it is now, in the order of the first change."""
        latest: dict[str, Any] = {}
        for index in range(max(0, at - self._first), len(self._log)):
            one, where, what = self._log[index]
            if one == topic and room in ("", where):
                latest[_identity(topic, where, what)] = what
        return list(latest.values())

    def _rest(self) -> float:
        """Seconds to the next heartbeat: on the wall-clock second where a tick is one, as the real node does."""
        return self.tick if self.tick < 1.0 else 1.005 - time.time() % 1.0


_IDS: Final[dict[type, Callable[[Any], str]]] = {
    chat_pb2.Message: lambda one: one.message,
    rooms_pb2.Room: lambda one: "",
    participants_pb2.Participant: lambda one: one.participant,
    moderation_pb2.Item: lambda one: one.item,
    lobby_pb2.Waiter: lambda one: one.participant,
    lobby_pb2.WaiterKey: lambda one: one.participant,
    quota_pb2.Quota: lambda one: f"{one.scope}/{one.name}/{one.what}",
    recordings_pb2.Recording: lambda one: one.recording,
}


def _identity(topic: str, room: str, what: Any) -> str:
    """Of what a change is: of one thing only the last change is told. Records and denials happen once each."""
    if isinstance(what, str):
        return f"{room}/{'' if topic == 'room' else what}"
    known = _IDS.get(type(what))
    return f"{room}/{known(what)}" if known is not None else f"{type(what).__name__} {id(what)}"
