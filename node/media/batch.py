"""Many small changes of one moment become one command, and one that is out of date does not undo the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, Generic, TypeVar

from node.media.plane import PlaneFailed, PlaneGone
from node.tracing import MAX_JOINED, begin, joined, request_id

MAX_CHANGES: Final = 4096

Change = TypeVar("Change")


class Batch(Generic[Change]):
    """`add` returns when the plane has done what was added. Changes keep their order, also among batches.

    The plane does all of a command or nothing. A batch that it fails (`PlaneFailed`) is halved until the change is
    found that it cannot do; `forgive` says whether that matters. What a lost connection left open (`PlaneGone`) is owed
    until the same plane answers again (`again`), or until it is known to be gone (`forget`).
    """

    def __init__(
        self, send: Callable[[Sequence[Change]], Awaitable[object]], forgive: Callable[[PlaneFailed], bool]
    ) -> None:
        self._send = send
        self._forgive = forgive
        self._changes: list[Change] = []
        self._done: asyncio.Future[None] | None = None
        self._worker: asyncio.Task[None] | None = None
        self._owed: list[Change] = []
        self._requests: list[str] = []

    async def add(self, changes: Iterable[Change]) -> None:
        self._changes.extend(changes)
        if len(self._requests) < MAX_JOINED:
            self._requests.append(request_id())
        # Shielded: one caller that goes away must not take back the changes of the others.
        await asyncio.shield(self._begin())

    def again(self) -> None:
        """Do what is owed, before anything newer. Doing it twice does no harm."""
        if self._owed:
            self._changes[:0], self._owed = self._owed, []
            self._begin()

    def forget(self) -> None:
        self._owed.clear()

    def _begin(self) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        if self._done is None:
            self._done = loop.create_future()
            # A future whose every waiter has gone away may keep its error for itself.
            self._done.add_done_callback(lambda done: done.exception())
        if self._worker is None:
            self._worker = loop.create_task(self._work())
        return self._done

    async def _work(self) -> None:
        # The task starts in the next turn of the loop: what this turn adds is in.
        while self._done is not None:
            changes, done = self._changes, self._done
            self._changes, self._done = [], None
            begin(joined(self._requests))  # the worker is whoever was first's, and works for all of them
            self._requests.clear()
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
        except PlaneGone as error:
            self._owed.extend(changes)
            return error
        except Exception as error:
            return error
        return None
