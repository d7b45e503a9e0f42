"""May this console write now? It starts looking only; `W` lets it act for a quarter of an hour. The node asks for the
token's role all the same: this guards against a slip, not against a person. A question that was asked in time may be
answered later: it names what it will do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ARMED_SECONDS: Final = 900.0


@dataclass(slots=True)
class Arming:
    """`read_only`: never. `wanted`: only after `W`; else always."""

    read_only: bool = False
    wanted: bool = False
    until: float = float("-inf")  # monotonic

    def armed(self, now: float) -> bool:
        return not self.read_only and (not self.wanted or now < self.until)

    def left(self, now: float) -> int:
        """Whole minutes, begun ones with them; 0 where nothing runs out."""
        return -int(-(self.until - now) // 60) if self.wanted and self.armed(now) else 0

    def press(self, now: float) -> bool:
        """`W`: arm, or lay down again. Whether it is armed now."""
        self.until = float("-inf") if self.armed(now) else now + ARMED_SECONDS
        return self.armed(now)

    def ran_out(self, now: float) -> bool:
        """True once, when the time is over."""
        over = self.until != float("-inf") and now >= self.until
        if over:
            self.until = float("-inf")
        return over
