"""Every message of the participants' WebSocket, typed: what the node says; what pages say is in `asked.py`. The
protocol in prose is `README.md` beside this file. A page ignores types that it does not know.
"""

from __future__ import annotations

from typing import Final

import msgspec

from node.errors import Refusal
from node.signaling.asked import Active as Active
from node.signaling.asked import Admit as Admit
from node.signaling.asked import Audit as Audit
from node.signaling.asked import Ban as Ban
from node.signaling.asked import Chat as Chat
from node.signaling.asked import Claim as Claim
from node.signaling.asked import ClientMessage as ClientMessage
from node.signaling.asked import Decide as Decide
from node.signaling.asked import End as End
from node.signaling.asked import Extend as Extend
from node.signaling.asked import Hand as Hand
from node.signaling.asked import Hello as Hello
from node.signaling.asked import Hide as Hide
from node.signaling.asked import Invite as Invite
from node.signaling.asked import Layout as Layout
from node.signaling.asked import Leave as Leave
from node.signaling.asked import Lobby as Lobby
from node.signaling.asked import Lower as Lower
from node.signaling.asked import Mute as Mute
from node.signaling.asked import Older as Older
from node.signaling.asked import Ping as Ping
from node.signaling.asked import Publish as Publish
from node.signaling.asked import Quality as Quality
from node.signaling.asked import Queue as Queue
from node.signaling.asked import React as React
from node.signaling.asked import Record as Record
from node.signaling.asked import Refuse as Refuse
from node.signaling.asked import Regulate as Regulate
from node.signaling.asked import Release as Release
from node.signaling.asked import Remove as Remove
from node.signaling.asked import Rename as Rename
from node.signaling.asked import Report as Report
from node.signaling.asked import Restrain as Restrain
from node.signaling.asked import Retract as Retract
from node.signaling.asked import Role as Role
from node.signaling.asked import SetFlags as SetFlags
from node.signaling.asked import SetTexts as SetTexts
from node.signaling.asked import Show as Show
from node.signaling.asked import Sizes as Sizes
from node.signaling.asked import TileSize as TileSize
from node.signaling.asked import Voices as Voices
from node.signaling.asked import decoder as decoder
from node.signaling.parts import AuditInfo as AuditInfo
from node.signaling.parts import BrandInfo as BrandInfo
from node.signaling.parts import CoverInfo as CoverInfo
from node.signaling.parts import GradeInfo as GradeInfo
from node.signaling.parts import HandInfo as HandInfo
from node.signaling.parts import ItemInfo as ItemInfo
from node.signaling.parts import LayersInfo as LayersInfo
from node.signaling.parts import LevelInfo as LevelInfo
from node.signaling.parts import LinkInfo as LinkInfo
from node.signaling.parts import MessageInfo as MessageInfo
from node.signaling.parts import ModeInfo as ModeInfo
from node.signaling.parts import PersonInfo as PersonInfo
from node.signaling.parts import RecordingInfo as RecordingInfo
from node.signaling.parts import RestraintInfo as RestraintInfo
from node.signaling.parts import RoomInfo as RoomInfo
from node.signaling.parts import ShowingInfo as ShowingInfo
from node.signaling.parts import SlotInfo as SlotInfo
from node.signaling.parts import TallyInfo as TallyInfo
from node.signaling.parts import TextsInfo as TextsInfo
from node.signaling.parts import TimeInfo as TimeInfo
from node.signaling.parts import VerdictInfo as VerdictInfo
from node.signaling.parts import VoiceInfo as VoiceInfo
from node.signaling.parts import WaiterInfo as WaiterInfo
from node.signaling.parts import WaitersInfo as WaitersInfo
from node.signaling.parts import WrittenInfo as WrittenInfo

encoder: Final = msgspec.json.Encoder()


# ---------------------------------------------------------------- from the node


class FromNode(msgspec.Struct, tag_field="type", tag=str.lower, frozen=True):
    """What the node says."""


class Welcome(FromNode, frozen=True):
    seq: int
    you: str
    room: RoomInfo
    people: msgspec.Raw
    """[PersonInfo]"""
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
    fixed: tuple[str, ...] = ()
    """Of the flags, those that an operator set."""
    texts: TextsInfo | None = None
    risks: tuple[str, ...] = ()
    """To who may start: what is not as it should be before guests come."""


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
    fixed: tuple[str, ...] = ()


class Recording(FromNode, frozen=True):
    """Of the room; None: nothing is recorded."""

    seq: int
    recording: RecordingInfo | None


class Item(FromNode, frozen=True):
    """To moderators: new, claimed, released or decided."""

    seq: int
    item: ItemInfo


class Restraint(FromNode, frozen=True):
    """To moderators and the person. `until`: ms since the epoch; 0: no end."""

    seq: int
    participant: str
    how: str
    until: int = 0


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
    brand: BrandInfo | None = None


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


class Texts(FromNode, frozen=True):
    seq: int
    title: str
    texts: TextsInfo


class Noted(FromNode, frozen=True):
    """The texts are kept. `unknown`: placeholders that stand for nothing."""

    unknown: tuple[str, ...]


class Invitation(FromNode, frozen=True):
    """To who asked. `starts`, `ends`: ms since the epoch, or 0; `text`: by language."""

    title: str
    starts: int
    ends: int
    password: bool
    links: tuple[LinkInfo, ...]
    text: dict[str, str]
    calendar: str


class Audited(FromNode, frozen=True, tag="audit"):
    """What was asked for, the newest first. `next`: ask before this for what is older; 0: nothing is. `since` (ms since
    the epoch): what was done before is not kept any more; 0: all of it is."""

    entries: tuple[AuditInfo, ...]
    next: int
    since: int


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
    support: str = ""
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
