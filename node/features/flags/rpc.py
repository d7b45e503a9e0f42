"""gRPC: regie.flags.v1."""

from __future__ import annotations

from typing import Any, cast

from node.features.flags.rules import NAMES, FlagSet
from node.features.flags.service import Flags
from node.rpc.call import current
from protos.flags.v1 import flags_pb2 as pb
from protos.flags.v1 import flags_pb2_grpc


class FlagsServicer(flags_pb2_grpc.FlagsServiceServicer):
    def __init__(self, flags: Flags) -> None:
        self._flags = flags

    async def GetFlags(self, request: pb.GetFlagsRequest, context: Any) -> pb.GetFlagsResponse:
        return pb.GetFlagsResponse(flags=flags(self._flags.get(request.room)))

    async def SetFlags(self, request: pb.SetFlagsRequest, context: Any) -> pb.SetFlagsResponse:
        names = NAMES
        changes = {name: getattr(request, name) for name in names if request.HasField(cast(Any, name))}
        return pb.SetFlagsResponse(flags=flags(await self._flags.set(request.room, by=current().actor, **changes)))


def flags(view: FlagSet) -> pb.Flags:
    return pb.Flags(
        webcams_only_for_moderators=view.webcams_only_for_moderators,
        mute_on_start=view.mute_on_start,
        lock_camera=view.lock_camera,
        lock_microphone=view.lock_microphone,
        disable_notes=view.disable_notes,
        lock_door=view.lock_door,
        fixed=view.fixed,
    )
