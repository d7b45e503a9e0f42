"""One figure for the web page, gRPC, Prometheus and the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from node.features.gauge.web import GaugeDoor
from node.metrics.meter import Meter
from node.metrics.server import serve_metrics
from protos.gauge.v1 import gauge_pb2 as pb
from protos.gauge.v1 import gauge_pb2_grpc
from tests.rpc.house import ROLES, House
from tests.rpc.test_moderation_cli import Terminal


async def test_four_surfaces_say_the_same(house: House, tmp_path: Path) -> None:
    """R253: at one instant, with the age of the figure."""
    house.clock.now = lambda: 1_700_000_000.25  # type: ignore[method-assign]
    await house.room("hall", ["Amina", "Bruno"])
    capacity = (await house.quota.get("node", "", "people")).limit
    viewer = await house.operator("viewer", "vera")
    desk: Any = gauge_pb2_grpc.GaugeServiceStub(viewer.channel)
    called = await viewer.ask(desk.GetGauge, pb.GetGaugeRequest())
    assert (called.webinars, called.participants, called.capacity, called.age_s) == (0, 2, capacity, 0.0)

    app = web.Application()
    app.add_routes([web.get("/api/gauge", GaugeDoor(house.gauge).read)])
    metrics = await serve_metrics(Meter(), house.nodes, house.audit, house.quota, house.gauge, listen="127.0.0.1:0")
    try:
        async with TestServer(app) as server, aiohttp.ClientSession() as client:
            answer = await client.get(server.make_url("/api/gauge"))
            page = await answer.json()
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            scraped = await (await client.get(f"http://127.0.0.1:{metrics.port}/metrics")).text()
    finally:
        await metrics.stop()
    assert page == {
        "webinars": 0,
        "participants": 2,
        "capacity": capacity,
        "at": 1_700_000_000.25,
        "age_s": 0.0,
    }
    for name, value in (("webinars", 0), ("participants", 2), ("capacity", capacity), ("age_seconds", 0)):
        assert f"regie_public_{name} {float(value)}" in scraped

    _, token = await house.operators.create("olga", ROLES["viewer"])
    typed = await Terminal(house, tmp_path, token).read("gauge")
    assert (typed["webinars"], typed["participants"], typed["capacity"]) == (0, 2, capacity)


async def test_however_many_ask_it_is_read_once_a_second(house: House) -> None:
    """R253: looking costs nothing, and what is seen is never older than a second."""
    now = 1_700_000_000.0
    house.clock.now = lambda: now  # type: ignore[method-assign]
    first, _ = house.gauge.now()
    await house.room("hall", ["Amina"])
    now += 0.9
    assert house.gauge.now() == (first, 0.9000000953674316)
    now += 0.2
    again, age = house.gauge.now()
    assert (again.participants, age) == (1, 0.0)
    await asyncio.sleep(0)
