"""Whose datagram the DTLS peers read next, when there are more than one turn of the loop should take."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import msgspec

SLICE_S: Final = 0.004
MAX_DATAGRAMS: Final = 8192
MAX_UNDER_WAY: Final = 100
"""Handshakes that have begun and not ended: each holds 65 kB. Round trips of 300 ms let 300 a second in."""
STALLED_S: Final = 1.0
"""One of which nothing has come for so long no longer keeps others waiting. It may still go on."""
RECORD_NUMBER_ENDS: Final = 11
"""RFC 6347 4.1: type, version, epoch and sequence number of a record. A repeated message has a number of its own."""


class Waiting(msgspec.Struct, eq=False, kw_only=True):
    """`queued`: the datagrams that wait for their turn, without the number of their first record."""

    queued: tuple[bytes, ...] = ()


Session = TypeVar("Session", bound=Waiting)


class Turns(Generic[Session]):
    """Calls `take` with one datagram after the other; it returns whether the handshake is under way: begun, not ended.

    Five hundred people at once are a second of work: everybody else gets their turn in between. What has begun is
    finished first, and only so many begin at a time; who comes later waits here with one datagram."""

    def __init__(self, take: Callable[[Session, bytes], bool], *, now: Callable[[], float] = time.monotonic) -> None:
        self._take = take
        self._now = now
        self._begun: deque[tuple[Session, bytes]] = deque()
        self._new: deque[tuple[Session, bytes]] = deque()
        self._under_way: dict[Session, float] = {}  # when last heard of, the oldest first
        self._soon: asyncio.Handle | None = None
        self._later: asyncio.TimerHandle | None = None

    def add(self, session: Session, datagram: bytes, *, begun: bool) -> None:
        """What is one too many is lost like any datagram: the peer sends it again."""
        # What still waits here need not wait twice: an impatient crowd would only make itself wait longer.
        said = datagram[RECORD_NUMBER_ENDS:]
        if len(self._begun) + len(self._new) >= MAX_DATAGRAMS or said in session.queued:
            return
        session.queued += (said,)
        (self._begun if begun else self._new).append((session, datagram))
        self._work_soon()

    def _work_soon(self) -> None:
        if self._soon is None and self._next():
            self._soon = asyncio.get_running_loop().call_soon(self._work)

    def _next(self) -> deque[tuple[Session, bytes]]:
        """The queue whose turn it is; an empty one when there is nothing to do now."""
        return self._begun if self._begun or len(self._under_way) >= MAX_UNDER_WAY else self._new

    def _work(self) -> None:
        self._soon = None
        until = time.perf_counter() + SLICE_S
        try:
            while (queue := self._next()) and time.perf_counter() < until:
                session, datagram = queue.popleft()
                said = datagram[RECORD_NUMBER_ENDS:]
                session.queued = tuple(each for each in session.queued if each != said)
                self._under_way.pop(session, None)
                if self._take(session, datagram):
                    self._under_way[session] = self._now()
        finally:
            self._work_soon()
            if self._under_way and self._later is None:
                self._later = asyncio.get_running_loop().call_later(STALLED_S, self._forget_stalled)

    def _forget_stalled(self) -> None:
        self._later = None
        now = self._now()
        while self._under_way and now >= next(iter(self._under_way.values())) + STALLED_S:
            del self._under_way[next(iter(self._under_way))]
        self._work_soon()
        if self._under_way:
            wait = next(iter(self._under_way.values())) + STALLED_S - now
            self._later = asyncio.get_running_loop().call_later(wait, self._forget_stalled)
