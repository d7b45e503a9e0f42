"""The rows of features that a command seldom needs: loaded when `console.model` is asked for one of them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Final

from console.model import Key, Node, Person

KEPT_VALUES: Final = 600  # seconds at least, and less than twice that: 24 bytes for each, for a hundred nodes


def _values() -> array[float]:
    return array("f")


def _times() -> array[float]:
    return array("d")


@dataclass(slots=True)
class History:
    """The last minutes of one node: one value a second, the oldest first, and when it was said."""

    cpu: array[float] = field(default_factory=_values)
    people: array[float] = field(default_factory=_values)
    bits: array[float] = field(default_factory=_values)
    loss: array[float] = field(default_factory=_values)
    at: array[float] = field(default_factory=_times)

    def add(self, node: Node, wall: float) -> None:
        """`wall`: Unix seconds; a node that is silent adds nothing."""
        self.at.append(wall)
        if len(self.at) >= 2 * KEPT_VALUES:
            del self.at[:KEPT_VALUES]
        now = ((self.cpu, node.cpu), (self.people, node.people), (self.bits, node.bits_out), (self.loss, node.loss))
        for values, value in now:
            values.append(value)
            if len(values) >= 2 * KEPT_VALUES:
                del values[:KEPT_VALUES]


@dataclass(slots=True)
class SessionType:
    """A row of the table of session types; sentences in the language of this run."""

    type: str
    title: str = ""
    use: str = ""
    base: str = ""
    people: int = 0
    max_people: int = 0
    advice_people: int = 0
    minutes: int = 0
    max_minutes: int = 0
    start: str = "anyone"  # "anyone", "two", "host"
    ends_empty: bool = False
    recording: bool = False
    replay: bool = False
    telephone: bool = False
    lobby: str = "off"
    """"never"; "off" or "on" unless the room says otherwise."""
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    view: str = ""  # the layout it begins with; "": none
    mute_on_start: bool = False
    private: bool = True
    slow_s: int = 0


@dataclass(frozen=True, slots=True)
class PlannedEnd:
    """Of a room in which something is going on. `ends`: Unix seconds, by itself; 0: it has no end."""

    room: str
    people: int
    ends: float
    cut: bool  # the deadline comes first


@dataclass(frozen=True, slots=True)
class DrainPlan:
    """What a drain of a node that began now would come to. `deadline`: Unix seconds."""

    context: str
    minutes: int
    deadline: float
    rooms: tuple[PlannedEnd, ...] = ()

    @property
    def empty_at(self) -> float:
        """When nothing is left of it, as far as is known now."""
        return self.deadline if any(room.cut for room in self.rooms) else max((r.ends for r in self.rooms), default=0.0)


@dataclass(frozen=True, slots=True)
class Slot:
    """A picture or a sound that a person is sent."""

    participant: str
    source: str
    rid: str
    bits: int
    loss: float
    switches: int


@dataclass(frozen=True, slots=True)
class Layer:
    """One encoding of a picture that a person sends."""

    source: str
    rid: str
    bits: int
    loss: float
    width: int
    height: int
    fps: float
    active: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One moment of the last minutes. Per cent, ms, bit/s."""

    loss: float
    loss_up: float
    rtt_ms: float
    jitter_ms: float
    sent: int
    received: int
    target: int


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything that is known of one person's connection."""

    person: Person
    slots: tuple[Slot, ...]
    layers: tuple[Layer, ...]
    history: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """Of a person, of a room (no participant) or of the node (no room). bit/s, 0: none."""

    context: str
    room: str
    participant: str
    send: int
    receive: int
    set_by: str
    set: float


@dataclass(slots=True)
class Quota:
    """A limit and its use. `scope`: "node", "type", "room"; `name`: which; `what`: "people", "publishers", "rooms",
    "room_people". 0: no limit."""

    context: str
    scope: str
    name: str
    what: str
    limit: int = 0
    use: int = 0
    default: int = 0
    set_by: str = ""
    set: float = 0.0
    refused: int = 0
    last_refused: float = 0.0
    gone_at: float = 0.0
    pending: str = ""

    @property
    def key(self) -> Key:
        return (self.context, self.scope, self.name, self.what)

    @property
    def share(self) -> float:
        """Of the limit that is used; 0 without one."""
        return self.use / self.limit if self.limit else 0.0


@dataclass(frozen=True, slots=True)
class Denial:
    """A limit said no."""

    context: str
    number: int
    at: float
    code: str
    scope: str
    name: str
    what: str
    limit: str
    current: str
    room: str
    type: str

    @property
    def quota(self) -> Key:
        return (self.context, self.scope, self.name, self.what)


@dataclass(slots=True)
class Record:
    """What an operator did, or was refused. `who`: the operator's name; empty: nobody whom the node knows."""

    context: str
    number: int
    at: float = 0.0
    who: str = ""
    role: str = ""
    did: str = ""  # "mute.MuteRoom"
    targets: str = ""  # "room=hall participant=p_1"
    reason: str = ""
    outcome: str = "OK"
    detail: str = ""
    ms: float = 0.0
    request_id: str = ""
    repeated: bool = False
    count: int = 1
    gone_at: float = 0.0
    pending: str = ""

    @property
    def key(self) -> Key:
        return (self.context, str(self.number))


@dataclass(frozen=True, slots=True)
class Chain:
    """What a look at the chain of records found. `head`: "number:hash", to be noted; `broken` 0: it holds. `start`: so
    many of the first were removed by retention; `since`: of the first that is kept, seconds since the epoch, or 0."""

    context: str
    checked: int
    older: int
    head: str
    broken: int
    why: str
    start: int = 0
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordedFile:
    name: str
    bytes: int = 0
    sha256: str = ""


@dataclass(slots=True)
class Recording:
    """From a start to a stop, and what became of it. `state`: as in the contract; `progress`: 0 … 1 of its files."""

    context: str
    room: str
    recording: str
    title: str = ""
    state: str = "recording"
    why: str = ""
    by: str = ""
    started: float = 0.0
    ended: float = 0.0
    seconds: float = 0.0
    bytes: int = 0
    tracks: int = 0  # and stretches of them
    late_ms: int = 0
    dropped: int = 0  # packets that were not written
    progress: float = 0.0
    files: tuple[RecordedFile, ...] = ()
    marks: tuple[tuple[float, str, str], ...] = ()  # (when, state, by)
    statement: str = ""  # of a deleted one, signed
    signature: str = ""
    gone_at: float = 0.0
    pending: str = ""

    @property
    def key(self) -> Key:
        return (self.context, self.room, self.recording)

    @property
    def live(self) -> bool:
        return self.state in LIVE_RECORDINGS


LIVE_RECORDINGS: Final = frozenset({"armed", "recording", "paused", "lagging", "disk_low"})


@dataclass(frozen=True, slots=True)
class Recorder:
    """Of a node: what it can still record, and what is kept there. A limit of 0: none."""

    available: bool = False
    free_bytes: int = 0
    reserved_bytes: int = 0
    running: int = 0
    recorders: int = 0
    recorders_free: int = 0
    workers: int = 0
    workers_free: int = 0
    minutes: int = 0
    minutes_limit: int = 0
    bytes: int = 0
    bytes_limit: int = 0
    room_minutes_limit: int = 0
    room_bytes_limit: int = 0
    planned: int = 0
    unplaced: int = 0


@dataclass(slots=True)
class Item:
    """Something in the chat that waits for a moderator. A private one has no text."""

    context: str
    room: str
    item: str
    kind: str = "held"  # "held", "report"
    name: str = ""
    text: str = ""
    why: str = ""
    at: float = 0.0
    private: bool = False
    reports: int = 0
    claimed_by: str = ""
    verdict: str = ""
    participant: str = ""  # who wrote it


@dataclass(slots=True)
class Waiter:
    """Somebody before the door of a room."""

    context: str
    room: str
    participant: str
    name: str = ""
    why: str = ""  # "early", "start", "lobby", "full"; empty: on their way in
    since: float = 0.0
