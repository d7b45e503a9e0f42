"""The node as a machine: what operators see of it. Pure."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable
from typing import Final

import msgspec


class NodeState(enum.StrEnum):
    OK = "ok"
    PLANE_DOWN = "plane_down"
    """No packets flow; the node is starting the plane again."""
    FENCED = "fenced"
    """A newer control process has taken over."""
    DRAINING = "draining"


class Load(msgspec.Struct, frozen=True):
    """As of the last second. `cpu_percent` of the machine, the others of one core; bit/s, ms, bytes."""

    cpu_percent: float = 0.0
    plane_cpu_percent: float = 0.0
    control_cpu_percent: float = 0.0
    packets_in_per_second: int = 0
    packets_out_per_second: int = 0
    bits_in_per_second: int = 0
    bits_out_per_second: int = 0
    people: int = 0
    rooms: int = 0
    loss_percent: float = 0.0
    lag_p99_ms: float = 0.0
    plane_resident_bytes: int = 0
    control_resident_bytes: int = 0
    nacks_per_second: float = 0.0
    control_lag_p99_ms: float = 0.0
    webinars: int = 0
    """As the gauge has it: sessions that go on and that a host began."""


class PlaneView(msgspec.Struct, frozen=True):
    """`started`: seconds since the epoch. `restarts`: since this control process started."""

    instance: str = ""
    version: str = ""
    started: float = 0.0
    epoch: int = 0
    restarts: int = 0
    optimised: bool = False


MOST_DRAIN_MINUTES: Final = 24 * 60


class Drain(msgspec.Struct, frozen=True):
    """No new rooms, and everybody is out at the deadline. Seconds since the epoch."""

    started: float
    deadline: float
    by: str
    reason: str = ""
    people: int = 0
    """Who are here yet."""
    rooms: int = 0
    """In which something is going on yet."""


class PlannedEnd(msgspec.Struct, frozen=True):
    """Of what is going on in a room. `ends`: by itself, seconds since the epoch. `cut`: the deadline comes first."""

    room: str
    people: int
    ends: float | None
    cut: bool


def planned(rooms: Iterable[tuple[str, int, float | None]], deadline: float) -> list[PlannedEnd]:
    """Of (room, people, its own end), what a drain until `deadline` means; the latest end first, no end before all."""
    ends = [PlannedEnd(room, people, own, own is None or own > deadline) for room, people, own in rooms if people]
    return sorted(ends, key=lambda one: (-(one.ends if one.ends is not None else math.inf), one.room))


class NodeView(msgspec.Struct, frozen=True):
    """`started`: of the control process, seconds since the epoch. `ledger`: the database takes writes.
    Caps in bit/s, 0 for none."""

    node: str
    version: str
    state: NodeState
    started: float
    load: Load
    plane: PlaneView
    web_url: str
    ledger: bool = True
    send_cap_bps: int = 0
    receive_cap_bps: int = 0
    drain: Drain | None = None
    max_people: int = 0
    """That it takes; 0: no limit."""


def state_of(*, plane_up: bool, fenced: bool, draining: bool) -> NodeState:
    """The worst first: a fenced node decides nothing, whatever its plane does."""
    if fenced:
        return NodeState.FENCED
    if not plane_up:
        return NodeState.PLANE_DOWN
    return NodeState.DRAINING if draining else NodeState.OK


class Attention(msgspec.Struct, frozen=True):
    """What in the rooms of the node waits for people. `cover`: stage → rooms; `ratio`: moderators present of those
    needed, in the room that lacks most; `oldest_s`: for how long the first waits that nobody has decided."""

    cover: dict[str, int]
    ratio: float
    hands: int
    waiting: int
    oldest_s: float
    lobby: int = 0
    """Who wait before doors."""
