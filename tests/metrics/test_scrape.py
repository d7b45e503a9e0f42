"""Prometheus scrapes the node on a port of its own: parsed by its own tools, and by itself."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from node.errors import Refused
from node.metrics.meter import Meter
from node.metrics.server import MetricsServer, serve_metrics
from node.metrics.table import LIVE, READ
from node.ports import Actor, PlaneDown, PlaneFigures, ShardFigures
from protos.mute.v1 import mute_pb2
from protos.nodes.v1 import nodes_pb2
from tests.e2e.machine import free_port
from tests.rpc.house import House, refused

TOTALS = {
    "transports": 3.0,
    "received_packets": 1000.0,
    "sent_packets": 5000.0,
    "sent_sends": 100.0,
    "layer_switches": 12.0,
    "held": 2.0,
    "handshakes": 40.0,
    "cpu_user_us": 2_500_000.0,
    "cpu_system_us": 1_000_000.0,
}


def figures(**drops: int) -> PlaneFigures:
    return PlaneFigures(
        transports=(),
        tracks=(),
        totals=TOTALS,
        drops=drops,
        packets_in_per_second=0,
        packets_out_per_second=0,
        bits_in_per_second=0,
        bits_out_per_second=0,
        nacks_per_second=0.0,
        cpu_percent=1.0,
        lag_p50_ms=0.05,
        lag_p99_ms=0.2,
        resident_bytes=10_000_000,
        shards=(ShardFigures(0, 2, 3000, 1_500_000, 0.2, 0), ShardFigures(1, 1, 2000, 500_000, 0.1, 70)),
        first_frame=((0.1, 3), (0.5, 8), (float("inf"), 9)),
        first_frame_sum=2.5,
    )


@pytest.fixture
async def metrics(house: House) -> AsyncIterator[MetricsServer]:
    """The node's gRPC edge counts into the real meter."""
    assert house.server is not None
    await house.server.stop(0)
    house.meter = meter = Meter()  # type: ignore[assignment]
    await house.open()
    server = await serve_metrics(meter, house.nodes, house.audit, house.quota, house.gauge, listen="127.0.0.1:0")
    yield server
    await server.stop()


async def scrape(server: MetricsServer, path: str = "/metrics", accept: str = "") -> tuple[int, str]:
    headers = {"Accept": accept} if accept else {}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"http://127.0.0.1:{server.port}{path}") as answer,
    ):
        return answer.status, await answer.text()


def samples(text: str) -> dict[str, float]:
    """`name{a="b"}` → value."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{key}="{value}"' for key, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


async def test_what_happened_is_counted(house: House, metrics: MetricsServer) -> None:
    people = await house.room("hall", ["Amina", "Bob"])
    viewer = await house.operator("viewer")
    await viewer.ask(viewer.nodes.GetNode, nodes_pb2.GetNodeRequest())
    mute = mute_pb2.MuteParticipantRequest(room="hall", participant=people[0])
    await refused(viewer.ask(viewer.mute.MuteParticipant, mute))
    house.nodes.on_media(figures(srtp_auth=7))

    seen = samples((await scrape(metrics))[1])
    assert seen['regie_rpc_calls_total{code="OK",method="regie.nodes.v1.NodesService/GetNode"}'] == 1
    assert seen['regie_refusals_total{code="NOT_ALLOWED",edge="grpc"}'] == 1
    assert seen['regie_rpc_latency_seconds_count{method="regie.nodes.v1.NodesService/GetNode"}'] == 1
    assert (seen["regie_rooms"], seen["regie_participants"]) == (1, 2)
    assert seen["regie_plane_sent_packets_total"] == 5000
    assert seen['regie_plane_cpu_seconds_total{mode="user"}'] == 2.5
    assert seen['regie_plane_lag_seconds{percentile="99"}'] == pytest.approx(0.0002)
    assert seen['regie_plane_drops_total{cause="srtp_auth"}'] == 7
    assert seen["regie_plane_gso_group_packets"] == 50
    assert (seen["regie_plane_layer_switches_total"], seen["regie_plane_video_held"]) == (12, 2)
    assert seen["regie_plane_handshakes_total"] == 40
    assert seen['regie_plane_first_frame_seconds_bucket{le="0.5"}'] == 8
    assert (
        seen['regie_plane_first_frame_seconds_bucket{le="+Inf"}'] == seen["regie_plane_first_frame_seconds_count"] == 9
    )
    assert seen["regie_plane_first_frame_seconds_sum"] == 2.5
    assert seen['regie_plane_shard_sent_packets_total{shard="1"}'] == 2000
    assert seen['regie_plane_shard_cpu_seconds_total{shard="0"}'] == 1.5
    assert seen['regie_people_quality{cause="",grade="unknown"}'] == 2
    assert seen["process_resident_memory_bytes"] > 0


async def test_a_plane_that_is_down_has_no_figures(house: House, metrics: MetricsServer) -> None:
    house.nodes.on_media(figures())
    house.nodes.on_media(PlaneDown("killed"))
    seen = samples((await scrape(metrics))[1])
    assert seen["regie_plane_up"] == 0
    assert seen['regie_node_state{state="plane_down"}'] == 1
    assert not [name for name in seen if name.startswith("regie_plane_sent")]
    assert await scrape(metrics, "/healthz") == (200, "ok\n")
    assert await scrape(metrics, "/readyz") == (503, "plane_down\n")


async def test_a_node_that_is_well_is_ready(metrics: MetricsServer) -> None:
    assert await scrape(metrics, "/readyz") == (200, "ok\n")


async def test_openmetrics_is_offered(house: House, metrics: MetricsServer) -> None:
    house.nodes.on_media(figures(stun_bad_mac=1))
    _, text = await scrape(metrics, accept="application/openmetrics-text; version=1.0.0")
    assert text.endswith("# EOF\n")
    names = {family.name for family in openmetrics(text)}  # type: ignore[no-untyped-call]
    assert {"regie_rpc_calls", "regie_plane_drops", "regie_build_info"} <= names


async def test_limits_their_use_and_what_they_refused(house: House, metrics: MetricsServer) -> None:
    """D1: `leases_in_use`, `lease_denied_total`."""
    await house.room("hall", ["Amina"])
    by = Actor("operator", "olga", "operator")
    await house.quota.set("room", "hall", "people", 1, by=by)
    await house.quota.set("type", "meeting", "rooms", 1, by=by)
    with pytest.raises(Refused, match="TYPE_ROOMS_FULL"):
        await house.rooms.create(title="One more", by=by)
    seen = samples((await scrape(metrics))[1])
    assert seen['regie_quota_use{scope="node",type="",what="people"}'] == 1
    assert seen['regie_quota_limit{scope="node",type="",what="people"}'] == 2000
    assert seen['regie_quota_limit{scope="type",type="conference",what="room_people"}'] == 55
    assert 'regie_quota_limit{scope="node",type="",what="publishers"}' not in seen
    assert seen["regie_quota_full_rooms"] == 1
    assert seen['regie_quota_denied_total{code="TYPE_ROOMS_FULL",scope="type"}'] == 1


async def test_no_room_and_no_person_is_in_a_label(house: House, metrics: MetricsServer) -> None:
    people = await house.room("secret-hall", ["Amina"])
    admin = await house.operator("admin", "Zoe")
    await admin.ask(admin.mute.MuteRoom, mute_pb2.MuteRoomRequest(room="secret-hall"))
    unknown: Any = admin.channel.unary_unary("/secret.Service/Hall")
    await refused(unknown(b"", metadata=admin.metadata, timeout=30))
    _, text = await scrape(metrics)
    assert [word for word in ("secret", "Amina", "Zoe", people[0]) if word in text] == []
    allowed = {"method", "code", "edge", "state", "version", "python", "optimised", "mode", "percentile", "cause"}
    allowed |= {"certificate", "shard", "grade", "stage", "scope", "type", "what"}
    assert {label for row in (*LIVE, *READ) for label in row.labels} <= allowed


async def test_promtool_has_nothing_to_say(house: House, metrics: MetricsServer) -> None:
    promtool = shutil.which("promtool")
    assert promtool is not None, "ops/system.sh test installs it (Debian: prometheus)"
    meter: Meter = house.meter  # type: ignore[assignment]
    meter.join("ROOM_FULL", 0.01)
    meter.websocket(1)
    house.nodes.on_media(figures(srtp_auth=7))
    _, text = await scrape(metrics)
    process = await asyncio.create_subprocess_exec(
        promtool, "check", "metrics", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=-2
    )
    said, _ = await asyncio.wait_for(process.communicate(text.encode()), 45)
    assert (process.returncode, said.decode()) == (0, "")


async def test_a_real_prometheus_scrapes_it(house: House, metrics: MetricsServer, tmp_path: Path) -> None:
    program = shutil.which("prometheus")
    assert program is not None, "ops/system.sh test installs it"
    house.nodes.on_media(figures(srtp_auth=7))
    port = free_port()
    target = {"targets": [f"127.0.0.1:{metrics.port}"]}
    job = {"job_name": "regie", "scrape_interval": "250ms", "scrape_timeout": "250ms", "static_configs": [target]}
    (tmp_path / "prometheus.yml").write_text(json.dumps({"scrape_configs": [job]}))
    process = await asyncio.create_subprocess_exec(
        program,
        f"--config.file={tmp_path}/prometheus.yml",
        f"--storage.tsdb.path={tmp_path}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(45), aiohttp.ClientSession() as session:
            while True:
                found = await ask_prometheus(session, port, 'regie_plane_drops_total{cause="srtp_auth"}')
                if found:
                    break
                await asyncio.sleep(0.1)
        assert found[0]["value"][1] == "7"
        assert found[0]["metric"]["job"] == "regie"
    finally:
        process.terminate()
        await process.wait()


async def ask_prometheus(session: aiohttp.ClientSession, port: int, query: str) -> list[dict[str, Any]]:
    """The vector that `query` gives; empty while Prometheus starts."""
    try:
        async with session.get(f"http://127.0.0.1:{port}/api/v1/query", params={"query": query}) as answer:
            found: list[dict[str, Any]] = (await answer.json())["data"]["result"]
            return found
    except (aiohttp.ClientError, KeyError):
        return []
