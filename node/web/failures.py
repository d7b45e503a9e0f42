"""Who fails, or asks, too often. A wrong ticket costs one of `BURST` tries, which come back one every `EVERY_S`.

A right ticket always gets in: a whole school may share one address, and must not be locked out by one guesser.
Memory is bounded: the source that failed longest ago is forgotten first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from node.errors import Refused

BURST: Final = 20
EVERY_S: Final = 3.0
SOURCES: Final = 10_000


class Failures:
    def __init__(self, now: Callable[[], float], *, burst: int = BURST, every_s: float = EVERY_S) -> None:
        self._now = now
        self._burst = burst
        self._every_s = every_s
        self._sources: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Source → (tries left, as of when)."""

    def __len__(self) -> int:
        return len(self._sources)

    def may_fail(self, source: str) -> bool:
        """Whether it has a try left: what costs us much is not even looked at without one."""
        left, at = self._sources.get(source, (float(self._burst), 0.0))
        return left + max(0.0, self._now() - at) / self._every_s >= 1.0

    def count(self, source: str) -> None:
        """One more failure.

        Raises:
            Refused: TOO_FAST.
        """
        now = self._now()
        left, at = self._sources.pop(source, (float(self._burst), now))
        left = min(float(self._burst), left + max(0.0, now - at) / self._every_s)
        over = left < 1.0
        self._sources[source] = (left if over else left - 1.0, now)
        while len(self._sources) > SOURCES:
            self._sources.popitem(last=False)
        if over:
            raise Refused("TOO_FAST", limit=f"1 / {self._every_s:g} s", current=f"> {self._burst}", set_by="node")
