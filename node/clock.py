"""The clock of the node (`node.ports.Clock`). Rules never look at it: they are told."""

from __future__ import annotations

import time


class SystemClock:
    """Wall time that never steps: it starts as the machine's and then runs with the monotonic clock, so that a machine
    that corrects its clock by an hour expires nobody's place (H28). Drifts with the machine until the node restarts."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        return time.monotonic() + self._offset
