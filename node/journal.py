"""What changed on this node, in order, for whoever watches: consoles, streams, the metrics.

A change carries the whole new view of one thing (or says that it is gone), so only the last change of a thing matters:
the journal keeps that one, with its number. Somebody who comes back with a position gets what changed since, each thing
once, however long the change list was; nothing is queued per watcher, so a slow one costs nothing and skips what was
overtaken. Only when the journal has had to forget (more than `KEPT` things) or was made by another process (another
`instance`) is a position too old: then the watcher reads everything again.

    position = journal.position()          before reading the snapshot: nothing can fall between
    … read the snapshot from the services …
    batch = journal.since(position, topics)
    await journal.changed(batch.position, topics)
"""

from __future__ import annotations

import asyncio
import enum
from collections import OrderedDict
from collections.abc import AsyncIterator, Collection
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from node.features.chat.rules import MessageView
    from node.features.nodes.view import NodeView
    from node.features.participants.rules import ParticipantView
    from node.features.rooms.rules import RoomView

KEPT: Final = 65_536
"""Things remembered by topic, those that are gone included."""


class Topic(enum.StrEnum):
    ROOMS = "rooms"
    PARTICIPANTS = "participants"
    MESSAGES = "messages"
    NODES = "nodes"


class RoomChanged(msgspec.Struct, frozen=True):
    view: RoomView

    @property
    def key(self) -> tuple[Topic, str, str]:
        return Topic.ROOMS, self.view.room, ""


class RoomGone(msgspec.Struct, frozen=True):
    """No longer listed at all; a closed room is a `RoomChanged`."""

    room: str

    @property
    def key(self) -> tuple[Topic, str, str]:
        return Topic.ROOMS, self.room, ""


class ParticipantChanged(msgspec.Struct, frozen=True):
    view: ParticipantView

    @property
    def key(self) -> tuple[Topic, str, str]:
        return Topic.PARTICIPANTS, self.view.room, self.view.participant


class ParticipantGone(msgspec.Struct, frozen=True):
    room: str
    participant: str

    @property
    def key(self) -> tuple[Topic, str, str]:
        return Topic.PARTICIPANTS, self.room, self.participant


class MessageChanged(msgspec.Struct, frozen=True):
    view: MessageView

    @property
    def key(self) -> tuple[Topic, str, str]:
        return Topic.MESSAGES, self.view.room, self.view.message


class NodeChanged(msgspec.Struct, frozen=True):
    view: NodeView

    @property
    def key(self) -> tuple[Topic, str, str]:
        return Topic.NODES, self.view.node, ""


Change = RoomChanged | RoomGone | ParticipantChanged | ParticipantGone | MessageChanged | NodeChanged


class Batch(msgspec.Struct, frozen=True):
    """`snapshot`: the position was unknown or too old; read everything again. `changes`: oldest first."""

    snapshot: bool
    changes: tuple[Change, ...]
    position: str


class Journal:
    """One for the node. `instance`: new at each start. Not thread-safe: the node's loop only."""

    def __init__(self, instance: str, kept: int = KEPT) -> None:
        self._instance = instance
        self._kept = kept
        self._number = 0
        self._last: dict[Topic, OrderedDict[tuple[str, str], tuple[int, Change]]] = {t: OrderedDict() for t in Topic}
        self._floor: dict[Topic, int] = dict.fromkeys(Topic, 0)
        self._top: dict[Topic, int] = dict.fromkeys(Topic, 0)
        self._waiting: dict[Topic, set[asyncio.Future[None]]] = {t: set() for t in Topic}

    def publish(self, change: Change) -> None:
        """Replaces what the journal knew about this thing."""
        topic, *rest = change.key
        key = (rest[0], rest[1])
        self._number += 1
        self._top[topic] = self._number
        last = self._last[topic]
        last[key] = (self._number, change)
        last.move_to_end(key)
        if len(last) > self._kept:
            _, (self._floor[topic], _) = last.popitem(last=False)
        waiting = self._waiting[topic]
        while waiting:
            future = waiting.pop()
            if not future.done():
                future.set_result(None)

    def position(self) -> str:
        return f"{self._instance}.{self._number}"

    def since(self, position: str | None, topics: Collection[Topic], room: str = "") -> Batch:
        """What changed after `position`, of `room` if one is named."""
        after = self._number_of(position)
        if after is None or any(after < self._floor[topic] for topic in topics):
            return Batch(snapshot=True, changes=(), position=self.position())
        found: list[tuple[int, Change]] = []
        for topic in topics:
            for key, entry in reversed(self._last[topic].items()):
                if entry[0] <= after:
                    break
                if not room or key[0] == room:
                    found.append(entry)
        found.sort(key=lambda entry: entry[0])
        return Batch(snapshot=False, changes=tuple(change for _, change in found), position=self.position())

    async def changed(self, position: str, topics: Collection[Topic]) -> None:
        """Returns when something of `topics` is newer than `position`."""
        after = self._number_of(position)
        if after is None or any(self._top[topic] > after for topic in topics):
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for topic in topics:
            self._waiting[topic].add(future)
        try:
            await future
        finally:
            for topic in topics:
                self._waiting[topic].discard(future)

    async def subscribe(
        self, topics: Collection[Topic], since: str | None = None, room: str = ""
    ) -> AsyncIterator[Batch]:
        """Batches for ever; the first one at once. After a batch with `snapshot`, what follows is since that batch."""
        batch = self.since(since, topics, room)
        yield batch
        while True:
            await self.changed(batch.position, topics)
            batch = self.since(batch.position, topics, room)
            if batch.snapshot or batch.changes:
                yield batch

    def _number_of(self, position: str | None) -> int | None:
        instance, _, number = (position or "").rpartition(".")
        if instance != self._instance or not (number.isascii() and number.isdigit()) or len(number) > 18:
            return None
        found = int(number)
        return found if found <= self._number else None
