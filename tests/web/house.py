"""A participants' edge for tests: the real application, services, rules and SQLite ledger on a real port. Only the
media is a stand-in that records what it was told: no packets flow here; `test_real_media.py` has the plane.

The house can be stopped and opened again on the same database and the same media: that is a restart of the node.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp
import msgspec
from aiohttp.test_utils import TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from node.errors import Refused
from node.features.access.passwords import Passwords
from node.features.access.service import Access
from node.features.access.store import digests_of_rooms
from node.features.audit.room import RoomAudit
from node.features.audit.rules import Record
from node.features.audit.service import Audit
from node.features.audit.store import SqlStore as AuditStore
from node.features.chat.service import Chat
from node.features.chat.store import SqlArchive as ChatArchive
from node.features.check.service import Check
from node.features.cover.service import Cover
from node.features.flags.service import Flags
from node.features.gauge.service import Gauge
from node.features.hands.service import Hands
from node.features.invite.service import Invitations
from node.features.join.service import Join
from node.features.layout.service import Layout
from node.features.lobby.service import Lobby
from node.features.moderation.service import Moderation
from node.features.mute.service import Mute
from node.features.participants.service import Participants
from node.features.quality.service import Quality
from node.features.quota.counter import LocalPlaces
from node.features.quota.rules import Limits
from node.features.quota.service import Quota
from node.features.quota.store import SqlStore as QuotaStore
from node.features.reactions.service import Reactions
from node.features.recordings.recorders import Settings as RecordingSettings
from node.features.recordings.service import Recordings
from node.features.recordings.shelf import Shelf
from node.features.recordings.store import SqlStore as RecordingStore
from node.features.recordings.web import RecordingsWeb
from node.features.replay.service import Replay
from node.features.replay.store import SqlArchive as ReplayArchive
from node.features.roles.service import Roles
from node.features.rooms.floor import CLOSED_KEPT, Floor
from node.features.rooms.rules import RoomView
from node.features.rooms.service import Rooms
from node.features.rooms.store import SqlArchive as RoomArchive
from node.features.rooms.told import Told
from node.features.texts.service import House as TextsHouse
from node.features.texts.service import TextsService
from node.journal import Journal
from node.ports import (
    Actor,
    Assignment,
    Cap,
    Held,
    MediaEvent,
    Opened,
    Shape,
    Sizing,
    Source,
    Tap,
    TransportConnected,
    TransportLost,
)
from node.signaling.commands import Edge
from node.signaling.hall import Halls
from node.signaling.stream import Hub
from node.storage import saved
from node.storage.attached import FolderAttached
from node.storage.engine import migrate, open_engine, sqlite_url
from node.storage.ledger import GroupCommit
from node.storage.objects import FolderVault
from node.storage.signer import KeySigner
from node.web.app import WebEdge
from tests.features.stage import VIDEO_SLOTS, negotiated
from tests.features.workshop import NoWorkshop
from tests.web.kept import Kept

OPERATOR = Actor("operator", "olga", "admin")
SDP = "v=0 (an offer)"
WITHIN = 15.0

Message = dict[str, Any]


class Clock:
    def __init__(self) -> None:
        self.time = 1_700_000_000.0

    def now(self) -> float:
        return self.time


class RecordingMedia:
    """Accepts every offer, remembers what it holds as a plane does, and waits when told to."""

    def __init__(self) -> None:
        self.transports: dict[str, Held] = {}
        self.closed: list[str] = []
        self.muted: dict[str, bool] = {}
        self.assigned: dict[tuple[str, int], str | None] = {}
        self.sizes: dict[tuple[str, int], tuple[int, int]] = {}
        self.caps: dict[tuple[str, str], tuple[int, int]] = {}
        self.restarted: list[str] = []
        self.tapped: dict[tuple[str, int], Tap] = {}
        self.refuse: str | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.listeners: list[Callable[[MediaEvent], None]] = []

    def subscribe(self, listener: Callable[[MediaEvent], None]) -> None:
        self.listeners.append(listener)

    def tell(self, event: MediaEvent) -> None:
        assert self.listeners
        for listener in self.listeners:
            listener(event)

    def connect(self, transport: str) -> None:
        self.transports[transport] = msgspec.structs.replace(self.transports[transport], connected=True)
        self.tell(TransportConnected(transport))

    def lose(self, transport: str) -> None:
        self.tell(TransportLost(transport, "consent"))

    async def open(
        self, *, room: str, transport: str, offer: str, shape: Shape, label: bytes, muted: frozenset[Source]
    ) -> Opened:
        await self.gate.wait()
        if self.refuse is not None:
            raise Refused(self.refuse, current="the test says so")
        tracks, slots = negotiated(transport, shape, VIDEO_SLOTS)
        blocked = frozenset(track.id for track in tracks if track.source in muted)
        self.transports[transport] = Held(transport, room, label, tracks, slots, blocked, {}, False)
        for track in tracks:
            self.muted[track.id] = track.id in blocked
        return Opened(transport, f"v=0 (answer for {transport})", tracks, slots)

    async def restart(self, transport: str, offer: str) -> str:
        self.restarted.append(transport)
        return "v=0 (restarted)"

    async def close(self, transport: str) -> None:
        self.closed.append(transport)
        self.transports.pop(transport, None)

    async def close_room(self, room: str) -> None:
        for held in [held for held in self.transports.values() if held.room == room]:
            await self.close(held.transport)

    async def mute(self, changes: dict[str, bool]) -> None:
        self.muted.update(changes)
        for held in list(self.transports.values()):
            mine = {track.id for track in held.tracks}
            muted = (held.muted | {t for t, on in changes.items() if on}) - {t for t, on in changes.items() if not on}
            self.transports[held.transport] = msgspec.structs.replace(held, muted=frozenset(muted & mine))

    async def assign(self, changes: Sequence[Assignment]) -> None:
        for change in changes:
            self.assigned[(change.transport, change.slot)] = change.track
            if (held := self.transports.get(change.transport)) is not None and change.track is not None:
                held.assigned[change.slot] = change.track

    async def size(self, changes: Sequence[Sizing]) -> None:
        self.sizes.update({(each.transport, each.slot): (each.width, each.height) for each in changes})

    records = True

    async def tap(self, changes: Sequence[Tap]) -> None:
        for each in changes:
            self.tapped[(each.recording, each.stream)] = each

    async def taps(self) -> list[Tap]:
        return [each for each in self.tapped.values() if each.on]

    async def limit(self, cap: Cap) -> None:
        self.caps[(cap.scope, cap.id)] = (cap.send_bps, cap.receive_bps)

    async def held(self) -> list[Held]:
        return list(self.transports.values())


class Counting:
    """`node.web.meter.Meter`."""

    def __init__(self) -> None:
        self.refusals: list[tuple[str, str]] = []
        self.sockets = 0
        self.joins: list[str] = []

    def refusal(self, code: str, edge: str) -> None:
        self.refusals.append((edge, code))

    def websocket(self, change: int) -> None:
        self.sockets += change

    def join(self, code: str, seconds: float) -> None:
        self.joins.append(code)


def transport_of(socket: aiohttp.ClientWebSocketResponse) -> asyncio.Transport:
    """The connection under a WebSocket, to do to it what networks do."""
    connection = socket._response.connection
    assert connection is not None
    assert isinstance(connection.transport, asyncio.Transport)
    return connection.transport


@dataclass
class Page:
    """Somebody with an HTTP client and perhaps a WebSocket."""

    house: House
    ticket: str
    room: str
    joined: Message = field(default_factory=dict)
    socket: aiohttp.ClientWebSocketResponse | None = None
    seq: int = 0
    seen: list[Message] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.joined["participant"])

    @property
    def session(self) -> str:
        return str(self.joined["session"])

    @property
    def transport(self) -> str:
        return self.house.floor.rooms[self.room].people.get(self.id).transport

    async def join(self, name: str = "Amina", *, expect: int = 201, **body: Any) -> Message:
        session = body.pop("session", self.joined.get("session"))
        asked = {"name": name, "language": "fr", "sdp": SDP, "session": session, **body}
        answer = await self.house.post(f"/api/rooms/{self.room}/join", asked, self.ticket)
        assert answer.status == expect, await answer.text()
        said: Message = await answer.json()
        if answer.status == 201:
            self.joined = said
        return said

    async def attach(self, *, seq: int | None = None) -> Message:
        """Say hello; the first answer."""
        self.socket = await self.house.client.ws_connect(self.house.url("/ws"), protocols=("regie.v1",))
        await self.send(type="hello", session=self.session, seq=self.seq if seq is None else seq)
        return await self.hear()

    async def send(self, **message: Any) -> None:
        assert self.socket is not None
        await self.socket.send_json(message)

    async def hear(self) -> Message:
        """The next message."""
        assert self.socket is not None
        async with asyncio.timeout(WITHIN):
            frame = await self.socket.receive()
        assert frame.type is aiohttp.WSMsgType.TEXT, frame
        said: Message = msgspec.json.decode(frame.data)
        self.seq = said.get("seq", self.seq)
        self.seen.append(said)
        return said

    async def until(self, type_: str, **like: Any) -> Message:
        """The next message of this type with these fields."""
        while True:
            said = await self.hear()
            if said["type"] == type_ and all(said.get(name) == value for name, value in like.items()):
                return said

    async def quiet(self) -> list[Message]:
        """Everything that was said before the answer to a ping."""
        await self.send(type="ping", n=len(self.seen))
        before = len(self.seen)
        await self.until("pong")
        return self.seen[before:-1]

    async def closed(self) -> int:
        """Read until the node closes; the close code."""
        assert self.socket is not None
        async with asyncio.timeout(WITHIN):
            while True:
                frame = await self.socket.receive()
                if frame.type is aiohttp.WSMsgType.TEXT:
                    self.seen.append(msgspec.json.decode(frame.data))
                elif frame.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING):
                    assert self.socket.close_code is not None
                    return self.socket.close_code


@dataclass
class House:
    folder: Path
    clock: Clock = field(default_factory=Clock)
    media: RecordingMedia = field(default_factory=RecordingMedia)
    limits: Limits = field(default_factory=Limits)
    options: dict[str, Any] = field(default_factory=dict)
    files: Kept = field(default_factory=lambda: Kept({}))
    of_all: TextsHouse = field(default_factory=TextsHouse)
    database: str = ""
    """As `node.database`; empty: SQLite in `folder`."""
    people: list[Page] = field(default_factory=list)
    """Whom `person` made: one that nobody holds would be gone, with its WebSocket, whenever garbage is collected."""

    async def open(self) -> Self:
        self.folder.mkdir(exist_ok=True)
        self.engine = await (_elsewhere(self.database) if self.database else _database(self.folder))
        self.ledger = GroupCommit(self.engine, saved.WRITES)
        self.ledger.start()
        self.floor = Floor(media=self.media, ledger=self.ledger, clock=self.clock, node="n1")
        self.journal = Journal("test")
        self.hub = Hub(self.floor, self.of_all)
        self.floor.listen(Told(self.floor, self.journal))
        self.floor.listen(self.hub)
        self.media.subscribe(self.floor.on_media)
        archive = RoomArchive(self.engine, "n1")
        closed = await archive.closed_rooms(CLOSED_KEPT)
        tickets = await digests_of_rooms(self.engine, [view.room for view in closed])
        self.floor.restore(await saved.open_rooms(self.engine), await self.media.held(), closed, tickets)
        self.quota = Quota(self.floor, LocalPlaces(), QuotaStore(self.engine), self.limits)
        await self.quota.load()
        self.quota.renew()
        self.rooms = Rooms(self.floor, archive, self.quota, lambda: "http://test")
        self.participants, self.mute = Participants(self.floor), Mute(self.floor)
        self.chat = Chat(self.floor, ChatArchive(self.engine), self.journal)
        passwords = self.passwords = Passwords()
        self.join = Join(self.floor, self.quota, passwords)
        self.lobby = Lobby(self.floor, self.quota, passwords)
        self.lobby.resume()
        self.access = Access(self.floor, self.limits, passwords, lambda: "http://test")
        self.moderation, self.flags = Moderation(self.floor), Flags(self.floor)
        self.recordings = Recordings(self.floor, RecordingStore(self.engine), RecordingSettings())
        self.media.subscribe(self.recordings.on_media)
        vault, signer = FolderVault(self.folder / "recordings"), KeySigner(self.folder)
        self.workshop = NoWorkshop(self.folder)
        self.shelf = Shelf(self.floor, self.recordings, self.workshop, vault, signer)
        await self.recordings.resume()
        self.shelf.resume()
        self.roles = Roles(self.floor, self.quota)
        self.texts = TextsService(self.floor, self.of_all)
        self.audit = Audit(AuditStore(self.engine))
        edge = Edge(
            self.hub,
            self.join,
            self.participants,
            self.mute,
            self.chat,
            Layout(self.floor),
            Quality(self.floor),
            self.moderation,
            self.flags,
            Hands(self.floor),
            Reactions(self.floor),
            Cover(self.floor),
            self.rooms,
            self.lobby,
            Halls(self.floor, self.lobby),
            self.recordings,
            self.roles,
            self.texts,
            Invitations(self.floor, self.access, lambda: "http://test"),
            RoomAudit(self.floor, self.audit, self.recordings),
        )
        self.meter = Counting()
        self.attached = FolderAttached(self.folder / "replay")
        self.audited: list[Record] = []
        self.replay = Replay(
            self.floor, self.recordings, ReplayArchive(self.engine), passwords, self.attached, self.audited.append
        )
        self.edge = WebEdge(
            edge,
            self.join,
            self.meter,
            now=self.clock.now,
            replay=(self.replay, self.files),
            recordings=RecordingsWeb(self.shelf),
            gauge=Gauge(self.floor, self.quota),
            attached=self.attached,
            check=Check(self.floor),
            **self.options,
        )
        self.server = TestServer(self.edge.app)
        await self.server.start_server(auto_decompress=False, shutdown_timeout=0.5)
        self.client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WITHIN))
        return self

    async def stop(self) -> None:
        self.edge.sockets.restart()
        await self.edge.sockets.drained()
        await self.server.close()
        await self.client.close()
        await self.shelf.close()
        await self.floor.settle()
        await self.ledger.close()
        await self.engine.dispose()

    async def crash(self) -> None:
        """As `kill -9`: what the ledger did not have is not there. The media goes on."""
        self.media.listeners.clear()
        self.ledger.fence()
        self.floor.fenced = True
        await self.stop()

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    async def post(self, path: str, body: object, bearer: str | None) -> aiohttp.ClientResponse:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer is not None else {}
        return await self.client.post(self.url(path), json=body, headers=headers)

    async def request(
        self, method: str, path: str, *, bearer: str | None = None, **more: Any
    ) -> aiohttp.ClientResponse:
        headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
        return await self.client.request(method, self.url(path), headers=headers, **more)

    async def create(self, **wishes: Any) -> tuple[RoomView, dict[str, str]]:
        """A room, and its tickets by role."""
        view, links = await self.rooms.create(title="Salle", by=OPERATOR, **wishes)
        return view, {link.role: link.ticket for link in links}

    async def person(
        self, room: str, ticket: str, name: str = "Amina", *, attach: bool = True, connect: bool = True
    ) -> Page:
        """Somebody in the room, with media and a WebSocket that has been welcomed."""
        page = Page(self, ticket, room)
        self.people.append(page)
        await page.join(name)
        if connect:
            self.media.connect(page.transport)
        if attach:
            assert (await page.attach())["type"] == "welcome"
        return page


_template: list[bytes] = []
"""An empty database of the newest revision: making one takes longer than most tests."""


async def _database(folder: Path) -> AsyncEngine:
    path = folder / "regie.sqlite3"
    if not path.exists() and _template:
        path.write_bytes(_template[0])
    engine = open_engine(sqlite_url(folder))
    if not _template:
        await migrate(engine)
        await engine.dispose()  # the log is written back to the file
        _template.append(path.read_bytes())
    return engine


async def _elsewhere(url: str) -> AsyncEngine:
    engine = open_engine(url)
    await migrate(engine)
    return engine


@asynccontextmanager
async def house(folder: Path, **wishes: Any) -> AsyncIterator[House]:
    made = House(folder, **wishes)
    await made.open()
    try:
        yield made
    finally:
        await made.client.close()  # nobody waits for goodbyes
        await made.stop()


__all__ = ["OPERATOR", "SDP", "Clock", "House", "Page", "RecordingMedia", "house"]
