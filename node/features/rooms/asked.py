"""What is asked of a room as a whole, and what happens to it. Pure."""

from __future__ import annotations

import msgspec

from node.features.schedule.rules import Plan
from node.ports import Actor, Effect, Fact, Notice

# ---------------------------------------------------------------- what is asked


class Resume(msgspec.Struct, frozen=True):
    """After a restart: `muted` are the tracks that the plane blocks now."""

    muted: frozenset[str]


class Close(msgspec.Struct, frozen=True):
    by: Actor
    reason: str = ""


# ---------------------------------------------------------------- what happened


class RoomCreated(Fact, frozen=True):
    room: str
    title: str
    max_participants: int
    by: str
    at: float
    type: str = "meeting"
    plan: Plan = Plan()


class RoomOpened(Fact, frozen=True):
    """The first person is in."""

    room: str
    at: float


class RoomClosed(Fact, frozen=True):
    room: str
    by: str
    reason: str
    at: float


class RoomChanged(Notice, frozen=True):
    room: str


class EmptyRoom(Effect, frozen=True):
    """Close every transport of the room."""

    room: str
