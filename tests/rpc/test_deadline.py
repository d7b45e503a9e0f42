"""A unary call ends, whatever happens behind it."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from node.rpc import interceptors
from protos.mute.v1 import mute_pb2
from protos.nodes.v1 import nodes_pb2
from tests.rpc.house import House, refused


async def test_the_node_gives_up_by_itself_and_says_how_to_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interceptors, "UNARY_S", 0.1)
    (amina,) = await house.room("hall", ["Amina"])
    moderator = await house.operator("moderator")
    go = asyncio.Event()
    house.media.before_mute = go.wait
    mute = mute_pb2.MuteParticipantRequest(room="hall", participant=amina, request_id="m-1")

    said = await refused(moderator.ask(moderator.mute.MuteParticipant, mute, 30.0))
    assert (said.code, said.reason, said.refusal.limit) == (grpc.StatusCode.DEADLINE_EXCEEDED, "TIMED_OUT", "0.1")
    monkeypatch.setattr(interceptors, "UNARY_S", 10.0)
    go.set()
    assert (await moderator.ask(moderator.mute.MuteParticipant, mute, 30.0)).changed == ["microphone"]


async def test_streams_have_no_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interceptors, "UNARY_S", 0.1)
    viewer = await house.operator("viewer")
    stream = viewer.watch(viewer.nodes.WatchNodes, nodes_pb2.WatchNodesRequest())
    for _ in range(2):
        assert (await asyncio.wait_for(stream.read(), 30)).position.resume_token
    stream.cancel()
