"""What is seen of a room, and what is kept of it. Pure."""

from __future__ import annotations

import enum

import msgspec

from node.features.access.rules import Link
from node.features.chat.rules import MessageView, PrivateView
from node.features.cover.rules import CoverView
from node.features.flags.rules import FlagSet
from node.features.layout.showing import Showing
from node.features.lobby.rules import SavedLobby
from node.features.moderation.rules import Bound, Item, Settings
from node.features.mute.rules import By
from node.features.participants.bans import Ban
from node.features.participants.rules import Cause, Role
from node.features.quota.rules import Value
from node.features.rates.rules import Cap
from node.features.recordings.planned import Plan as RecordingPlan
from node.features.recordings.rules import SavedRecording
from node.features.schedule.rules import Plan, ScheduleView, Sitting
from node.features.texts.rules import Texts
from node.ports import Shape, Source


class RoomState(enum.StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class RoomView(msgspec.Struct, frozen=True):
    """Times in seconds since the epoch, None: not yet. Loss in percent, as receivers report it."""

    room: str
    title: str
    state: RoomState
    created: float
    opened: float | None
    closed: float | None
    closed_by: str
    closed_reason: str
    people: int
    max_participants: int
    bits_out_per_second: int
    loss_percent: float
    cameras: int
    speaking: int
    screen: bool
    node: str
    muted: bool = False
    """Microphones of people who come later are blocked."""
    send_cap_bps: int = 0
    receive_cap_bps: int = 0
    """0: no cap of the room's own."""
    hands: int = 0
    reactions: int = 0
    """Given since the node has the room."""
    waiting: int = 0
    """Held messages and reports that moderators have not decided."""
    cover: CoverView = CoverView()
    type: str = "meeting"
    schedule: ScheduleView = ScheduleView()
    lobby: bool = False
    """Who may not prepare waits there until somebody lets them in."""
    waiters: int = 0
    recording: str = ""
    """Its state (`node/features/recordings/states.py`); "" none."""
    risks: tuple[str, ...] = ()
    """What is not as it should be before guests come."""
    owner: str = ""
    """Who made it."""


class JoinLink(msgspec.Struct, frozen=True):
    """A way into a room. `expires`: seconds since the epoch."""

    role: Role
    url: str
    ticket: str
    expires: float


class Opening(msgspec.Struct, frozen=True):
    """What a room is made from: at its creation, or from the ledger."""

    room: str
    title: str
    max_participants: int
    created: float
    opened: float | None = None
    closed: float | None = None
    closed_by: str = ""
    closed_reason: str = ""
    type: str = "meeting"
    plan: Plan = Plan()
    sitting: Sitting = Sitting()
    access: str = "open"
    password: str = ""
    """As scrypt made it."""
    chat_from: int = 0
    """The last message of an earlier session."""
    owner: str = ""


class SavedPerson(msgspec.Struct, frozen=True):
    """Somebody who had a place when the node stopped."""

    participant: str
    name: str
    role: Role
    client: Shape
    language: str
    session: str
    joined: float
    transport: str
    publishing: tuple[Source, ...]
    ticket: str = ""
    role_by: str = ""
    name_by: str = ""


class SavedRoom(msgspec.Struct, frozen=True):
    """An open room as the ledger knows it. `ended`: (session, participant, cause); `blocks`: (participant, source,
    by); `messages`: the last ones."""

    opening: Opening
    links: tuple[Link, ...]
    people: tuple[SavedPerson, ...]
    ended: tuple[tuple[str, str, Cause], ...]
    blocks: tuple[tuple[str, Source, By], ...]
    room_muted: By | None
    messages: tuple[MessageView, ...]
    last_message: int
    caps: dict[str, Cap] = {}
    """By participant; "" is the room's own."""
    quotas: dict[str, Value] = {}
    """Of the room, by what is limited."""
    private: tuple[PrivateView, ...] = ()
    moderation: Settings = Settings()
    restraints: dict[str, Bound] = {}
    absent: tuple[tuple[str, str, str, Bound], ...] = ()
    """Restraints of people who left: (participant, ticket, name, what holds)."""
    blocked_absent: tuple[tuple[str, str, str, dict[Source, By]], ...] = ()
    """What is blocked by name, of people who left: (participant, ticket, name, source → by whom)."""
    items: tuple[Item, ...] = ()
    last_item: int = 0
    lobby: SavedLobby = SavedLobby()
    hands: dict[str, float] = {}
    """Since when, in their order."""
    flags: FlagSet = FlagSet()
    recording: SavedRecording | None = None
    recorded: RecordingPlan = RecordingPlan()
    texts: Texts = Texts()
    showing: Showing = Showing()
    bans: tuple[tuple[Ban, str], ...] = ()
    """And the ticket by which each came."""
