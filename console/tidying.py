"""When the garbage collector looks. Pure: it is told the time.

Left to itself it looks in the middle of what the nodes say, 20 ms at a time with 20,000 people in a list. What makes
cycles here is small (events of Textual, calls of gRPC), so that it can wait for a moment in which nobody presses keys.
"""

from __future__ import annotations

from typing import Final

YOUNG_EVERY: Final = 2.0  # seconds between two looks at what is new
ALL_EVERY: Final = 300.0  # seconds between two looks at everything
QUIET: Final = 0.5  # seconds without a key: nobody is in the middle of something
LATE: Final = 5  # so many times as long without a quiet moment, and it is done all the same

YOUNG: Final = 1  # as `gc` counts generations
ALL: Final = 2


class Tidying:
    """`due` says what to look at now."""

    def __init__(self, now: float) -> None:
        self._young = self._all = now

    def due(self, now: float, touched: float) -> int | None:
        """The generation for `gc.collect`, or nothing. `touched`: when the last key came."""
        for generation, last, every in ((ALL, self._all, ALL_EVERY), (YOUNG, self._young, YOUNG_EVERY)):
            waited = now - last
            if waited >= LATE * every or (waited >= every and now - touched >= QUIET):
                self._young = now
                if generation == ALL:
                    self._all = now
                return generation
        return None
