"""The rows of the console, as values. Strings from people are clean (`text.clean`) before they get here."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Final, Literal

Key = tuple[str, ...]  # begins with the context: two nodes may both have a room "daily"
Source = Literal["microphone", "camera", "screen", "screen_audio"]
SOURCES: tuple[Source, ...] = ("microphone", "camera", "screen", "screen_audio")


class Role(IntEnum):
    """What an operator's token may do; each includes the ones before it."""

    NONE = 0
    VIEWER = 1
    MODERATOR = 2
    OPERATOR = 3
    ADMIN = 4

    @property
    def word(self) -> str:
        return self.name.lower()


class Link(Enum):
    """How a context answers, from the age of its last heartbeat."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    DOWN = "down"
    DENIED = "denied"


class Grade(IntEnum):
    UNKNOWN = 0
    GOOD = 1
    FAIR = 2
    POOR = 3


@dataclass(slots=True)
class Node:
    """One media node, as of its last message. Rates are per second."""

    context: str
    name: str
    version: str = ""
    state: str = "ok"  # "ok", "plane_down", "fenced", "draining"
    started: float = 0.0  # Unix seconds
    cpu: float = 0.0  # per cent of the machine
    plane_cpu: float = 0.0  # per cent of one core
    control_cpu: float = 0.0
    packets_in: int = 0
    packets_out: int = 0
    bits_in: int = 0
    bits_out: int = 0
    people: int = 0
    rooms: int = 0
    loss: float = 0.0  # per cent
    lag_ms: float = 0.0
    control_lag_ms: float = 0.0
    nacks: float = 0.0
    plane_bytes: int = 0
    control_bytes: int = 0
    plane_restarts: int = 0
    optimised: bool = True
    web_url: str = ""
    send_cap: int = 0  # bit/s; 0: none
    receive_cap: int = 0
    database_away: bool = False  # facts wait in memory
    max_people: int = 0  # that it takes; 0: no limit
    drain_deadline: float = 0.0  # Unix seconds; 0: it does not drain
    drain_by: str = ""
    drain_late: bool = False  # the deadline has passed, and there are people yet
    gone_at: float = 0.0
    pending: str = ""

    @property
    def key(self) -> Key:
        return (self.context, self.name)


@dataclass(slots=True)
class History:
    """The last minutes of one node, for sparklines: one value a second."""

    cpu: deque[float] = field(default_factory=lambda: deque(maxlen=600))
    people: deque[float] = field(default_factory=lambda: deque(maxlen=600))
    bits: deque[float] = field(default_factory=lambda: deque(maxlen=600))
    loss: deque[float] = field(default_factory=lambda: deque(maxlen=600))


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


@dataclass(slots=True)
class Room:
    context: str
    room: str
    title: str = ""
    open: bool = True
    created: float = 0.0
    opened: float = 0.0
    closed: float = 0.0
    closed_by: str = ""
    closed_reason: str = ""
    people: int = 0
    max_participants: int = 0
    send_cap: int = 0  # bit/s; 0: none of its own
    receive_cap: int = 0
    bits_out: int = 0
    loss: float = 0.0
    cameras: int = 0
    speaking: int = 0
    screen: bool = False
    node: str = ""
    muted: bool = False  # microphones of people who come later are blocked
    hands: int = 0
    reactions: int = 0  # since the node has the room
    waiting: int = 0  # held messages and reports
    lobby: bool = False
    waiters: int = 0  # people before the door
    cover: str = ""  # "covered", "short", "slow", "hold"
    moderators: int = 0
    moderators_needed: int = 0
    type: str = ""
    form: str = "permanent"  # "permanent", "scheduled", "instant"
    starts: float = 0.0
    started: float = 0.0
    ends: float = 0.0  # the stated end
    cut: float = 0.0  # when everybody is out
    end_cause: str = ""  # of the last session: "empty", "time", "duration", "host", "operator"
    recording: str = ""  # state of the recording that runs
    owner: str = ""  # who made it
    risks: tuple[str, ...] = ()  # what is not as it should be before guests come
    gone_at: float = 0.0
    pending: str = ""  # what we asked for and the node has not confirmed yet

    @property
    def key(self) -> Key:
        return (self.context, self.room)


@dataclass(slots=True)
class Track:
    on: bool = False
    muted: bool = False  # blocked by the server, whatever the person sends
    muted_by: str = ""
    bits: int = 0
    loss: float = 0.0


@dataclass(slots=True)
class Person:
    context: str
    room: str
    participant: str
    name: str = ""
    role: str = "participant"  # "host", "participant"
    client: str = "page"  # "page", "whip", "whep"
    joined: float = 0.0
    hand: float = 0.0  # since when it is up, Unix seconds; 0: it is not
    state: str = "here"  # "joining", "here", "away"
    tracks: dict[str, Track] = field(default_factory=dict)
    speaking: bool = False
    level: int = 127  # -dBov; 127: silent
    loss: float = 0.0
    rtt_ms: float = 0.0
    bits: int = 0
    grade: Grade = Grade.UNKNOWN
    cause: str = ""  # "network_up", "network_down", "device", "node": of what is not good
    jitter_ms: float = 0.0
    loss_up: float = 0.0
    jitter_up_ms: float = 0.0
    target: int = 0  # bit/s: what the node sends at most
    held: bool = False  # pictures are held back
    tcp: bool = False
    send_cap: int = 0  # bit/s, those that hold now; 0: none
    receive_cap: int = 0
    fps: float = 0.0
    freezes: int = 0
    gone_at: float = 0.0
    pending: str = ""

    @property
    def key(self) -> Key:
        return (self.context, self.room, self.participant)

    def track(self, source: str) -> Track | None:
        return self.tracks.get(source)

    @property
    def muted(self) -> bool:
        """Is the microphone blocked by the server?"""
        track = self.tracks.get("microphone")
        return track is not None and track.muted


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
    """What a look at the chain of records found. `head`: "number:hash", to be noted; `broken` 0: it holds."""

    context: str
    checked: int
    older: int
    head: str
    broken: int
    why: str


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


@dataclass(slots=True)
class Message:
    context: str
    room: str
    message: str
    participant: str = ""
    name: str = ""
    text: str = ""
    sent: float = 0.0
    hidden: bool = False
    hidden_by: str = ""
    pending: str = ""

    @property
    def key(self) -> Key:
        return (self.context, self.room, self.message)


@dataclass(slots=True)
class Connection:
    """One context of the file and how it answers."""

    context: str
    address: str = ""
    operator: str = ""
    role: Role = Role.NONE
    since: float = 0.0  # monotonic seconds of the first attempt
    heard: float = 0.0  # monotonic seconds of the last heartbeat; 0: never
    denied: bool = False
    reason: str = ""  # of the last failure
    link: Link = Link.CONNECTING


@dataclass(frozen=True, slots=True)
class Context:
    """One entry of contexts.toml."""

    name: str
    address: str
    ca_file: str = ""
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the node said no: the object of protos/common/v1, by language."""

    code: str
    rule: str = ""
    limit: str = ""
    current: str = ""
    message: dict[str, str] = field(default_factory=dict)
    next_step: dict[str, str] = field(default_factory=dict)


FailureKind = Literal["refused", "precondition", "denied", "connection", "timeout", "usage", "fault"]


class Failure(Exception):
    """A call did not do what was asked. `refusal` is set when the node explained itself."""

    def __init__(self, kind: FailureKind, text: str, refusal: Refusal | None = None) -> None:
        super().__init__(text)
        self.kind: FailureKind = kind
        self.text = text
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Ack:
    """A node did it. `changed`: sources, participants, damaged files or a link, as the call says;
    `before`: values that take it back."""

    changed: Sequence[str] = ()
    ms: float = 0.0
    before: Mapping[str, object] = field(default_factory=dict)
    row: object = None  # what it is now, of a recording
    until: float = 0.0  # Unix seconds, of a link
