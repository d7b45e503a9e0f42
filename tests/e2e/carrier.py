"""What lies between the two ends of `tests.e2e.home.Link`: carries every packet from one device to the other, and as
much later as it is told.

    python carrier.py FD FD         two TUN devices; stdin: a line for each change, ms each way; ends with its stdin

A process of its own and before all others: one that waits for browsers to leave it the processor would be a link worse
than the test has asked for.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import select
import sys
import time


def carry(ends: tuple[int, int]) -> None:
    waiting: list[tuple[float, int, int, bytes]] = []  # when, in order, to which device, packet
    last = [0.0, 0.0]
    delay, count = 0.0, 0
    while True:
        soon = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select([0, *ends], [], [], soon)
        now = time.monotonic()
        if 0 in ready:
            line = sys.stdin.readline()
            if not line:
                return
            delay = float(line) / 1000
        for side in (0, 1):
            if ends[side] in ready:
                with contextlib.suppress(BlockingIOError):
                    for _ in range(64):
                        packet = os.read(ends[side], 65536)
                        last[side] = max(last[side], now + delay)  # what is on its way already is not overtaken
                        count += 1
                        heapq.heappush(waiting, (last[side], count, ends[1 - side], packet))
        while waiting and waiting[0][0] <= now:
            _, _, to, packet = heapq.heappop(waiting)
            with contextlib.suppress(OSError):  # nobody has the device up any more
                os.write(to, packet)


if __name__ == "__main__":
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    carry((int(sys.argv[1]), int(sys.argv[2])))
