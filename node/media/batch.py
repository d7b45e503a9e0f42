"""Many small changes of one moment become one command, and one that is out of date does not undo the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, Generic, TypeVar

from node.media.plane import PlaneFailed

MAX_CHANGES: Final = 4096

Change = TypeVar("Change")


class Batch(Generic[Change]):
    """`add` returns when the plane has done what was added. Changes keep their order, also among batches.

    The plane does all of a command or nothing. A batch that it fails (`PlaneFailed`) is halved until the change is
    found that it cannot do; `forgive` says whether that matters.
    """

    def __init__(
        self, send: Callable[[Sequence[Change]], Awaitable[object]], forgive: Callable[[PlaneFailed], bool]
    ) -> None:
        self._send = send
        self._forgive = forgive
        self._changes: list[Change] = []
        self._done: asyncio.Future[None] | None = None
        self._worker: asyncio.Task[None] | None = None

    async def add(self, changes: Iterable[Change]) -> None:
        loop = asyncio.get_running_loop()
        self._changes.extend(changes)
        if self._done is None:
            self._done = loop.create_future()
            # A future whose every waiter has gone away may keep its error for itself.
            self._done.add_done_callback(lambda done: done.exception())
        if self._worker is None:
            self._worker = loop.create_task(self._work())
        # Shielded: one caller that goes away must not take back the changes of the others.
        await asyncio.shield(self._done)

    async def _work(self) -> None:
        # The task starts in the next turn of the loop: what this turn adds is in.
        while self._done is not None:
            changes, done = self._changes, self._done
            self._changes, self._done = [], None
            error: BaseException | None = None
            for at in range(0, len(changes), MAX_CHANGES):
                error = await self._apply(changes[at : at + MAX_CHANGES]) or error
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
        self._worker = None

    async def _apply(self, changes: Sequence[Change]) -> BaseException | None:
        try:
            await self._send(changes)
        except PlaneFailed as error:
            if len(changes) == 1:
                return None if self._forgive(error) else error
            half = len(changes) // 2
            first = await self._apply(changes[:half])
            return await self._apply(changes[half:]) or first
        except Exception as error:
            return error
        return None
