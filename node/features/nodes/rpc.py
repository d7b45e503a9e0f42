"""gRPC: regie.nodes.v1."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import msgspec

from node.errors import Refused
from node.features.nodes.rules import Drain, NodeState, NodeView
from node.features.nodes.service import Nodes
from node.features.operators.rules import Role
from node.journal import Change, Journal, NodeChanged
from node.rpc.call import current
from node.rpc.convert import page, position, stamp
from node.rpc.watch import Frame, watch
from protos.common.v1 import common_pb2
from protos.nodes.v1 import nodes_pb2 as pb
from protos.nodes.v1 import nodes_pb2_grpc

REASON_LENGTH: Final = 500

STATES: Final = {
    NodeState.OK: pb.Node.STATE_OK,
    NodeState.PLANE_DOWN: pb.Node.STATE_PLANE_DOWN,
    NodeState.FENCED: pb.Node.STATE_FENCED,
    NodeState.DRAINING: pb.Node.STATE_DRAINING,
}
ROLES: Final = {
    Role.VIEWER: common_pb2.ROLE_VIEWER,
    Role.MODERATOR: common_pb2.ROLE_MODERATOR,
    Role.OPERATOR: common_pb2.ROLE_OPERATOR,
    Role.ADMIN: common_pb2.ROLE_ADMIN,
}


class NodesServicer(nodes_pb2_grpc.NodesServiceServicer):
    def __init__(self, nodes: Nodes, journal: Journal) -> None:
        self._nodes = nodes
        self._journal = journal

    async def ListNodes(self, request: pb.ListNodesRequest, context: Any) -> pb.ListNodesResponse:
        views = [self._nodes.current()]
        some, after = page(views, lambda view: view.node, size=request.page_size, token=request.page_token)
        return pb.ListNodesResponse(nodes=map(node, some), next_page_token=after)

    async def GetNode(self, request: pb.GetNodeRequest, context: Any) -> pb.GetNodeResponse:
        view = self._nodes.current()
        if request.node not in ("", view.node):
            raise Refused("NODE_UNKNOWN", limit=view.node, current=request.node[:64])
        return pb.GetNodeResponse(node=node(view))

    async def WatchNodes(self, request: pb.WatchNodesRequest, context: Any) -> AsyncIterator[pb.WatchNodesResponse]:
        async for frame in watch(self._journal, ["nodes"], self._snapshot):
            yield changed(frame)

    async def GetCaller(self, request: pb.GetCallerRequest, context: Any) -> pb.GetCallerResponse:
        operator = current().operator
        assert operator is not None
        return pb.GetCallerResponse(operator=operator.name, role=ROLES[operator.role])

    async def PlanDrain(self, request: pb.PlanDrainRequest, context: Any) -> pb.PlanDrainResponse:
        ends, deadline = self._nodes.plan_drain(request.minutes)
        rooms = [pb.PlannedEnd(room=one.room, people=one.people, ends=stamp(one.ends), cut=one.cut) for one in ends]
        return pb.PlanDrainResponse(rooms=rooms, deadline=stamp(deadline))

    async def StartDrain(self, request: pb.StartDrainRequest, context: Any) -> pb.StartDrainResponse:
        view = await self._nodes.start_drain(request.minutes, by=current().actor, reason=request.reason[:REASON_LENGTH])
        return pb.StartDrainResponse(node=node(view))

    async def AbortDrain(self, request: pb.AbortDrainRequest, context: Any) -> pb.AbortDrainResponse:
        return pb.AbortDrainResponse(node=node(await self._nodes.abort_drain(by=current().actor)))

    async def _snapshot(self) -> Sequence[Change]:
        return [NodeChanged(self._nodes.current())]


def node(view: NodeView) -> pb.Node:
    return pb.Node(
        node=view.node,
        version=view.version,
        state=STATES[view.state],
        started=stamp(view.started),
        load=pb.Load(**msgspec.structs.asdict(view.load)),
        plane=plane(view),
        web_url=view.web_url,
        database_away=not view.ledger,
        send_cap_bits_per_second=view.send_cap_bps,
        receive_cap_bits_per_second=view.receive_cap_bps,
        drain=drain(view.drain),
        max_people=view.max_people,
    )


def drain(view: Drain | None) -> pb.Drain | None:
    if view is None:
        return None
    return pb.Drain(
        started=stamp(view.started),
        deadline=stamp(view.deadline),
        by=view.by,
        reason=view.reason,
        people=view.people,
        rooms=view.rooms,
    )


def plane(view: NodeView) -> pb.Plane:
    return pb.Plane(
        instance=view.plane.instance,
        version=view.plane.version,
        started=stamp(view.plane.started),
        epoch=view.plane.epoch,
        restarts=view.plane.restarts,
        optimised=view.plane.optimised,
    )


def changed(frame: Frame) -> pb.WatchNodesResponse:
    return pb.WatchNodesResponse(
        nodes=[node(change.view) for change in frame.changes if isinstance(change, NodeChanged)],
        position=position(frame.position),
    )
