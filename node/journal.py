"""The journal: everything that operators see change, as it changes. In memory; its subscribers are the watch streams.

A change carries the whole view of one thing, so only the latest change of each thing is worth keeping: the journal is a
compacted log. A subscriber that comes back with its position gets each thing that changed since, once. The position is
too old only when a thing that has disappeared meanwhile was forgotten (`GONE_KEPT`), or when the node was restarted:
then the batch says `reset`, and the subscriber must take a new snapshot.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

import msgspec

from node.features.audit.rules import Record
from node.features.chat.rules import MessageView
from node.features.lobby.rules import WaiterView
from node.features.moderation.rules import Item
from node.features.nodes.rules import NodeView
from node.features.participants.rules import ParticipantView
from node.features.quota.rules import REFUSALS_KEPT, Denial, QuotaView
from node.features.recordings.rules import RecordingView
from node.features.rooms.view import RoomView
from node.ports import Scope

KEPT: Final = 10_000
"""Things that are gone, and messages, that are remembered for subscribers that come back."""


class RoomChanged(msgspec.Struct, frozen=True):
    view: RoomView
    topic = "rooms"

    @property
    def key(self) -> tuple[str, ...]:
        return ("rooms", self.view.room)


class RoomGone(msgspec.Struct, frozen=True):
    """The room is no longer listed."""

    room: str
    topic = "rooms"

    @property
    def key(self) -> tuple[str, ...]:
        return ("rooms", self.room)


class ParticipantChanged(msgspec.Struct, frozen=True):
    view: ParticipantView
    topic = "participants"

    @property
    def key(self) -> tuple[str, ...]:
        return ("participants", self.view.room, self.view.participant)


class ParticipantGone(msgspec.Struct, frozen=True):
    room: str
    participant: str
    topic = "participants"

    @property
    def key(self) -> tuple[str, ...]:
        return ("participants", self.room, self.participant)


class MessageChanged(msgspec.Struct, frozen=True):
    view: MessageView
    topic = "messages"

    @property
    def key(self) -> tuple[str, ...]:
        return ("messages", self.view.room, self.view.message)


class ItemChanged(msgspec.Struct, frozen=True):
    """What waits for a moderator, or who has claimed it."""

    item: Item
    topic = "items"

    @property
    def key(self) -> tuple[str, ...]:
        return ("items", self.item.room, self.item.item)


class ItemGone(msgspec.Struct, frozen=True):
    """Decided, or nobody has to decide it any more."""

    room: str
    item: str
    topic = "items"

    @property
    def key(self) -> tuple[str, ...]:
        return ("items", self.room, self.item)


class WaiterChanged(msgspec.Struct, frozen=True):
    room: str
    view: WaiterView
    topic = "waiters"

    @property
    def key(self) -> tuple[str, ...]:
        return ("waiters", self.room, self.view.participant)


class WaiterGone(msgspec.Struct, frozen=True):
    """Waits no more: in, away, or turned away."""

    room: str
    participant: str
    topic = "waiters"

    @property
    def key(self) -> tuple[str, ...]:
        return ("waiters", self.room, self.participant)


class NodeChanged(msgspec.Struct, frozen=True):
    view: NodeView
    topic = "nodes"

    @property
    def key(self) -> tuple[str, ...]:
        return ("nodes", self.view.node)


class RecordingChanged(msgspec.Struct, frozen=True):
    view: RecordingView
    topic = "recordings"

    @property
    def key(self) -> tuple[str, ...]:
        return ("recordings", self.view.recording)


class QuotaChanged(msgspec.Struct, frozen=True):
    view: QuotaView
    topic = "quota"

    @property
    def key(self) -> tuple[str, ...]:
        return ("quota", *scope_key(self.view.scope))


class QuotaGone(msgspec.Struct, frozen=True):
    """Of a room that is no longer open."""

    scope: Scope
    topic = "quota"

    @property
    def key(self) -> tuple[str, ...]:
        return ("quota", *scope_key(self.scope))


class QuotaDenied(msgspec.Struct, frozen=True):
    denial: Denial
    topic = "quota"

    @property
    def key(self) -> tuple[str, ...]:
        return ("denial", str(self.denial.number % REFUSALS_KEPT))


class AuditWritten(msgspec.Struct, frozen=True):
    number: int
    record: Record
    topic = "audit"

    @property
    def key(self) -> tuple[str, ...]:
        return ("audit", str(self.number))


def scope_key(scope: Scope) -> tuple[str, str, str]:
    return (scope.kind, scope.name, scope.what)


Change = (
    RoomChanged
    | RoomGone
    | ParticipantChanged
    | ParticipantGone
    | MessageChanged
    | ItemChanged
    | ItemGone
    | WaiterChanged
    | WaiterGone
    | NodeChanged
    | RecordingChanged
    | QuotaChanged
    | QuotaGone
    | QuotaDenied
    | AuditWritten
)
LASTING: Final = (RoomChanged, ParticipantChanged, ItemChanged, WaiterChanged, NodeChanged, QuotaChanged)
"""Bounded by what exists; the others by `KEPT`."""


class Batch(msgspec.Struct, frozen=True):
    """`reset`: forget everything and take a snapshot from the services now, before anything else is awaited; then go on
    from `position`. An empty batch is the heartbeat."""

    reset: bool
    changes: tuple[Change, ...]
    position: str


class Journal:
    """Of one run of the node; `instance` differs at each start."""

    def __init__(self, instance: str) -> None:
        self.instance = instance
        self._n = 0
        self._forgotten = 0
        """Positions before this one may have missed something."""
        self._log: OrderedDict[tuple[str, ...], tuple[int, Change]] = OrderedDict()
        self._passing: OrderedDict[tuple[str, ...], None] = OrderedDict()
        """Keys of the log that are not `LASTING`, the oldest first."""
        self._news = asyncio.Event()

    def position(self) -> str:
        """Where the journal is now. Opaque to subscribers."""
        return f"{self.instance}:{self._n}"

    def publish(self, change: Change) -> None:
        self._n += 1
        key = change.key
        self._log[key] = (self._n, change)
        self._log.move_to_end(key)
        if isinstance(change, LASTING):
            self._passing.pop(key, None)
        else:
            self._passing[key] = None
            self._passing.move_to_end(key)
            if len(self._passing) > KEPT:
                oldest, _ = self._passing.popitem(last=False)
                self._forgotten = max(self._forgotten, self._log.pop(oldest)[0])
        self._news.set()
        self._news = asyncio.Event()

    @property
    def news(self) -> asyncio.Event:
        """Set by the next change. Take it before `since`, then nothing can fall between."""
        return self._news

    def since(self, position: str | None, topics: Iterable[str]) -> Batch:
        """What changed after `position`, each thing once, in the order of its latest change."""
        n = self._parse(position)
        if n is None:
            return Batch(True, (), self.position())
        wanted = frozenset(topics)
        changes: list[Change] = []
        for at, change in reversed(self._log.values()):
            if at <= n:
                break
            if change.topic in wanted:
                changes.append(change)
        return Batch(False, tuple(reversed(changes)), self.position())

    def _parse(self, position: str | None) -> int | None:
        instance, _, n = (position or "").rpartition(":")
        if instance != self.instance or not n.isdecimal() or len(n) > 18:
            return None
        at = int(n)
        return at if self._forgotten <= at <= self._n else None
