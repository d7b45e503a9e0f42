"""gRPC: regie.quality.v1."""

from __future__ import annotations

from typing import Any

from node.features.participants.rpc import GRADES, quality
from node.features.quality.rules import Point
from node.features.quality.service import Quality
from node.features.quality.watched import LayerView, SlotView
from node.rpc.convert import stamp
from protos.quality.v1 import quality_pb2 as pb
from protos.quality.v1 import quality_pb2_grpc


class QualityServicer(quality_pb2_grpc.QualityServiceServicer):
    def __init__(self, quality: Quality) -> None:
        self._quality = quality

    async def GetQuality(self, request: pb.GetQualityRequest, context: Any) -> pb.GetQualityResponse:
        detail = await self._quality.get(request.room, request.participant)
        return pb.GetQualityResponse(
            quality=quality(detail.quality),
            slots=map(slot, detail.slots),
            layers=map(layer, detail.layers),
            history=map(point, detail.history),
        )


def slot(view: SlotView) -> pb.Slot:
    return pb.Slot(
        slot=view.slot,
        participant=view.participant,
        source=view.source or "",
        rid=view.rid,
        bits_per_second=view.bits_per_second,
        loss_percent=view.loss_percent,
        switches=view.switches,
    )


def layer(view: LayerView) -> pb.Layer:
    return pb.Layer(
        source=view.source,
        rid=view.rid,
        bits_per_second=view.bits_per_second,
        loss_percent=view.loss_percent,
        width=view.width,
        height=view.height,
        frames_per_second=view.fps,
        active=view.active,
        wanted=view.wanted,
    )


def point(view: Point) -> pb.Point:
    return pb.Point(
        time=stamp(view.at),
        loss_percent=view.loss_down * 100.0,
        loss_up_percent=view.loss_up * 100.0,
        rtt_ms=view.rtt_ms,
        jitter_ms=view.jitter_ms,
        sent_bits_per_second=int(view.sent_bps),
        received_bits_per_second=int(view.received_bps),
        target_bits_per_second=int(view.target_bps),
        grade=GRADES[view.grade],
    )
