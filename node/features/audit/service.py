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

from node.features.audit.rules import Anchor, Mark, Record, Row, Verdict, Walk, attests, cut, removal

START: Final = Mark()
WAITING: Final = 10_000
BATCH: Final = 500
SUM_S: Final = 1.0
RETRY_S: Final = 2.0

PAGE: Final = 500
VERIFY_MOST: Final = 10_000
"""Records that one call verifies: about two seconds."""

REMOVE_MOST: Final = 5000
"""Records that one removal takes: each is verified before, and a database is not held up for long."""

log: Final = structlog.get_logger()

Listener = Callable[[Sequence[tuple[int, Record]]], None]


class Keeping(msgspec.Struct, frozen=True):
    """How long records are kept. `days` 0: for ever; `node`: who removes them."""

    days: int
    node: str
    now: Callable[[], float]


class Store(Protocol):
    async def append(self, records: Sequence[Record]) -> Sequence[int]:
        """The numbers that they got."""

    async def chain(self, *, after: int, limit: int) -> Sequence[Row]: ...

    async def last(self) -> Mark: ...

    async def first(self) -> tuple[int, float] | None:
        """Number and moment of the oldest record that there is."""

    async def anchor(self) -> Anchor | None:
        """Of the latest removal."""

    async def due(self, before: float, *, most: int) -> tuple[Mark, int] | None:
        """The last of the oldest records, and of how many: all of them are from before that moment."""

    async def remove(self, last: Mark, record: Record) -> int:
        """All of it or nothing: append `record`, and remove up to and with `last`. Its number."""

    async def list(self, *, before: int, limit: int) -> list[tuple[int, Record]]: ...

    async def of(self, things: Collection[str], *, before: int, limit: int) -> Sequence[tuple[int, Record]]: ...


class Audit:
    """`note` never blocks; `run` writes until cancelled; `close` writes what is left."""

    def __init__(self, store: Store, keeping: Keeping | None = None) -> None:
        self._store = store
        self._keeping = keeping
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
        """Walk the chain from `start` on, at most `VERIFY_MOST` records; the next call goes on from its head. What
        retention removed cannot be looked at: the walk begins behind it, if the chain itself says that it was."""
        while True:
            anchor = await self._store.anchor()
            verdict = await self._look(anchor, start, known)
            # What was removed under the walk is missing in it, and not in the chain: it begins anew, further on.
            if not verdict.broken or await self._store.anchor() == anchor:
                return verdict

    async def _look(self, anchor: Anchor | None, start: Mark, known: Mark | None) -> Verdict:
        first = await self._store.first()
        since = first[1] if first is not None else 0.0
        if anchor is not None and start.number < anchor.number:
            start = anchor.mark
        walk = Walk(start, known)
        if anchor is not None and (said := await self._unfounded(anchor, first, known)):
            return Verdict(0, 0, start, *said, start=start, since=since)
        more = await self._walk(walk)
        return msgspec.structs.replace(walk.verdict(more=more), start=start, since=since)

    async def _unfounded(
        self, anchor: Anchor, first: tuple[int, float] | None, known: Mark | None
    ) -> tuple[int, str] | None:
        """What is wrong with where the chain begins: the number of the first record that does not hold, and why."""
        if first is not None and first[0] <= anchor.number:
            return first[0], "unchained"
        if known is not None and known.number == anchor.number and known != anchor.mark:
            return anchor.number, "changed"
        rows = await self._store.chain(after=anchor.record - 1, limit=1)
        return None if rows and attests(rows[0], anchor) else (anchor.number + 1, "anchor")

    async def _walk(self, walk: Walk, *, until: int = 0) -> bool:
        """To the end, to the first that does not hold, or to the record `until`. Whether there is more."""
        while walk.checked + walk.older < VERIFY_MOST:
            rows = await self._store.chain(after=walk.head.number, limit=PAGE)
            for row in rows:
                if until and row.number > until:
                    return True
                if not walk.step(row):
                    return False
            if len(rows) < PAGE:
                walk.end()
                return False
        return True

    async def kept_since(self) -> float:
        """The moment of the oldest record, seconds since the epoch; 0: none was ever removed."""
        if await self._store.anchor() is None:
            return 0.0
        first = await self._store.first()
        return first[1] if first is not None else 0.0

    async def retain(self) -> int:
        """Remove what has been kept for long enough; how many. Called now and then. What does not hold is evidence: it
        stays, with everything after it, and the log says so."""
        if self._keeping is None or not self._keeping.days:
            return 0
        now, removed = self._keeping.now(), 0
        while (found := await self._store.due(cut(now, self._keeping.days), most=REMOVE_MOST)) is not None:
            last, count = found
            verdict = await self._before(last)
            if verdict.broken or verdict.head != last:
                log.error("audit_kept_longer", broken=verdict.broken, why=verdict.why)
                break
            record = removal(now, self._keeping.node, last, count)
            async with self._writing:
                number = await self._store.remove(last, record)
            self._say(record)
            self._wrote([number], [record])
            removed += count
        return removed

    async def _before(self, last: Mark) -> Verdict:
        """Of the chain from where it begins to `last`."""
        anchor = await self._store.anchor()
        if anchor is not None and (said := await self._unfounded(anchor, await self._store.first(), None)):
            return Verdict(0, 0, anchor.mark, *said)
        walk = Walk(anchor.mark if anchor is not None else START, last)
        await self._walk(walk, until=last.number)
        return walk.verdict()

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
