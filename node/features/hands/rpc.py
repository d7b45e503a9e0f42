"""gRPC: regie.hands.v1."""

from __future__ import annotations

from typing import Any

from node.features.hands.service import Hands
from node.rpc.call import current
from node.rpc.convert import stamp
from protos.hands.v1 import hands_pb2 as pb
from protos.hands.v1 import hands_pb2_grpc


class HandsServicer(hands_pb2_grpc.HandsServiceServicer):
    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    async def ListHands(self, request: pb.ListHandsRequest, context: Any) -> pb.ListHandsResponse:
        raised = self._hands.list(request.room)
        return pb.ListHandsResponse(hands=[pb.Hand(participant=who, since=stamp(since)) for who, since in raised])

    async def LowerHand(self, request: pb.LowerHandRequest, context: Any) -> pb.LowerHandResponse:
        lowered = await self._hands.lower(request.room, request.participant, by=current().actor)
        return pb.LowerHandResponse(lowered=lowered)
