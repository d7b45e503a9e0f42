"""What is asked of the people of a room. Pure."""

from __future__ import annotations

import msgspec

from node.features.quality.rules import NodeReading
from node.ports import Actor, Level, Source, TrackFigures, TransportFigures


class Leave(msgspec.Struct, frozen=True):
    participant: str


class Remove(msgspec.Struct, frozen=True):
    participant: str
    by: Actor
    reason: str = ""


class Attach(msgspec.Struct, frozen=True):
    """The WebSocket of a person is there."""

    participant: str


class Detach(msgspec.Struct, frozen=True):
    participant: str


class GoAway(msgspec.Struct, frozen=True):
    """The page goes away: closed, or reloaded. Its WebSocket is about to end, or has ended."""

    participant: str


class Publish(msgspec.Struct, frozen=True):
    """What a person says that they really send now."""

    participant: str
    source: Source
    on: bool


class MediaConnected(msgspec.Struct, frozen=True):
    transport: str


class MediaLost(msgspec.Struct, frozen=True):
    transport: str


class PlaneLost(msgspec.Struct, frozen=True):
    """Every transport is gone. `back`: a new plane answers, people can join again at once."""

    back: bool


class Heard(msgspec.Struct, frozen=True):
    """Who is audible now, loudest first; everybody else is silent."""

    levels: tuple[Level, ...]


class Measured(msgspec.Struct, frozen=True):
    """One second of figures, of this room's transports and tracks only."""

    transports: tuple[TransportFigures, ...]
    tracks: tuple[TrackFigures, ...]
    node: NodeReading = NodeReading()


class Tick(msgspec.Struct, frozen=True):
    """`deadline` has passed."""
