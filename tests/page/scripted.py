"""A node that says what a test tells it to: the page's files, the join, the WebSocket, and a real WebRTC answer.

It decides nothing: the product's node is tested elsewhere. Word by word it speaks `node/signaling/README.md`.
"""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any

import aioice.ice
import jinja2
from aiohttp import WSMsgType, web
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from node.demo import loops, people
from node.demo.tracks import CameraTrack
from node.errors import Refused
from node.features.quota.rules import Book, Limits
from node.features.types.service import Types
from node.features.types.web import comparison

Message = dict[str, Any]

WORDS = comparison(Types(Book(Limits())).list())
WEB = Path(__file__).parents[2] / "node" / "web"
POLICY = (
    "default-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TICKET = "t_open-sesame"
ROOM = "r_budget"


def person(participant: str, name: str, **more: Any) -> Message:
    """Somebody in the room, microphone and camera on unless told otherwise."""
    usual = {"role": "participant", "publishing": ["microphone", "camera"], "blocked": [], "state": "here"}
    return {"participant": participant, "name": name, **usual, **more}


def said(message: str, who: Message, text: str, *, html: str | None = None, sent: int = 1_790_000_000_000) -> Message:
    """A chat message as the node tells it."""
    body = html if html is not None else f"<p>{text}</p>"
    return {"message": message, "participant": who["participant"], "name": who["name"], "text": text, "html": body} | {
        "sent": sent
    }


class ScriptedNode:
    """The served page and what a test wants to say to it. `address` is set by `start`."""

    def __init__(self) -> None:
        self.address = ""
        self.title = "Budget participatif 2027"
        self.role = "participant"
        self.look: Message = {}
        """What else the room says before one joins."""
        self.rights: list[str] = ["microphone", "camera", "screen", "chat"]
        self.flags: list[str] = []
        self.lobby: Message = {"why": "lobby", "room": {"room": ROOM, "title": self.title}, "agenda": "", "message": ""}
        """What one who waits is told, where the look says that one waits."""
        self.advised = 0
        """How many people the room is good for; 0: no word of it."""
        self.welcome: Message = {}
        """What else the first message says."""
        self.people: list[Message] = []
        self.chat: list[Message] = []
        self.blocked: list[str] = []
        self.slots: list[Message] = []
        self.pictures = 0
        self.refusals: dict[str, Refused] = {}
        """Method and first words of a path → what it answers, e.g. `POST join`."""
        self.joins: list[Message] = []
        self.left = asyncio.Event()
        self.away: list[str] = []
        """Sessions whose page said that it goes away."""
        self.heard: asyncio.Queue[Message] = asyncio.Queue()
        self.socket: web.WebSocketResponse | None = None
        self.greets = True
        self._seq = itertools.count(1)
        self._peers: list[RTCPeerConnection] = []
        self._templates = jinja2.Environment(loader=jinja2.FileSystemLoader(WEB / "templates"), autoescape=True)
        self._runner: web.AppRunner | None = None

    # ------------------------------------------------------------------ life

    async def start(self) -> None:
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
        app = web.Application(middlewares=[self._secure])
        app.router.add_get("/", self._page("home.html"))
        app.router.add_get("/r/{room}", self._page("room.html"))
        app.router.add_static("/static/", WEB / "static")
        app.router.add_static("/locale/", WEB / "locale")
        app.router.add_get("/api/gauge", self._gauge)
        app.router.add_get("/api/rooms/{room}", self._look)
        app.router.add_post("/api/rooms/{room}/join", self._join)
        app.router.add_get("/api/session", self._ice_servers)
        app.router.add_patch("/api/session", self._restart)
        app.router.add_delete("/api/session", self._leave)
        app.router.add_post("/api/session/leave", self._go_away)
        app.router.add_post("/api/rooms/{room}/wait", self._wait)
        app.router.add_post("/api/rooms/{room}/check", self._check)
        app.router.add_get("/ws", self._ws)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self.socket is not None:
            await self.socket.close()
        await asyncio.gather(*(peer.close() for peer in self._peers))
        if self._runner is not None:
            await self._runner.cleanup()

    def link(self, *, room: str = ROOM, ticket: str = TICKET) -> str:
        return f"{self.address}/r/{room}#{ticket}" if ticket else f"{self.address}/r/{room}"

    # ------------------------------------------------------------------ what a test says

    async def say(self, type: str, **fields: Any) -> None:
        """One message to the page, with the next `seq`."""
        assert self.socket is not None
        seq = {} if type in {"pong", "refused", "speaking"} else {"seq": next(self._seq)}
        await self.socket.send_json({"type": type, **seq, **fields})

    async def come(self, who: Message) -> None:
        self.people.append(who)
        await self.say("person", person=who)

    async def until_heard(self, type: str, **fields: Any) -> Message:
        """The next message of that type, with those fields, from the page."""
        while True:
            message = await asyncio.wait_for(self.heard.get(), 30)
            if message["type"] == type and all(message.get(name) == value for name, value in fields.items()):
                return message

    def refuse(self, door: str, code: str, **values: Any) -> None:
        self.refusals[door] = Refused(code, **values)

    # ------------------------------------------------------------------ HTTP

    @web.middleware
    async def _secure(self, request: web.Request, handler: Any) -> web.StreamResponse:
        response: web.StreamResponse = await handler(request)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = POLICY
        return response

    def _page(self, name: str) -> Any:
        async def show(_request: web.Request) -> web.Response:
            return web.Response(text=self._templates.get_template(name).render(words=WORDS), content_type="text/html")

        return show

    def _refused(self, door: str) -> web.Response | None:
        refused = self.refusals.get(door)
        if refused is None:
            return None
        refusal = refused.refusal()
        body = {name: getattr(refusal, name) for name in refusal.__struct_fields__}
        return web.json_response(body, status=refused.row.http)

    async def _ice_servers(self, request: web.Request) -> web.Response:
        return web.json_response({"ice_servers": []})

    async def _gauge(self, request: web.Request) -> web.Response:
        return web.json_response({"webinars": 181, "participants": 1430, "capacity": 45_000, "at": 0, "age_s": 0.4})

    async def _look(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {TICKET}"
        look = {"room": ROOM, "title": self.title, "people": len(self.people), "max_participants": 100}
        return self._refused("GET room") or web.json_response(look | {"role": self.role, **self.look})

    async def _join(self, request: web.Request) -> web.Response:
        asked = await request.json()
        assert set(asked) - {"password"} == {"name", "language", "sdp", "session"}
        assert request.headers["Authorization"] == f"Bearer {TICKET}"
        refused = self._refused("POST join")
        if refused is not None:
            return refused
        self.joins.append(asked)
        answer, slots = await self._answer(asked["sdp"])
        self.people = [who for who in self.people if who["participant"] != "p_you"]
        self.people.append(person("p_you", asked["name"], role=self.role, publishing=[]))
        tracks = [{"source": source, "mid": str(n)} for n, source in enumerate(SOURCES)]
        joined = {"participant": "p_you", "session": "s_yours", "role": self.role, "sdp": answer, "slots": slots}
        room = {"room": ROOM, "title": self.title}
        may = {"rights": self.rights, "flags": self.flags}
        return web.json_response(joined | may | {"tracks": tracks, "room": room, "max_message": 200}, status=201)

    async def _wait(self, request: web.Request) -> web.Response:
        return web.json_response({"participant": "p_you", "session": "s_yours"}, status=201)

    async def _check(self, request: web.Request) -> web.Response:
        return self._refused("POST check") or web.Response(status=404)

    async def _answer(self, offer: str) -> tuple[str, list[Message]]:
        """Real ICE and DTLS; pictures in as many video slots as the test wishes."""
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._peers.append(peer)
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        slots = []
        faces = itertools.islice(people.PEOPLE, self.pictures)
        for index, transceiver in enumerate(peer.getTransceivers()):
            if index < len(SOURCES):
                continue
            slots.append({"index": index, "kind": transceiver.kind, "mid": transceiver.mid})
            if transceiver.kind == "video" and (face := next(faces, None)):
                transceiver.sender.replaceTrack(CameraTrack(loops.load(face)))
                transceiver.direction = "sendonly"
        await peer.setLocalDescription(await peer.createAnswer())
        return peer.localDescription.sdp, slots

    async def _restart(self, request: web.Request) -> web.Response:
        return self._refused("PATCH session") or web.json_response({"sdp": ""})

    async def _leave(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer s_yours"
        self.left.set()
        return web.Response(status=204)

    async def _go_away(self, request: web.Request) -> web.Response:
        self.away.append(await request.text())
        return web.Response(status=204)

    # ------------------------------------------------------------------ WebSocket

    async def _ws(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["regie.v1"], compress=False)
        await socket.prepare(request)
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            message = frame.json()
            if message["type"] == "hello":
                await self._greet(socket, message)
            elif message["type"] == "ping":
                await socket.send_json({"type": "pong", "n": message["n"]})
            self.heard.put_nowait(message)
        return socket

    async def _greet(self, socket: web.WebSocketResponse, hello: Message) -> None:
        assert hello["session"] == "s_yours"
        self.socket = socket
        if not self.greets:
            return
        if self.look.get("lobby") and not self.joins:
            await self.say("lobby", **self.lobby)
            return
        if hello["seq"]:
            await self.say("resumed")
            return
        room = {"room": ROOM, "title": self.title, "roles": ROLES, "advice_people": self.advised}
        everything: Message = {"people": self.people, "slots": self.slots, "chat": self.chat, "blocked": self.blocked}
        everything |= {"rights": self.rights, "flags": self.flags} | self.welcome
        await self.say("welcome", you="p_you", room=room, **everything)


ROLES = ["host", "speaker", "participant"]
SOURCES = ("microphone", "camera", "screen", "screen_audio")
