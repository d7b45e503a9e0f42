"""Connections that have not asked for anything: few, and not for long (H15).

A connection waits while no complete request head has come, or since its last answer. Those that wait are bounded in
number, in all and by source: one too many and the one that has waited longest is closed. None waits for longer than
`HEAD_WITHIN_S`. A request that is being answered, and a WebSocket, are not waiting: they have limits of their own.

    doorway = Doorway()
    app = web.Application(middlewares=[doorway.middleware, …])
    await loop.create_server(doorway.factory(runner.server), sock=…)
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, cast

from aiohttp import web
from aiohttp.typedefs import Middleware

HEAD_WITHIN_S: Final = 20.0
WAITING: Final = 2000
WAITING_PER_SOURCE: Final = 600  # a whole school behind one address, all at once
HANDSHAKE_WITHIN_S: Final = 10.0
"""For `create_server(ssl_handshake_timeout=…)`: until then a TLS connection has not reached the doorway."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Doorway:
    """`per_source` is 0 behind a proxy, where everybody comes from one address."""

    def __init__(
        self, *, waiting: int = WAITING, per_source: int = WAITING_PER_SOURCE, within: float = HEAD_WITHIN_S
    ) -> None:
        self._most = waiting
        self._most_per_source = per_source or waiting
        self._within = within
        self._waiting: OrderedDict[_Visitor, None] = OrderedDict()
        self._sources: dict[str, OrderedDict[_Visitor, None]] = {}
        self._visitors: dict[asyncio.BaseTransport, _Visitor] = {}
        self.turned_away = 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def factory(self, server: web.Server) -> Callable[[], asyncio.Protocol]:
        """What `loop.create_server` calls for each connection."""
        return lambda: _Visitor(self, cast(asyncio.Protocol, server()))

    @property
    def middleware(self) -> Middleware:
        @web.middleware
        async def noted(request: web.Request, handler: Handler) -> web.StreamResponse:
            transport = request.transport
            visitor = self._visitors.get(transport) if transport is not None else None
            if visitor is None:
                return await handler(request)
            self._stop_waiting(visitor)
            try:
                return await handler(request)
            finally:
                if transport in self._visitors:
                    self._wait(visitor)

        return noted

    # ------------------------------------------------------------ of the visitors

    def _came(self, visitor: _Visitor, transport: asyncio.BaseTransport) -> None:
        self._visitors[transport] = visitor
        self._wait(visitor)

    def _went(self, visitor: _Visitor, transport: asyncio.BaseTransport) -> None:
        self._visitors.pop(transport, None)
        self._stop_waiting(visitor)

    def _wait(self, visitor: _Visitor) -> None:
        of_source = self._sources.setdefault(visitor.source, OrderedDict())
        self._waiting[visitor] = of_source[visitor] = None
        visitor.timer = asyncio.get_running_loop().call_later(self._within, self._turn_away, visitor)
        if len(of_source) > self._most_per_source:
            self._turn_away(next(iter(of_source)))
        elif len(self._waiting) > self._most:
            self._turn_away(next(iter(self._waiting)))

    def _stop_waiting(self, visitor: _Visitor) -> None:
        if visitor.timer is not None:
            visitor.timer.cancel()
            visitor.timer = None
        self._waiting.pop(visitor, None)
        of_source = self._sources.get(visitor.source)
        if of_source is not None:
            of_source.pop(visitor, None)
            if not of_source:
                del self._sources[visitor.source]

    def _turn_away(self, visitor: _Visitor) -> None:
        self.turned_away += 1
        self._stop_waiting(visitor)
        visitor.close()


class _Visitor(asyncio.Protocol):
    """One connection: everything is passed on to aiohttp's own protocol."""

    def __init__(self, doorway: Doorway, inner: asyncio.Protocol) -> None:
        self._doorway = doorway
        self._inner = inner
        self._transport: asyncio.Transport | None = None
        self.source = ""
        self.timer: asyncio.TimerHandle | None = None
        # Called for each packet: bound once.
        self.data_received = inner.data_received  # type: ignore[method-assign]
        self.pause_writing = inner.pause_writing  # type: ignore[method-assign]
        self.resume_writing = inner.resume_writing  # type: ignore[method-assign]
        self.eof_received = inner.eof_received  # type: ignore[method-assign]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.source = str(peer[0]) if peer else ""
        self._inner.connection_made(transport)
        self._doorway._came(self, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._doorway._went(self, self._transport)
        self._inner.connection_lost(exc)

    def close(self) -> None:
        """At once: who dribbles would read an answer as slowly."""
        if self._transport is not None:
            self._transport.abort()
