"""What one person does can be followed by one id: from their request through the node's log to the plane's, and as
spans of OpenTelemetry at a collector, a real receiver of OTLP over HTTP here."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiortc.mediastreams import AudioStreamTrack
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from node.demo.peer import Peer
from protos.participants.v1 import participants_pb2
from tests.e2e.machine import Machine, until

ASKED_BY_AN_OPERATOR = "0af7651916cd43dd8448eb211c80319c"


class Collector:
    """Keeps the spans that it is sent."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        app = web.Application()
        app.router.add_post("/v1/traces", self.take)
        self.server = TestServer(app)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.requests.append(ExportTraceServiceRequest.FromString(body))
        return web.Response(content_type="application/x-protobuf")

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for of_resource in request.resource_spans
            for of_scope in of_resource.scope_spans
            for span in of_scope.spans
        ]


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    made = Collector()
    await made.server.start_server()
    yield made
    await made.server.close()


@pytest.fixture
async def talkative(tmp_path: Path, collector: Collector) -> AsyncIterator[Machine]:
    settings = {"REGIE__LOG__LEVEL": "debug", "REGIE__TRACING__ENDPOINT": str(collector.server.make_url("/v1/traces"))}
    machine = Machine(tmp_path, settings=settings)
    try:
        await machine.start()
        yield machine
    finally:
        await machine.stop()


def lines(path: Path) -> list[dict[str, Any]]:
    """Whole ones: the last may be half written. Each is JSON, with the name of what happened."""
    said = [json.loads(line) for line in path.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]
    assert all({"timestamp", "level", "action"} <= line.keys() for line in said)
    return said


async def test_one_id_is_in_every_log_and_every_span(talkative: Machine, collector: Collector) -> None:
    machine = talkative

    def node(request: str) -> list[str]:
        return [line["action"] for line in lines(machine.folder / "node.log") if line.get("request") == request]

    def plane(request: str) -> list[str]:
        found = lines(machine.run_dir / "plane.log")
        return [line["command"] for line in found if line["action"] == "command" and line["request"] == request]

    room = await machine.room()
    host, jean = Peer(room.host, "Amina", hears=1), Peer(room.participant, "Jean", voice=AudioStreamTrack())
    for peer in (host, jean):
        await peer.join()
    staying = [asyncio.create_task(peer.stay()) for peer in (host, jean)]
    try:
        await asyncio.wait_for(asyncio.gather(host.welcomed.wait(), jean.welcomed.wait(), jean.connected.wait()), 60)
        await until(lambda: "open_transport" in plane(jean.request), 10, "the join reached the plane under its id")
        await until(lambda: "http" in node(jean.request), 10, "the node notes a request when it has answered")

        await host.send({"type": "mute", "participant": jean.participant, "source": "microphone", "muted": True})
        await until(
            lambda: plane(f"{host.request}.1") == ["mute_tracks"], 10, "so did the mute, as their first message"
        )
        await until(lambda: node(f"{host.request}.1") == ["message"], 10, "and is in the node's log once it is done")

        assert machine.operator is not None
        removal = participants_pb2.RemoveParticipantRequest(room=room.room, participant=jean.participant)
        metadata = (*machine.operator.metadata, ("traceparent", f"00-{ASKED_BY_AN_OPERATOR}-b7ad6b7169203331-01"))
        await machine.operator.participants.RemoveParticipant(removal, metadata=metadata, timeout=10)
        await until(lambda: "close_transport" in plane(ASKED_BY_AN_OPERATOR), 10, "and what an operator asked")
        await until(lambda: {"rpc", "audit"} <= set(node(ASKED_BY_AN_OPERATOR)), 10, "by what was done and by whom")
    finally:
        for task in staying:
            task.cancel()
        await asyncio.gather(*staying, return_exceptions=True)
        await host.close()
        await jean.close()
    await machine.stop()  # sends what is left

    def spans(trace: str) -> dict[str, Span]:
        return {span.name: span for span in collector.spans if span.trace_id.hex() == trace}

    of_jean, of_operator = spans(jean.request), spans(ASKED_BY_AN_OPERATOR)
    assert {"http", "join", "negotiate", "plane.open_transport"} <= of_jean.keys()
    assert of_jean["join"].parent_span_id == of_jean["http"].span_id
    assert of_jean["negotiate"].parent_span_id == of_jean["plane.open_transport"].parent_span_id
    assert {"message", "plane.mute_tracks"} <= spans(host.request).keys()
    assert {"rpc", "plane.close_transport"} <= of_operator.keys()
    said = str(collector.requests)
    for personal in ("Amina", "Jean", room.room, jean.participant, jean.session, room.host.ticket, "127.0.0.1"):
        assert personal not in said
