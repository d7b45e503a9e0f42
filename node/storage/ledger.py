"""The ledger: facts in, one transaction for all that came meanwhile (group commit). Implements `node.ports.Ledger`.

While one transaction is on its way to the disk the next facts gather, so a single join is written at once and a storm
of joins shares its commits. When the database takes no writes, facts wait here in their order, `healthy` is False, and
nobody is held up for longer than `PATIENCE_S`: calls, joins and mutes go on.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import Executable
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from node.errors import Fault, Refused
from node.ports import Fact

PATIENCE_S: Final = 2.0
RETRY_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
BATCH: Final = 2000
WAITING_MAX: Final = 100_000
"""Facts kept while the database is away; the oldest are given up first, and said so."""

log: Final = structlog.get_logger()


class Write(msgspec.Struct, frozen=True):
    """How a fact becomes rows: one statement, and its parameters for one fact."""

    statement: Executable
    row: Callable[[Any], Mapping[str, Any]]


Writes = Mapping[type[Fact], tuple[Write, ...]]


def merged(parts: Iterable[Writes]) -> Writes:
    """The tables of all features as one. A fact that two features write is a mistake."""
    whole: dict[type[Fact], tuple[Write, ...]] = {}
    for part in parts:
        for fact, writes in part.items():
            assert fact not in whole, fact.__name__
            whole[fact] = writes
    return whole


class GroupCommit:
    def __init__(self, engine: AsyncEngine, writes: Writes) -> None:
        self._engine = engine
        self._writes = writes
        self._waiting: deque[tuple[Fact, asyncio.Future[None] | None]] = deque()
        self._some = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._failing_since: float | None = None
        self._fenced = False
        self._task: asyncio.Task[None] | None = None
        self.given_up = 0
        """Facts lost because the database was away for too long."""

    @property
    def healthy(self) -> bool:
        return self._failing_since is None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="ledger")

    def note(self, facts: Sequence[Fact]) -> Awaitable[None]:
        if self._fenced:
            raise Refused("FENCED")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.add_done_callback(_retrieved)
        if not facts:
            done.set_result(None)
            return done
        for fact in facts[:-1]:
            self._waiting.append((fact, None))
        self._waiting.append((facts[-1], done))
        while len(self._waiting) > WAITING_MAX:
            self._give_up()
        self._idle.clear()
        self._some.set()
        if self._failing_since is not None and time.monotonic() - self._failing_since > PATIENCE_S:
            done.set_result(None)
        return done

    def fence(self) -> None:
        """Another process owns the database now: nothing more is written (and nothing is kept)."""
        self._fenced = True
        for _fact, done in self._waiting:
            if done is not None and not done.done():
                done.set_exception(Refused("FENCED"))
        self._waiting.clear()
        self._idle.set()

    async def close(self, patience: float = 5.0) -> None:
        """Write what is waiting, for at most `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._idle.wait()
        except TimeoutError:
            log.error("ledger_not_flushed", facts=len(self._waiting))
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # ------------------------------------------------------------ the writer

    async def _run(self) -> None:
        while True:
            await self._some.wait()
            batch = [self._waiting[i] for i in range(min(BATCH, len(self._waiting)))]
            await self._write(batch)
            if not self._waiting:
                self._some.clear()
                self._idle.set()

    async def _write(self, batch: list[tuple[Fact, asyncio.Future[None] | None]]) -> None:
        """Returns when `batch` is no longer waiting: written, or found impossible."""
        attempt = 0
        while not self._fenced:
            try:
                await self._commit([fact for fact, _done in batch])
            except (OperationalError, InterfaceError, OSError) as error:
                self._failed(error)
                await asyncio.sleep(RETRY_S[min(attempt, len(RETRY_S) - 1)])
                attempt += 1
                continue
            except Exception as error:
                # Whatever it is: one fact that cannot be written must not stop all others.
                if len(batch) > 1:
                    for one in batch:
                        await self._write([one])
                    return
                log.error("fact_impossible", fact=type(batch[0][0]).__name__, error=type(error).__name__)
                self._finish(batch, Fault(f"{type(batch[0][0]).__name__} cannot be written"))
                return
            if self._failing_since is not None:
                log.info("ledger_back", waited_s=round(time.monotonic() - self._failing_since, 1))
                self._failing_since = None
            self._finish(batch, None)
            return

    async def _commit(self, facts: Sequence[Fact]) -> None:
        async with self._engine.begin() as tx:
            for kind, run in groupby(facts, key=type):
                await self._execute(tx, kind, list(run))

    async def _execute(self, tx: AsyncConnection, kind: type[Fact], facts: list[Fact]) -> None:
        for write in self._writes[kind]:
            await tx.execute(write.statement, [write.row(fact) for fact in facts])

    def _finish(self, batch: list[tuple[Fact, asyncio.Future[None] | None]], error: Exception | None) -> None:
        for entry in batch:
            # The oldest may have been given up, or all of them fenced, meanwhile.
            if self._waiting and self._waiting[0] is entry:
                self._waiting.popleft()
            done = entry[1]
            if done is not None and not done.done():
                done.set_result(None) if error is None else done.set_exception(error)

    def _failed(self, error: Exception) -> None:
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = now
            log.error("ledger_away", error=type(error).__name__)
        if now - self._failing_since > PATIENCE_S:
            for _fact, done in self._waiting:
                if done is not None and not done.done():
                    done.set_result(None)

    def _give_up(self) -> None:
        if not self.given_up:
            log.error("ledger_gives_up_facts", waiting=len(self._waiting))
        self.given_up += 1
        _fact, done = self._waiting.popleft()
        if done is not None and not done.done():
            done.set_result(None)


def _retrieved(done: asyncio.Future[None]) -> None:
    """Not everybody who notes a fact waits for it; asyncio would complain about the exception."""
    if not done.cancelled():
        done.exception()
