"""What a page may say, typed. `README.md` beside this file is the protocol in prose.

Unknown fields and wrong types are refused.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.features.moderation.ends import LONGEST_S

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Secret = Annotated[str, Meta(min_length=1, max_length=128)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Figure = Annotated[float, Meta(ge=0, le=1e12)]
SourceName = Literal["microphone", "camera", "screen", "screen_audio"]


class FromPage(msgspec.Struct, tag_field="type", tag=str.lower, forbid_unknown_fields=True, frozen=True):
    """What a page may say."""


class Hello(FromPage, frozen=True):
    """`request`: the id of this conversation (`node/tracing.py`); what the page says on it has that id and a number."""

    session: Secret
    seq: Count = 0
    language: Annotated[str, Meta(max_length=16)] = "fr"
    request: Annotated[str, Meta(pattern="^([0-9a-f]{32})?$")] = ""


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


class Ban(FromPage, frozen=True):
    """Out, and not in again until an operator lifts it."""

    participant: Id


class Role(FromPage, frozen=True):
    """Promote or demote. Which roles there are, the rules say."""

    participant: Id
    role: Annotated[str, Meta(min_length=1, max_length=16)]


class Rename(FromPage, frozen=True):
    participant: Id
    name: Annotated[str, Meta(max_length=400)]


class SetTexts(FromPage, frozen=True, tag="texts"):
    """What is not there stays as it is. Lengths are checked by the rules."""

    title: str | None = None
    welcome: str | None = None
    staff: str | None = None
    speaking: str | None = None
    redirect: str | None = None
    brand_name: str | None = None
    brand_colour: str | None = None
    brand_logo: str | None = None
    rehearsed: bool | None = None


class Invite(FromPage, frozen=True):
    """`zone`: IANA name, of the date in the text; "": UTC. `renew`: a role of which all older links end; `recheck`: who
    came by one of those comes in again by the new one (R125)."""

    zone: Annotated[str, Meta(max_length=64)] = ""
    renew: Annotated[str, Meta(max_length=40)] = ""
    recheck: bool = False


class Audit(FromPage, frozen=True):
    """What operators did in the room; `before` a number: what is older, 0: the newest."""

    before: Count = 0


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
    disable_notes: bool | None = None
    lock_door: bool | None = None


class Restrain(FromPage, frozen=True):
    participant: Id
    how: Literal["", "hold", "mute"]
    for_s: Annotated[int, Meta(ge=0, le=LONGEST_S)] = 0


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
    """`arrangement`: of the picture of the room, for "start"; None: as it is planned."""

    do: Literal["start", "pause", "resume", "stop"]
    arrangement: Literal["grid", "speaker"] | None = None


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
    | Ban
    | Role
    | Rename
    | SetTexts
    | Invite
    | Audit
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
