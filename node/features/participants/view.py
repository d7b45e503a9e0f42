"""What is seen of a person: by the room, and by operators. Pure."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from node.features.quality.rules import QualityView
from node.ports import Shape, Source


class Role(enum.StrEnum):
    HOST = "host"
    SPEAKER = "speaker"
    MODERATOR = "moderator"
    """Of the chat."""
    TECHNICIAN = "technician"
    PARTICIPANT = "participant"


STAFF: Final = frozenset({Role.HOST, Role.MODERATOR})
"""Roles of people who moderate."""


class State(enum.StrEnum):
    JOINING = "joining"
    HERE = "here"
    AWAY = "away"


class Cause(enum.StrEnum):
    """Why somebody is gone."""

    LEFT = "left"
    REMOVED = "removed"
    LOST = "lost"
    CLOSED = "closed"
    ENDED = "ended"
    """The session is over; the room stays."""
    REPLACED = "replaced"
    """Somebody came with the same ticket."""
    RECHECKED = "rechecked"
    """The link that they came by was renewed, and they are to come by the new one."""
    BANNED = "banned"
    """Until somebody lifts it (`bans.py`)."""
    LOBBY = "lobby"
    """Sent back before the door."""


class TrackView(msgspec.Struct, frozen=True):
    """`on`: the person sends it; `muted`: the node blocks it, whatever the person sends. Loss in percent, upwards."""

    source: Source
    on: bool
    muted: bool
    muted_by: str
    bits_per_second: int = 0
    loss_percent: float = 0.0


class ParticipantView(msgspec.Struct, frozen=True):
    """`joined`: seconds since the epoch. `level`: 0 (loudest) … 127 (silent), -dBov."""

    participant: str
    room: str
    name: str
    role: Role
    client: Shape
    joined: float
    state: State
    tracks: tuple[TrackView, ...]
    speaking: bool
    level: int
    quality: QualityView
    hand: float | None = None
    """Since when the hand is up, seconds since the epoch."""
    restraint: str = ""
    """In the chat: "hold", "mute"."""
    restrained_until: float = 0.0
    """Seconds since the epoch; 0.0: no end."""
