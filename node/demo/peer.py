"""One participant without a browser: joins by HTTP, stays in touch by WebSocket, publishes and receives with aiortc.

Speaks exactly what `node/signaling/README.md` says and nothing else, so that the demonstration and the tests come
through the same doors as everybody.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import aioice.ice
import structlog
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpTransceiver,
    RTCSessionDescription,
)

from node import tracing
from node.demo.tracks import SpeechTrack, send_levels

log: Final = structlog.get_logger()

Message = dict[str, Any]

_AGAIN: Final = (0.2, 0.5, 1.0, 2.0)
"""Seconds before each further try to reach the node; the last for ever."""


class JoinRefused(Exception):
    """The node said no to a join. `refusal` is the object of `node/errors.py`."""

    def __init__(self, status: int, refusal: Message) -> None:
        super().__init__(f"{status} {refusal.get('code', '')}")
        self.status = status
        self.refusal = refusal


@dataclass(frozen=True)
class Door:
    """A join link taken apart: `<base>/r/<room>#<ticket>`."""

    base: str
    room: str
    ticket: str

    @classmethod
    def of(cls, link: str) -> Door:
        parts = urlsplit(link)
        return cls(f"{parts.scheme}://{parts.netloc}", parts.path.rpartition("/")[2], parts.fragment)

    @property
    def join(self) -> str:
        return f"{self.base}/api/rooms/{self.room}/join"


def stay_on_this_machine() -> None:
    """Let aiortc gather 127.0.0.1 only: nothing of a demonstration or a test leaves the machine."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class Peer:
    """A participant. `voice` and `camera` are published; `hears` and `sees` count the receiving slots offered."""

    def __init__(
        self,
        door: Door,
        name: str,
        *,
        voice: MediaStreamTrack | None = None,
        camera: MediaStreamTrack | None = None,
        hears: int = 0,
        sees: int = 0,
        language: str = "fr",
        on_track: Callable[[MediaStreamTrack], None] | None = None,
    ) -> None:
        self.door = door
        self.name = name
        self.participant = ""
        self.session = ""
        self.seq = 0
        self.request = tracing.fresh()
        """What this person's requests are called in the logs."""
        self.joined: Message = {}
        self.ended: Message | None = None
        self._voice, self._camera, self._hears, self._sees = voice, camera, hears, sees
        self._language = language
        self._on_track = on_track
        self._http: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.connection: RTCPeerConnection | None = None
        self.messages: asyncio.Queue[Message] = asyncio.Queue(maxsize=10_000)
        self.connected = asyncio.Event()
        self.welcomed = asyncio.Event()
        self._table: dict[str, Callable[[Message], Awaitable[None]]] = {
            "welcome": self._welcome,
            "resumed": self._welcome,
            "rejoin": self._rejoin,
            "ended": self._ended,
        }

    # ------------------------------------------------------------------ in and out

    async def join(self) -> None:
        """Negotiate and join; with a session, come back as the same participant. Raises `JoinRefused`."""
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15))
        await self._hang_up()
        connection = self.connection = self._prepare()
        await connection.setLocalDescription(await connection.createOffer())
        body = {
            "name": self.name,
            "language": self._language,
            "sdp": connection.localDescription.sdp,
            "session": self.session or None,
        }
        headers = {"Authorization": f"Bearer {self.door.ticket}", tracing.HEADER: self.request}
        async with self._http.post(self.door.join, json=body, headers=headers) as answer:
            said: Message = await answer.json(content_type=None)
            if answer.status != 201:
                await self._hang_up()
                raise JoinRefused(answer.status, said)
        self.joined = said
        self.participant, self.session = said["participant"], said["session"]
        await connection.setRemoteDescription(RTCSessionDescription(sdp=said["sdp"], type="answer"))

    async def stay(self) -> None:
        """Keep the WebSocket until the node ends it or the task is cancelled; come back when it drops."""
        assert self._http is not None, "join first"
        tries = 0
        while self.ended is None and self._http is not None:
            try:
                async with self._http.ws_connect(f"{self.door.base}/ws", protocols=("regie.v1",)) as socket:
                    self._socket = socket
                    hello = {"type": "hello", "session": self.session, "seq": self.seq, "language": "fr"}
                    await self.send({**hello, "request": self.request})
                    async for frame in socket:
                        if frame.type is aiohttp.WSMsgType.TEXT:
                            tries = 0
                            await self._take(frame.json())
                    if socket.close_code in (4001, 4003):
                        return
            except (TimeoutError, aiohttp.ClientError, OSError, ConnectionError) as cause:
                log.debug("websocket_dropped", participant=self.participant, why=repr(cause))
            finally:
                self._socket = None
                self.welcomed.clear()
            await asyncio.sleep(_AGAIN[min(tries, len(_AGAIN) - 1)])
            tries += 1

    async def leave(self) -> None:
        """Tell the node, then close everything. Never raises."""
        if self._http is not None:
            with contextlib.suppress(Exception):
                headers = {"Authorization": f"Bearer {self.session}"}
                async with self._http.delete(f"{self.door.base}/api/session", headers=headers):
                    pass
        await self.close()

    async def close(self) -> None:
        """Close everything without a word, as a browser that crashes does."""
        await self._hang_up()
        if self._http is not None:
            await self._http.close()
            self._http = None

    # ------------------------------------------------------------------ what a person does

    async def send(self, message: Message) -> None:
        """One message on the WebSocket; lost when there is none just now."""
        if self._socket is not None and not self._socket.closed:
            with contextlib.suppress(ConnectionError):
                await self._socket.send_json(message)

    async def chat(self, text: str, key: str) -> None:
        await self.send({"type": "chat", "text": text, "key": key})

    async def publish(self, source: str, on: bool) -> None:
        await self.send({"type": "publish", "source": source, "on": on})

    # ------------------------------------------------------------------ inside

    def _prepare(self) -> RTCPeerConnection:
        # An empty list: without one aiortc asks a public STUN server.
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        if self._voice is not None:
            sending = connection.addTransceiver(self._voice, direction="sendonly")
            if isinstance(self._voice, SpeechTrack):
                send_levels(sending.sender, self._voice)
        if self._camera is not None:
            _only_vp8(connection.addTransceiver(self._camera, direction="sendonly"))
        for _ in range(self._hears):
            connection.addTransceiver("audio", direction="recvonly")
        for _ in range(self._sees):
            _only_vp8(connection.addTransceiver("video", direction="recvonly"))

        @connection.on("connectionstatechange")
        def changed() -> None:
            if connection.connectionState == "connected":
                self.connected.set()

        if self._on_track is not None:
            connection.on("track", self._on_track)
        return connection

    async def _hang_up(self) -> None:
        self.connected.clear()
        if self.connection is not None:
            old, self.connection = self.connection, None
            # aiortc stops the tracks of a closed connection; ours live on in the next one.
            for transceiver in old.getTransceivers():
                transceiver.sender.replaceTrack(None)
            await old.close()

    async def _take(self, message: Message) -> None:
        self.seq = max(self.seq, message.get("seq", 0))
        if self.messages.full():
            self.messages.get_nowait()
        self.messages.put_nowait(message)
        handler = self._table.get(message["type"])
        if handler is not None:
            await handler(message)

    async def _welcome(self, message: Message) -> None:
        self.welcomed.set()
        await self._say_again()

    async def _say_again(self) -> None:
        """What a new connection starts without."""
        for source, track in (("microphone", self._voice), ("camera", self._camera)):
            if track is not None:
                await self.publish(source, True)
        if self._sees:
            await self.send({"type": "layout", "tiles": self._sees, "pinned": None})

    async def _rejoin(self, message: Message) -> None:
        for pause in _AGAIN:
            try:
                await self.join()
            except (JoinRefused, aiohttp.ClientError, TimeoutError) as cause:
                log.warning("not_come_back", why=str(cause))
                await asyncio.sleep(pause)
            else:
                await self._say_again()
                return

    async def _ended(self, message: Message) -> None:
        self.ended = message


def _only_vp8(transceiver: RTCRtpTransceiver) -> None:
    capabilities = RTCRtpReceiver.getCapabilities("video")
    assert capabilities is not None
    transceiver.setCodecPreferences([c for c in capabilities.codecs if c.mimeType in ("video/VP8", "video/rtx")])
