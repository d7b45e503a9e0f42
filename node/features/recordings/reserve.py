"""Who may have a recorder, and room on the disk, and until when. Pure.

A recorder is taken from the start of a recording to its stop. A session that is planned to be recorded has one kept
for all of its time, from the moment in which it is planned: whatever begins meanwhile leaves it free (D9). So nobody is
told "all recorders are busy" when people are already waiting; whoever cannot have one is told when they plan.

The disk is promised a day ahead and no further, because nobody knows what is deleted until then. A recording that runs
is counted with what it will still write (an hour at a time, where it has no date), and what is written with the files
that are made of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from node.errors import Refused

FOREVER: Final = math.inf
AHEAD_S: Final = 3600.0
"""What has no end is counted with so much on the disk."""
DAY_S: Final = 86_400.0
"""So far ahead the disk is kept for what is planned."""
FILES: Final = 2
"""Times what was written: each track as it was sent, and the whole room in one picture. The pieces go afterwards."""
MEASURED_S: Final = 60.0
"""A recording that has run so long is expected to go on as it did."""


class Rule(msgspec.Struct, frozen=True):
    """`recorders`: recordings at once, 0: however many. `floor`: bytes of the disk that stay free. `rate`: bytes a
    second that a recording is expected to write."""

    recorders: int
    floor: int
    rate: float


class Claim(msgspec.Struct, frozen=True):
    """What one room has, or is to have. `begins`, `ends`: seconds since the epoch, from when to when it has a recorder;
    `bytes`: that it will still take of the disk; `planned`: it has not begun."""

    room: str
    begins: float
    ends: float
    bytes: int
    planned: bool = False

    @property
    def records(self) -> bool:
        """False: only its files are still made."""
        return self.begins < self.ends


class Standing(msgspec.Struct, frozen=True):
    """`free`: recordings of an hour that may begin now; `reserved`: bytes of what is free on the disk; `planned`:
    sessions that have a recorder kept; `unplaced`: rooms whose session begins within a day and would not be
    recorded."""

    free: int
    reserved: int
    planned: int
    unplaced: tuple[str, ...] = ()


def to_write(seconds: float, rate: float, written: int = 0) -> int:
    """Bytes that a recording will still take of the disk, when it goes on for `seconds` at `rate` bytes a second."""
    ahead = AHEAD_S if seconds == FOREVER else max(0.0, seconds)
    return math.ceil(ahead * rate) * (1 + FILES) + written * FILES


def rate_of(written: int, seconds: float, rule: Rule) -> float:
    """Bytes a second that a recording goes on with."""
    return written / seconds if seconds >= MEASURED_S else rule.rate


def peak(claims: Iterable[Claim], begins: float, ends: float) -> int:
    """The most recorders that are taken at once, from `begins` to before `ends`."""
    marks: list[tuple[float, int]] = []
    for claim in claims:
        start, end = max(begins, claim.begins), min(ends, claim.ends)
        if start < end:
            marks += [(start, 1), (end, -1)]
    most = taken = 0
    for _at, change in sorted(marks):  # who leaves at an instant leaves before another comes
        taken += change
        most = max(most, taken)
    return most


def reserved(claims: Iterable[Claim], now: float) -> int:
    """Bytes of the disk that are kept."""
    return sum(claim.bytes for claim in claims if claim.begins < now + DAY_S)


def admit(rule: Rule, free: int | None, claims: Sequence[Claim], wish: Claim, now: float) -> None:
    """Whether `wish` can be granted beside all others. What its room had until now it gives up. `free`: bytes of the
    disk, None: not known.

    Raises:
        Refused: RECORDING_FULL, RECORDING_DISK.
    """
    others = [claim for claim in claims if claim.room != wish.room or not claim.records]
    taken = peak(others, wish.begins, wish.ends)
    if rule.recorders and taken >= rule.recorders:
        raise Refused("RECORDING_FULL", limit=rule.recorders, current=taken)
    if free is None or wish.begins >= now + DAY_S:
        return
    left = free - reserved(others, now)
    if left < rule.floor + wish.bytes:
        raise Refused("RECORDING_DISK", limit=rule.floor + wish.bytes, current=max(0, left))


def unplaced(rule: Rule, free: int | None, claims: Sequence[Claim], now: float) -> tuple[str, ...]:
    """Rooms that were promised a recorder or the disk and cannot have it any more: a session before them was prolonged,
    the disk is fuller than it was, the rule is another. Who begins first has it."""
    placed = [claim for claim in claims if not claim.planned]
    without = []
    for claim in sorted((one for one in claims if one.planned), key=lambda one: (one.begins, one.room)):
        try:
            admit(rule, free, placed, claim, now)
        except Refused:
            if claim.begins < now + DAY_S:
                without.append(claim.room)
        else:
            placed.append(claim)
    return tuple(without)


def standing(rule: Rule, free: int | None, claims: Sequence[Claim], now: float) -> Standing:
    """Where the node stands now."""
    kept = reserved(claims, now)
    may: list[int] = []
    if rule.recorders:
        may.append(rule.recorders - peak(claims, now, now + AHEAD_S))
    if free is not None:
        may.append((free - kept - rule.floor) // max(1, to_write(AHEAD_S, rule.rate)))
    planned = sum(claim.planned for claim in claims)
    return Standing(max(0, min(may, default=0)), kept, planned, unplaced(rule, free, claims, now))
