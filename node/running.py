"""A node that runs: everything that it is made of, put together once. The story of start-up and shutdown.

    running = await start(config)          # all ports answer when this returns
    running.web_url, running.rpc_address
    await running.stop(stop_plane=False)   # the media goes on; the next process finds everybody again

Part of the composition root: nobody imports this but `node.__main__`, tests and the demonstration.
"""

from __future__ import annotations

import asyncio
import gc
import importlib.metadata
import secrets
import socket
import ssl
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

import node.features.access.store as access_store
import node.features.audit.store as audit_store
import node.features.chat.store as chat_store
import node.features.nodes.store as nodes_store
import node.features.operators.store as operators_store
import node.features.quota.store as quota_store
import node.features.rates.store as rates_store
import node.features.recordings.store as recordings_store
import node.features.rooms.store as rooms_store
from node import tracing
from node.clock import SystemClock
from node.config import Config, make_folders, split_address
from node.errors import SaidFault, Text
from node.features.access.passwords import Passwords
from node.features.access.service import Access
from node.features.audit.room import RoomAudit
from node.features.audit.service import Audit, Keeping
from node.features.chat.service import Chat
from node.features.check.service import Check
from node.features.cover.service import Cover
from node.features.flags.service import Flags
from node.features.gauge.service import Gauge
from node.features.hands.service import Hands
from node.features.invite.service import Invitations
from node.features.join.service import Join
from node.features.join.turn import Turn
from node.features.layout.service import Layout
from node.features.lobby.service import Lobby
from node.features.moderation.service import Moderation
from node.features.mute.service import Mute
from node.features.nodes.service import Nodes
from node.features.operators.service import Operators
from node.features.participants.service import Participants
from node.features.quality.service import Quality
from node.features.quota.counter import LocalPlaces
from node.features.quota.rules import What
from node.features.quota.service import Quota
from node.features.quota.told import Told as QuotaTold
from node.features.rates.service import Rates
from node.features.reactions.service import Reactions
from node.features.recordings.recorders import Settings as RecordingSettings
from node.features.recordings.service import Recordings
from node.features.recordings.shelf import Shelf, Vault
from node.features.recordings.web import RecordingsWeb
from node.features.replay.service import Replay
from node.features.replay.store import SqlArchive as ReplayArchive
from node.features.roles.service import Roles
from node.features.rooms.floor import CLOSED_KEPT, Floor
from node.features.rooms.service import Rooms
from node.features.rooms.told import Told
from node.features.settings.service import Settings
from node.features.texts.service import House, TextsService
from node.features.types.service import Types
from node.hold import Hold, hold
from node.journal import Journal
from node.listening import BACKLOG, CannotListen, bound_to, own_addresses, reachable
from node.machine import Meter as MachineMeter
from node.media.adapter import PlaneMedia
from node.metrics.meter import Meter
from node.metrics.premises import Premises
from node.metrics.recordings import RecordingFigures
from node.metrics.server import MetricsServer, serve_metrics
from node.plane_cli import media_settings
from node.ports import Fenced, MediaEvent, PlaneUp, Scope
from node.recorder.workshop import Workshop
from node.rpc.local import ensure_local_context
from node.rpc.server import Server, Services, serve
from node.rpc.tls import TlsFiles, ensure_tls
from node.signaling.commands import Edge
from node.signaling.hall import Halls
from node.signaling.stream import Hub
from node.storage import saved
from node.storage.attached import FolderAttached
from node.storage.engine import migrate, open_engine, sqlite_url
from node.storage.ledger import GroupCommit
from node.storage.signer import KeySigner
from node.storage.vaults import vault_of
from node.web.app import MAX_HEADER, WebEdge
from node.web.doorway import HANDSHAKE_WITHIN_S

TICK_S: Final = 0.5
RENEW_S: Final = 5.0
RETAIN_S: Final = 3600.0
SECOND_EARLY: Final = 0.25
GARBAGE: Final = (10_000, 20, 50)
"""New objects that outlive their references before the youngest are looked at, and how often the older are."""
WEB_PATIENCE_S: Final = 1.0

_PUT_BACK: Final = Text(
    "Une sauvegarde est en train d’être remise dans {folder} : démarrez le nœud quand elle l’est.",
    "A backup is just being put back into {folder}: start the node once that is done.",
)

log: Final = structlog.get_logger()


@dataclass
class RunningNode:
    config: Config
    engine: AsyncEngine
    archive: rooms_store.SqlArchive
    ledger: GroupCommit
    media: PlaneMedia
    floor: Floor
    hub: Hub
    services: Services
    join: Join
    edge: WebEdge
    meter: Meter
    web_url: str = ""
    tls_url: str = ""
    rpc: Server | None = None
    metrics: MetricsServer | None = None
    fenced: asyncio.Event = field(default_factory=asyncio.Event)
    _sockets: dict[str, socket.socket] = field(default_factory=dict)
    _runner: web.AppRunner | None = None
    _listening: list[asyncio.Server] = field(default_factory=list)
    _tls: ssl.SSLContext | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _stop_tracing: Callable[[], None] | None = None
    hold: Hold | None = None

    @property
    def rpc_address(self) -> str:
        return self.rpc.address if self.rpc is not None else ""

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))

    # ------------------------------------------------------------ media events

    def on_media(self, event: MediaEvent) -> None:
        if isinstance(event, Fenced):
            self._on_fenced(event)
        if isinstance(event, PlaneUp):
            self.spawn(self.services.rates.again(), "caps")
        self.services.nodes.on_media(event)
        self.floor.on_media(event)
        self.services.recordings.on_media(event)

    def _on_fenced(self, event: Fenced) -> None:
        """A newer process decides now: stop deciding, write nothing, send the people to it."""
        log.error("fenced", epoch=event.epoch)
        self.floor.fenced = True
        self.ledger.fence()
        self.edge.sockets.restart()
        self.fenced.set()

    # ------------------------------------------------------------ time

    async def tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self.floor.tick()
            except Exception:
                log.exception("tick_failed")

    async def renew(self) -> None:
        """Places that are lent are renewed from what is in the rooms."""
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                self.services.quota.renew()
            except Exception:
                log.exception("renewal_failed")

    async def retain(self) -> None:
        """What is older than its rule says is removed: recordings, what replays left behind, records of the audit."""
        services = self.services
        while True:
            for retain in (services.shelf.retain, services.replay.tidy, services.audit.retain):
                try:
                    await retain()
                except Exception:
                    log.exception("retention_failed")
            await asyncio.sleep(RETAIN_S)

    async def seconds(self, machine: MachineMeter) -> None:
        """On each wall-clock second: how the node is."""
        while True:
            await asyncio.sleep(to_next_second(time.time()))
            try:
                self.services.nodes.second(machine.read())
            except Exception:
                log.exception("second_failed")

    def certificates(self) -> TlsFiles:
        """Made, or made again when they are due; new connections get the new one. Blocks: call it in a thread."""
        names = (*self.config.web.names, *self.config.rpc.names, *self.config.media.advertise, *own_addresses())
        files = ensure_tls(self.config.data_dir, names)
        if self._tls is not None:
            self._tls.load_cert_chain(files.cert, files.key)
        return files

    # ------------------------------------------------------------ the end

    async def stop(self, *, stop_plane: bool = False) -> None:
        """People are told to come back (or, with the plane, that it is over); nothing that was decided is lost."""
        log.info("node_stops", stop_plane=stop_plane)
        self.services.nodes.stopping = True
        if stop_plane:
            self.hub.stop()
        self.edge.sockets.restart()
        await self.edge.sockets.drained()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.rpc is not None:
            await self.rpc.stop()
        for server in self._listening:
            server.close()
        if self._runner is not None:
            await self._runner.cleanup()
        for bound in self._sockets.values():
            bound.close()
        if self.metrics is not None:
            await self.metrics.stop()
        await self.services.shelf.close()
        await self.floor.settle()
        await self.media.shutdown(stop_plane=stop_plane)
        await self.ledger.close()
        await self.engine.dispose()
        if self.hold is not None:
            self.hold.close()
        if self._stop_tracing is not None:
            await asyncio.to_thread(self._stop_tracing)
        log.info("node_stopped")

    def trace(self) -> None:
        """Raises `Fault` where that needs what is not installed."""
        if self.config.tracing.endpoint:
            end = self.config.tracing.endpoint
            self._stop_tracing = tracing.start(end, node=self.config.name, version=version())

    # ------------------------------------------------------------ the web

    async def bind(self) -> None:
        """Take the ports before anything else: a second node that is started by mistake must fail here, and not when
        it has already taken the plane from the first. Who connects meanwhile waits in the backlog.

        Raises:
            CannotListen
        """
        web_, rpc, metrics = self.config.web, self.config.rpc, self.config.metrics
        for where, listen in (("rpc.listen", rpc.listen), ("metrics.listen", metrics.listen)):
            (await bound_to(where, listen)).close()
        bound = self._sockets["web.listen"] = await bound_to("web.listen", web_.listen)
        host = reachable(split_address(web_.listen)[0])
        self.web_url = web_.public_url.rstrip("/") or f"http://{host}:{bound.getsockname()[1]}"
        if web_.tls_listen:
            bound = self._sockets["web.tls_listen"] = await bound_to("web.tls_listen", web_.tls_listen)
            host = reachable(split_address(web_.tls_listen)[0])
            self.tls_url = f"https://{host}:{bound.getsockname()[1]}"

    async def serve_web(self, tls: TlsFiles) -> None:
        runner = self._runner = web.AppRunner(
            self.edge.app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=WEB_PATIENCE_S,
            auto_decompress=False,  # nobody has a reason to send us a bomb (H20)
            max_field_size=MAX_HEADER,
            max_line_size=MAX_HEADER,
        )
        await runner.setup()
        config = self.config.web
        await self._answer_on("web.listen")
        if config.tls_listen:
            context = self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(tls.cert, tls.key)
            await self._answer_on("web.tls_listen", context)

    async def _answer_on(self, listen: str, context: ssl.SSLContext | None = None) -> None:
        assert self._runner is not None and self._runner.server is not None
        self._listening.append(
            await asyncio.get_running_loop().create_server(
                self.edge.doorway.factory(self._runner.server),
                sock=self._sockets[listen],
                ssl=context,
                ssl_handshake_timeout=HANDSHAKE_WITHIN_S if context is not None else None,
                backlog=BACKLOG,
            )
        )


async def start(config: Config) -> RunningNode:
    """Raises `Fault` (CannotListen, ConfigError among them) and OSError with a sentence; nothing is left running."""
    make_folders(config)
    held = hold(config.data_dir)
    if held is None:
        raise SaidFault(_PUT_BACK, folder=config.data_dir)
    engine = open_engine(config.node.database or sqlite_url(config.data_dir))
    try:
        await migrate(engine)
    except BaseException:
        await engine.dispose()
        held.close()
        raise
    running = _assemble(config, engine)
    running.hold = held
    try:
        await _begin(running)
    except BaseException:
        await running.stop()
        raise
    return running


def _assemble(config: Config, engine: AsyncEngine) -> RunningNode:
    """Everything is made, nothing runs yet."""
    clock = SystemClock()
    ledger = GroupCommit(engine, saved.WRITES)
    media = PlaneMedia(media_settings(config))
    floor = Floor(media=media, ledger=ledger, clock=clock, node=config.name, empty_s=config.limits.empty_room_s)
    journal = Journal(secrets.token_hex(4))
    house = House(config.web.redirect_url, config.web.redirect_hosts, config.web.support_url)
    hub = Hub(floor, house)
    floor.listen(Told(floor, journal))
    floor.listen(hub)
    archive = rooms_store.SqlArchive(engine, config.name)
    passwords = Passwords()
    quota = Quota(floor, LocalPlaces(), quota_store.SqlStore(engine), config.limits)
    QuotaTold(quota, journal)
    rates = Rates(floor, rates_store.SqlStore(engine))
    access = Access(floor, config.limits, passwords, lambda: running.web_url)
    recordings = Recordings(floor, recordings_store.SqlStore(engine), _recording_settings(config))
    vault = vault_of(config)
    audit = Audit(audit_store.SqlStore(engine), Keeping(config.audit.keep_days, config.name, clock.now))
    attached = FolderAttached(config.data_dir / "replay")
    join, meter = Join(floor, quota, passwords), Meter()
    services = Services(
        nodes=Nodes(
            floor,
            journal,
            nodes_store.SqlStore(engine, config.name),
            name=config.name,
            version=version(),
            web_url=lambda: running.web_url,
            caps=lambda: (rates.node.send_bps, rates.node.receive_bps),
            most=lambda: quota.book.value(Scope("node", "", What.PEOPLE)).limit,
        ),
        rooms=Rooms(floor, archive, quota, lambda: running.web_url, recordings.may_plan),
        participants=Participants(floor),
        mute=Mute(floor),
        chat=Chat(floor, chat_store.SqlArchive(engine), journal),
        quality=Quality(floor),
        rates=rates,
        quota=quota,
        moderation=Moderation(floor),
        flags=Flags(floor),
        hands=Hands(floor),
        types=Types(quota.book),
        lobby=Lobby(floor, quota, passwords),
        roles=Roles(floor, quota),
        texts=TextsService(floor, house),
        settings=Settings(floor, quota, passwords, house, recordings.may_plan),
        recordings=recordings,
        shelf=_shelf(config, floor, recordings, vault),
        replay=Replay(floor, recordings, ReplayArchive(engine), passwords, attached, audit.note),
        web_url=lambda: running.web_url,
        gauge=Gauge(floor, quota),
        invitations=Invitations(floor, access, lambda: running.web_url),
        access=access,
        journal=journal,
        operators=Operators(operators_store.SqlStore(engine), clock),
        audit=audit,
    )
    pages = _pages(floor, hub, join, services)
    edge = _web(config, clock, pages, meter, services, Check(floor), vault, attached)
    running = RunningNode(config, engine, archive, ledger, media, floor, hub, services, join, edge, meter)
    return running


def _pages(floor: Floor, hub: Hub, join: Join, services: Services) -> Edge:
    """What people's pages call."""
    return Edge(
        hub=hub,
        join=join,
        participants=services.participants,
        mute=services.mute,
        chat=services.chat,
        layout=Layout(floor),
        quality=services.quality,
        moderation=services.moderation,
        flags=services.flags,
        hands=services.hands,
        reactions=Reactions(floor),
        cover=Cover(floor),
        rooms=services.rooms,
        lobby=services.lobby,
        halls=Halls(floor, services.lobby),
        recordings=services.recordings,
        roles=services.roles,
        texts=services.texts,
        invitations=services.invitations,
        audit=RoomAudit(floor, services.audit, services.recordings),
    )


def _web(
    config: Config,
    clock: SystemClock,
    pages: Edge,
    meter: Meter,
    services: Services,
    check: Check,
    vault: Vault,
    attached: FolderAttached,
) -> WebEdge:
    return WebEdge(
        pages,
        pages.join,
        meter,
        now=clock.now,
        behind_proxy=config.web.behind_proxy,
        types=services.types,
        gauge=services.gauge,
        origins=(*config.web.origins, config.web.public_url),
        turn=_turn(config, clock),
        recordings=RecordingsWeb(services.shelf),
        replay=(services.replay, vault),
        check=check,
        attached=attached,
    )


def _recording_settings(config: Config) -> RecordingSettings:
    wished = config.recordings
    return RecordingSettings(**{name: getattr(wished, name) for name in RecordingSettings.__struct_fields__})


def _shelf(config: Config, floor: Floor, recordings: Recordings, vault: Vault) -> Shelf:
    spool = config.spool or config.data_dir / "spool"
    return Shelf(
        floor,
        recordings,
        Workshop(spool, config.data_dir / "work", at_once=config.recordings.workers),
        vault,
        KeySigner(config.data_dir),
        keep_days=config.recordings.keep_days,
        link_s=config.recordings.link_s,
    )


def _turn(config: Config, clock: SystemClock) -> Turn:
    return Turn(
        urls=config.turn.urls,
        secret=config.turn_secret,
        lasts_s=config.turn.lasts_s,
        now=clock.now,
        word=lambda: secrets.token_hex(8),
    )


async def _begin(running: RunningNode) -> None:
    config, floor, media = running.config, running.floor, running.media
    running.trace()
    await running.bind()
    tls = await asyncio.to_thread(running.certificates)
    running.ledger.start()
    media.subscribe(running.on_media)
    await running.services.rates.load()
    await running.services.quota.load()
    await media.start()
    rooms = await saved.open_rooms(running.engine)
    closed = await running.archive.closed_rooms(CLOSED_KEPT)
    tickets = await access_store.digests_of_rooms(running.engine, [view.room for view in closed])
    floor.restore(rooms, await media.held(), closed, tickets)
    running.services.quota.renew()
    running.services.lobby.resume()
    await running.services.nodes.resume()
    await running.services.recordings.resume()
    running.services.shelf.resume()
    log.info("restored", rooms=len(floor.rooms), people=floor.people())

    machine = MachineMeter()
    running.spawn(machine.watch_loop(), "machine")
    running.spawn(running.seconds(machine), "seconds")
    running.spawn(running.tick(), "tick")
    running.spawn(running.renew(), "places")
    running.spawn(running.retain(), "retention")
    await running.serve_web(tls)
    try:
        running.rpc = await serve(
            running.services, listen=config.rpc.listen, tls=tls, meter=running.meter, renew=running.certificates
        )
    except OSError as error:
        raise CannotListen("rpc.listen", config.rpc.listen, str(error)) from error
    running.meter.registry.register(Premises(config.data_dir))
    running.meter.registry.register(RecordingFigures(running.services.recordings, running.services.shelf))
    try:
        running.metrics = await serve_metrics(
            running.meter,
            running.services.nodes,
            running.services.audit,
            running.services.quota,
            running.services.gauge,
            listen=config.metrics.listen,
        )
    except OSError as error:
        raise CannotListen("metrics.listen", config.metrics.listen, error.strerror or str(error)) from error
    if config.rpc.write_context:
        try:
            await ensure_local_context(running.services.operators, address=running.rpc_address, ca_file=tls.ca)
        except (OSError, ValueError) as error:
            log.warning("no_local_context", why=str(error))
    _settle_garbage()
    log.info("node_runs", web=running.web_url, tls=running.tls_url, rpc=running.rpc_address)


def to_next_second(now: float) -> float:
    """How long to sleep. A timer may wake a moment before the second: then it is the next one that is meant, and not
    the rest of a millisecond, in which nothing can be measured."""
    left = 1.0 - now % 1.0
    return left if left > SECOND_EARLY else left + 1.0


def _settle_garbage() -> None:
    """A hundred thousand objects were made by now and stay: the collector need not look at them again, nor once more
    now for the few that do not. What comes later holds together in a few cycles only, so it need not look every 700
    objects either: a crowd that joins makes thousands that live, and would be walked through over and over."""
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    gc.enable()


def version() -> str:
    try:
        return importlib.metadata.version("regie")
    except importlib.metadata.PackageNotFoundError:
        return "0.0.0"
