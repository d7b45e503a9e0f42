"""Who folds what a node said: one after the other, and none for so long that a key waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from console.pacing import Pace


class Turns:
    """`async with turns:` around each message. All nodes share one."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = asyncio.Lock()
        self._pace = Pace()
        self._began = 0.0

    async def __aenter__(self) -> None:
        await self._lock.acquire()
        try:
            if rest := self._pace.rest(self._clock()):
                await self._sleep(rest)
        except BaseException:
            self._lock.release()
            raise
        self._began = self._clock()

    async def __aexit__(self, *exc: object) -> None:
        self._pace.done(self._began, self._clock())
        self._lock.release()
