"""Who fails too often. A wrong ticket costs one of `BURST` tries, which come back one every `EVERY_S`.

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
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._sources: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Source → (tries left, as of when)."""

    def __len__(self) -> int:
        return len(self._sources)

    def count(self, source: str) -> None:
        """One more failure.

        Raises:
            Refused: TOO_FAST.
        """
        now = self._now()
        left, at = self._sources.pop(source, (float(BURST), now))
        left = min(float(BURST), left + max(0.0, now - at) / EVERY_S)
        over = left < 1.0
        self._sources[source] = (left if over else left - 1.0, now)
        while len(self._sources) > SOURCES:
            self._sources.popitem(last=False)
        if over:
            raise Refused("TOO_FAST", limit=f"1 / {EVERY_S:g} s", current=f"> {BURST}", set_by="node")
