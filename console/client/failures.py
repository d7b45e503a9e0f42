"""gRPC errors → `Failure`. A refusal travels in google.rpc.Status as protos/common/v1 Refusal (AIP-193)."""

from __future__ import annotations

from typing import Final

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from google.rpc import status_pb2

from console.i18n import t
from console.model import Failure, FailureKind, Refusal
from console.text import clean
from protos.common.v1 import common_pb2

_KINDS: Final[dict[grpc.StatusCode, FailureKind]] = {
    grpc.StatusCode.UNAVAILABLE: "connection",
    grpc.StatusCode.DEADLINE_EXCEEDED: "timeout",
    grpc.StatusCode.CANCELLED: "timeout",
    grpc.StatusCode.UNAUTHENTICATED: "denied",
    grpc.StatusCode.PERMISSION_DENIED: "denied",
    grpc.StatusCode.FAILED_PRECONDITION: "precondition",
    grpc.StatusCode.ABORTED: "precondition",
    grpc.StatusCode.ALREADY_EXISTS: "precondition",
    grpc.StatusCode.NOT_FOUND: "refused",
    grpc.StatusCode.INVALID_ARGUMENT: "refused",
    grpc.StatusCode.OUT_OF_RANGE: "refused",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "refused",
    grpc.StatusCode.UNIMPLEMENTED: "refused",
}


def failure(error: grpc.aio.AioRpcError) -> Failure:
    refusal = _refusal(error)
    kind = _KINDS.get(error.code(), "fault")
    if kind == "connection" and refusal is not None:
        kind = "refused"  # the node is there and says why it cannot
    text = clean(error.details() or "", 300)
    if kind == "connection":
        text = t("fail.tls") if "CERTIFICATE" in text or "Ssl" in text or "SSL" in text else ""
    elif kind == "timeout" or refusal is not None:
        text = ""
    return Failure(kind, text, refusal)


def _refusal(error: grpc.aio.AioRpcError) -> Refusal | None:
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        try:
            status = status_pb2.Status.FromString(value if isinstance(value, bytes) else value.encode())
            for detail in status.details:
                message = common_pb2.Refusal()
                if detail.Unpack(message):
                    return _decode(message)
        except DecodeError:
            return None
    return None


def _decode(message: common_pb2.Refusal) -> Refusal:
    return Refusal(
        code=clean(message.code, 60),
        rule=clean(message.rule, 80),
        limit=clean(message.limit, 80),
        current=clean(message.current, 200),
        set_by=clean(message.set_by, 20),
        message={clean(language, 8): clean(text, 300) for language, text in message.message.items()},
        next_step={clean(language, 8): clean(text, 300) for language, text in message.next_step.items()},
        support=clean(message.support, 200),
    )
