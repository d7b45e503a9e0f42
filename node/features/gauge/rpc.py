"""gRPC: regie.gauge.v1."""

from __future__ import annotations

from typing import Any

from node.features.gauge.service import Gauge
from node.rpc.convert import stamp
from protos.gauge.v1 import gauge_pb2 as pb
from protos.gauge.v1 import gauge_pb2_grpc


class GaugeServicer(gauge_pb2_grpc.GaugeServiceServicer):
    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge

    async def GetGauge(self, request: pb.GetGaugeRequest, context: Any) -> pb.GetGaugeResponse:
        reading, age = self._gauge.now()
        return pb.GetGaugeResponse(
            webinars=reading.webinars,
            participants=reading.participants,
            capacity=reading.capacity,
            at=stamp(reading.at),
            age_s=age,
        )
