"""Many small changes of one turn of the loop become one command."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, Generic, TypeVar

MAX_CHANGES: Final = 4096

Change = TypeVar("Change")


class Batch(Generic[Change]):
    """`add` returns when `send` has returned for what was added; changes keep their order."""

    def __init__(self, send: Callable[[Sequence[Change]], Awaitable[None]]) -> None:
        self._send = send
        self._changes: list[Change] = []
        self._flushed: asyncio.Task[None] | None = None

    async def add(self, changes: Iterable[Change]) -> None:
        self._changes.extend(changes)
        if self._flushed is None:
            self._flushed = asyncio.get_running_loop().create_task(self._flush())
        # Shielded: one caller that goes away must not take back the changes of the others.
        await asyncio.shield(self._flushed)

    async def _flush(self) -> None:
        # The task starts in the next turn of the loop: what this turn adds is in.
        self._flushed = None
        changes, self._changes = self._changes, []
        for at in range(0, len(changes), MAX_CHANGES):
            await self._send(changes[at : at + MAX_CHANGES])
