"""All contexts at once: their streams folded into the store, and the calls. One node away never disturbs the others."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Generic, TypeVar

import grpc
import grpc.aio

from console.client import convert
from console.client.calls import Stubs, call, request_id, verify
from console.client.channel import metadata, open_channel
from console.client.deeds import do
from console.client.failures import failure
from console.client.turns import Turns
from console.i18n import said, t
from console.model import (
    Ack,
    Chain,
    Context,
    Detail,
    DrainPlan,
    Failure,
    Item,
    Key,
    Link,
    Message,
    Person,
    Quota,
    Recording,
    Role,
    Room,
    Waiter,
)
from console.state import Store
from console.text import clean
from protos.audit.v1 import audit_pb2
from protos.chat.v1 import chat_pb2
from protos.lobby.v1 import lobby_pb2
from protos.moderation.v1 import moderation_pb2
from protos.mute.v1 import mute_pb2
from protos.nodes.v1 import nodes_pb2
from protos.participants.v1 import participants_pb2
from protos.quality.v1 import quality_pb2
from protos.quota.v1 import quota_pb2
from protos.rates.v1 import rates_pb2
from protos.recordings.v1 import recordings_pb2
from protos.rooms.v1 import rooms_pb2

BACKOFF_CAP: Final = 3.0  # seconds; full jitter below it
DENIED_PAUSE: Final = 5.0
PROBE_PAUSE: Final = 4.0
VERIFY_DEADLINE: Final = 10.0  # seconds for each part of a long chain
SLICE: Final = 50  # rows folded before the loop may answer a key: about 2 ms

Fold = Callable[[Any], Awaitable[None]]
Stream = Any  # of the generated stubs, read with `async for`
Open = Callable[[str], Stream]  # resume token → stream


class Node:
    """One context: a channel, its tasks and its calls."""

    def __init__(
        self,
        context: Context,
        store: Store,
        clock: Callable[[], float],
        wall: Callable[[], float],
        turns: Turns,
    ) -> None:
        """`turns`: who folds. All nodes speak on the second; one message after the other, a key gets in between."""
        self._turns = turns
        self.context = context
        self._store = store
        self._clock = clock
        self._wall = wall
        self._channel: grpc.aio.Channel | None = None
        self._stubs: Stubs | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._focused: list[asyncio.Task[None]] = []
        self._viewed: list[asyncio.Task[None]] = []
        self._moderates = asyncio.Event()  # our role there is known, and enough
        self._known = False  # who we are has been asked since the link came up
        # No deadline: a stream lives as long as the console. It waits for the node instead of failing while it is away.
        self._how: dict[str, Any] = {"metadata": metadata(context), "wait_for_ready": True}

    @property
    def stubs(self) -> Stubs:
        if self._stubs is None:
            self._channel = open_channel(self.context)
            self._stubs = Stubs(self._channel)
        return self._stubs

    def start(self) -> None:
        try:
            _ = self.stubs
        except Failure as trouble:
            self._store.trouble(self.context.name, clean(trouble.text, 200), denied=True, wall=self._wall())
            return
        self._tasks = [
            asyncio.create_task(self._watch(self._open_nodes, self._nodes, heart=True)),
            asyncio.create_task(self._watch(self._open_rooms, self._rooms())),
            asyncio.create_task(self._probe()),
        ]

    async def close(self) -> None:
        tasks = [*self._tasks, *self._focused, *self._viewed]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._channel is not None:
            await self._channel.close()

    def focus(self, room: Key | None) -> None:
        for task in self._focused:
            task.cancel()
        self._focused = []
        if room is None or self._channel is None:
            return
        name = room[1]
        self._focused = [
            asyncio.create_task(self._watch(partial(self._open_people, name), self._people(room), ends=True)),
            asyncio.create_task(self._watch(partial(self._open_messages, name), self._messages(room), ends=True)),
        ]

    def follow(self, view: str) -> None:
        for task in self._viewed:
            task.cancel()
        self._viewed = []
        everybody = (partial(self._open_people, ""), partial(self._people, (self.context.name,)))
        streams: dict[str, tuple[Open, Callable[[], Fold]]] = {
            "quota": (self._open_quotas, self._quotas),
            "audit": (self._open_records, self._records),
            "recordings": (self._open_recordings, self._recordings),
            "participants": everybody,
            "wall": everybody,
        }
        # Who may not read the audit does not ask: the refusal would be a record in it, every few seconds.
        may = view != "audit" or self._store.role(self.context.name) >= Role.OPERATOR
        if view in streams and may and self._channel is not None:
            open_stream, fold = streams[view]
            self._viewed.append(asyncio.create_task(self._watch(open_stream, fold(), ends=True)))
            if view == "wall":
                self._viewed.append(asyncio.create_task(self._watch(self._open_waiters, self._waiters(), ends=True)))
                self._viewed.append(asyncio.create_task(self._as_moderator()))

    # ------------------------------------------------------------------ one stream, for ever

    async def _watch(self, open_stream: Open, fold: Fold, *, heart: bool = False, ends: bool = False) -> None:
        """Follow a stream and come back with its resume token when it breaks. `ends`: it is over when not found."""
        token, tries = "", 0
        while True:
            try:
                async for message in open_stream(token):
                    async with self._turns:
                        await fold(message)
                    token = message.position.resume_token or token
                    tries = 0
            except grpc.aio.AioRpcError as error:
                trouble = failure(error)
                if error.code() is grpc.StatusCode.OUT_OF_RANGE:
                    token = ""  # too old to resume: the next message is a snapshot
                if error.code() is grpc.StatusCode.NOT_FOUND and ends:
                    return
                if heart:
                    self._known = False
                    self._trouble(trouble)
                if trouble.kind == "denied":
                    await asyncio.sleep(DENIED_PAUSE * random.uniform(0.8, 1.2))
            tries += 1
            await asyncio.sleep(random.uniform(0.05, min(BACKOFF_CAP, 0.2 * 2 ** min(tries, 5))))

    def _open_nodes(self, token: str) -> Stream:
        return self.stubs.nodes.WatchNodes(nodes_pb2.WatchNodesRequest(), **self._how)

    def _open_rooms(self, token: str) -> Stream:
        return self.stubs.rooms.WatchRooms(rooms_pb2.WatchRoomsRequest(resume_token=token), **self._how)

    def _open_quotas(self, token: str) -> Stream:
        return self.stubs.quota.WatchQuotas(quota_pb2.WatchQuotasRequest(resume_token=token), **self._how)

    def _open_records(self, token: str) -> Stream:
        return self.stubs.audit.WatchRecords(audit_pb2.WatchRecordsRequest(resume_token=token), **self._how)

    def _open_recordings(self, token: str) -> Stream:
        request = recordings_pb2.WatchRecordingsRequest(resume_token=token)
        return self.stubs.recordings.WatchRecordings(request, **self._how)

    def _open_items(self, token: str) -> Stream:
        return self.stubs.moderation.WatchItems(moderation_pb2.WatchItemsRequest(resume_token=token), **self._how)

    def _open_waiters(self, token: str) -> Stream:
        return self.stubs.lobby.WatchWaiters(lobby_pb2.WatchWaitersRequest(resume_token=token), **self._how)

    def _open_people(self, room: str, token: str) -> Stream:
        request = participants_pb2.WatchParticipantsRequest(room=room, resume_token=token)
        return self.stubs.participants.WatchParticipants(request, **self._how)

    def _open_messages(self, room: str, token: str) -> Stream:
        request = chat_pb2.WatchMessagesRequest(room=room, resume_token=token)
        return self.stubs.chat.WatchMessages(request, **self._how)

    # ------------------------------------------------------------------ folding

    async def _nodes(self, message: nodes_pb2.WatchNodesResponse) -> None:
        nodes = [convert.node(self.context.name, node) for node in message.nodes]
        self._store.heartbeat(self.context.name, nodes, self._clock(), self._wall())
        if not self._known:
            self._known = True
            self._tasks.append(asyncio.create_task(self._ask_caller()))

    async def _probe(self) -> None:
        """Find out why a silent node is silent: its stream waits for ever and cannot say."""
        while True:
            await asyncio.sleep(PROBE_PAUSE * random.uniform(0.8, 1.2))
            if self._store.link(self.context.name) is Link.LIVE:
                continue
            try:
                await call(self.context, self.stubs.nodes.GetCaller, nodes_pb2.GetCallerRequest())
            except Failure as trouble:
                self._trouble(trouble)

    async def _as_moderator(self) -> None:
        """What waits for a moderator. Who is none does not ask: the refusal would be a record of the audit, every few
        seconds."""
        await self._moderates.wait()
        await self._watch(self._open_items, self._items(), ends=True)

    def _trouble(self, trouble: Failure) -> None:
        reason = said(trouble.refusal.message) if trouble.refusal else trouble.text or t(f"fail.{trouble.kind}")
        self._store.trouble(self.context.name, clean(reason, 200), denied=trouble.kind == "denied", wall=self._wall())

    async def _ask_caller(self) -> None:
        try:
            reply, _ = await call(self.context, self.stubs.nodes.GetCaller, nodes_pb2.GetCallerRequest())
        except Failure:
            self._known = False  # with the next heartbeat
            return
        role = convert.role(reply.role)
        self._store.caller(self.context.name, clean(reply.operator, convert.NAME), role)
        (self._moderates.set if role >= Role.MODERATOR else self._moderates.clear)()

    def _rooms(self) -> Fold:
        name, whole = self.context.name, _Snapshot[Room]()

        async def fold(message: rooms_pb2.WatchRoomsResponse) -> None:
            rooms = [convert.room(name, room) for room in message.rooms]
            if (snapshot := whole.gather(message, rooms)) is not None:
                self._store.rooms.replace((name,), snapshot, self._clock())
            elif not whole.open:
                for room in rooms:
                    self._store.rooms.put(room)
            for gone in message.gone:
                self._store.rooms.go((name, gone), self._clock())

        return fold

    def _quotas(self) -> Fold:
        name, whole = self.context.name, _Snapshot[Quota]()

        async def fold(message: quota_pb2.WatchQuotasResponse) -> None:
            quotas = [convert.quota(name, one) for one in message.quotas]
            if (snapshot := whole.gather(message, quotas)) is not None:
                self._store.quotas.replace((name,), snapshot, self._clock())
            elif not whole.open:
                for quota in quotas:
                    self._store.quotas.put(quota)
            for gone in message.gone:
                self._store.quotas.go(convert.quota(name, gone).key, self._clock())
            denials = [convert.denial(name, one) for one in message.denials]
            self._store.fold_denials(name, denials, snapshot=message.snapshot)

        return fold

    def _records(self) -> Fold:
        async def fold(message: audit_pb2.WatchRecordsResponse) -> None:
            records = [convert.record(self.context.name, one) for one in message.records]
            if records:
                self._store.fold_records(self.context.name, records)

        return fold

    def _items(self) -> Fold:
        """What a silent node said last stands until it says something else."""
        name, whole = self.context.name, _Snapshot[Item]()

        async def fold(message: moderation_pb2.WatchItemsResponse) -> None:
            items = [convert.item(name, one) for one in message.items]
            if (snapshot := whole.gather(message, items)) is not None:
                self._store.items[name] = {(one.room, one.item): one for one in snapshot}
            elif not whole.open:
                self._store.items.setdefault(name, {}).update({(one.room, one.item): one for one in items})
            for gone in message.gone:
                self._store.items.get(name, {}).pop((gone.room, gone.item), None)

        return fold

    def _waiters(self) -> Fold:
        name, whole = self.context.name, _Snapshot[Waiter]()

        async def fold(message: lobby_pb2.WatchWaitersResponse) -> None:
            waiters = [convert.waiter(name, one) for one in message.waiters]
            if (snapshot := whole.gather(message, waiters)) is not None:
                self._store.waiters[name] = {(one.room, one.participant): one for one in snapshot}
            elif not whole.open:
                self._store.waiters.setdefault(name, {}).update({(one.room, one.participant): one for one in waiters})
            for gone in message.gone:
                self._store.waiters.get(name, {}).pop((gone.room, gone.participant), None)

        return fold

    def _recordings(self) -> Fold:
        """None ever goes: of a deleted one the statement stays."""
        name, whole = self.context.name, _Snapshot[Recording]()

        async def fold(message: recordings_pb2.WatchRecordingsResponse) -> None:
            rows: list[Recording] = []
            for start in range(0, len(message.recordings), SLICE):
                rows += [convert.recording(name, one) for one in message.recordings[start : start + SLICE]]
                await asyncio.sleep(0)
            if (snapshot := whole.gather(message, rows)) is not None:
                self._store.recordings.replace((name,), snapshot, self._clock())
            elif not whole.open:
                for row in rows:
                    self._store.recordings.put(row)
            if message.HasField("recorder"):
                self._store.recorders[name] = convert.recorder(message.recorder)
            self._store.updates += 1

        return fold

    def _people(self, room: Key) -> Fold:
        """Those of a room, or with (context,) of the whole node: then who is gone is named without the room."""
        name, whole = self.context.name, _Snapshot[Person]()

        async def fold(message: participants_pb2.WatchParticipantsResponse) -> None:
            people: list[Person] = []
            known = self._store.people.rows
            for start in range(0, len(message.participants), SLICE):
                for one in message.participants[start : start + SLICE]:
                    key = (name, one.room, one.participant)
                    people.append(convert.person(name, one, known.get(key)))
                await asyncio.sleep(0)
            if (snapshot := whole.gather(message, people)) is not None:
                self._store.people.replace(room, snapshot, self._clock())
            elif not whole.open:
                for person in people:
                    self._store.people.put(person)
            if message.gone:
                where = {person.participant: person.room for person in self._store.people.under(*room)}
                for gone in message.gone:
                    self._store.people.go((name, where.get(gone, room[-1]), gone), self._clock())
            self._store.updates += 1

        return fold

    def _messages(self, room: Key) -> Fold:
        name, whole = self.context.name, _Snapshot[Message]()

        async def fold(message: chat_pb2.WatchMessagesResponse) -> None:
            messages = [convert.chat_message(name, one) for one in message.messages]
            if (snapshot := whole.gather(message, messages)) is not None:
                self._store.fold_messages(room, snapshot, snapshot=True)
            elif messages and not whole.open:
                self._store.fold_messages(room, messages, snapshot=False)

        return fold


T = TypeVar("T")


class _Snapshot(Generic[T]):
    """A long snapshot comes in several messages: `snapshot` on the first, a resume token only on the last."""

    def __init__(self) -> None:
        self._rows: list[T] | None = None

    @property
    def open(self) -> bool:
        return self._rows is not None

    def gather(self, message: Any, rows: list[T]) -> list[T] | None:
        """The whole snapshot with its last message; else nothing."""
        if message.snapshot:
            self._rows = []
        if self._rows is None:
            return None
        self._rows += rows
        if not message.position.resume_token:
            return None
        whole, self._rows = self._rows, None
        return whole


class Fleet:
    """Every context of this console: `ports.Fleet`."""

    def __init__(
        self,
        contexts: Sequence[Context],
        store: Store,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        turns = Turns(clock)
        self._nodes = {context.name: Node(context, store, clock, wall, turns) for context in contexts}
        self._store = store
        self._focus: Key | None = None

    async def start(self) -> None:
        for node in self._nodes.values():
            node.start()
            await asyncio.sleep(0)  # a key may come in between

    async def close(self) -> None:
        await asyncio.gather(*(node.close() for node in self._nodes.values()))

    def focus(self, room: Key | None) -> None:
        if self._focus is not None and (room is None or room[0] != self._focus[0]):
            self._nodes[self._focus[0]].focus(None)
        self._focus = room
        if room is not None:
            self._nodes[room[0]].focus(room)

    def follow(self, view: str) -> None:
        for node in self._nodes.values():
            node.follow(view)

    # ------------------------------------------------------------------ calls

    async def mute(self, person: Key, sources: Sequence[str], reason: str = "") -> Ack:
        context, room, participant = person
        node = self._nodes[context]
        request = mute_pb2.MuteParticipantRequest(
            room=room, participant=participant, sources=sources, reason=reason, request_id=request_id()
        )
        reply, ms = await call(node.context, node.stubs.mute.MuteParticipant, request)
        return Ack(tuple(reply.changed), ms)

    async def unmute(self, person: Key, sources: Sequence[str], reason: str = "") -> Ack:
        context, room, participant = person
        node = self._nodes[context]
        request = mute_pb2.UnmuteParticipantRequest(
            room=room, participant=participant, sources=sources, reason=reason, request_id=request_id()
        )
        reply, ms = await call(node.context, node.stubs.mute.UnmuteParticipant, request)
        return Ack(tuple(reply.changed), ms)

    async def mute_room(self, room: Key, *, dry_run: bool = False, expected: int = 0, reason: str = "") -> Ack:
        node = self._nodes[room[0]]
        request = mute_pb2.MuteRoomRequest(
            room=room[1], reason=reason, request_id=request_id(), dry_run=dry_run, expected=expected
        )
        reply, ms = await call(node.context, node.stubs.mute.MuteRoom, request)
        return Ack(tuple(reply.participants), ms)

    async def admit(self, room: Key, reason: str = "") -> Ack:
        node = self._nodes[room[0]]
        request = lobby_pb2.AdmitWaitersRequest(room=room[1], all=True, reason=reason, request_id=request_id())
        reply, ms = await call(node.context, node.stubs.lobby.AdmitWaiters, request)
        return Ack(tuple(reply.participants), ms)

    async def unmute_room(self, room: Key, reason: str = "") -> Ack:
        node = self._nodes[room[0]]
        request = mute_pb2.UnmuteRoomRequest(room=room[1], reason=reason, request_id=request_id())
        reply, ms = await call(node.context, node.stubs.mute.UnmuteRoom, request)
        return Ack(tuple(reply.participants), ms)

    async def remove(self, person: Key, reason: str = "") -> Ack:
        context, room, participant = person
        node = self._nodes[context]
        request = participants_pb2.RemoveParticipantRequest(
            room=room, participant=participant, reason=reason, request_id=request_id()
        )
        _, ms = await call(node.context, node.stubs.participants.RemoveParticipant, request)
        return Ack((participant,), ms)

    async def hide(self, message: Key, reason: str = "") -> Ack:
        context, room, name = message
        node = self._nodes[context]
        request = chat_pb2.HideMessageRequest(room=room, message=name, reason=reason, request_id=request_id())
        _, ms = await call(node.context, node.stubs.chat.HideMessage, request)
        return Ack((name,), ms)

    async def close_room(self, room: Key, reason: str = "") -> Ack:
        node = self._nodes[room[0]]
        request = rooms_pb2.CloseRoomRequest(room=room[1], reason=reason, request_id=request_id())
        _, ms = await call(node.context, node.stubs.rooms.CloseRoom, request)
        return Ack((room[1],), ms)

    async def do(self, deed: str, target: Key, values: Mapping[str, Any], reason: str = "") -> Ack:
        node = self._nodes[target[0]]
        ack = await do(node.context, node.stubs, deed, target, values, reason)
        if isinstance(ack.row, Recording):
            self._store.recordings.put(ack.row)  # as the node confirmed it, before its stream says it again
        return ack

    async def set_cap(self, target: Key, send: int | None, receive: int | None, reason: str = "") -> Ack:
        context, room, participant = (*target, "", "")[:3]
        node = self._nodes[context]
        request = rates_pb2.SetCapRequest(
            room=room,
            participant=participant,
            send_bits_per_second=send,
            receive_bits_per_second=receive,
            reason=reason,
            request_id=request_id(),
        )
        _, ms = await call(node.context, node.stubs.rates.SetCap, request)
        return Ack(target[-1:], ms)

    async def set_quota(self, quota: Key, limit: int, reason: str = "") -> Ack:
        context, scope, name, what = quota
        node = self._nodes[context]
        request = quota_pb2.SetQuotaRequest(
            scope=scope, name=name, what=what, limit=limit, reason=reason, request_id=request_id()
        )
        _, ms = await call(node.context, node.stubs.quota.SetQuota, request)
        return Ack((what,), ms)

    async def verify(self, context: str) -> Chain:
        node = self._nodes[context]
        chain, _ = await verify(node.context, node.stubs, None, VERIFY_DEADLINE)
        return chain

    async def plan(self, context: str, minutes: int) -> DrainPlan:
        node = self._nodes[context]
        reply, _ = await call(node.context, node.stubs.nodes.PlanDrain, nodes_pb2.PlanDrainRequest(minutes=minutes))
        return convert.plan(context, minutes, reply)

    async def quality(self, person: Key) -> Detail:
        context, room, participant = person
        node = self._nodes[context]
        request = quality_pb2.GetQualityRequest(room=room, participant=participant)
        reply, _ = await call(node.context, node.stubs.quality.GetQuality, request)
        known = self._store.people.rows.get(person) or Person(context, room, participant)
        return convert.detail(known, reply)
