"""What is seen of a person: by the room, and by operators. Pure."""

from __future__ import annotations

import enum

import msgspec

from node.ports import Shape, Source, TransportFigures


class Role(enum.StrEnum):
    HOST = "host"
    PARTICIPANT = "participant"


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


class Grade(enum.StrEnum):
    UNKNOWN = "unknown"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class TrackView(msgspec.Struct, frozen=True):
    """`on`: the person sends it; `muted`: the node blocks it, whatever the person sends. Loss in percent, upwards."""

    source: Source
    on: bool
    muted: bool
    muted_by: str
    bits_per_second: int = 0
    loss_percent: float = 0.0


class QualityView(msgspec.Struct, frozen=True):
    """On the way from the node to the person. Percent, ms, bit/s."""

    loss_percent: float = 0.0
    rtt_ms: float = 0.0
    bits_per_second: int = 0
    grade: Grade = Grade.UNKNOWN


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


def quality_of(figures: TransportFigures, reported_loss: float = 0.0) -> QualityView:
    """One second of a transport as a grade: good < 2 % and < 200 ms, fair < 8 % and < 400 ms, else poor. The loss is
    the worse of what receiver reports and what the page itself says."""
    if not figures.connected:
        return QualityView()
    loss, rtt = max(figures.loss, reported_loss) * 100.0, figures.rtt_ms
    if loss < 2.0 and rtt < 200.0:
        grade = Grade.GOOD
    elif loss < 8.0 and rtt < 400.0:
        grade = Grade.FAIR
    else:
        grade = Grade.POOR
    return QualityView(loss_percent=loss, rtt_ms=rtt, bits_per_second=figures.sent_bps, grade=grade)
