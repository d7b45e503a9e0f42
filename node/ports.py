"""The vocabulary: what the services need from the world, and the few words that they share with it.

Read this first. A service knows these protocols and never an adapter. Adapters: `node.media` implements `Media`,
`node/features/*/store.py` the stores, `node.clock` the clock.
"""

from __future__ import annotations

import enum
import errno
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, Literal, Protocol

import msgspec


class Source(enum.StrEnum):
    """What a published track shows."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN = "screen"
    SCREEN_AUDIO = "screen_audio"


class Kind(enum.StrEnum):
    AUDIO = "audio"
    VIDEO = "video"


class Shape(enum.StrEnum):
    """Who negotiates: decides which m-lines an offer may have and which slots it gets."""

    PAGE = "page"
    WHIP = "whip"
    WHEP = "whep"


class Actor(msgspec.Struct, frozen=True):
    """Who decided something. `id`: the operator's name, the participant's id, the node's name; `role` as that kind
    has them (operators: viewer … admin; people: host, participant; node: node)."""

    kind: Literal["operator", "host", "participant", "node"]
    id: str
    role: str


class Fact(msgspec.Struct, frozen=True):
    """Something that happened and must survive a restart. Past tense; the ledger keeps it."""


class Effect(msgspec.Struct, frozen=True):
    """Something that the media must do because of a decision."""


class Notice(msgspec.Struct, frozen=True):
    """Something that people or operators are told and that nobody keeps."""


Event = Fact | Effect | Notice


class Track(msgspec.Struct, frozen=True):
    """A track that a participant publishes. `id` is unique on the node."""

    id: str
    kind: Kind
    source: Source
    mid: str


class Slot(msgspec.Struct, frozen=True):
    """A receiving m-line. Audio slots are filled by the plane, video slots by the layout."""

    index: int
    kind: Kind
    mid: str


class Opened(msgspec.Struct, frozen=True):
    """A negotiation that succeeded."""

    transport: str
    answer: str
    tracks: tuple[Track, ...]
    slots: tuple[Slot, ...]


class Assignment(msgspec.Struct, frozen=True):
    """Put `track` in video slot `slot` of `transport`; `None` empties it."""

    transport: str
    slot: int
    track: str | None


class Sizing(msgspec.Struct, frozen=True):
    """How large video slot `slot` of `transport` is shown, device pixels. 0: not known, the highest layer."""

    transport: str
    slot: int
    width: int
    height: int


class Cap(msgspec.Struct, frozen=True):
    """The most that peers may send and are sent, bit/s; 0: no cap here. `id`: of the transport or the room;
    "" of the node."""

    scope: Literal["transport", "room", "node"]
    id: str
    send_bps: int
    receive_bps: int


class Tap(msgspec.Struct, frozen=True):
    """Write `track` to the spool as stream `stream` of `recording` (32 lower hexadecimal digits), or end that.
    A number is used once in a recording."""

    recording: str
    stream: int
    track: str
    on: bool


class Level(msgspec.Struct, frozen=True):
    """0 … 127, -dBov (RFC 6464): 0 is the loudest."""

    track: str
    level: int


# ---------------------------------------------------------------- what the plane tells


class TransportConnected(msgspec.Struct, frozen=True):
    """ICE and DTLS are done: packets flow."""

    transport: str


class TransportLost(msgspec.Struct, frozen=True):
    """Consent ended or DTLS failed; the transport is of no more use unless ICE restarts."""

    transport: str
    cause: str


class Speaking(msgspec.Struct, frozen=True):
    room: str
    levels: tuple[Level, ...]


class SlotShows(msgspec.Struct, frozen=True):
    transport: str
    slot: int
    track: str | None


class LayersWanted(msgspec.Struct, frozen=True):
    """Which layers of a track are worth sending, lowest first; none: nobody watches."""

    track: str
    rids: tuple[str, ...]


class VideoHeld(msgspec.Struct, frozen=True):
    """The way to this peer bears no picture: it is sent sound only. Or it does again."""

    transport: str
    held: bool


class SlotFigures(msgspec.Struct, frozen=True, gc=False):
    """A slot that shows something. `rid`: the layer sent now, "" for the only one, or none."""

    slot: int
    track: str
    rid: str
    bps: int
    loss: float
    switches: int


class LayerFigures(msgspec.Struct, frozen=True):
    """One encoding of a picture that arrives. Pixels, 0: not known."""

    rid: str
    bps: int
    loss: float
    width: int
    height: int
    fps: float
    active: bool
    wanted: bool


class TransportFigures(msgspec.Struct, frozen=True):
    """Of one second. bit/s, ms, 0 … 1; 0: not known. `estimate_bps`: what the peer says it can receive; `target_bps`:
    what the plane sends at most; `delay_ms`: the queue that stands on the way. Caps: 0 for none."""

    transport: str
    received_bps: int
    sent_bps: int
    sent_packets: int
    rtt_ms: float
    loss: float
    connected: bool
    jitter_ms: float = 0.0
    estimate_bps: int = 0
    target_bps: int = 0
    receive_cap_bps: int = 0
    send_cap_bps: int = 0
    queue_ms: int = 0
    delay_ms: int = 0
    video_held: bool = False
    tcp: bool = False
    slots: Iterable[SlotFigures] = ()
    """Those that show something. Read when they are asked for, and nothing once the next second is there."""


class TrackFigures(msgspec.Struct, frozen=True):
    track: str
    bps: int
    loss: float
    level: int
    active: bool
    muted: bool
    jitter_ms: float = 0.0
    packets: int = 0
    layers: tuple[LayerFigures, ...] = ()


class ShardFigures(msgspec.Struct, frozen=True):
    """One thread of the plane. Counters since its start but for `transports` and `lag_p99_ms`."""

    shard: int
    transports: int
    sent_packets: int
    cpu_us: int
    lag_p99_ms: float
    mirrored_packets: int


class TapFigures(msgspec.Struct, frozen=True):
    """A stream of a recording, since it began. `late_ms`: since when its oldest packet waits for the disk; `failing`:
    why packets are dropped now, ""; as `TapFailed`."""

    recording: str
    stream: int
    bytes: int
    late_ms: int
    waiting_bytes: int
    dropped_packets: int
    failing: str = ""


class PlaneFigures(msgspec.Struct, frozen=True):
    """One second of the plane. `totals` are counters since its start, by metric name; `drops` by cause.
    `first_frame`, since its start: (seconds, how many took at most that) rising, and their sum in seconds."""

    transports: tuple[TransportFigures, ...]
    tracks: tuple[TrackFigures, ...]
    totals: dict[str, float]
    drops: dict[str, int]
    packets_in_per_second: int
    packets_out_per_second: int
    bits_in_per_second: int
    bits_out_per_second: int
    nacks_per_second: float
    cpu_percent: float
    lag_p50_ms: float
    lag_p99_ms: float
    resident_bytes: int
    socket_drops_per_second: float = 0.0
    shards: tuple[ShardFigures, ...] = ()
    first_frame: tuple[tuple[float, int], ...] = ()
    first_frame_sum: float = 0.0
    taps: tuple[TapFigures, ...] = ()
    spool_free_bytes: int | None = None
    """None: it does not record."""


class TapClosed(msgspec.Struct, frozen=True):
    """A stream is over, and all of it is on the disk. `cause`: "stopped", "track", "plane", "failed"."""

    recording: str
    stream: int
    segments: int
    bytes: int
    cause: str


class TapFailed(msgspec.Struct, frozen=True):
    """Packets of a stream are lost from now on, until the plane can write again. `cause`: "full", "io", "lagging"."""

    recording: str
    stream: int
    cause: str


class PlaneDown(msgspec.Struct, frozen=True):
    """The plane is gone; it is being started again. Every transport is lost."""

    cause: str


class PlaneUp(msgspec.Struct, frozen=True):
    """A plane answers. `fresh`: it holds no transport of ours; whoever was on one must join again."""

    instance: str
    version: str
    epoch: int
    started_unix_ms: int
    optimised: bool
    fresh: bool


class Fenced(msgspec.Struct, frozen=True):
    """A newer control process has taken over; this one must stop deciding."""

    epoch: int


MediaEvent = (
    TapClosed
    | TapFailed
    | TransportConnected
    | TransportLost
    | Speaking
    | SlotShows
    | LayersWanted
    | VideoHeld
    | PlaneFigures
    | PlaneDown
    | PlaneUp
    | Fenced
)


class Held(msgspec.Struct, frozen=True):
    """A transport that the plane held when we attached: what a restart finds again."""

    transport: str
    room: str
    label: bytes
    tracks: tuple[Track, ...]
    slots: tuple[Slot, ...]
    muted: frozenset[str]
    assigned: dict[int, str]
    connected: bool


class Media(Protocol):
    """The media of the node. Raises `Refused` (SDP_INVALID, SDP_UNSUPPORTED, PLANE_DOWN, PLANE_FULL)."""

    def subscribe(self, listener: Callable[[MediaEvent], None]) -> None:
        """`listener` is called on the node's loop, in order, and must not block."""

    async def open(
        self, *, room: str, transport: str, offer: str, shape: Shape, label: bytes, muted: frozenset[Source]
    ) -> Opened:
        """Negotiate `offer` (SDP). Track ids are made here: `<transport>/<source>`."""

    async def restart(self, transport: str, offer: str) -> str:
        """ICE restart (RFC 8445 2.4): the answer with new credentials. `offer` may be an SDP fragment (RFC 8840)."""

    async def close(self, transport: str) -> None: ...

    async def close_room(self, room: str) -> None: ...

    async def mute(self, changes: dict[str, bool]) -> None:
        """Track id → blocked or not. Effective in the plane when this returns."""

    async def assign(self, changes: Sequence[Assignment]) -> None: ...

    async def size(self, changes: Sequence[Sizing]) -> None:
        """How large slots are shown. A plane that knows no layers is not told."""

    @property
    def records(self) -> bool:
        """Whether the plane has a spool."""

    async def tap(self, changes: Sequence[Tap]) -> None:
        """Begin and end streams of recordings. What is unknown to the plane is ended already."""

    async def taps(self) -> list[Tap]:
        """The streams that the plane writes now."""

    async def limit(self, cap: Cap) -> None:
        """Set a cap, or lift it. The plane keeps those of a room while somebody is in it."""

    async def held(self) -> list[Held]: ...


class StoreAway(OSError):
    """The store of files does not answer, or refuses us: what is there is as it was. `why`: one word."""

    def __init__(self, why: str) -> None:
        super().__init__(errno.EHOSTUNREACH, f"store: {why}")
        self.why = why


class Files(Protocol):
    """Files by (recording, name). Both are words that the node made, and an adapter takes no other: what a person
    typed never becomes a path (H23). Blocks: called in threads. Raises OSError."""

    def read(self, recording: str, name: str, start: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `start` on, in pieces; fewer where the file ends. 0 ≤ `start`."""


class Attached(Files, Protocol):
    """Files that people hand in, called by words of the node's own. Raises OSError."""

    def writing(self, recording: str, name: str) -> AbstractContextManager[BinaryIO]:
        """The file is there when the context ends, whole and durable; not at all when it ends in an exception."""

    def remove(self, recording: str, name: str) -> None:
        """Its bytes are gone, those of half a file too. Harmless when there are none."""

    def found(self) -> frozenset[tuple[str, str]]:
        """(recording, name) of all that are there, half files too, but for those that are being written."""


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch, as the rules use it."""


class Scope(msgspec.Struct, frozen=True, order=True):
    """What a limit counts, and where: `what` ("people", "publishers", "rooms") in `kind` ("node", "type", "room"; later
    "tenant", "platform"); `name`: which one, "" of the node."""

    kind: str
    name: str
    what: str


class Claim(msgspec.Struct, frozen=True):
    """A place in `scope`, if fewer than `limit` are taken (0: however many). Who finds none is refused with `code`;
    `set_by`: whose limit it is."""

    scope: Scope
    limit: int
    code: str
    set_by: str


class Places(Protocol):
    """Counts what limits count (D1). A place is lent to a holder (a participant's or a room's id) and must be renewed:
    who is heard of no more, because a process died, has lost it when the lease is over.

    Awaited, because a limit that spans nodes is counted elsewhere; within one node nothing is waited for.
    """

    async def take(self, holder: str, claims: Sequence[Claim], now: float) -> None:
        """All of `claims`, or none. What `holder` has already is not counted twice. Raises `Refused` with the code of
        the first that is not to be had."""

    def hold(self, holder: str, scopes: frozenset[Scope], now: float) -> None:
        """`holder` is there, whatever the limits say: after a restart, and to renew."""

    def give_back(self, holder: str) -> None:
        """At once. Harmless when there is nothing to give back."""

    def expire(self, now: float) -> list[str]:
        """Take back what was not renewed in time: the holders. Call it after renewing, never instead."""

    def use(self, scope: Scope) -> int: ...


class Ledger(Protocol):
    """Durable facts, in the order noted."""

    @property
    def healthy(self) -> bool:
        """False while the database does not take writes; facts wait in memory meanwhile."""

    def note(self, facts: Sequence[Fact]) -> Awaitable[None]:
        """Queue `facts` at once; the awaitable is done when they are durable, or when the database is known to be
        away (then they are written when it is back). Raises `Refused` (FENCED) after another process took over."""
