"""The gauge, read at most once a second, however many ask."""

from __future__ import annotations

from typing import Final

from node.features.gauge.rules import Reading, read
from node.features.quota.rules import What
from node.features.quota.service import Quota
from node.features.rooms.floor import Floor
from node.ports import Scope

FRESH_S: Final = 1.0
PEOPLE: Final = Scope("node", "", What.PEOPLE)


class Gauge:
    def __init__(self, floor: Floor, quota: Quota) -> None:
        self._floor = floor
        self._quota = quota
        self._last: Reading | None = None

    def now(self) -> tuple[Reading, float]:
        """The last reading, and its age in seconds: less than `FRESH_S`."""
        now = self._floor.clock.now()
        last = self._last
        if last is None or not 0.0 <= now - last.at < FRESH_S:
            last = self._last = read(self._floor, self._quota.book.value(PEOPLE).limit, now)
        return last, last.age_s(now)
