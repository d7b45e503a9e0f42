"""What the machine and this process cost: read from /proc once a second, and how late the event loop wakes."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from node.features.nodes.service import Machine

LAG_EVERY_S: Final = 0.05
LEAST_S: Final = 0.5
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class Meter:
    """One reading is the mean since the last one, which is given again until half a second has passed: the kernel
    counts hundredths, and of a shorter time it tells nothing."""

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, process_time: Callable[[], float] = time.process_time
    ) -> None:
        self._monotonic, self._process_time = monotonic, process_time
        self._busy, self._all = _machine_ticks()
        self._used, self._at = process_time(), monotonic()
        self._late: list[float] = []
        self._last = Machine()

    def read(self) -> Machine:
        used, at = self._process_time(), self._monotonic()
        if at - self._at < LEAST_S:
            return self._last
        busy, all_ = _machine_ticks()
        machine = 100.0 * (busy - self._busy) / (all_ - self._all) if all_ > self._all else 0.0
        control = 100.0 * (used - self._used) / (at - self._at)
        late = sorted(self._late)
        self._busy, self._all, self._used, self._at, self._late = busy, all_, used, at, []
        self._last = Machine(
            cpu_percent=machine,
            control_cpu_percent=control,
            control_resident_bytes=_resident(),
            control_lag_p99_ms=1000.0 * late[min(len(late) - 1, int(0.99 * len(late)))] if late else 0.0,
        )
        return self._last

    async def watch_loop(self) -> None:
        """For ever: notice how late the loop wakes us."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self._late.append(max(0.0, loop.time() - due))


def _machine_ticks() -> tuple[int, int]:
    """(busy, all) of all processors, in clock ticks (proc(5))."""
    try:
        words = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:9]
    except OSError:
        return 0, 0
    ticks = [int(word) for word in words]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def _resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE
    except OSError:
        return 0
