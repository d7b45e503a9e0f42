"""How good a person's connection is, and whose doing it is when it is not (R186). Pure.

Once a second, figures of both ends become a verdict: good, fair or poor, and one cause — what the person sends
(`network_up`), what reaches them (`network_down`), their device, or the node. A verdict that is shown changes with
patience, so that it can be read: worse after `WORSE_AFTER_S`, better after `BETTER_AFTER_S`.

The last minutes are kept for each person, in figures of four bytes and never more than `KEPT` of each.
"""

from __future__ import annotations

import enum
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from node.ports import TrackFigures, TransportFigures

WORSE_AFTER_S: Final = 2.0
BETTER_AFTER_S: Final = 5.0
REPORT_AGE_S: Final = 15.0
"""What a page said longer ago is not taken for the present: it speaks every 5 s."""
KEPT: Final = 150
EVERY_S: Final = 2.0
"""Five minutes of history."""


class Grade(enum.StrEnum):
    UNKNOWN = "unknown"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Trouble(enum.StrEnum):
    """What makes a connection fair or poor."""

    NONE = ""
    NETWORK_UP = "network_up"
    NETWORK_DOWN = "network_down"
    DEVICE = "device"
    NODE = "node"


ORDER: Final = (Grade.UNKNOWN, Grade.GOOD, Grade.FAIR, Grade.POOR)


class Verdict(msgspec.Struct, frozen=True):
    grade: Grade = Grade.UNKNOWN
    cause: Trouble = Trouble.NONE


class Reported(msgspec.Struct, frozen=True):
    """What a page says of its last seconds, after repair: what the person really sees. Lost, dropped: 0 … 1; times in
    ms, `decode_ms` of one frame; `limited`: what holds back its sending, "cpu", "bandwidth" or ""."""

    video_fps: float = 0.0
    video_lost: float = 0.0
    audio_lost: float = 0.0
    rtt_ms: float = 0.0
    jitter_ms: float = 0.0
    freezes: int = 0
    frozen_ms: float = 0.0
    decode_ms: float = 0.0
    dropped: float = 0.0
    limited: str = ""

    @property
    def lost(self) -> float:
        return min(1.0, max(self.video_lost, self.audio_lost))


class Bounds(msgspec.Struct, frozen=True):
    """From `fair` on a figure is fair, from `poor` on it is poor."""

    fair: float
    poor: float

    def grade(self, value: float) -> Grade:
        return Grade.POOR if value >= self.poor else Grade.FAIR if value >= self.fair else Grade.GOOD


LOSS: Final = Bounds(0.02, 0.08)
RTT_MS: Final = Bounds(200.0, 400.0)
JITTER_MS: Final = Bounds(40.0, 100.0)
QUEUE_MS: Final = Bounds(150.0, 400.0)
"""The queue that stands on the way, as the plane's estimator sees it."""
DROPPED: Final = Bounds(0.1, 0.3)
"""Frames that arrived and were not shown."""
DECODE_MS: Final = Bounds(30.0, 60.0)
LAG_MS: Final = Bounds(20.0, 100.0)
"""p99 of the plane, arrival of a packet to its last send."""
SOCKET_DROPS: Final = Bounds(10.0, 200.0)
"""Datagrams a second that the node's own socket could not take."""


class NodeReading(msgspec.Struct, frozen=True):
    """One second of the node itself."""

    lag_p99_ms: float = 0.0
    socket_drops: float = 0.0


def upwards(tracks: tuple[TrackFigures, ...]) -> tuple[float, float]:
    """(loss 0 … 1, jitter ms) of what a person sends: loss weighted by packets, the worst jitter."""
    packets, lost, jitter = 0, 0.0, 0.0
    for track in tracks:  # one loop: this runs for everybody on the node every second
        packets += track.packets
        lost += track.loss * track.packets
        if track.active and track.jitter_ms > jitter:
            jitter = track.jitter_ms
    return (lost / packets if packets else 0.0), jitter


Up = tuple[float, float]
"""As `upwards` says."""
NO_REPORT: Final = Reported()
UNKNOWN: Final = Verdict()
GOOD: Final = Verdict(Grade.GOOD)


def fine(figures: TransportFigures, up: Up, page: Reported, node: NodeReading) -> bool:
    """Whether nothing at all is worse than good: of most people, every second."""
    return (
        figures.loss < LOSS.fair
        and page.video_lost < LOSS.fair
        and page.audio_lost < LOSS.fair
        and up[0] < LOSS.fair
        and figures.rtt_ms < RTT_MS.fair
        and figures.jitter_ms < JITTER_MS.fair
        and page.jitter_ms < JITTER_MS.fair
        and up[1] < JITTER_MS.fair
        and figures.delay_ms < QUEUE_MS.fair
        and not figures.video_held
        and page.limited not in ("cpu", "bandwidth")
        and page.dropped < DROPPED.fair
        and page.decode_ms < DECODE_MS.fair
        and node.lag_p99_ms < LAG_MS.fair
        and node.socket_drops < SOCKET_DROPS.fair
    )


def verdict_of(figures: TransportFigures, up: Up, page: Reported | None, node: NodeReading) -> Verdict:
    """One second. Of causes that weigh the same, the first of: node, device, what reaches them, what they send; a busy
    node loses packets of everybody, and a busy device its own."""
    if not figures.connected:
        return UNKNOWN
    page = page or NO_REPORT
    if fine(figures, up, page, node):
        return GOOD
    loss_up, jitter_up = up
    down = _worst(
        LOSS.grade(max(figures.loss, page.lost)),
        RTT_MS.grade(figures.rtt_ms),
        JITTER_MS.grade(max(figures.jitter_ms, page.jitter_ms)),
        QUEUE_MS.grade(figures.delay_ms),
        Grade.POOR if figures.video_held else Grade.GOOD,
    )
    sent = _worst(
        LOSS.grade(loss_up), JITTER_MS.grade(jitter_up), Grade.FAIR if page.limited == "bandwidth" else Grade.GOOD
    )
    device = _worst(
        DROPPED.grade(page.dropped),
        DECODE_MS.grade(page.decode_ms),
        Grade.FAIR if page.limited == "cpu" else Grade.GOOD,
    )
    own = _worst(LAG_MS.grade(node.lag_p99_ms), SOCKET_DROPS.grade(node.socket_drops))
    grades = {
        Trouble.NODE: own,
        Trouble.DEVICE: device,
        Trouble.NETWORK_DOWN: down,
        Trouble.NETWORK_UP: sent,
    }
    worst = _worst(*grades.values())
    if worst is Grade.GOOD:
        return GOOD
    return Verdict(worst, next(cause for cause, grade in grades.items() if grade is worst))


def _worst(*grades: Grade) -> Grade:
    return max(grades, key=ORDER.index)


@dataclass(slots=True)
class Judge:
    """The verdict that is shown, and the one that waits to take its place."""

    shown: Verdict = field(default_factory=Verdict)
    other: Verdict | None = None
    since: float = 0.0

    def hear(self, now_is: Verdict, now: float) -> bool:
        """One second more; whether what is shown changed. The first verdict, and none at all, are shown at once."""
        if now_is == self.shown:
            self.other = None
            return False
        if Grade.UNKNOWN not in (now_is.grade, self.shown.grade):
            worse = ORDER.index(now_is.grade) > ORDER.index(self.shown.grade)
            # What keeps being worse than what is shown need not be the same each second.
            if self.other is None or worse != (ORDER.index(self.other.grade) > ORDER.index(self.shown.grade)):
                self.since = now
            self.other = now_is
            if now - self.since < (WORSE_AFTER_S if worse else BETTER_AFTER_S):
                return False
        self.shown, self.other = now_is, None
        return True


class Point(msgspec.Struct, frozen=True):
    """One moment of the history. Seconds since the epoch, 0 … 1, ms, bit/s; `grade` as shown."""

    at: float
    loss_down: float
    loss_up: float
    rtt_ms: float
    jitter_ms: float
    sent_bps: float
    received_bps: float
    target_bps: float
    grade: Grade


WIDTH: Final = 8


class History:
    """A ring of figures. 4.8 kB a person, whatever happens."""

    __slots__ = ("_at", "_first", "_next", "_ring")

    def __init__(self) -> None:
        self._ring = array("f")
        self._at = array("d")
        self._next = 0

    def takes(self, at: float) -> bool:
        """At most one point in `EVERY_S`; those that come sooner are left out."""
        return not self._at or at - self._at[self._next - 1] >= EVERY_S - 0.5

    def add(self, point: Point) -> None:
        if not self.takes(point.at):
            return
        figures = array("f", [getattr(point, name) for name in FIGURES])
        figures.append(ORDER.index(point.grade))
        if len(self._at) < KEPT:
            self._at.append(point.at)
            self._ring.extend(figures)
        else:
            self._at[self._next] = point.at
            self._ring[self._next * WIDTH : (self._next + 1) * WIDTH] = figures
        self._next = (self._next + 1) % KEPT

    def __len__(self) -> int:
        return len(self._at)

    def __iter__(self) -> Iterator[Point]:
        """The oldest first."""
        first = self._next if len(self._at) == KEPT else 0
        for n in range(len(self._at)):
            place = (first + n) % KEPT
            *figures, grade = self._ring[place * WIDTH : (place + 1) * WIDTH]
            values = dict(zip(FIGURES, figures, strict=True))
            yield Point(at=self._at[place], grade=ORDER[int(grade)], **values)


FIGURES: Final = ("loss_down", "loss_up", "rtt_ms", "jitter_ms", "sent_bps", "received_bps", "target_bps")


class QualityView(msgspec.Struct, frozen=True):
    """Of a person, as operators see it. On the way from the node to the person where not said otherwise. Percent, ms,
    bit/s, 0: not known, or no cap."""

    loss_percent: float = 0.0
    rtt_ms: float = 0.0
    bits_per_second: int = 0
    grade: Grade = Grade.UNKNOWN
    cause: Trouble = Trouble.NONE
    jitter_ms: float = 0.0
    loss_up_percent: float = 0.0
    jitter_up_ms: float = 0.0
    target_bps: int = 0
    """What the plane sends at most: the estimate of the way, and caps."""
    held: bool = False
    """Pictures are held back; the sound goes on."""
    tcp: bool = False
    receive_cap_bps: int = 0
    send_cap_bps: int = 0
    fps: float = 0.0
    freezes: int = 0
    frozen_ms: float = 0.0


def view_of(figures: TransportFigures, up: Up, page: Reported | None, shown: Verdict) -> QualityView:
    if not figures.connected:
        return QualityView()
    page = page or NO_REPORT
    loss_up, jitter_up = up
    return QualityView(
        loss_percent=max(figures.loss, page.lost) * 100.0,
        rtt_ms=figures.rtt_ms,
        bits_per_second=figures.sent_bps,
        grade=shown.grade,
        cause=shown.cause,
        jitter_ms=max(figures.jitter_ms, page.jitter_ms),
        loss_up_percent=loss_up * 100.0,
        jitter_up_ms=jitter_up,
        target_bps=figures.target_bps,
        held=figures.video_held,
        tcp=figures.tcp,
        receive_cap_bps=figures.receive_cap_bps,
        send_cap_bps=figures.send_cap_bps,
        fps=page.video_fps,
        freezes=page.freezes,
        frozen_ms=page.frozen_ms,
    )
