"""gRPC: regie.mute.v1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from node.errors import Refused
from node.features.mute.service import Mute
from node.ports import Source
from node.rpc.call import current
from protos.mute.v1 import mute_pb2 as pb
from protos.mute.v1 import mute_pb2_grpc


class MuteServicer(mute_pb2_grpc.MuteServiceServicer):
    def __init__(self, mute: Mute) -> None:
        self._mute = mute

    async def MuteParticipant(self, request: pb.MuteParticipantRequest, context: Any) -> pb.MuteParticipantResponse:
        sources = sources_of(request.sources)
        changed = await self._mute.mute(
            request.room, request.participant, sources, by=current().actor, reason=request.reason
        )
        return pb.MuteParticipantResponse(changed=changed)

    async def UnmuteParticipant(
        self, request: pb.UnmuteParticipantRequest, context: Any
    ) -> pb.UnmuteParticipantResponse:
        sources = sources_of(request.sources)
        changed = await self._mute.unmute(
            request.room, request.participant, sources, by=current().actor, reason=request.reason
        )
        return pb.UnmuteParticipantResponse(changed=changed)

    async def MuteRoom(self, request: pb.MuteRoomRequest, context: Any) -> pb.MuteRoomResponse:
        people = await self._mute.mute_room(
            request.room,
            by=current().actor,
            reason=request.reason,
            dry_run=request.dry_run,
            expected=request.expected,
        )
        return pb.MuteRoomResponse(participants=people)

    async def UnmuteRoom(self, request: pb.UnmuteRoomRequest, context: Any) -> pb.UnmuteRoomResponse:
        people = await self._mute.unmute_room(request.room, by=current().actor, reason=request.reason)
        return pb.UnmuteRoomResponse(participants=people)


def sources_of(words: Iterable[str]) -> frozenset[Source]:
    """Raises SOURCE_UNKNOWN."""
    found = set()
    for word in words:
        try:
            found.add(Source(word))
        except ValueError:
            raise Refused("SOURCE_UNKNOWN", current=word[:64], limit=", ".join(Source), set_by="protocol") from None
    return frozenset(found)
