"""D3 by gRPC: plan, start, progress, abort; no new rooms meanwhile."""

from __future__ import annotations

from typing import Any

from node.features.schedule.rules import DrainRoom
from node.ports import Actor
from protos.nodes.v1 import nodes_pb2 as pb
from protos.nodes.v1 import nodes_pb2_grpc
from protos.rooms.v1 import rooms_pb2, rooms_pb2_grpc
from tests.rpc.house import House, refused


async def test_a_node_is_drained_and_the_drain_aborted(house: House) -> None:
    await house.room("hall", ["Amina", "Bruno"])
    await house.room("empty")
    operator, viewer = await house.operator("operator", "olga"), await house.operator("viewer")
    desk: Any = nodes_pb2_grpc.NodesServiceStub(operator.channel)
    plan = await operator.ask(desk.PlanDrain, pb.PlanDrainRequest(minutes=30))
    assert [(one.room, one.people) for one in plan.rooms] == [("hall", 2)]

    looks: Any = nodes_pb2_grpc.NodesServiceStub(viewer.channel)
    said = await refused(viewer.ask(looks.StartDrain, pb.StartDrainRequest(minutes=30)))
    assert said.reason == "NOT_ALLOWED"
    said = await refused(operator.ask(desk.StartDrain, pb.StartDrainRequest(minutes=1441)))
    assert said.reason == "VALUE_INVALID"

    begun = await operator.ask(desk.StartDrain, pb.StartDrainRequest(minutes=30, reason="new version"))
    assert begun.node.state == pb.Node.STATE_DRAINING
    assert (begun.node.drain.by, begun.node.drain.reason) == ("olga", "new version")
    assert (begun.node.drain.people, begun.node.drain.rooms) == (2, 1)
    assert begun.node.drain.deadline.seconds - begun.node.drain.started.seconds == 1800

    rooms: Any = rooms_pb2_grpc.RoomsServiceStub(operator.channel)
    said = await refused(operator.ask(rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="New")))
    assert said.reason == "NODE_DRAINING"

    ended = await operator.ask(desk.AbortDrain, pb.AbortDrainRequest(reason="not yet"))
    assert not ended.node.HasField("drain")
    assert ended.node.state != pb.Node.STATE_DRAINING
    await operator.ask(rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="New"))


async def test_a_drain_survives_a_restart_and_its_deadline_is_kept(house: House) -> None:
    """D5: what people were told holds, whichever process is there to do it."""
    await house.room("hall", ["Amina", "Bruno"])
    operator = await house.operator("operator", "olga")
    desk: Any = nodes_pb2_grpc.NodesServiceStub(operator.channel)
    begun = await operator.ask(desk.StartDrain, pb.StartDrainRequest(minutes=30, reason="new version"))

    house.floor.draining = False  # the process that comes knows of nothing
    house.floor.decide("hall", DrainRoom(None, Actor("node", "here", "node")))
    house.clock.offset += 20 * 60
    other = house.new_nodes()
    assert other.current().drain is None
    await other.resume()
    assert house.floor.draining
    drain = other.current().drain
    assert drain is not None
    told = begun.node.drain
    assert (int(drain.started), int(drain.deadline)) == (told.started.seconds, told.deadline.seconds)
    assert (drain.by, drain.reason, drain.people, drain.rooms) == ("olga", "new version", 2, 1)
    assert house.floor.room("hall").schedule.cut == drain.deadline

    house.clock.offset += 10 * 60 + 1
    house.floor.tick()
    assert len(house.floor.room("hall").people) == 0

    await other.abort_drain(by=Actor("operator", "olga", "operator"))
    third = house.new_nodes()
    await third.resume()
    assert third.current().drain is None
