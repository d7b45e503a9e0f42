"""gRPC: regie.audit.v1."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from node.errors import Refused
from node.features.audit.rules import GENESIS, Mark, Record
from node.features.audit.service import Audit
from node.journal import AuditWritten, Change, Journal
from node.rpc.convert import page_size, position, stamp, token_of, token_text
from node.rpc.watch import watch
from protos.audit.v1 import audit_pb2 as pb
from protos.audit.v1 import audit_pb2_grpc

SHOWN: Final = 200
"""Records of a snapshot."""


class AuditServicer(audit_pb2_grpc.AuditServiceServicer):
    def __init__(self, audit: Audit, journal: Journal) -> None:
        self._audit = audit
        self._journal = journal

    async def ListRecords(self, request: pb.ListRecordsRequest, context: Any) -> pb.ListRecordsResponse:
        before = token_text(request.page_token)
        if before and not (before.isdecimal() and len(before) < 19):
            raise Refused("BAD_REQUEST", current="page_token", set_by="protocol")
        size = page_size(request.page_size, default=SHOWN, most=1000)
        found = await self._audit.list(before=int(before or 0), limit=size)
        after = token_of(str(found[-1][0])) if len(found) == size and found[-1][0] > 1 else ""
        return pb.ListRecordsResponse(records=[record(*one) for one in found], next_page_token=after)

    async def WatchRecords(
        self, request: pb.WatchRecordsRequest, context: Any
    ) -> AsyncIterator[pb.WatchRecordsResponse]:
        async for frame in watch(self._journal, ["audit"], self._snapshot, resume=request.resume_token):
            yield pb.WatchRecordsResponse(
                snapshot=frame.snapshot,
                records=[record(one.number, one.record) for one in frame.changes if isinstance(one, AuditWritten)],
                position=position(frame.position),
            )

    async def VerifyRecords(self, request: pb.VerifyRecordsRequest, context: Any) -> pb.VerifyRecordsResponse:
        start = _mark(request.start) if request.HasField("start") else Mark()
        known = _mark(request.known) if request.HasField("known") else None
        verdict = await self._audit.verify(start, known)
        return pb.VerifyRecordsResponse(
            checked=verdict.checked,
            older=verdict.older,
            head=pb.Mark(number=verdict.head.number, hash=verdict.head.hash),
            broken=verdict.broken,
            why=verdict.why,
            more=verdict.more,
            start=pb.Mark(number=verdict.start.number, hash=verdict.start.hash),
            since=stamp(verdict.since) if verdict.since else None,
        )

    async def _snapshot(self) -> Sequence[Change]:
        found = await self._audit.list(before=0, limit=SHOWN)
        return [AuditWritten(*one) for one in reversed(found)]


def _mark(said: pb.Mark) -> Mark:
    if len(said.hash) != len(GENESIS) or said.number >= 2**63:
        raise Refused("BAD_REQUEST", limit=f"hash: {len(GENESIS)} × 0-9a-f", current="mark", set_by="protocol")
    return Mark(said.number, said.hash)


def record(number: int, one: Record) -> pb.Record:
    return pb.Record(
        number=number,
        at=stamp(one.at),
        operator=one.operator,
        operator_id=one.operator_id,
        role=one.role,
        method=one.method,
        targets=one.targets,
        reason=one.reason,
        outcome=one.outcome,
        detail=one.detail,
        latency_ms=one.latency_ms,
        request_id=one.request_id,
        repeated=one.repeated,
        count=one.count,
    )
