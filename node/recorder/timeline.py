"""When what was sent is heard and seen: from the clocks of senders to the one time of a recording. Pure.

A sender's reports tie its RTP clocks to one wall clock of its own (RFC 3550 6.4.1), so that its sound and its picture
agree whatever the network did to them. That clock is tied to ours by the packets that were fastest. Where there are no
reports, arrival must do.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from node.media.spool import SenderReport

NTP_SECOND: Final = 1 << 32
LATE_US: Final = 1_000_000
"""A packet is never taken to be so much older than its arrival: then the reports are wrong."""


class Report(msgspec.Struct, frozen=True):
    """`sent_us`: on the sender's clock; `arrived_us`: on the wall clock of the node."""

    timestamp: int
    sent_us: float
    arrived_us: int


def report_of(report: SenderReport, unix_us: int) -> Report:
    return Report(report.timestamp, report.ntp * 1_000_000 / NTP_SECOND, unix_us)


class Unwrap:
    """32 bits that turn over to a number that does not (RFC 3550 A.1)."""

    def __init__(self) -> None:
        self._last: int | None = None

    def __call__(self, value: int) -> int:
        if self._last is None:
            self._last = value
        else:
            step = (value - self._last) & 0xFFFFFFFF
            self._last += step - (1 << 32) if step & 0x80000000 else step
        return self._last


class SenderClock:
    """Of one SSRC: RTP timestamps (unwrapped near those of its reports) to µs on the sender's wall clock."""

    def __init__(self, reports: Iterable[Report], rate: int) -> None:
        unwrap = Unwrap()
        points = sorted({unwrap(report.timestamp): report.sent_us for report in reports}.items())
        self._at = [timestamp for timestamp, _us in points]
        self._us = [us for _timestamp, us in points]
        self._rate = rate

    def __bool__(self) -> bool:
        return bool(self._at)

    def us(self, timestamp: int) -> float:
        near = self._at[0]
        timestamp += round((near - timestamp) / (1 << 32)) * (1 << 32)
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


def offset_us(reports: Iterable[Report]) -> float | None:
    """From a sender's clock to ours, by the report that was fastest; None: there is none."""
    return min((report.arrived_us - report.sent_us for report in reports), default=None)


class Moments:
    """When the frames of one SSRC were made, µs since the epoch, never backwards."""

    def __init__(self, clock: SenderClock, offset: float | None, rate: int) -> None:
        self._clock = clock
        self._offset = offset
        self._rate = rate
        self._unwrap = Unwrap()
        self._first: tuple[int, int] | None = None

    def __call__(self, timestamp: int, arrived_us: int) -> float:
        """`arrived_us`: since the epoch."""
        at = self._unwrap(timestamp)
        if self._clock and self._offset is not None:
            found = self._clock.us(at) + self._offset
            if abs(found - arrived_us) < LATE_US:
                return found
        if self._first is None:
            self._first = (at, arrived_us)
        return self._first[1] + (at - self._first[0]) * 1_000_000 / self._rate


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

    def at(self, unix_us: float) -> float:
        """Seconds; what was made a moment before a mark and came after it is at the mark."""
        spent = 0.0
        for (begin, end), before in zip(self._stretches, self._before, strict=True):
            if unix_us < begin:
                break
            spent = before + min(unix_us, end) - begin
        return spent / 1_000_000
