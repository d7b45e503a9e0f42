"""One figure for the web page, gRPC, Prometheus, the command line and the nodes of a console."""

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
from node.ports import Actor
from protos.gauge.v1 import gauge_pb2 as pb
from protos.gauge.v1 import gauge_pb2_grpc
from protos.nodes.v1 import nodes_pb2, nodes_pb2_grpc
from tests.rpc.house import ROLES, House
from tests.rpc.test_moderation_cli import Terminal


async def test_five_surfaces_say_the_same(house: House, tmp_path: Path) -> None:
    """R253: at one instant, with the age of the figure."""
    house.clock.now = lambda: 1_700_000_000.25  # type: ignore[method-assign]
    await house.room("hall", ["Amina", "Bruno"])
    by = Actor("operator", "olga", "admin")
    _, links = await house.rooms.create(title="Avenir", room_id="avenir", type="webinar", by=by)
    house.tickets["avenir"] = next(link.ticket for link in links if link.role == "host")
    await house.comes("avenir", "Hélène")
    capacity = (await house.quota.get("node", "", "people")).limit
    viewer = await house.operator("viewer", "vera")
    desk: Any = gauge_pb2_grpc.GaugeServiceStub(viewer.channel)
    called = await viewer.ask(desk.GetGauge, pb.GetGaugeRequest())
    assert (called.webinars, called.participants, called.capacity, called.age_s) == (1, 3, capacity, 0.0)

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
        "webinars": 1,
        "participants": 3,
        "capacity": capacity,
        "at": 1_700_000_000.25,
        "age_s": 0.0,
    }
    for name, value in (("webinars", 1), ("participants", 3), ("capacity", capacity), ("age_seconds", 0)):
        assert f"regie_public_{name} {float(value)}" in scraped

    nodes: Any = nodes_pb2_grpc.NodesServiceStub(viewer.channel)
    (here,) = (await viewer.ask(nodes.ListNodes, nodes_pb2.ListNodesRequest())).nodes
    assert (here.load.webinars, here.load.people, here.max_people) == (1, 3, capacity), "what consoles add up"

    _, token = await house.operators.create("olga", ROLES["viewer"])
    typed = await Terminal(house, tmp_path, token).read("gauge")
    assert (typed["webinars"], typed["participants"], typed["capacity"]) == (1, 3, capacity)


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
