"""A participant's WebSocket: from the first `hello` to the close code. `README.md` beside this file is the protocol.

What a page says is decoded into a type and goes to that type's handler; the table `HANDLERS` is the whole of it.
What the page is told are complete frames that the room's stream made; they are written straight to the transport, many
in one write, so that a full room costs one encoding and not one a person.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

import msgspec
import structlog
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from node.errors import Refused
from node.features.chat.service import Chat
from node.features.chat.view import MessageView
from node.features.cover.service import Cover
from node.features.flags.service import Flags
from node.features.hands.service import Hands
from node.features.join.service import Join
from node.features.layout.service import Layout
from node.features.lobby.service import Lobby
from node.features.moderation.service import Moderation
from node.features.mute.service import Mute
from node.features.participants.service import Participants
from node.features.quality.rules import Reported
from node.features.quality.service import Quality
from node.features.reactions.rules import Reaction
from node.features.reactions.service import Reactions
from node.features.rooms.rules import Room
from node.features.rooms.service import Rooms
from node.logs import fault
from node.ports import Actor, Source
from node.signaling import messages as m
from node.signaling.hall import Guest, Halls
from node.signaling.stream import ENDED, RESTART, Hub, Stream, frame
from node.signaling.talk import last_of, message_of, queue_for
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
OLDER_BURST: Final = 10
OLDER_PER_SECOND: Final = 2.0

PROTOCOL_ERROR: Final = 4000
SESSION_UNKNOWN: Final = 4003
TOO_SLOW: Final = 4008

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Edge:
    """What the WebSocket may use."""

    hub: Hub
    join: Join
    participants: Participants
    mute: Mute
    chat: Chat
    layout: Layout
    quality: Quality
    moderation: Moderation
    flags: Flags
    hands: Hands
    reactions: Reactions
    cover: Cover
    rooms: Rooms
    lobby: Lobby
    halls: Halls


class Line:
    """The way to one page: frames gather until the loop comes round, then go out in one write."""

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._frames: list[bytes] = []
        self._greeting = 0
        """Bytes of a greeting that may still be on the way."""
        self.code: asyncio.Future[int] = self._loop.create_future()
        """With which code to close, once somebody decided that."""

    def send(self, data: bytes) -> None:
        if not self._frames:
            self._loop.call_soon(self.flush)
        self._frames.append(data)

    def greet(self, data: bytes) -> None:
        self._greeting += len(data)
        self.send(data)

    def flush(self) -> None:
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
class Talk:
    """One page that has said hello."""

    edge: Edge
    line: Line
    stream: Stream
    room: Room
    participant: str
    looks: float = float(OLDER_BURST)
    looked: float = 0.0

    @property
    def actor(self) -> Actor:
        """Whom the rules see. They check by themselves that a host is one (H18)."""
        person = self.room.people.find(self.participant)
        return Actor("host", self.participant, person.role if person is not None else "")

    def say(self, message: m.FromNode) -> None:
        self.line.send(frame(message))

    def check_look(self) -> None:
        """The ledger is read for it.

        Raises:
            Refused: TOO_FAST.
        """
        now = asyncio.get_running_loop().time()
        self.looks = min(float(OLDER_BURST), self.looks + (now - self.looked) * OLDER_PER_SECOND)
        self.looked = now
        if self.looks < 1.0:
            raise Refused("TOO_FAST", limit=f"{OLDER_PER_SECOND:g}/s", current=f"{OLDER_BURST}+")
        self.looks -= 1.0


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
            return await self._listen(ws, line, partial(_handle, talk))
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
                raise Refused("BAD_REQUEST", limit="hello", current=_name(hello))
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
        return frame(m.Refused.of(refused.refusal(), to, key))

    async def _listen(
        self,
        ws: web.WebSocketResponse,
        line: Line,
        hear: Callable[[m.ClientMessage], Awaitable[int | None]],
    ) -> int:
        loop = asyncio.get_running_loop()
        pace = Pace(loop.time())
        while True:
            said = await ws.receive()
            to = key = ""
            try:
                message = _decode(said)
                if message is None:
                    return ws.close_code or WSCloseCode.OK
                to, key = _name(message), getattr(message, "key", "")
                if not pace.may(loop.time()):
                    raise Refused("TOO_FAST", limit=f"{PER_SECOND:g}/s", current=f"{BURST}+", set_by="protocol")
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


async def _handle(talk: Talk, message: m.ClientMessage) -> int | None:
    handler = HANDLERS.get(type(message))
    if handler is None:
        raise Refused("BAD_REQUEST", current=_name(message), set_by="protocol")
    return await handler(talk, message)


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


def _name(message: m.ClientMessage) -> str:
    return type(message).__name__.lower()


# ---------------------------------------------------------------- the handlers, one a message


async def _publish(talk: Talk, message: m.Publish) -> None:
    talk.edge.participants.publish(talk.room.id, talk.participant, Source(message.source), message.on)


async def _chat(talk: Talk, message: m.Chat) -> None:
    told = talk.room.chat.posted_with(talk.participant, message.key)
    if told is None:
        talk.edge.chat.post(
            talk.room.id,
            talk.participant,
            message.text,
            message.key,
            to=message.to,
            reply=message.reply,
            found=await talk.edge.chat.found(talk.room.id, message.reply),
        )
        return
    # The page asks again because it missed the answer: it alone gets it again.
    talk.say(m.Said(talk.stream.next(), message_of(told, talk.participant)))
    if isinstance(told, MessageView) and told.hidden:
        talk.say(m.Hidden(talk.stream.next(), told.message))


async def _older(talk: Talk, message: m.Older) -> None:
    talk.check_look()
    found, more = await talk.edge.chat.older(talk.room.id, talk.participant, message.before)
    infos, more = last_of(found, talk.room.people.get(talk.participant), more=more)
    talk.say(m.Earlier(infos, more))


async def _queue(talk: Talk, message: m.Queue) -> None:
    talk.say(m.Items(*queue_for(talk.room, talk.room.people.get(talk.participant), message.after)))


async def _layout(talk: Talk, message: m.Layout) -> None:
    talk.edge.layout.arrange(talk.room.id, talk.participant, message.tiles, message.pinned)


async def _sizes(talk: Talk, message: m.Sizes) -> None:
    sizes = [(each.slot, each.width, each.height) for each in message.sizes]
    talk.edge.layout.resize(talk.room.id, talk.participant, sizes)


async def _mute(talk: Talk, message: m.Mute) -> None:
    change = talk.edge.mute.mute if message.muted else talk.edge.mute.unmute
    await change(talk.room.id, message.participant, frozenset({Source(message.source)}), by=talk.actor)


async def _remove(talk: Talk, message: m.Remove) -> None:
    await talk.edge.participants.remove(talk.room.id, message.participant, by=talk.actor)


async def _hide(talk: Talk, message: m.Hide) -> None:
    await talk.edge.chat.hide(talk.room.id, message.message, by=talk.actor)


async def _admit(talk: Talk, message: m.Admit) -> None:
    if message.participant:
        await talk.edge.lobby.admit(talk.room.id, message.participant, by=talk.actor)
        return
    done = await talk.edge.lobby.admit_all(talk.room.id, by=talk.actor)
    if done.refusal is not None:
        talk.say(m.Refused.of(done.refusal, "admit"))


async def _refuse(talk: Talk, message: m.Refuse) -> None:
    chosen = (message.participant,) if message.participant else ()
    await talk.edge.lobby.turn_away(talk.room.id, chosen, by=talk.actor)


async def _lobby(talk: Talk, message: m.Lobby) -> None:
    changes = msgspec.structs.asdict(message)
    await talk.edge.lobby.set(talk.room.id, by=talk.actor, **changes)


async def _retract(talk: Talk, message: m.Retract) -> None:
    await talk.edge.chat.retract(talk.room.id, talk.participant, message.message)


async def _report(talk: Talk, message: m.Report) -> None:
    await talk.edge.chat.complain(talk.room.id, talk.participant, message.message, message.why)


async def _regulate(talk: Talk, message: m.Regulate) -> None:
    await talk.edge.moderation.regulate(talk.room.id, by=talk.actor, **msgspec.structs.asdict(message))


async def _flags(talk: Talk, message: m.SetFlags) -> None:
    await talk.edge.flags.set(talk.room.id, by=talk.actor, **msgspec.structs.asdict(message))


async def _restrain(talk: Talk, message: m.Restrain) -> None:
    await talk.edge.moderation.restrain(talk.room.id, message.participant, message.how, by=talk.actor)


async def _claim(talk: Talk, message: m.Claim) -> None:
    talk.edge.moderation.claim(talk.room.id, message.item, by=talk.actor)


async def _release(talk: Talk, message: m.Release) -> None:
    talk.edge.moderation.release(talk.room.id, message.item, by=talk.actor)


async def _decide(talk: Talk, message: m.Decide) -> None:
    await talk.edge.moderation.decide(talk.room.id, message.item, message.verdict, by=talk.actor)


async def _hand(talk: Talk, message: m.Hand) -> None:
    talk.edge.hands.raise_(talk.room.id, talk.participant, message.up)


async def _lower(talk: Talk, message: m.Lower) -> None:
    await talk.edge.hands.lower(talk.room.id, message.participant, by=talk.actor)


async def _react(talk: Talk, message: m.React) -> None:
    talk.edge.reactions.react(talk.room.id, talk.participant, Reaction(message.reaction))


async def _active(talk: Talk, message: m.Active) -> None:
    talk.edge.cover.active(talk.room.id, talk.participant)


async def _extend(talk: Talk, message: m.Extend) -> None:
    await talk.edge.rooms.extend(talk.room.id, message.minutes, by=talk.actor)


async def _end(talk: Talk, message: m.End) -> None:
    await talk.edge.rooms.end(talk.room.id, by=talk.actor)


async def _quality(talk: Talk, message: m.Quality) -> None:
    reported = {name: getattr(message, name) for name in Reported.__struct_fields__}
    talk.edge.quality.report(talk.room.id, talk.participant, Reported(**reported))


async def _ping(talk: Talk, message: m.Ping) -> None:
    talk.say(m.Pong(message.n))


async def _leave(talk: Talk, message: m.Leave) -> int:
    await talk.edge.join.leave_room(talk.room.id, talk.participant)
    return ENDED


# Any: each handler takes the message under which it stands.
HANDLERS: Final[dict[type[Any], Callable[[Talk, Any], Awaitable[int | None]]]] = {
    m.Publish: _publish,
    m.Chat: _chat,
    m.Layout: _layout,
    m.Sizes: _sizes,
    m.Mute: _mute,
    m.Remove: _remove,
    m.Admit: _admit,
    m.Refuse: _refuse,
    m.Lobby: _lobby,
    m.Hide: _hide,
    m.Retract: _retract,
    m.Older: _older,
    m.Queue: _queue,
    m.Report: _report,
    m.Regulate: _regulate,
    m.SetFlags: _flags,
    m.Restrain: _restrain,
    m.Claim: _claim,
    m.Release: _release,
    m.Decide: _decide,
    m.Hand: _hand,
    m.Lower: _lower,
    m.React: _react,
    m.Active: _active,
    m.Extend: _extend,
    m.End: _end,
    m.Quality: _quality,
    m.Ping: _ping,
    m.Leave: _leave,
}
