"""The part of a played node that keeps limits and the records of the audit."""

from __future__ import annotations

from typing import Any

import grpc

from node.demo.fleet.refusing import refusal, refuse
from protos.audit.v1 import audit_pb2, audit_pb2_grpc
from protos.common.v1 import common_pb2
from protos.quota.v1 import quota_pb2, quota_pb2_grpc


class Ledger(audit_pb2_grpc.AuditServiceServicer, quota_pb2_grpc.QuotaServiceServicer):
    """Mixed into the servicer, which checks roles and remembers what was asked."""

    _node: Any
    _check: Any
    _did: Any

    async def WatchRecords(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchRecords", "operator")
        async for snapshot, changes, token in self._node.follow("record", "", request.resume_token):
            yield audit_pb2.WatchRecordsResponse(
                snapshot=snapshot,
                records=self._node.records if snapshot else changes,
                position=common_pb2.Position(resume_token=token),
            )

    async def VerifyRecords(self, request: Any, context: Any) -> Any:
        await self._check(context, "VerifyRecords", "operator")
        broken, why = self._node.broken
        count = len(self._node.records)
        head = audit_pb2.Mark(number=self._node.removed[0] + count, hash="5e1f" * 16)
        removed, since = self._node.removed
        start = audit_pb2.Mark(number=removed, hash="5e1f" * 16)
        reply = audit_pb2.VerifyRecordsResponse(checked=count, head=head, broken=broken, why=why, start=start)
        if removed:
            reply.since.FromNanoseconds(int(since * 1e9))
        return reply

    async def ListRecords(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListRecords", "operator")
        return audit_pb2.ListRecordsResponse(records=self._node.records[::-1][: request.page_size or 100])

    async def GetQuota(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetQuota", "viewer")
        quota = self._node.quotas.get((request.scope, request.name, request.what))
        return quota_pb2.GetQuotaResponse(quota=quota)

    async def ListQuotas(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListQuotas", "viewer")
        found = [quota for quota in self._node.quotas.values() if request.scope in ("", quota.scope)]
        return quota_pb2.ListQuotasResponse(quotas=found, denials=self._node.denials[::-1])

    async def WatchQuotas(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchQuotas", "viewer")
        async for snapshot, changes, token in self._node.follow("quota", "", request.resume_token):
            fresh = [one for one in changes if isinstance(one, quota_pb2.Quota)]
            said = [one for one in changes if isinstance(one, quota_pb2.Denial)]
            yield quota_pb2.WatchQuotasResponse(
                snapshot=snapshot,
                quotas=self._node.quotas.values() if snapshot else fresh,
                denials=self._node.denials if snapshot else said,
                position=common_pb2.Position(resume_token=token),
            )

    async def SetQuota(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "SetQuota", "operator", request):
            return again
        quota = self._node.quotas.get((request.scope, request.name, request.what))
        if quota is None:
            wrong = refusal("VALUE_INVALID", limit="…", current=f"{request.scope} {request.name} {request.what}")
            await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, wrong)
        quota.limit = request.limit or quota.default
        quota.set_by = "anna" if request.limit else ""
        quota.set.GetCurrentTime()
        await self._node.tell("quota", "", quota)
        return self._did(request, quota_pb2.SetQuotaResponse(quota=quota))
