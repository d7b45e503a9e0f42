"""A participant's WebSocket: from the first `hello` to the close code. `README.md` beside this file is the protocol.

What a page says is decoded into a type and goes to that type's handler (`commands.py`).
What the page is told are complete frames that the room's stream made; they are written straight to the transport, many
in one write, so that a full room costs one encoding and not one a person.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

import msgspec
import structlog
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from node.errors import Refused
from node.logs import fault
from node.signaling import messages as m
from node.signaling.commands import Edge, Talk, handle, name_of
from node.signaling.hall import Guest
from node.signaling.stream import RESTART, frame
from node.tracing import begin, request_id, span
from node.web.meter import Meter

SUBPROTOCOL: Final = "regie.v1"
HELLO_WITHIN_S: Final = 5.0
GOODBYE_WITHIN_S: Final = 3.0
SILENT_MAX: Final = 2000
"""WebSockets at once that may still owe their hello: a flood costs no more than these."""
MAX_MESSAGE: Final = 16 * 1024
MAX_WAITING: Final = 1024 * 1024
HEARTBEAT_S: Final = 20.0
BURST: Final = 100
PER_SECOND: Final = 20.0

PROTOCOL_ERROR: Final = 4000
SESSION_UNKNOWN: Final = 4003
TOO_SLOW: Final = 4008

log: Final = structlog.get_logger()


class Line:
    """The way to one page: frames gather until the loop comes round, or the room beats, then go out in one write."""

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._frames: list[bytes] = []
        self._leaving = False
        """The loop will flush when it comes round."""
        self._greeting = 0
        """Bytes of a greeting that may still be on the way."""
        self.code: asyncio.Future[int] = self._loop.create_future()
        """With which code to close, once somebody decided that."""

    def send(self, data: bytes) -> None:
        if not self._leaving:
            self._leaving = True
            self._loop.call_soon(self.flush)
        self._frames.append(data)

    def gather(self, data: bytes) -> None:
        self._frames.append(data)

    def greet(self, data: bytes) -> None:
        self._greeting += len(data)
        self.send(data)

    def flush(self) -> None:
        self._leaving = False
        if not self._frames or self._transport.is_closing():
            self._frames.clear()
            return
        self._transport.write(b"".join(self._frames))
        self._frames.clear()
        waiting = self._transport.get_write_buffer_size()
        if waiting > MAX_WAITING + self._greeting:
            self.end(TOO_SLOW)
        elif waiting <= MAX_WAITING:
            self._greeting = 0

    def end(self, code: int) -> None:
        if not self.code.done():
            self.code.set_result(code)


@dataclass(slots=True)
class Pace:
    """How much more one page may say now."""

    at: float
    left: float = float(BURST)

    def may(self, now: float) -> bool:
        self.left = min(float(BURST), self.left + (now - self.at) * PER_SECOND)
        self.at = now
        self.left -= 1.0
        return self.left >= 0.0


class Sockets:
    """`GET /ws`. `allowed` refuses pages of other origins; `failed` counts failures by source and refuses (TOO_FAST)
    when there are too many."""

    def __init__(
        self,
        edge: Edge,
        meter: Meter,
        *,
        allowed: Callable[[web.Request], None],
        failed: Callable[[web.Request], None],
    ) -> None:
        self._edge = edge
        self._meter = meter
        self._allowed = allowed
        self._failed = failed
        self._lines: set[Line] = set()
        self._nobody = asyncio.Event()
        self._silent = 0
        """WebSockets that have not said hello."""

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        self._allowed(request)
        if self._silent >= SILENT_MAX:
            raise Refused("TOO_FAST", limit=SILENT_MAX, current=self._silent)
        ws = web.WebSocketResponse(
            protocols=(SUBPROTOCOL,),
            max_msg_size=MAX_MESSAGE,
            compress=False,
            heartbeat=HEARTBEAT_S,
            timeout=2.0,
        )
        await ws.prepare(request)
        transport = request.transport
        if transport is None:
            return ws
        line = Line(cast(asyncio.WriteTransport, transport))  # uvloop's is one by behaviour, not by class
        self._lines.add(line)
        self._meter.websocket(1)
        try:
            code = await self._served(request, ws, line)
            line.flush()
            try:
                async with asyncio.timeout(GOODBYE_WITHIN_S):
                    await ws.close(code=code)
            except ConnectionError:
                pass
            except TimeoutError:
                transport.abort()  # it does not read: what waits for it must not stay for as long as it likes
        finally:
            self._lines.discard(line)
            self._meter.websocket(-1)
            if not self._lines:
                self._nobody.set()
        return ws

    def restart(self) -> None:
        """Everybody, also those who have not said hello yet, is told to come back."""
        for line in list(self._lines):
            line.end(RESTART)

    async def drained(self, patience: float = 1.5) -> None:
        """Until every WebSocket is closed, or `patience` seconds have passed."""
        if self._lines:
            self._nobody.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._nobody.wait()

    async def _served(self, request: web.Request, ws: web.WebSocketResponse, line: Line) -> int:
        """The close code, whatever happens: an answer in HTTP has no place here any more."""
        try:
            return await self._serve(request, ws, line)
        except Refused as refused:
            line.send(self._refused(refused, ""))
            return RESTART if refused.code == "FENCED" else WSCloseCode.INTERNAL_ERROR
        except Exception:
            line.send(self._refused(fault("websocket_failed"), ""))
            return WSCloseCode.INTERNAL_ERROR

    async def _serve(self, request: web.Request, ws: web.WebSocketResponse, line: Line) -> int:
        """Until one of both sides ends it; the close code."""
        reading = asyncio.create_task(self._read(request, ws, line))
        try:
            await asyncio.wait({reading, line.code}, return_when=asyncio.FIRST_COMPLETED)
            if line.code.done():
                return line.code.result()
            return reading.result()
        finally:
            if not reading.done():
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, request: web.Request, ws: web.WebSocketResponse, line: Line) -> int:
        if ws.ws_protocol != SUBPROTOCOL:
            line.send(self._refused(Refused("BAD_REQUEST", limit=SUBPROTOCOL, current="subprotocol"), "hello"))
            return PROTOCOL_ERROR
        self._silent += 1
        try:
            talk = await self._hello(request, ws, line)
        finally:
            self._silent -= 1
        if isinstance(talk, int):
            return talk
        if isinstance(talk, Guest):
            try:
                return await self._listen(ws, line, talk.heard)
            finally:
                talk.detach()
        log.debug("page_attached", room=talk.room.id, participant=talk.participant)
        try:
            return await self._listen(ws, line, partial(handle, talk))
        finally:
            if talk.stream.detach(talk.participant, line):
                self._edge.join.detach(talk.room.id, talk.participant)

    async def _hello(self, request: web.Request, ws: web.WebSocketResponse, line: Line) -> Talk | Guest | int:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                said = await ws.receive()
        except TimeoutError:
            line.send(self._refused(Refused("BAD_REQUEST", limit=f"{HELLO_WITHIN_S:g} s", current="no hello"), "hello"))
            return PROTOCOL_ERROR
        try:
            hello = _decode(said)
            if hello is None:
                return WSCloseCode.OK
            if not isinstance(hello, m.Hello):
                raise Refused("BAD_REQUEST", limit="hello", current=name_of(hello))
            begin(hello.request or request_id())
            if (waiting := self._edge.lobby.waiter(hello.session)) is not None:
                guest = Guest(self._edge.halls, self._edge.lobby, waiting[0], waiting[1].id, line)
                guest.attach(waiting[1])
                return guest
            room, person = self._edge.join.who(hello.session)
        except Refused as refused:
            if refused.code == "BAD_REQUEST":
                line.send(self._refused(refused, "hello"))
                return PROTOCOL_ERROR
            try:
                self._failed(request)
            except Refused as too_often:
                refused = too_often
            line.send(self._refused(refused, "hello"))
            return SESSION_UNKNOWN
        stream = self._edge.hub.stream(room)
        stream.attach(person, line, hello.seq)
        talk = Talk(self._edge, line, stream, room, person.id)
        try:
            self._edge.join.attach(room.id, person.id)
        except BaseException:
            if stream.detach(person.id, line):  # nobody will talk on it: the stream must not speak to it for ever
                self._edge.join.detach(room.id, person.id)
            raise
        return talk

    def _refused(self, refused: Refused, to: str, key: str = "") -> bytes:
        self._meter.refusal(refused.code, "websocket")
        return frame(m.Refused.of(refused.refusal(self._edge.texts.house.support), to, key))

    async def _listen(
        self,
        ws: web.WebSocketResponse,
        line: Line,
        hear: Callable[[m.ClientMessage], Awaitable[int | None]],
    ) -> int:
        loop = asyncio.get_running_loop()
        pace = Pace(loop.time())
        conversation = request_id()
        for number in itertools.count(1):
            said = await ws.receive()
            begin(f"{conversation}.{number}")
            to = key = ""
            try:
                message = _decode(said)
                if message is None:
                    return ws.close_code or WSCloseCode.OK
                to, key = name_of(message), getattr(message, "key", "")
                if not pace.may(loop.time()):
                    raise Refused("TOO_FAST", limit=f"{PER_SECOND:g}/s", current=f"{BURST}+", set_by="protocol")
                log.debug("message", kind=to)
                with span("message", kind=to):
                    code = await hear(message)
            except Refused as refused:
                line.send(self._refused(refused, to, key))
                if not to or refused.set_by == "protocol":
                    return PROTOCOL_ERROR
                if refused.code == "FENCED":
                    return RESTART
                continue
            if code is not None:
                return code
        raise AssertionError("there is always one more number")


def _decode(said: WSMessage) -> m.ClientMessage | None:
    """None: the page has closed, or the connection broke.

    Raises:
        Refused: BAD_REQUEST.
    """
    if said.type is WSMsgType.BINARY:
        raise Refused("BAD_REQUEST", current="binary message", set_by="protocol")
    if said.type is not WSMsgType.TEXT:
        return None
    try:
        message: m.ClientMessage = m.decoder.decode(said.data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Refused("BAD_REQUEST", current=_safe(str(error)), set_by="protocol") from None
    return message


def _safe(sentence: str) -> str:
    """msgspec's sentence names fields and types, and quotes what the page sent: not more than a line of it."""
    return "".join(char for char in sentence if char.isprintable())[:120]
