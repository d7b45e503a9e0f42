"""The audit: what operators did and what they were refused. Append-only.

A record is logged at once and written in the background, in batches; a call never waits for it. While the database is
away up to `WAITING` records wait in memory and the oldest are lost first, counted (`lost`) and still in the log.
Refusals without a valid token, which anybody can cause, are summed for a second before they are written.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Final, Protocol

import msgspec
import structlog

from node.features.audit.rules import Mark, Record, Row, Verdict, Walk

START: Final = Mark()
WAITING: Final = 10_000
BATCH: Final = 500
SUM_S: Final = 1.0
RETRY_S: Final = 2.0

PAGE: Final = 500
VERIFY_MOST: Final = 10_000
"""Records that one call verifies: about two seconds."""

log: Final = structlog.get_logger()

Listener = Callable[[Sequence[tuple[int, Record]]], None]


class Store(Protocol):
    async def append(self, records: Sequence[Record]) -> Sequence[int]:
        """The numbers that they got."""

    async def chain(self, *, after: int, limit: int) -> Sequence[Row]: ...

    async def last(self) -> Mark: ...

    async def list(self, *, before: int, limit: int) -> list[tuple[int, Record]]: ...

    async def of(self, things: Collection[str], *, before: int, limit: int) -> Sequence[tuple[int, Record]]: ...


class Audit:
    """`note` never blocks; `run` writes until cancelled; `close` writes what is left."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[Record] = deque()
        self._summed: dict[tuple[str, str], Record] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._news = asyncio.Event()
        self._writing = asyncio.Lock()
        self._tell: Listener = lambda records: None
        self.lost = 0
        self.written = 0

    @property
    def backlog(self) -> int:
        return len(self._waiting) + len(self._summed)

    def note(self, record: Record) -> None:
        if record.anonymous:
            key = (record.method, record.outcome)
            known = self._summed.get(key)
            self._summed[key] = record if known is None else msgspec.structs.replace(known, count=known.count + 1)
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(SUM_S, self._settle)
            return
        self._say(record)
        self._queue(record)

    async def list(self, *, before: int = 0, limit: int = 200) -> list[tuple[int, Record]]:
        """Newest first, each with its number; `before` a number goes on from there."""
        return await self._store.list(before=before, limit=limit)

    async def of(self, things: Collection[str], *, before: int, limit: int) -> Sequence[tuple[int, Record]]:
        """Likewise, of those that name one of `things`: a room, or else a recording, or else what a quota is for."""
        return await self._store.of(things, before=before, limit=limit)

    def tell(self, listener: Listener) -> None:
        """`listener` hears of records when they are written; on the loop, and must not block."""
        self._tell = listener

    async def head(self) -> Mark:
        """Of the last record."""
        return await self._store.last()

    async def verify(self, start: Mark = START, known: Mark | None = None) -> Verdict:
        """Walk the chain from `start` on, at most `VERIFY_MOST` records; the next call goes on from its head."""
        walk = Walk(start, known)
        while walk.checked + walk.older < VERIFY_MOST:
            rows = await self._store.chain(after=walk.head.number, limit=PAGE)
            for row in rows:
                if not walk.step(row):
                    return walk.verdict()
            if len(rows) < PAGE:
                walk.end()
                return walk.verdict()
        return walk.verdict(more=True)

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if not await self._write():
                await asyncio.sleep(RETRY_S)
                self._news.set()

    async def close(self) -> None:
        self._settle()
        await self._write()

    def _settle(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        summed, self._summed = self._summed, {}
        for record in summed.values():
            self._say(record)
            self._queue(record)

    def _queue(self, record: Record) -> None:
        self._waiting.append(record)
        if len(self._waiting) > WAITING:
            self._waiting.popleft()
            self.lost += 1
        self._news.set()

    async def _write(self) -> bool:
        async with self._writing:  # whoever closes waits for what is on its way
            return await self._write_all()

    async def _write_all(self) -> bool:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            append = asyncio.ensure_future(self._store.append(batch))
            try:
                numbers = await asyncio.shield(append)
            except asyncio.CancelledError:
                # It may be in the table already: only its end tells, and a record must not be there twice.
                await asyncio.wait({append})
                if append.cancelled() or append.exception() is not None:
                    self._waiting.extendleft(reversed(batch))
                else:
                    self._wrote(append.result(), batch)
                raise
            except Exception:
                self._waiting.extendleft(reversed(batch))
                log.warning("audit_not_written", waiting=len(self._waiting), exc_info=True)
                return False
            self._wrote(numbers, batch)
        return True

    def _wrote(self, numbers: Sequence[int], batch: Sequence[Record]) -> None:
        self.written += len(batch)
        self._tell(list(zip(numbers, batch, strict=True)))

    def _say(self, record: Record) -> None:
        """Without what a person typed or is called: the log may go anywhere, the table does not."""
        said = msgspec.to_builtins(record)
        for private in ("operator", "reason", "at"):
            del said[private]
        log.info("audit", **said)
