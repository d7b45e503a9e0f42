"""The gRPC edge of the node: one TLS port for consoles and scripts.

`serve` opens it, `Server.stop` closes it: streams are told STOPPING, changes that have begun are finished.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import grpc
import grpc.aio
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health
from grpc_reflection.v1alpha import reflection

from node.errors import Refused
from node.features.access.rpc import AccessServicer
from node.features.access.service import Access
from node.features.audit.rpc import AuditServicer
from node.features.audit.rules import Record
from node.features.audit.service import Audit
from node.features.chat.rpc import ChatServicer
from node.features.chat.service import Chat
from node.features.flags.rpc import FlagsServicer
from node.features.flags.service import Flags
from node.features.gauge.rpc import GaugeServicer
from node.features.gauge.service import Gauge
from node.features.hands.rpc import HandsServicer
from node.features.hands.service import Hands
from node.features.invite.rpc import InviteServicer
from node.features.invite.service import Invitations
from node.features.lobby.rpc import LobbyServicer
from node.features.lobby.service import Lobby
from node.features.moderation.rpc import ModerationServicer
from node.features.moderation.service import Moderation
from node.features.mute.rpc import MuteServicer
from node.features.mute.service import Mute
from node.features.nodes.rpc import NodesServicer
from node.features.nodes.service import Nodes
from node.features.operators.service import Operators
from node.features.participants.rpc import ParticipantsServicer
from node.features.participants.service import Participants
from node.features.quality.rpc import QualityServicer
from node.features.quality.service import Quality
from node.features.quota.rpc import QuotaServicer
from node.features.quota.service import Quota
from node.features.rates.rpc import RatesServicer
from node.features.rates.service import Rates
from node.features.recordings.rpc import RecordingsServicer
from node.features.recordings.service import Recordings
from node.features.recordings.shelf import Shelf
from node.features.replay.service import Replay
from node.features.roles.service import Roles
from node.features.rooms.rpc import RoomsServicer
from node.features.rooms.service import Rooms
from node.features.settings.service import Settings
from node.features.texts.service import TextsService
from node.features.types.rpc import TypesServicer
from node.features.types.service import Types
from node.journal import AuditWritten, Journal
from node.rpc.audit import Audit as AuditCalls
from node.rpc.interceptors import MAX_MESSAGE, Begin, Meter, chain
from node.rpc.repeat import Once
from node.rpc.tls import TlsFiles
from protos.access.v1 import access_pb2, access_pb2_grpc
from protos.audit.v1 import audit_pb2, audit_pb2_grpc
from protos.chat.v1 import chat_pb2, chat_pb2_grpc
from protos.flags.v1 import flags_pb2, flags_pb2_grpc
from protos.gauge.v1 import gauge_pb2, gauge_pb2_grpc
from protos.hands.v1 import hands_pb2, hands_pb2_grpc
from protos.invite.v1 import invite_pb2, invite_pb2_grpc
from protos.lobby.v1 import lobby_pb2, lobby_pb2_grpc
from protos.moderation.v1 import moderation_pb2, moderation_pb2_grpc
from protos.mute.v1 import mute_pb2, mute_pb2_grpc
from protos.nodes.v1 import nodes_pb2, nodes_pb2_grpc
from protos.participants.v1 import participants_pb2, participants_pb2_grpc
from protos.quality.v1 import quality_pb2, quality_pb2_grpc
from protos.quota.v1 import quota_pb2, quota_pb2_grpc
from protos.rates.v1 import rates_pb2, rates_pb2_grpc
from protos.recordings.v1 import recordings_pb2, recordings_pb2_grpc
from protos.rooms.v1 import rooms_pb2, rooms_pb2_grpc
from protos.types.v1 import types_pb2, types_pb2_grpc

OPTIONS: Final[Sequence[tuple[str, int]]] = (
    # Consoles ping every 10 s, also without calls; gRPC's default would answer too_many_pings.
    ("grpc.http2.min_ping_interval_without_data_ms", 1_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # A console that vanished is noticed within 30 s. keepalive_timeout_ms alone is not obeyed while streams are open:
    # ping_timeout_ms is (measured; grpc/grpc#25722 is related).
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.ping_timeout_ms", 10_000),
    ("grpc.max_concurrent_streams", 128),
    # Requests above our own limit are still read up to here, so that the refusal says why; above, gRPC refuses.
    ("grpc.max_receive_message_length", 4 * MAX_MESSAGE),
    ("grpc.max_send_message_length", 16 * MAX_MESSAGE),
    ("grpc.max_metadata_size", 8 << 10),
    ("grpc.absolute_max_metadata_size", 16 << 10),
    # Two nodes on one port would share the calls at random; the second one must fail instead.
    ("grpc.so_reuseport", 0),
)
SERVICES: Final = tuple(
    file.DESCRIPTOR.services_by_name[name].full_name
    for file, name in (
        (nodes_pb2, "NodesService"),
        (rooms_pb2, "RoomsService"),
        (participants_pb2, "ParticipantsService"),
        (mute_pb2, "MuteService"),
        (chat_pb2, "ChatService"),
        (quality_pb2, "QualityService"),
        (rates_pb2, "RatesService"),
        (moderation_pb2, "ModerationService"),
        (flags_pb2, "FlagsService"),
        (hands_pb2, "HandsService"),
        (types_pb2, "TypesService"),
        (quota_pb2, "QuotaService"),
        (audit_pb2, "AuditService"),
        (access_pb2, "AccessService"),
        (lobby_pb2, "LobbyService"),
        (recordings_pb2, "RecordingsService"),
        (gauge_pb2, "GaugeService"),
        (invite_pb2, "InviteService"),
    )
)
LOOPBACKS: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}
"""Listening everywhere is no address to connect to."""
HEALTH: Final = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
RENEW_EVERY_S: Final = 86_400.0
FLUSH_EVERY_S: Final = 60.0
HEALTH_FIRST_S: Final = 0.05  # so that probes that watch hear NOT_SERVING before their stream ends

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Services:
    """What the edge calls."""

    nodes: Nodes
    rooms: Rooms
    participants: Participants
    mute: Mute
    chat: Chat
    quality: Quality
    rates: Rates
    quota: Quota
    moderation: Moderation
    flags: Flags
    hands: Hands
    types: Types
    access: Access
    lobby: Lobby
    roles: Roles
    texts: TextsService
    settings: Settings
    recordings: Recordings
    shelf: Shelf
    replay: Replay
    web_url: Callable[[], str]
    gauge: Gauge
    invitations: Invitations
    journal: Journal
    operators: Operators
    audit: Audit


class Server:
    """A running gRPC edge. `address`: what a client on this machine connects to."""

    def __init__(self, server: grpc.aio.Server, address: str, begin: Begin, once: Once, services: Services) -> None:
        self.address = address
        self._server = server
        self._begin = begin
        self._once = once
        self._services = services
        self._health = health.HealthServicer()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, renew: Callable[[], object] | None) -> None:
        await self._server.start()
        for name in ("", *SERVICES):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        self._services.audit.tell(self._written)
        self._tasks.append(asyncio.create_task(self._services.audit.run(), name="audit"))
        self._tasks.append(asyncio.create_task(self._flush(), name="operators"))
        if renew is not None:
            self._tasks.append(asyncio.create_task(_renew(renew), name="tls"))

    async def stop(self, grace: float = 2.0) -> None:
        """No new calls; streams end with STOPPING, unary calls within `grace` seconds, begun changes when done."""
        await self._health.enter_graceful_shutdown()
        await asyncio.sleep(HEALTH_FIRST_S)
        self._begin.stop()
        await self._server.stop(grace)
        await self._once.finish()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for last_words in (self._services.operators.flush, self._services.audit.close):
            try:
                await last_words()
            except Exception:
                log.warning("rpc_not_flushed", exc_info=True)

    def _written(self, records: Sequence[tuple[int, Record]]) -> None:
        for number, record in records:
            self._services.journal.publish(AuditWritten(number, record))

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY_S)
            try:
                await self._services.operators.flush()
            except Exception:
                log.warning("operators_not_flushed", exc_info=True)


async def serve(
    services: Services,
    *,
    listen: str,
    tls: TlsFiles,
    meter: Meter,
    renew: Callable[[], object] | None = None,
    now: Callable[[], float] = time.time,
) -> Server:
    """Opens `listen` ("127.0.0.1:9090"; port 0: any). `renew`: called daily, makes the certificate again when it is
    due; the new one is used from the next connection on. Raises OSError where the address cannot be bound."""
    host, _, number = listen.rpartition(":")
    begin, audit = Begin(services.texts.house.support), AuditCalls(services.audit, now)
    once = Once(time.monotonic, audit.settled)
    interceptors = chain(begin, audit, once, operators=services.operators, meter=meter)
    grpc_server = grpc.aio.server(interceptors=interceptors, options=OPTIONS)
    try:
        port = grpc_server.add_secure_port(f"{host or '[::]'}:{number}", _credentials(tls))
    except RuntimeError as error:
        raise OSError(f"{listen}: {error}") from error
    server = Server(grpc_server, f"{LOOPBACKS.get(host, host)}:{port}", begin, once, services)
    _add(grpc_server, services, server._health)
    await server.start(renew)
    log.info("rpc_listening", address=server.address)
    return server


def _add(server: grpc.aio.Server, services: Services, healthy: health.HealthServicer) -> None:
    s = services
    nodes_pb2_grpc.add_NodesServiceServicer_to_server(NodesServicer(s.nodes, s.journal), server)
    rooms_pb2_grpc.add_RoomsServiceServicer_to_server(RoomsServicer(s.rooms, s.settings, s.journal), server)
    participants_pb2_grpc.add_ParticipantsServiceServicer_to_server(
        ParticipantsServicer(s.participants, s.roles, s.journal), server
    )
    mute_pb2_grpc.add_MuteServiceServicer_to_server(MuteServicer(s.mute), server)
    chat_pb2_grpc.add_ChatServiceServicer_to_server(ChatServicer(s.chat, s.journal), server)
    quality_pb2_grpc.add_QualityServiceServicer_to_server(QualityServicer(s.quality), server)
    rates_pb2_grpc.add_RatesServiceServicer_to_server(RatesServicer(s.rates), server)
    flags_pb2_grpc.add_FlagsServiceServicer_to_server(FlagsServicer(s.flags), server)
    moderation_pb2_grpc.add_ModerationServiceServicer_to_server(ModerationServicer(s.moderation, s.journal), server)
    hands_pb2_grpc.add_HandsServiceServicer_to_server(HandsServicer(s.hands), server)
    audit_pb2_grpc.add_AuditServiceServicer_to_server(AuditServicer(s.audit, s.journal), server)
    quota_pb2_grpc.add_QuotaServiceServicer_to_server(QuotaServicer(s.quota, s.journal), server)
    types_pb2_grpc.add_TypesServiceServicer_to_server(TypesServicer(s.types), server)
    lobby_pb2_grpc.add_LobbyServiceServicer_to_server(LobbyServicer(s.lobby, s.journal), server)
    gauge_pb2_grpc.add_GaugeServiceServicer_to_server(GaugeServicer(s.gauge), server)
    invite_pb2_grpc.add_InviteServiceServicer_to_server(InviteServicer(s.invitations), server)
    access_pb2_grpc.add_AccessServiceServicer_to_server(AccessServicer(s.access), server)
    recordings_pb2_grpc.add_RecordingsServiceServicer_to_server(
        RecordingsServicer(s.recordings, s.shelf, s.replay, s.journal, s.web_url), server
    )
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    reflection.enable_server_reflection((*SERVICES, HEALTH, reflection.SERVICE_NAME), server)
    server.add_generic_rpc_handlers((_Unknown(),))  # last: asked when nobody else knows the method


class _Unknown(grpc.GenericRpcHandler):
    """Answers what nobody answers, so that this refusal too has a code."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        method = handler_call_details.method

        async def refuse(request: Any, context: Any) -> NoReturn:
            raise Refused("METHOD_UNKNOWN", current=method[:128])

        return grpc.stream_unary_rpc_method_handler(refuse)


def _credentials(tls: TlsFiles) -> grpc.ServerCredentials:
    """Read again for every handshake when the file has changed."""
    seen = tls.cert.stat().st_mtime_ns

    def configuration() -> grpc.ServerCertificateConfiguration:
        return grpc.ssl_server_certificate_configuration([(tls.key.read_bytes(), tls.cert.read_bytes())])

    def changed() -> Any:
        nonlocal seen
        with contextlib.suppress(OSError):
            if (latest := tls.cert.stat().st_mtime_ns) != seen:
                seen = latest
                return configuration()
        return None

    return grpc.dynamic_ssl_server_credentials(configuration(), changed)


async def _renew(renew: Callable[[], object]) -> None:
    while True:
        await asyncio.sleep(RENEW_EVERY_S)
        try:
            await asyncio.to_thread(renew)
        except Exception:
            log.warning("tls_not_renewed", exc_info=True)
