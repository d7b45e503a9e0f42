"""The rows of the console, as values. Strings from people are clean (`text.clean`) before they get here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from console.model_features import (
        LIVE_RECORDINGS as LIVE_RECORDINGS,
    )
    from console.model_features import (
        Cap as Cap,
    )
    from console.model_features import (
        Chain as Chain,
    )
    from console.model_features import (
        Denial as Denial,
    )
    from console.model_features import (
        Detail as Detail,
    )
    from console.model_features import (
        DrainPlan as DrainPlan,
    )
    from console.model_features import (
        History as History,
    )
    from console.model_features import (
        Item as Item,
    )
    from console.model_features import (
        Layer as Layer,
    )
    from console.model_features import (
        PlannedEnd as PlannedEnd,
    )
    from console.model_features import (
        Point as Point,
    )
    from console.model_features import (
        Quota as Quota,
    )
    from console.model_features import (
        Record as Record,
    )
    from console.model_features import (
        RecordedFile as RecordedFile,
    )
    from console.model_features import (
        Recorder as Recorder,
    )
    from console.model_features import (
        Recording as Recording,
    )
    from console.model_features import (
        SessionType as SessionType,
    )
    from console.model_features import (
        Slot as Slot,
    )
    from console.model_features import (
        Waiter as Waiter,
    )
else:

    def __getattr__(name: str) -> Any:
        """Each dataclass takes a millisecond to make, and a command needs few of them (PEP 562)."""
        if name.startswith("__"):
            raise AttributeError(name)
        from console import model_features

        return getattr(model_features, name)


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
    webinars: int = 0  # sessions that go on and that a host began
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


@dataclass(frozen=True, slots=True)
class Track:
    """How a source of a person stands. A value: whoever has theirs so shares it."""

    on: bool = False
    muted: bool = False  # blocked by the server, whatever the person sends
    muted_by: str = ""


_NO_TRACKS: Final[Mapping[str, Track]] = MappingProxyType({})


def _no_tracks() -> Mapping[str, Track]:
    return _NO_TRACKS


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
    tracks: Mapping[str, Track] = field(default_factory=_no_tracks)
    """Never changed in place: shared by all whose sources stand so."""
    speaking: bool = False
    level: int = 127  # -dBov; 127: silent
    loss: float = 0.0
    rtt_ms: float = 0.0
    bits: int = 0
    bits_up: int = 0  # of all sources
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
    restraint: str = ""  # in the chat: "hold", "mute"
    restrained_until: float = 0.0  # Unix seconds; 0: no end
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
    set_by: str = ""  # "room", "node", "protocol", "operator"
    message: dict[str, str] = field(default_factory=dict)
    next_step: dict[str, str] = field(default_factory=dict)
    support: str = ""  # address of the node's support desk


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
