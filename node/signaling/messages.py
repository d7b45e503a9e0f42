"""Every message of the participants' WebSocket, typed. `README.md` beside this file is the protocol in prose.

Unknown fields and wrong types of what a page sends are refused; a page ignores server types that it does not know.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.errors import Refusal
from node.signaling.parts import CoverInfo as CoverInfo
from node.signaling.parts import GradeInfo as GradeInfo
from node.signaling.parts import HandInfo as HandInfo
from node.signaling.parts import ItemInfo as ItemInfo
from node.signaling.parts import LayersInfo as LayersInfo
from node.signaling.parts import LevelInfo as LevelInfo
from node.signaling.parts import MessageInfo as MessageInfo
from node.signaling.parts import ModeInfo as ModeInfo
from node.signaling.parts import PersonInfo as PersonInfo
from node.signaling.parts import RecordingInfo as RecordingInfo
from node.signaling.parts import RestraintInfo as RestraintInfo
from node.signaling.parts import RoomInfo as RoomInfo
from node.signaling.parts import ShowingInfo as ShowingInfo
from node.signaling.parts import SlotInfo as SlotInfo
from node.signaling.parts import TallyInfo as TallyInfo
from node.signaling.parts import TimeInfo as TimeInfo
from node.signaling.parts import VerdictInfo as VerdictInfo
from node.signaling.parts import VoiceInfo as VoiceInfo
from node.signaling.parts import WaiterInfo as WaiterInfo
from node.signaling.parts import WaitersInfo as WaitersInfo

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Secret = Annotated[str, Meta(min_length=1, max_length=128)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Figure = Annotated[float, Meta(ge=0, le=1e12)]
SourceName = Literal["microphone", "camera", "screen", "screen_audio"]


class FromPage(msgspec.Struct, tag_field="type", tag=str.lower, forbid_unknown_fields=True, frozen=True):
    """What a page may say."""


class Hello(FromPage, frozen=True):
    session: Secret
    seq: Count = 0
    language: Annotated[str, Meta(max_length=16)] = "fr"


class Publish(FromPage, frozen=True):
    source: SourceName
    on: bool


class Chat(FromPage, frozen=True):
    """The length of the text is checked by the rules, which say what the limit is."""

    text: str
    key: Annotated[str, Meta(max_length=40)] = ""
    to: Annotated[str, Meta(max_length=64)] = ""
    reply: Annotated[str, Meta(max_length=64)] = ""


class Layout(FromPage, frozen=True):
    tiles: Annotated[int, Meta(ge=0, le=128)]
    pinned: Id | None = None


Pixels = Annotated[int, Meta(ge=0, le=16384)]


class TileSize(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    slot: Annotated[int, Meta(ge=0, le=127)]
    width: Pixels
    height: Pixels


class Sizes(FromPage, frozen=True):
    sizes: Annotated[tuple[TileSize, ...], Meta(max_length=128)]


class Voices(FromPage, frozen=True):
    """Whether to be told who is in one's audio slots."""

    on: bool


class Show(FromPage, frozen=True):
    """To everybody. What is not there stays as it is."""

    view: Literal["", "auto", "gallery", "speaker", "presentation"] | None = None
    spotlight: Annotated[tuple[Id, ...], Meta(max_length=32)] | None = None


class Mute(FromPage, frozen=True):
    participant: Id
    source: SourceName
    muted: bool


class Remove(FromPage, frozen=True):
    participant: Id


class Role(FromPage, frozen=True):
    """Promote or demote. Which roles there are, the rules say."""

    participant: Id
    role: Annotated[str, Meta(min_length=1, max_length=16)]


class Rename(FromPage, frozen=True):
    participant: Id
    name: Annotated[str, Meta(max_length=400)]


class Admit(FromPage, frozen=True):
    """ "": everybody who waits."""

    participant: Annotated[str, Meta(max_length=64)] = ""


class Refuse(FromPage, frozen=True):
    """Likewise."""

    participant: Annotated[str, Meta(max_length=64)] = ""


class Lobby(FromPage, frozen=True):
    """What is not there stays as it is. The length of the texts is checked by the rules."""

    on: bool | None = None
    agenda: str | None = None
    message: str | None = None


class Hide(FromPage, frozen=True):
    message: Id


class Older(FromPage, frozen=True):
    """What was said before this message."""

    before: Id


class Queue(FromPage, frozen=True):
    """Moderators: what waits after this item."""

    after: Id


class Retract(FromPage, frozen=True):
    message: Id


class Report(FromPage, frozen=True):
    message: Id
    why: Annotated[str, Meta(max_length=200)] = ""


class Regulate(FromPage, frozen=True):
    """What is not there stays as it is."""

    public: bool | None = None
    private: bool | None = None
    to_staff: bool | None = None
    slow_s: Annotated[int, Meta(ge=0, le=3600)] | None = None
    hold: bool | None = None
    words: Literal["allow", "hold", "refuse"] | None = None
    own_words: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=200)] | None = None
    per_moderator: Annotated[int, Meta(ge=0, le=1000)] | None = None


class SetFlags(FromPage, frozen=True, tag="flags"):
    """What is not there stays as it is."""

    webcams_only_for_moderators: bool | None = None
    mute_on_start: bool | None = None
    lock_camera: bool | None = None
    lock_microphone: bool | None = None


class Restrain(FromPage, frozen=True):
    participant: Id
    how: Literal["", "hold", "mute"]


class Claim(FromPage, frozen=True):
    item: Id


class Release(FromPage, frozen=True):
    item: Id


class Decide(FromPage, frozen=True):
    item: Id
    verdict: Literal["approve", "decline", "hide", "dismiss"]


class Hand(FromPage, frozen=True):
    up: bool


class Lower(FromPage, frozen=True):
    """ "": everybody's hand."""

    participant: Annotated[str, Meta(max_length=64)] = ""


class React(FromPage, frozen=True):
    reaction: Literal["clap", "yes", "no", "heart", "laugh", "wow"]


class Active(FromPage, frozen=True):
    """A key or a pointer was used lately."""


class Extend(FromPage, frozen=True):
    minutes: Annotated[int, Meta(ge=1, le=1440)]


class End(FromPage, frozen=True):
    """For everybody."""


class Record(FromPage, frozen=True):
    do: Literal["start", "pause", "resume", "stop"]
    arrangement: Literal["grid", "speaker"] = "grid"


class Quality(FromPage, frozen=True):
    """Of the last seconds. Lost, dropped: 0 … 1; `decode_ms`: of one frame; `limited`: what holds the sending back."""

    video_fps: Figure = 0.0
    video_lost: Figure = 0.0
    audio_lost: Figure = 0.0
    rtt_ms: Figure = 0.0
    jitter_ms: Figure = 0.0
    freezes: Annotated[int, Meta(ge=0, le=100_000)] = 0
    frozen_ms: Figure = 0.0
    decode_ms: Figure = 0.0
    dropped: Figure = 0.0
    limited: Literal["", "cpu", "bandwidth"] = ""


class Ping(FromPage, frozen=True):
    n: Annotated[int, Meta(ge=-(2**53), le=2**53)] = 0


class Leave(FromPage, frozen=True):
    pass


ClientMessage = (
    Hello
    | Publish
    | Chat
    | Layout
    | Sizes
    | Voices
    | Show
    | Mute
    | Remove
    | Role
    | Rename
    | Admit
    | Refuse
    | Lobby
    | Hide
    | Extend
    | End
    | Retract
    | Older
    | Queue
    | Report
    | Regulate
    | SetFlags
    | Restrain
    | Claim
    | Release
    | Decide
    | Hand
    | Lower
    | React
    | Active
    | Record
    | Quality
    | Ping
    | Leave
)

decoder: Final = msgspec.json.Decoder(ClientMessage)
encoder: Final = msgspec.json.Encoder()


# ---------------------------------------------------------------- from the node


class FromNode(msgspec.Struct, tag_field="type", tag=str.lower, frozen=True):
    """What the node says."""


class Welcome(FromNode, frozen=True):
    seq: int
    you: str
    room: RoomInfo
    people: tuple[PersonInfo, ...]
    slots: tuple[SlotInfo, ...]
    chat: tuple[MessageInfo, ...]
    blocked: tuple[str, ...]
    layers: tuple[LayersInfo, ...] = ()
    held: bool = False
    quality: VerdictInfo | None = None
    mode: ModeInfo | None = None
    items: tuple[ItemInfo, ...] = ()
    restraints: tuple[RestraintInfo, ...] = ()
    waiting: tuple[ItemInfo, ...] = ()
    hands: tuple[HandInfo, ...] = ()
    cover: CoverInfo | None = None
    lobby: WaitersInfo | None = None
    rights: tuple[str, ...] = ()
    time: TimeInfo | None = None
    older: bool = False
    """There may be more in `chat`, before the first: ask for it."""
    more_items: bool = False
    """There is more in `items`, after the last."""
    flags: tuple[str, ...] = ()
    recording: RecordingInfo | None = None
    showing: ShowingInfo | None = None


class Resumed(FromNode, frozen=True):
    seq: int


class Person(FromNode, frozen=True):
    seq: int
    person: PersonInfo


class Gone(FromNode, frozen=True):
    seq: int
    participant: str
    cause: str


class Slots(FromNode, frozen=True):
    seq: int
    slots: tuple[SlotInfo, ...]


class InSlots(FromNode, frozen=True, tag="voices"):
    """To who asked."""

    voices: tuple[VoiceInfo, ...]


class Showing(FromNode, frozen=True):
    seq: int
    view: str
    spotlight: tuple[str, ...]


class Speaking(FromNode, frozen=True):
    levels: tuple[LevelInfo, ...]


class Said(FromNode, frozen=True, tag="chat"):
    seq: int
    message: MessageInfo


class Earlier(FromNode, frozen=True, tag="older"):
    """What was asked for, the oldest first."""

    messages: tuple[MessageInfo, ...]
    more: bool


class Items(FromNode, frozen=True, tag="queue"):
    items: tuple[ItemInfo, ...]
    more: bool


class Hidden(FromNode, frozen=True):
    seq: int
    message: str


class Waiting(FromNode, frozen=True):
    """Your message waits for a moderator."""

    seq: int
    item: str
    key: str


class Declined(FromNode, frozen=True):
    """It waited in vain."""

    seq: int
    item: str
    key: str


class Reported(FromNode, frozen=True):
    """The moderators have your report."""

    seq: int
    message: str


class Mode(FromNode, frozen=True):
    seq: int
    mode: ModeInfo


class Flags(FromNode, frozen=True):
    """Those that hold now."""

    seq: int
    flags: tuple[str, ...]


class Recording(FromNode, frozen=True):
    """Of the room; None: nothing is recorded."""

    seq: int
    recording: RecordingInfo | None


class Item(FromNode, frozen=True):
    """To moderators: new, claimed, released or decided."""

    seq: int
    item: ItemInfo


class Restraint(FromNode, frozen=True):
    """To moderators and the person."""

    seq: int
    participant: str
    how: str


class Hands(FromNode, frozen=True):
    """The hands that are up, the longest waiting first; at most 200 of `total`."""

    seq: int
    hands: tuple[HandInfo, ...]
    total: int


class Reactions(FromNode, frozen=True):
    reactions: tuple[TallyInfo, ...]


class Cover(FromNode, frozen=True):
    """To moderators."""

    seq: int
    cover: CoverInfo


class Waiters(FromNode, frozen=True):
    """To who may let people in: who waits, and how the lobby is set."""

    seq: int
    lobby: WaitersInfo


class Hall(FromNode, frozen=True, tag="lobby"):
    """To who waits. `agenda`, `message`: sanitised HTML."""

    why: str
    room: RoomInfo
    agenda: str
    message: str
    opens_in_s: int


class Admitted(FromNode, frozen=True):
    """To who waited: join, with your session."""


class Blocked(FromNode, frozen=True):
    seq: int
    source: str
    blocked: bool
    by: str


class Layers(FromNode, frozen=True):
    seq: int
    source: str
    rids: tuple[str, ...]


class Held(FromNode, frozen=True):
    seq: int
    held: bool


class Verdict(FromNode, frozen=True, tag="quality"):
    """Of your own connection."""

    seq: int
    grade: str
    cause: str


class Grades(FromNode, frozen=True):
    """Everybody whose connection is not good, the worst first; at most 100."""

    grades: tuple[GradeInfo, ...]


class Time(FromNode, frozen=True):
    """The end is near, or was moved; None: no end is in sight any more."""

    seq: int
    time: TimeInfo | None


class NewRole(FromNode, frozen=True, tag="role"):
    """You have another one now; a welcome follows."""

    seq: int
    role: str
    rights: tuple[str, ...]
    by: str


class Rejoin(FromNode, frozen=True):
    seq: int
    cause: str


class Refused(FromNode, frozen=True):
    """A refusal, what it answers (`to`) and the key of a chat message."""

    code: str
    rule: str
    message: dict[str, str]
    next_step: dict[str, str]
    limit: str
    current: str
    set_by: str
    to: str = ""
    key: str = ""

    @classmethod
    def of(cls, refusal: Refusal, to: str = "", key: str = "") -> Refused:
        return cls(**msgspec.structs.asdict(refusal), to=to, key=key)


class Ended(FromNode, frozen=True):
    seq: int
    cause: str
    why: Refusal


class Pong(FromNode, frozen=True):
    n: int
