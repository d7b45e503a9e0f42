"""When what holds for somebody ends by itself. Pure."""

from __future__ import annotations

from collections.abc import Container
from math import ceil
from typing import Final, Generic, TypeVar

from node.errors import Refused

SHORTEST_S: Final = 10
LONGEST_S: Final = 7 * 86_400
Who = TypeVar("Who")


def end_of(for_s: int, now: float) -> float:
    """Seconds since the epoch; 0.0: no end, for a duration of 0.

    Raises:
        Refused: VALUE_INVALID.
    """
    if not for_s:
        return 0.0
    if not SHORTEST_S <= for_s <= LONGEST_S:
        raise Refused("VALUE_INVALID", limit=f"0, {SHORTEST_S} … {LONGEST_S} s", current=f"for_s = {for_s}")
    return now + for_s


def seconds_left(until: float, now: float) -> int:
    """For how long it would have to be asked again to end then; 0: it has no end."""
    return max(SHORTEST_S, ceil(until - now)) if until else 0


class Ends(Generic[Who]):
    """Of one kind, in one room; also of people who are away: time passes for them, too."""

    def __init__(self) -> None:
        self._at: dict[Who, float] = {}

    @property
    def first(self) -> float | None:
        return min(self._at.values(), default=None)

    def of(self, who: Who) -> float:
        """Seconds since the epoch; 0.0: none."""
        return self._at.get(who, 0.0)

    def put(self, who: Who, at: float) -> None:
        """`at` 0.0: it has no end any more."""
        self._at.pop(who, None)
        if at:
            self._at[who] = at

    def move(self, before: Who, after: Who) -> None:
        self.put(after, self._at.pop(before, 0.0))

    def due(self, now: float) -> list[Who]:
        """Whose end has come, each once."""
        over = [who for who, at in self._at.items() if at <= now]
        for who in over:
            del self._at[who]
        return over

    def keep(self, who: Container[Who]) -> None:
        """Only these."""
        self._at = {one: at for one, at in self._at.items() if one in who}
