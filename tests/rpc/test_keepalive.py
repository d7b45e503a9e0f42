"""A console that pings an idle connection, as ours does, is not sent away (too_many_pings)."""

from __future__ import annotations

import asyncio

import grpc
import grpc.aio

from node.features.operators.rules import Role
from protos.nodes.v1 import nodes_pb2
from tests.rpc.house import Caller, House


async def test_pings_without_calls_are_welcome(house: House) -> None:
    """gRPC's own limit is three pings and then GOAWAY: five must pass."""
    _, token = await house.operators.create("console", Role.VIEWER)
    options = (
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.keepalive_time_ms", 1_100),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.ping_timeout_ms", 5_000),
        ("grpc.http2.max_pings_without_data", 0),
    )
    assert house.server is not None
    trust = grpc.ssl_channel_credentials(house.tls.ca.read_bytes())
    async with grpc.aio.secure_channel(house.server.address, trust, options=options) as channel:
        caller = Caller(channel, token)
        await caller.ask(caller.nodes.GetCaller, nodes_pb2.GetCallerRequest())
        assert channel.get_state() is grpc.ChannelConnectivity.READY
        with_a_goaway = channel.wait_for_state_change(grpc.ChannelConnectivity.READY)
        try:
            await asyncio.wait_for(with_a_goaway, 6.5)
        except TimeoutError:
            return
        raise AssertionError(f"sent away: {channel.get_state()}")
