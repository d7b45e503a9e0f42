"""gRPC: regie.quota.v1."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from node.features.quota.rules import Denial, QuotaView
from node.features.quota.service import Quota
from node.journal import Change, Journal, QuotaChanged, QuotaDenied, QuotaGone
from node.ports import Scope
from node.rpc.call import current
from node.rpc.convert import page, position, stamp
from node.rpc.watch import Frame, watch
from protos.quota.v1 import quota_pb2 as pb
from protos.quota.v1 import quota_pb2_grpc


class QuotaServicer(quota_pb2_grpc.QuotaServiceServicer):
    def __init__(self, quota: Quota, journal: Journal) -> None:
        self._quota = quota
        self._journal = journal

    async def GetQuota(self, request: pb.GetQuotaRequest, context: Any) -> pb.GetQuotaResponse:
        return pb.GetQuotaResponse(quota=quota(await self._quota.get(request.scope, request.name, request.what)))

    async def ListQuotas(self, request: pb.ListQuotasRequest, context: Any) -> pb.ListQuotasResponse:
        views = sorted(await self._quota.list(request.scope, request.name), key=_key)
        some, after = page(views, _key, size=request.page_size, token=request.page_token)
        denials = [] if request.page_token else list(self._quota.denials)[::-1]
        return pb.ListQuotasResponse(quotas=map(quota, some), next_page_token=after, denials=map(denial, denials))

    async def SetQuota(self, request: pb.SetQuotaRequest, context: Any) -> pb.SetQuotaResponse:
        view = await self._quota.set(
            request.scope,
            request.name,
            request.what,
            request.limit,
            by=current().actor,
            reason=request.reason,
        )
        return pb.SetQuotaResponse(quota=quota(view))

    async def WatchQuotas(self, request: pb.WatchQuotasRequest, context: Any) -> AsyncIterator[pb.WatchQuotasResponse]:
        async for frame in watch(self._journal, ["quota"], self._snapshot, resume=request.resume_token):
            yield changed(frame)

    async def _snapshot(self) -> Sequence[Change]:
        views: list[Change] = [QuotaChanged(view) for view in await self._quota.list()]
        return [*views, *(QuotaDenied(denial) for denial in self._quota.denials)]


def _key(view: QuotaView) -> str:
    return "/".join((view.scope.kind, view.scope.name, view.scope.what))


def quota(view: QuotaView) -> pb.Quota:
    return pb.Quota(
        scope=view.scope.kind,
        name=view.scope.name,
        what=view.scope.what,
        limit=view.limit,
        use=view.use,
        default=view.default,
        set_by=view.set_by,
        set=stamp(view.set),
        refused=view.refused,
        last_refused=stamp(view.last_refused),
    )


def denial(said: Denial) -> pb.Denial:
    return pb.Denial(
        number=said.number,
        at=stamp(said.at),
        code=said.code,
        scope=said.scope.kind,
        name=said.scope.name,
        what=said.scope.what,
        limit=said.limit,
        current=said.current,
        room=said.room,
        type=said.type,
    )


def _named(scope: Scope) -> pb.Quota:
    return pb.Quota(scope=scope.kind, name=scope.name, what=scope.what)


def changed(frame: Frame) -> pb.WatchQuotasResponse:
    changes = frame.changes
    return pb.WatchQuotasResponse(
        snapshot=frame.snapshot,
        quotas=[quota(change.view) for change in changes if isinstance(change, QuotaChanged)],
        gone=[_named(change.scope) for change in changes if isinstance(change, QuotaGone)],
        denials=[denial(change.denial) for change in changes if isinstance(change, QuotaDenied)],
        position=position(frame.position),
    )
