"""Refusals on the wire: the one place where an exception becomes a gRPC status.

`google.rpc.Status` (AIP-193) with `ErrorInfo` (reason = code, domain "regie") and `regie.common.v1.Refusal`, in the
`grpc-status-details-bin` trailer; the status message is the English sentence.
"""

from __future__ import annotations

import asyncio
from typing import Final, cast

import grpc
import grpc.aio
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from node.errors import Refused
from node.logs import fault
from protos.common.v1 import common_pb2

DOMAIN: Final = "regie"
MAX_VALUE: Final = 256  # characters of limit and current: trailers share 8 KiB with everything else


def refusal_message(refused: Refused, support: str = "") -> common_pb2.Refusal:
    said = refused.refusal(support)
    return common_pb2.Refusal(
        code=said.code,
        rule=said.rule,
        limit=said.limit,
        current=said.current,
        set_by=said.set_by,
        message=said.message,
        next_step=said.next_step,
        support=said.support,
    )


def status_of(refused: Refused, support: str = "") -> grpc.Status:
    """What the caller gets."""
    short = Refused(
        refused.code, limit=refused.limit[:MAX_VALUE], current=refused.current[:MAX_VALUE], set_by=refused.set_by
    )
    detail = refusal_message(short, support)
    info = error_details_pb2.ErrorInfo(
        reason=detail.code,
        domain=DOMAIN,
        metadata={"rule": detail.rule, "limit": detail.limit, "current": detail.current},
    )
    code = code_of(refused)
    status = status_pb2.Status(code=code.value[0], message=detail.message["en"])
    for part in (info, detail):
        packed = any_pb2.Any()
        packed.Pack(part)
        status.details.append(packed)
    return cast(grpc.Status, rpc_status.to_status(status))


def code_of(refused: Refused) -> grpc.StatusCode:
    return grpc.StatusCode[refused.row.grpc]


def as_refusal(error: Exception, method: str) -> Refused:
    """What `error` is for the caller: itself if a rule said no, else INTERNAL with an id that the log has too."""
    if isinstance(error, Refused):
        return error
    return fault("rpc_fault", method=method, exc_info=error)


def outcome_of(error: BaseException | None) -> tuple[str, str]:
    """(gRPC code, refusal code) for metrics and audit: ("OK", "") when there is no error."""
    if error is None:
        return "OK", ""
    if isinstance(error, Refused):
        return error.row.grpc, error.code
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        return "CANCELLED", ""
    return "INTERNAL", "INTERNAL"
