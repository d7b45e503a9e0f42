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
RECORD_NUMBER_ENDS: Final = 11
"""RFC 6347 4.1: type, version, epoch and sequence number of a record. A repeated message has a number of its own."""


class Waiting(msgspec.Struct, eq=False, kw_only=True):
    """`queued`: the datagrams that wait for their turn, without the number of their first record."""

    queued: tuple[bytes, ...] = ()


Session = TypeVar("Session", bound=Waiting)


class Turns(Generic[Session]):
    """Calls `take` with one datagram after the other. Five hundred people at once are a second of work: everybody else
    gets their turn in between. What has begun is finished first, because a handshake under way holds 65 kB."""

    def __init__(self, take: Callable[[Session, bytes], None]) -> None:
        self._take = take
        self._begun: deque[tuple[Session, bytes]] = deque()
        self._new: deque[tuple[Session, bytes]] = deque()

    def add(self, session: Session, datagram: bytes, *, begun: bool) -> None:
        """What is one too many is lost like any datagram: the peer sends it again."""
        waiting = len(self._begun) + len(self._new)
        # What still waits here need not wait twice: an impatient crowd would only make itself wait longer.
        said = datagram[RECORD_NUMBER_ENDS:]
        if waiting >= MAX_DATAGRAMS or said in session.queued:
            return
        session.queued += (said,)
        if not waiting:
            asyncio.get_running_loop().call_soon(self._work)
        (self._begun if begun else self._new).append((session, datagram))

    def _work(self) -> None:
        until = time.perf_counter() + SLICE_S
        try:
            while (queue := self._begun or self._new) and time.perf_counter() < until:
                session, datagram = queue.popleft()
                said = datagram[RECORD_NUMBER_ENDS:]
                session.queued = tuple(each for each in session.queued if each != said)
                self._take(session, datagram)
        finally:
            if self._begun or self._new:
                asyncio.get_running_loop().call_soon(self._work)
