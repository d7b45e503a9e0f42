"""What standard tools ask: grpcurl (reflection) and probes (health)."""

from __future__ import annotations

from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from tests.rpc.house import Caller, House, refused


async def services(caller: Caller) -> set[str]:
    stub = reflection_pb2_grpc.ServerReflectionStub(caller.channel)
    ask = reflection_pb2.ServerReflectionRequest(list_services="")
    async for answer in stub.ServerReflectionInfo(iter([ask]), metadata=caller.metadata, timeout=30):
        return {service.name for service in answer.list_services_response.service}
    raise AssertionError("no answer")


async def test_reflection_lists_our_features_to_who_has_a_token(house: House) -> None:
    assert await services(await house.operator("viewer")) == {
        "regie.nodes.v1.NodesService",
        "regie.rooms.v1.RoomsService",
        "regie.participants.v1.ParticipantsService",
        "regie.mute.v1.MuteService",
        "regie.chat.v1.ChatService",
        "regie.quality.v1.QualityService",
        "regie.rates.v1.RatesService",
        "regie.moderation.v1.ModerationService",
        "regie.flags.v1.FlagsService",
        "regie.hands.v1.HandsService",
        "regie.quota.v1.QuotaService",
        "regie.types.v1.TypesService",
        "regie.access.v1.AccessService",
        "regie.audit.v1.AuditService",
        "regie.lobby.v1.LobbyService",
        "regie.recordings.v1.RecordingsService",
        "regie.gauge.v1.GaugeService",
        "regie.invite.v1.InviteService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }


async def test_reflection_tells_strangers_nothing(house: House) -> None:
    """Before they have asked for anything: what they send may find the call over already."""
    caller = house.connect()
    call = reflection_pb2_grpc.ServerReflectionStub(caller.channel).ServerReflectionInfo(timeout=30)
    assert (await refused(call.read())).reason == "TOKEN_MISSING"


async def test_probes_need_no_token(house: House) -> None:
    stub = health_pb2_grpc.HealthStub(house.connect().channel)
    for name in ("", "regie.rooms.v1.RoomsService"):
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=30)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_watching_probe_hears_of_the_end(house: House) -> None:
    stub = health_pb2_grpc.HealthStub(house.connect().channel)
    stream = stub.Watch(health_pb2.HealthCheckRequest(service=""))
    assert (await stream.read()).status == health_pb2.HealthCheckResponse.SERVING
    assert house.server is not None
    await house.server.stop(0.5)
    assert (await stream.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_a_method_that_nobody_knows_is_refused_with_a_code(house: House) -> None:
    viewer = await house.operator("viewer")
    for path in ("/regie.rooms.v1.RoomsService/Explode", "/nobody.v1.Nothing/Do"):
        method: Any = viewer.channel.unary_unary(path)
        said = await refused(method(b"", metadata=viewer.metadata, timeout=30))
        assert (said.code, said.reason, said.refusal.current) == (
            grpc.StatusCode.UNIMPLEMENTED,
            "METHOD_UNKNOWN",
            path,
        )
