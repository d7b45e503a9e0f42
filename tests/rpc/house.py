"""A node's gRPC edge for tests: the real server, services, rules, journal and SQLite; only the media and the ledger of
rooms are stand-ins (there is no plane and nobody's packets here). TLS and tokens are as in production.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from node.features.access.passwords import Passwords
from node.features.access.service import Access
from node.features.audit.service import Audit
from node.features.audit.store import SqlStore as AuditStore
from node.features.chat.rules import MessageView
from node.features.chat.service import Chat
from node.features.flags.service import Flags
from node.features.gauge.service import Gauge
from node.features.hands.service import Hands
from node.features.invite.service import Invitations
from node.features.join.service import Join, JoinRequest
from node.features.lobby.service import Lobby
from node.features.moderation.service import Moderation
from node.features.mute.service import Mute
from node.features.nodes.service import Machine, Nodes
from node.features.nodes.store import SqlStore as NodesStore
from node.features.operators.rules import Role
from node.features.operators.service import Operators
from node.features.operators.store import SqlStore as OperatorStore
from node.features.participants.service import Participants
from node.features.quality.service import Quality
from node.features.quota.counter import LocalPlaces
from node.features.quota.rules import Limits, What
from node.features.quota.service import Quota
from node.features.quota.store import SqlStore as QuotaStore
from node.features.quota.told import Told as QuotaTold
from node.features.rates.rules import Cap as KeptRates
from node.features.rates.service import Rates
from node.features.recordings.recorders import Settings as RecordingSettings
from node.features.recordings.service import Recordings
from node.features.recordings.shelf import Shelf
from node.features.recordings.store import SqlStore as RecordingStore
from node.features.replay.service import Replay
from node.features.replay.store import SqlArchive as ReplayArchive
from node.features.roles.service import Roles
from node.features.rooms.floor import Floor
from node.features.rooms.rules import RoomView
from node.features.rooms.service import Rooms
from node.features.rooms.told import Told
from node.features.settings.service import Settings
from node.features.texts.service import House as TextsHouse
from node.features.texts.service import TextsService
from node.features.types.service import Types
from node.journal import Journal
from node.ports import (
    Actor,
    Assignment,
    Cap,
    Fact,
    Held,
    Kind,
    MediaEvent,
    Opened,
    PlaneUp,
    Scope,
    Shape,
    Sizing,
    Source,
    Tap,
    Track,
    TransportConnected,
)
from node.rpc.server import Server, Services, serve
from node.rpc.tls import TlsFiles, ensure_tls
from node.storage.attached import FolderAttached
from node.storage.metadata import metadata
from node.storage.objects import FolderVault
from node.storage.signer import KeySigner
from protos.chat.v1 import chat_pb2_grpc
from protos.common.v1 import common_pb2
from protos.mute.v1 import mute_pb2_grpc
from protos.nodes.v1 import nodes_pb2_grpc
from protos.participants.v1 import participants_pb2_grpc
from protos.rooms.v1 import rooms_pb2_grpc
from tests.features.workshop import NoWorkshop

RPC_S = 30.0
ROLES = {role.word: role for role in Role}


class Clock:
    """The wall clock, which a test may push."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        import time

        return time.time() + self.offset


class NoMedia:
    """Accepts everything and says what it was asked."""

    def __init__(self) -> None:
        self.muted: dict[str, bool] = {}
        self.closed: list[str] = []
        self.caps: dict[tuple[str, str], tuple[int, int]] = {}
        self.before_mute: Callable[[], Any] | None = None
        self.tapped: dict[tuple[str, int], Tap] = {}
        self._listeners: list[Callable[[MediaEvent], None]] = []

    def subscribe(self, listener: Callable[[MediaEvent], None]) -> None:
        self._listeners.append(listener)

    def tell(self, event: MediaEvent) -> None:
        for listener in self._listeners:
            listener(event)

    async def open(
        self, *, room: str, transport: str, offer: str, shape: Shape, label: bytes, muted: frozenset[Source]
    ) -> Opened:
        tracks = (
            Track(f"{transport}/microphone", Kind.AUDIO, Source.MICROPHONE, "0"),
            Track(f"{transport}/camera", Kind.VIDEO, Source.CAMERA, "1"),
        )
        return Opened(transport=transport, answer="v=0", tracks=tracks, slots=())

    async def restart(self, transport: str, offer: str) -> str:
        return "v=0"

    async def close(self, transport: str) -> None:
        self.closed.append(transport)

    async def close_room(self, room: str) -> None: ...

    async def mute(self, changes: dict[str, bool]) -> None:
        if self.before_mute is not None:
            await self.before_mute()
        self.muted.update(changes)

    async def assign(self, changes: Sequence[Assignment]) -> None: ...

    async def size(self, changes: Sequence[Sizing]) -> None: ...

    records = True

    async def tap(self, changes: Sequence[Tap]) -> None:
        for each in changes:
            self.tapped[(each.recording, each.stream)] = each

    async def taps(self) -> list[Tap]:
        return [each for each in self.tapped.values() if each.on]

    async def limit(self, cap: Cap) -> None:
        self.caps[(cap.scope, cap.id)] = (cap.send_bps, cap.receive_bps)

    async def held(self) -> list[Held]:
        return []


class KeptCap:
    """`node.features.rates.service.Store` in memory."""

    def __init__(self) -> None:
        self.cap = KeptRates()

    async def load(self) -> KeptRates:
        return self.cap

    async def save(self, cap: KeptRates) -> None:
        self.cap = cap


class NoLedger:
    """Keeps nothing: these tests do not restart rooms."""

    healthy = True

    def note(self, facts: Sequence[Fact]) -> Any:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def closed_rooms(self, limit: int) -> list[RoomView]:
        return []

    async def closed_room(self, room: str) -> RoomView | None:
        return None

    async def messages(self, room: str, after: str, limit: int) -> list[MessageView]:
        return []

    async def message(self, room: str, message: str) -> MessageView | None:
        return None


@dataclass
class Counted:
    """A meter that remembers."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    open_streams: int = 0
    one_less: asyncio.Event = field(default_factory=asyncio.Event)

    def call(self, method: str, code: str, seconds: float, *, stream: bool) -> None:
        self.calls.append((method.rpartition("/")[2], code))

    def refusal(self, code: str) -> None:
        self.refusals.append(code)

    def stream(self, method: str, change: int) -> None:
        self.open_streams += change
        if change < 0:
            self.one_less.set()


class Caller:
    """An operator's connection."""

    def __init__(self, channel: grpc.aio.Channel, token: str) -> None:
        self.channel = channel
        self.metadata: Any = (("authorization", f"Bearer {token}"),) if token else ()
        self.nodes: Any = nodes_pb2_grpc.NodesServiceStub(channel)
        self.rooms: Any = rooms_pb2_grpc.RoomsServiceStub(channel)
        self.participants: Any = participants_pb2_grpc.ParticipantsServiceStub(channel)
        self.mute: Any = mute_pb2_grpc.MuteServiceStub(channel)
        self.chat: Any = chat_pb2_grpc.ChatServiceStub(channel)

    async def ask(self, method: Any, request: Any, seconds: float = RPC_S) -> Any:
        return await method(request, metadata=self.metadata, timeout=seconds)

    def watch(self, method: Any, request: Any) -> Any:
        return method(request, metadata=self.metadata)


class House:
    """Everything behind the port."""

    def __init__(self, folder: Path, engine: AsyncEngine) -> None:
        self.folder = folder
        self.clock = Clock()
        self.media = NoMedia()
        self.ledger = NoLedger()
        self.meter = Counted()
        self.engine = engine
        self.floor = Floor(media=self.media, ledger=self.ledger, clock=self.clock, node="here")
        self.journal = Journal("one")
        self.told = Told(self.floor, self.journal)
        self.floor.listen(self.told)
        self.media.subscribe(self.floor.on_media)
        self.quota = Quota(self.floor, LocalPlaces(), QuotaStore(engine), Limits())
        self.quota_told = QuotaTold(self.quota, self.journal)
        self.join = Join(self.floor, self.quota)
        self.operators = Operators(OperatorStore(engine), self.clock)
        self.audit = Audit(AuditStore(engine))
        self.nodes = self.new_nodes()
        self.nodes.on_media(PlaneUp(instance="p", version="0", epoch=1, started_unix_ms=0, optimised=True, fresh=True))
        self.chat = Chat(self.floor, self.ledger, self.journal)
        self.recordings = Recordings(self.floor, RecordingStore(engine), RecordingSettings())
        self.rooms = Rooms(self.floor, self.ledger, self.quota, lambda: "https://here", self.recordings.may_plan)
        self.workshop = NoWorkshop(folder)
        self.shelf = Shelf(
            self.floor, self.recordings, self.workshop, FolderVault(folder / "recordings"), KeySigner(folder)
        )
        self.media.subscribe(self.recordings.on_media)
        attached = FolderAttached(folder / "replay")
        self.replay = Replay(self.floor, self.recordings, ReplayArchive(engine), Passwords(), attached, self.audit.note)
        self.gauge = Gauge(self.floor, self.quota)
        access = Access(self.floor, Limits(), Passwords(), lambda: "http://test")
        self.services = Services(
            nodes=self.nodes,
            rooms=self.rooms,
            participants=Participants(self.floor),
            mute=Mute(self.floor),
            chat=self.chat,
            quality=Quality(self.floor),
            rates=Rates(self.floor, KeptCap()),
            recordings=self.recordings,
            shelf=self.shelf,
            replay=self.replay,
            web_url=lambda: "https://here",
            quota=self.quota,
            moderation=Moderation(self.floor),
            hands=Hands(self.floor),
            flags=Flags(self.floor),
            types=Types(self.quota.book),
            roles=Roles(self.floor, self.quota),
            texts=TextsService(self.floor, TextsHouse(support="https://aide.exemple.fr")),
            settings=Settings(self.floor, self.quota, Passwords(), TextsHouse(), self.recordings.may_plan),
            lobby=Lobby(self.floor, self.quota, Passwords()),
            access=access,
            gauge=self.gauge,
            invitations=Invitations(self.floor, access, lambda: "http://test"),
            journal=self.journal,
            operators=self.operators,
            audit=self.audit,
        )
        self.tls: TlsFiles = ensure_tls(folder)
        self.server: Server | None = None
        self.tickets: dict[str, str] = {}
        """Of participants, by room."""
        self._channels: list[grpc.aio.Channel] = []

    def new_nodes(self) -> Nodes:
        """As another process would begin it, on the same database."""
        store = NodesStore(self.engine, "here")
        return Nodes(
            self.floor,
            self.journal,
            store,
            name="here",
            version="0",
            web_url=lambda: "https://here",
            most=lambda: self.quota.book.value(Scope("node", "", What.PEOPLE)).limit,
        )

    async def open(self, listen: str = "127.0.0.1:0") -> None:
        self.server = await serve(self.services, listen=listen, tls=self.tls, meter=self.meter, now=self.clock.now)

    async def close(self) -> None:
        for channel in self._channels:
            await channel.close()
        if self.server is not None:
            await self.server.stop(grace=0.5)
        await self.floor.settle()
        await self.engine.dispose()

    def connect(self, token: str = "") -> Caller:
        assert self.server is not None
        trust = grpc.ssl_channel_credentials(self.tls.ca.read_bytes())
        options = (
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.initial_reconnect_backoff_ms", 200),
            ("grpc.min_reconnect_backoff_ms", 5000),  # also how long one attempt may take
            ("grpc.max_reconnect_backoff_ms", 2000),
        )
        channel = grpc.aio.secure_channel(self.server.address, trust, options=options)
        self._channels.append(channel)
        return Caller(channel, token)

    async def operator(self, role: str, name: str = "") -> Caller:
        _, token = await self.operators.create(name or role, ROLES[role])
        return self.connect(token)

    async def room(self, room_id: str = "hall", people: Sequence[str] = ()) -> list[str]:
        """An open room with people whose media flows. Returns their participant ids."""
        actor = Actor("operator", "the test", "admin")
        _, links = await self.rooms.create(title="A room", room_id=room_id, by=actor)
        self.tickets[room_id] = next(link.ticket for link in links if link.role == "participant")
        return [await self.comes(room_id, name) for name in people]

    async def comes(self, room_id: str, name: str) -> str:
        """Into a room of `room`, with media that flows. Returns the participant's id."""
        person = await self.join.join(room_id, self.tickets[room_id], JoinRequest(name=name, sdp="v=0"))
        self.media.tell(TransportConnected(self.floor.room(room_id).people.get(person.participant).transport))
        self.tell()
        return person.participant

    def tell(self) -> None:
        """What the services gather for 0.1 s is in the journal now."""
        self.told._flush()
        self.quota_told.flush()

    async def second(self) -> None:
        self.nodes.second(Machine())


@contextlib.asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/regie.sqlite3")
    async with engine.begin() as tx:
        await tx.run_sync(metadata.create_all)
    built = House(folder, engine)
    try:
        await built.open()
        yield built
    finally:
        await built.close()


@dataclass
class Said:
    """What a refusal said on the wire."""

    code: grpc.StatusCode
    reason: str
    domain: str
    refusal: common_pb2.Refusal


def what_it_said(error: grpc.aio.AioRpcError) -> Said:
    status = rpc_status.from_call(error)  # type: ignore[arg-type, unused-ignore]
    assert status is not None, f"no detail: {error.code()} {error.details()}"
    info, refusal = error_details_pb2.ErrorInfo(), common_pb2.Refusal()
    for detail in status.details:
        detail.Unpack(info) or detail.Unpack(refusal)
    return Said(error.code(), info.reason, info.domain, refusal)


async def refused(call: Any) -> Said:
    """Awaits `call`, which must be refused."""
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        return what_it_said(error)
    raise AssertionError(f"not refused: {answer}")
