"""When what was sent is heard and seen: from the clocks of senders to the one time of a recording. Pure.

A sender's reports tie its RTP clocks to one wall clock of its own (RFC 3550 6.4.1), so that its sound and its picture
agree whatever the network did to them. That clock is tied to ours by the reports that were fastest. Where there are no
reports, or they contradict themselves, the packets that arrived fastest must do: of all that its sender sends, since
half of one and half of the other would not agree.
"""

from __future__ import annotations

import bisect
import statistics
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from node.media.spool import SenderReport

NTP_SECOND: Final = 1 << 32
LATE_US: Final = 30_000_000
"""A packet is never taken to be so much older than its arrival: then its sender's clock has jumped. Who was kept from
sending for some seconds, and then sends all of it, is only late."""
WINDOW_US: Final = 10_000_000
"""Of so long the fastest packet counts: clocks drift by some milliseconds a minute."""
APART_US: Final = 100_000
DRIFT: Final = 0.002
"""Two reports may contradict each other by so much, and so much more of the time between them: wall clocks are put
right while they run, and no quartz is that bad."""
AHEAD_US: Final = 500_000
"""What reports tell of is hardly ever further from what arrives with them: an encoder may take a while."""


class Report(msgspec.Struct, frozen=True):
    """`sent_us`: on the sender's clock; `arrived_us`: on the wall clock of the node."""

    timestamp: int
    sent_us: float
    arrived_us: int


def report_of(report: SenderReport, unix_us: int) -> Report:
    return Report(report.timestamp, report.ntp * 1_000_000 / NTP_SECOND, unix_us)


class Unwrap:
    """32 bits that turn over to a number that does not (RFC 3550 A.1). `near`: within half a turn of the first."""

    def __init__(self, near: int | None = None) -> None:
        self._last = near

    def __call__(self, value: int) -> int:
        if self._last is None:
            self._last = value
        else:
            step = (value - self._last) & 0xFFFFFFFF
            self._last += step - (1 << 32) if step & 0x80000000 else step
        return self._last


class SenderClock:
    """Of one SSRC: RTP timestamps, unwrapped from `first` on, to µs on the sender's wall clock. `reports`: at least
    one, in the order in which they came."""

    def __init__(self, reports: Iterable[Report], rate: int) -> None:
        unwrap = Unwrap()
        points = sorted({unwrap(report.timestamp): report.sent_us for report in reports}.items())
        self._at = [timestamp for timestamp, _us in points]
        self._us = [us for _timestamp, us in points]
        self._rate = rate

    @property
    def first(self) -> int:
        return self._at[0]

    def us(self, timestamp: int) -> float:
        after = bisect.bisect_right(self._at, timestamp)
        known = max(0, after - 1)
        tick = 1_000_000 / self._rate
        if 0 < after < len(self._at):
            span = self._at[after] - self._at[known]
            length = self._us[after] - self._us[known]
            # Two reports about the same instant say nothing of the pace between them.
            if span and 0.9 < length / (span * tick) < 1.1:
                return self._us[known] + (timestamp - self._at[known]) * length / span
        return self._us[known] + (timestamp - self._at[known]) * tick


class Arrivals:
    """Of one SSRC: the packets that were fastest."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._unwrap = Unwrap()
        self._best: dict[int, tuple[float, Report]] = {}

    def add(self, timestamp: int, arrived_us: int) -> None:
        """`arrived_us`: since the epoch."""
        took = arrived_us - self._unwrap(timestamp) * 1_000_000 / self._rate
        window = arrived_us // WINDOW_US
        known = self._best.get(window)
        if known is None or took < known[0]:
            self._best[window] = took, Report(timestamp, arrived_us, arrived_us)

    def clock(self) -> SenderClock:
        """As if the sender had told of each when it arrived: its clock is ours."""
        return SenderClock((report for _took, report in self._best.values()), self._rate)


def believable(reports: Sequence[Report], arrived: SenderClock, rate: int) -> bool:
    """Whether the reports of one SSRC, in the order in which they came, tell of one clock, and of the present. Those of
    GStreamer 1.22, unless `rtcp-sync-send-time` is turned off, count the time since its beginning twice."""
    unwrap = Unwrap(arrived.first)
    at = [unwrap(report.timestamp) for report in reports]
    zeros = [report.sent_us - one * 1_000_000 / rate for report, one in zip(reports, at, strict=True)]
    since = [report.arrived_us - reports[0].arrived_us for report in reports]
    ahead = [abs(arrived.us(one) - report.arrived_us) for report, one in zip(reports, at, strict=True)]
    apart = [abs(zero - zeros[0]) - DRIFT * passed for zero, passed in zip(zeros, since, strict=True)]
    return not reports or (max(apart) <= APART_US and statistics.median(ahead) <= AHEAD_US)


def offset_us(reports: Iterable[Report]) -> float | None:
    """From a sender's clock to ours, by the report that was fastest; None: there is none."""
    return min((report.arrived_us - report.sent_us for report in reports), default=None)


class Moments:
    """When the frames of one SSRC were made, µs since the epoch. `told`: the sender's clock, and how far it is from
    ours; None: it says nothing that can be believed."""

    def __init__(self, told: tuple[SenderClock, float] | None, arrived: SenderClock) -> None:
        clocks = [*([told] if told is not None else []), (arrived, 0.0)]
        self._clocks = [(clock, offset, Unwrap(clock.first)) for clock, offset in clocks]

    def __call__(self, timestamp: int, arrived_us: int) -> float:
        """`arrived_us`: since the epoch."""
        found = [clock.us(unwrap(timestamp)) + offset for clock, offset, unwrap in self._clocks]
        return next((us for us in found if abs(us - arrived_us) < LATE_US), arrived_us)


EDGE_US: Final = 2_000_000
"""What is further from every mark than this is not of another time, but the wall clock was put right meanwhile."""


class Tape:
    """The time of a recording: what was recorded, without the pauses. `stretches`: (from, to), µs since the epoch."""

    def __init__(self, stretches: Sequence[tuple[float, float]]) -> None:
        self._stretches = sorted(stretches)
        self._before: list[float] = []
        total = 0.0
        for begin, end in self._stretches:
            self._before.append(total)
            total += max(0.0, end - begin)
        self.seconds = total / 1_000_000

    def before(self, unix_us: float) -> bool:
        """A moment before a mark from which on it is recorded."""
        return self._beside(unix_us)[1]

    def beside(self, unix_us: float) -> bool:
        """A moment before a stretch, or after it."""
        return self._beside(unix_us)[0]

    def _beside(self, unix_us: float) -> tuple[bool, bool]:
        near = ((max(begin - unix_us, unix_us - end), unix_us < begin) for begin, end in self._stretches)
        apart, before = min(near, default=(0.0, False))
        beside = 0.0 < apart <= EDGE_US
        return beside, beside and before

    def at(self, unix_us: float) -> float:
        """Seconds; what was made a moment before a mark and came after it is at the mark."""
        spent = 0.0
        for (begin, end), before in zip(self._stretches, self._before, strict=True):
            if unix_us < begin:
                break
            spent = before + min(unix_us, end) - begin
        return spent / 1_000_000
