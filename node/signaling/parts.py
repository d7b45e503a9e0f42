"""What the messages of the participants' WebSocket are made of; `messages.py` has the messages."""

from __future__ import annotations

import msgspec


class PersonInfo(msgspec.Struct, frozen=True):
    participant: str
    name: str
    role: str
    publishing: tuple[str, ...]
    blocked: tuple[str, ...]
    state: str


class SlotInfo(msgspec.Struct, frozen=True):
    slot: int
    participant: str | None
    source: str | None


class VoiceInfo(msgspec.Struct, frozen=True):
    """Who is in an audio slot."""

    slot: int
    participant: str | None


class ShowingInfo(msgspec.Struct, frozen=True):
    """What the hosts show everybody."""

    view: str
    spotlight: tuple[str, ...]


class LayersInfo(msgspec.Struct, frozen=True):
    """Layers of your picture that anybody watches, lowest first."""

    source: str
    rids: tuple[str, ...]


class VerdictInfo(msgspec.Struct, frozen=True):
    grade: str
    cause: str


class GradeInfo(msgspec.Struct, frozen=True):
    participant: str
    grade: str


class LevelInfo(msgspec.Struct, frozen=True):
    participant: str
    level: int


class MessageInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """`sent`: ms since the epoch. `key` goes to the sender only. `to`: "" for everybody."""

    message: str
    participant: str
    name: str
    text: str
    html: str
    sent: int
    key: str = ""
    to: str = ""
    reply: str = ""


class ModeInfo(msgspec.Struct, frozen=True):
    """How the chat is regulated now. `strictness`: because of missing moderators."""

    public: bool
    private: bool
    to_staff: bool
    slow_s: int
    hold: bool
    words: str
    strictness: str
    per_moderator: int
    own_words: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    """Moderators alone are told: the list would teach how to get round it."""


class ItemInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that waits for a moderator. `at`: ms since the epoch."""

    item: str
    kind: str
    participant: str
    name: str
    text: str
    html: str
    at: int
    why: str
    message: str = ""
    private: bool = False
    reports: int = 0
    claimed_by: str = ""
    claimed_name: str = ""
    verdict: str = ""
    decided_by: str = ""


class RestraintInfo(msgspec.Struct, frozen=True):
    """`until`: ms since the epoch; 0: no end."""

    participant: str
    how: str
    until: int = 0


class HandInfo(msgspec.Struct, frozen=True):
    """`since`: ms since the epoch."""

    participant: str
    since: int


class TallyInfo(msgspec.Struct, frozen=True):
    """`people`: the first few of them."""

    reaction: str
    count: int
    people: tuple[str, ...]


class WaiterInfo(msgspec.Struct, frozen=True):
    """`since`: ms since the epoch."""

    participant: str
    name: str
    role: str
    since: int
    why: str


class WaitersInfo(msgspec.Struct, frozen=True):
    """To who may let people in. `waiters`: the longest waiting first, at most 200 of `total`."""

    on: bool
    agenda: str
    message: str
    waiters: tuple[WaiterInfo, ...]
    total: int


class CoverInfo(msgspec.Struct, frozen=True):
    stage: str
    needed: int
    present: int


class RoomInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """`advice_people`: above it quality may suffer (R162). `roles`: that people of the room may have."""

    room: str
    title: str
    type: str = ""
    advice_people: int = 0
    roles: tuple[str, ...] = ()


class BrandInfo(msgspec.Struct, frozen=True):
    name: str
    colour: str
    logo: str


class WrittenInfo(msgspec.Struct, frozen=True):
    """As it was typed."""

    welcome: str
    speaking: str


class TextsInfo(msgspec.Struct, frozen=True):
    """HTML but for `redirect`, `guide` and `support`, which are addresses. `staff`: for moderators only. `written`: to
    who may change it."""

    welcome: str
    staff: str
    speaking: str
    redirect: str
    brand: BrandInfo
    guide: str
    support: str
    written: WrittenInfo | None = None


class RecordingInfo(msgspec.Struct, frozen=True):
    """`state`: `armed`, `recording`, `paused`, `lagging`, `disk_low`, `finishing`; `seconds`: recorded so far."""

    state: str
    seconds: int


class LinkInfo(msgspec.Struct, frozen=True):
    """`expires`: ms since the epoch."""

    role: str
    url: str
    expires: int


class TimeInfo(msgspec.Struct, frozen=True):
    """`ends`: the stated end, ms since the epoch; everybody is out in `left_s` seconds; a session lasts `minutes`."""

    ends: int
    left_s: int
    minutes: int


class AuditInfo(msgspec.Struct, frozen=True):
    """`at`: ms since the epoch; `who`: the operator, "" for somebody who came by a link; `outcome`: `OK`, the code of a
    refusal, or `CANCELLED`; `values`: `role`, `minutes`, `verdict`, `how`, where they were said."""

    number: int
    at: int
    who: str
    did: str
    participant: str
    values: dict[str, str]
    reason: str
    outcome: str
