"""gRPC: regie.rates.v1."""

from __future__ import annotations

from typing import Any

from node.features.rates.rules import CapView
from node.features.rates.service import Rates
from node.rpc.call import current
from node.rpc.convert import page, stamp
from protos.rates.v1 import rates_pb2 as pb
from protos.rates.v1 import rates_pb2_grpc


class RatesServicer(rates_pb2_grpc.RatesServiceServicer):
    def __init__(self, rates: Rates) -> None:
        self._rates = rates

    async def ListCaps(self, request: pb.ListCapsRequest, context: Any) -> pb.ListCapsResponse:
        views = sorted(await self._rates.list(request.room), key=_key)
        some, after = page(views, _key, size=request.page_size, token=request.page_token)
        return pb.ListCapsResponse(caps=map(cap, some), next_page_token=after)

    async def SetCap(self, request: pb.SetCapRequest, context: Any) -> pb.SetCapResponse:
        view = await self._rates.set(
            request.room,
            request.participant,
            send_bps=request.send_bits_per_second if request.HasField("send_bits_per_second") else None,
            receive_bps=request.receive_bits_per_second if request.HasField("receive_bits_per_second") else None,
            by=current().actor,
            reason=request.reason,
        )
        return pb.SetCapResponse(cap=cap(view))


def _key(view: CapView) -> str:
    return f"{view.room}/{view.participant}"


def cap(view: CapView) -> pb.Cap:
    return pb.Cap(
        room=view.room,
        participant=view.participant,
        send_bits_per_second=view.cap.send_bps,
        receive_bits_per_second=view.cap.receive_bps,
        set_by=view.cap.set_by,
        set=stamp(view.cap.set),
    )
