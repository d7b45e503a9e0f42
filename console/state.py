"""The operator's view: snapshots and changes of all nodes folded into tables. Pure: it is told the time.

A row that goes is not dropped at once: it stays for a moment, marked, so that the row under a cursor never becomes
another one between a look and a key.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

from console.alerts import Alert
from console.alerts import Watch as AlertWatch
from console.model import (
    Chain,
    Connection,
    Context,
    Denial,
    History,
    Item,
    Key,
    Link,
    Message,
    Node,
    Person,
    Quota,
    Record,
    Recorder,
    Recording,
    Role,
    Room,
    Waiter,
)
from console.wall import Task, Wall

STALE_AFTER: Final = 2.75
"""Seconds without a heartbeat, which comes each second: with a frame and what it takes to paint, 3 s after a node
froze, at whatever moment of its second that was."""
DOWN_AFTER: Final = 9.75
LOOK_EVERY: Final = 1.0  # seconds between two looks for alerts and for what needs a person
COUNTED: Final = 5_000  # changed rows that a view is told of one by one; more: all of them
LINGER: Final = 3.0  # seconds a row that has gone stays visible
KEPT_RECORDS: Final = 1000  # of a node, the latest
KEPT_DENIALS: Final = 200  # of a node, the latest
KEPT_DECISIONS: Final = 200  # of this console, the latest
KEPT_MESSAGES: Final = 500  # per room, newest


class Row(Protocol):
    gone_at: float
    pending: str

    @property
    def key(self) -> Key: ...


R = TypeVar("R", bound=Row)


@dataclass(slots=True, eq=False)
class Dirty:
    """What one view has not painted yet."""

    keys: set[Key] = field(default_factory=set)
    members: bool = True  # rows came or went
    everything: bool = False  # more rows changed than are counted one by one

    def take(self) -> tuple[set[Key], bool]:
        taken = (self.keys, self.members)
        self.keys, self.members, self.everything = set(), False, False
        return taken

    def bound(self) -> None:
        """A view that is not on the screen takes nothing, and would gather all rows there are."""
        if len(self.keys) > COUNTED:
            self.keys, self.members, self.everything = set(), True, True


class Table(Generic[R]):
    """Rows by identity, and who must hear about a change."""

    def __init__(self, words: Callable[[R], object] = lambda row: None) -> None:
        """`words` of a row: what a list is sorted by that seldom changes; when it does, lists are ordered again."""
        self._words = words
        self.rows: dict[Key, R] = {}
        self._of: dict[str, dict[Key, R]] = {}  # the same, by the first word of the key: the context
        self._views: list[Dirty] = []
        self._going: dict[Key, float] = {}
        self._ordered = False

    def ordered(self) -> Iterable[R]:
        """All rows in the order of their keys; sorted again only when rows came."""
        if not self._ordered:
            self.rows = {key: self.rows[key] for key in sorted(self.rows)}
            self._ordered = True
        return self.rows.values()

    def view(self) -> Dirty:
        dirty = Dirty()
        self._views.append(dirty)
        return dirty

    def touch(self, key: Key) -> None:
        for view in self._views:
            view.keys.add(key)

    def touch_under(self, context: str) -> None:
        for key in self._of.get(context, ()):
            self.touch(key)

    def put(self, row: R) -> None:
        key = row.key
        old = self.rows.get(key)
        if old is not None:
            row.pending = old.pending
        if old is None:
            self._ordered = False
        if old is None or old.gone_at or self._words(old) != self._words(row):
            self._going.pop(key, None)
            for view in self._views:
                view.members = True
        self.rows[key] = row
        self._of.setdefault(key[0], {})[key] = row
        self.touch(key)

    def go(self, key: Key, now: float) -> None:
        row = self.rows.get(key)
        if row is not None and not row.gone_at:
            row.gone_at = now
            row.pending = ""
            self._going[key] = now
            self.touch(key)

    def replace(self, scope: Key, rows: Iterable[R], now: float) -> None:
        """A snapshot: the rows under `scope` are these and no others."""
        kept = set()
        for row in rows:
            kept.add(row.key)
            self.put(row)
        for key in [key for key in self._keys(scope) if key not in kept]:
            self.go(key, now)

    def forget(self, scope: Key) -> None:
        """Drop the rows under `scope` at once: nobody watches them any more."""
        for key in self._keys(scope):
            self._drop(key)

    def sweep(self, now: float, held: frozenset[Key] = frozenset()) -> None:
        """Drop rows that went `LINGER` ago, except those under a cursor."""
        for key in [key for key, at in self._going.items() if now - at >= LINGER and key not in held]:
            self._drop(key)
        for view in self._views:
            view.bound()

    def _drop(self, key: Key) -> None:
        self._going.pop(key, None)
        if self.rows.pop(key, None) is not None:
            del self._of[key[0]][key]
            for view in self._views:
                view.members = True

    def under(self, *scope: str) -> list[R]:
        """The rows whose key begins with `scope`, without those that have gone; a context at least."""
        depth = len(scope)
        rows = self._of.get(scope[0], {})
        return [row for key, row in rows.items() if not row.gone_at and (depth == 1 or key[:depth] == scope)]

    def _keys(self, scope: Key) -> list[Key]:
        if not scope:
            return list(self.rows)
        depth = len(scope)
        return [key for key in self._of.get(scope[0], ()) if depth == 1 or key[:depth] == scope]

    def __len__(self) -> int:
        return len(self.rows) - len(self._going)


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the journal beside the tables."""

    at: float  # Unix seconds
    context: str
    word: str  # i18n key
    bad: bool
    detail: str = ""


class Store:
    """Everything the screens show."""

    def __init__(self, contexts: Iterable[Context] = (), now: float = 0.0) -> None:
        self.nodes: Table[Node] = Table()
        self.rooms: Table[Room] = Table()
        self.people: Table[Person] = Table(lambda person: person.name)
        self.quotas: Table[Quota] = Table()
        self.records: Table[Record] = Table()
        self.recordings: Table[Recording] = Table()
        self.recorders: dict[str, Recorder] = {}  # by context
        self.alerts: Table[Alert] = Table()
        self.tasks: Table[Task] = Table()
        self.items: dict[str, dict[Key, Item]] = {}  # by context, then (room, item): what waits there
        self.waiters: dict[str, dict[Key, Waiter]] = {}  # likewise (room, participant): who waits before a door
        self._alerts, self._wall = AlertWatch(), Wall()
        self._looked = float("-inf")
        self.chains: dict[str, Chain] = {}  # by context, as last verified
        self.denials: dict[str, deque[Denial]] = {}  # by context, the oldest first
        self.messages: dict[Key, dict[Key, Message]] = {}  # room → messages in order
        self.messages_changed: int = 0
        self.decisions: deque[float] = deque(maxlen=KEPT_DECISIONS)  # seconds that what was decided here had waited
        self.decided_here: int = 0
        self.dropped: dict[Key, int] = {}  # room → messages older than we keep
        self.history: dict[Key, History] = {}
        self.connections: dict[str, Connection] = {}
        self.events: deque[Event] = deque(maxlen=200)
        self.updates: int = 0
        of_nodes: tuple[Table[Any], ...] = (self.nodes, self.rooms, self.people, self.quotas, self.records)
        self._tables = (*of_nodes, self.recordings, self.alerts, self.tasks)
        for context in contexts:
            self.connections[context.name] = Connection(context.name, context.address, since=now)
            self.nodes.put(Node(context.name, ""))  # until the node says its name

    # ------------------------------------------------------------------ folding

    def heartbeat(self, context: str, nodes: list[Node], now: float, wall: float) -> None:
        """The node spoke: it lives, and this is how it is."""
        connection = self.connections[context]
        connection.heard, connection.denied, connection.reason = now, False, ""
        self._link(connection, Link.LIVE, wall)
        if nodes:
            self.nodes.forget((context, ""))
        for node in nodes:
            node.drain_late = 0 < node.drain_deadline < wall
            self.nodes.put(node)
            if (past := self.history.get(node.key)) is None:
                past = self.history[node.key] = History()
            past.add(node, wall)
        self.updates += 1

    def caller(self, context: str, operator: str, role: Role) -> None:
        self.connections[context].operator, self.connections[context].role = operator, role
        self._touch_nodes(context)

    def trouble(self, context: str, reason: str, *, denied: bool, wall: float) -> None:
        """A stream broke. The link's state follows from the silence, except when the node refuses us."""
        connection = self.connections[context]
        connection.reason, connection.denied = reason, denied
        if denied:
            self._link(connection, Link.DENIED, wall)

    def tick(self, now: float, wall: float, held: frozenset[Key] = frozenset()) -> None:
        """Once or more a second: silence becomes STALE, then DOWN; rows that went are dropped."""
        self.listen(now, wall)
        for connection in self.connections.values():
            if connection.link is not Link.LIVE and not connection.denied:
                self._touch_nodes(connection.context)  # its age is painted
        for table in self._tables:
            table.sweep(now, held)
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            self.alerts.replace((), self._alerts.look(self, now), now)
            self.tasks.replace((), self._wall.look(self, wall), now)

    def listen(self, now: float, wall: float) -> bool:
        """For whom is silent; ten times a second. Is there anything new?"""
        news = False
        for connection in self.connections.values():
            if connection.denied:
                continue
            silent = now - (connection.heard or connection.since)
            link = connection.link
            if silent >= DOWN_AFTER:
                self._link(connection, Link.DOWN, wall)
            elif connection.heard and silent >= STALE_AFTER:
                self._link(connection, Link.STALE, wall)
            news = news or connection.link is not link
        return news

    def _link(self, connection: Connection, link: Link, wall: float) -> None:
        if connection.link is link:
            return
        first = connection.link is Link.CONNECTING and link is Link.LIVE
        connection.link = link
        if not first:
            self.events.append(
                Event(wall, connection.context, f"event.{link.value}", link is not Link.LIVE, connection.reason)
            )
        self._touch_nodes(connection.context)
        for table in (self.rooms, self.people, self.quotas, self.recordings):
            table.touch_under(connection.context)

    def _touch_nodes(self, context: str) -> None:
        self.nodes.touch_under(context)

    def fold_denials(self, context: str, denials: list[Denial], *, snapshot: bool) -> None:
        kept = self.denials.setdefault(context, deque(maxlen=KEPT_DENIALS))
        if snapshot:
            kept.clear()
        known = {denial.number for denial in kept}
        kept.extend(denial for denial in denials if denial.number not in known)
        self.updates += 1

    def fold_records(self, context: str, records: list[Record]) -> None:
        """Records never change: what is known already is the same."""
        for record in records:
            if record.key not in self.records.rows:
                self.records.put(record)
        kept = sorted(row.number for key, row in self.records.rows.items() if key[0] == context)
        for number in kept[:-KEPT_RECORDS]:
            self.records.forget((context, str(number)))
        self.updates += 1

    def forget_records(self) -> None:
        self.records.forget(())

    def forget_recordings(self) -> None:
        self.recordings.forget(())
        self.recorders.clear()

    def forget_quotas(self) -> None:
        """They are no longer on screen, and not followed."""
        self.quotas.forget(())
        self.denials.clear()

    def fold_messages(self, room: Key, messages: list[Message], *, snapshot: bool) -> None:
        held = self.messages.setdefault(room, {})
        if snapshot:
            pending = {key: message.pending for key, message in held.items() if message.pending}
            held.clear()
            for message in messages:
                message.pending = pending.get(message.key, "")
        for message in messages:
            if (old := held.get(message.key)) is not None:
                message.pending = old.pending
            held[message.key] = message
        while len(held) > KEPT_MESSAGES:
            del held[next(iter(held))]
            self.dropped[room] = self.dropped.get(room, 0) + 1
        self.messages_changed += 1
        self.updates += 1

    def forget_room(self, room: Key) -> None:
        """The room is no longer on screen: its people and messages are not followed."""
        self.people.forget(room)
        self.messages.pop(room, None)
        self.dropped.pop(room, None)
        self.messages_changed += 1

    def claimed(self, task: Key, who: str) -> None:
        """Known before the node says it again."""
        if (item := self.items.get(task[0], {}).get((task[1], task[3]))) is not None:
            item.claimed_by = who
        if (row := self.tasks.rows.get(task)) is not None:
            row.claimed_by = who
            self.tasks.touch(task)

    def decided(self, task: Key, now: float, wall: float) -> None:
        """It waits for nobody any more, whatever the node said last."""
        context, room, _, what = task
        if (row := self.tasks.rows.get(task)) is not None and row.at:
            self.decisions.append(max(0.0, wall - row.at))
            self.decided_here += 1
        for waiting in (self.items, self.waiters):
            waiting.get(context, {}).pop((room, what), None)
        self.tasks.go(task, now)

    def forget_people(self) -> None:
        """Those of all nodes are no longer followed."""
        self.people.forget(())
        self.items.clear()
        self.waiters.clear()

    def acknowledge(self, key: Key) -> None:
        """An alert is known here, or is news again."""
        if (alert := self.alerts.rows.get(key)) is not None and not alert.gone_at:
            self._alerts.acknowledge(alert)
            self.alerts.touch(key)

    @property
    def news(self) -> int:
        """Alerts that nobody here has acknowledged."""
        return sum(not alert.seen and not alert.gone_at for alert in self.alerts.rows.values())

    def look_anew(self) -> None:
        """Forget since when anything has been so: alerts and needs count from the next look."""
        self._alerts, self._wall, self._looked = AlertWatch(), Wall(), float("-inf")
        self.alerts.forget(())
        self.tasks.forget(())

    # ------------------------------------------------------------------ reading

    def role(self, context: str) -> Role:
        connection = self.connections.get(context)
        return connection.role if connection else Role.NONE

    def link(self, context: str) -> Link:
        connection = self.connections.get(context)
        return connection.link if connection else Link.DOWN

    def age(self, context: str, now: float) -> float:
        """Seconds since the context was last heard, or since we began to call it."""
        connection = self.connections.get(context)
        return max(0.0, now - (connection.heard or connection.since)) if connection else 0.0

    def message(self, key: Key) -> Message | None:
        return self.messages.get(key[:2], {}).get(key)
