"""How long what nodes say may be folded before everybody else has a turn. Pure: it is told the time.

A hundred nodes speak on the second, and with everybody in one list that is 30 to 45 ms of work. A loop that goes on to
the next message as soon as it is done with one never sleeps meanwhile: keys are in, but whoever reads them from the
terminal, and whoever takes what is painted to it, waits for the processor and for the interpreter until all is folded.
"""

from __future__ import annotations

from typing import Final

AT_A_TIME: Final = 0.004  # seconds of folding, then a rest
REST: Final = 0.002  # seconds; who was quiet for so long has rested


class Pace:
    """`rest` before each piece of work, `done` after it."""

    def __init__(self) -> None:
        self._spent = 0.0
        self._ended = float("-inf")

    def rest(self, now: float) -> float:
        """Seconds to wait before the next piece; 0: go on."""
        if now - self._ended >= REST:
            self._spent = 0.0
        if self._spent < AT_A_TIME:
            return 0.0
        self._spent = 0.0
        return REST

    def done(self, began: float, now: float) -> None:
        """A piece took from `began` until `now`."""
        self._spent += now - began
        self._ended = now
