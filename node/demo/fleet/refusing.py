"""How a played node says no: the object of protos/common/v1, as the real node sends it."""

from __future__ import annotations

from typing import Any, Final

import grpc
from google.protobuf import any_pb2
from google.rpc import status_pb2

from protos.common.v1 import common_pb2

ROLES: Final = {
    "viewer": common_pb2.ROLE_VIEWER,
    "moderator": common_pb2.ROLE_MODERATOR,
    "operator": common_pb2.ROLE_OPERATOR,
    "admin": common_pb2.ROLE_ADMIN,
}


def refusal(code: str, **values: str) -> common_pb2.Refusal:
    """Why not, as a played node says it."""
    return common_pb2.Refusal(
        code=code,
        rule="demo.rule",
        message={"fr": f"Refus de démonstration : {code}.", "en": f"Refused in this demonstration: {code}."},
        next_step={"fr": "Faites autrement.", "en": "Do otherwise."},
        **values,
    )


async def refuse(context: Any, code: grpc.StatusCode, detail: common_pb2.Refusal | None) -> None:
    """Abort the call, the reason as a detail of google.rpc.Status."""
    packed = any_pb2.Any()
    details = []
    if detail is not None:
        packed.Pack(detail)
        details = [packed]
    status = status_pb2.Status(code=code.value[0], message=detail.code if detail else "", details=details)
    await context.abort(code, status.message, (("grpc-status-details-bin", status.SerializeToString()),))
