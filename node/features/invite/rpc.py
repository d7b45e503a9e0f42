"""gRPC: regie.invite.v1."""

from __future__ import annotations

from typing import Any

from node.features.invite.service import Invitations
from node.features.rooms.rpc import link
from node.rpc.call import current
from node.rpc.convert import stamp
from protos.invite.v1 import invite_pb2 as pb
from protos.invite.v1 import invite_pb2_grpc


class InviteServicer(invite_pb2_grpc.InviteServiceServicer):
    def __init__(self, invitations: Invitations) -> None:
        self._invitations = invitations

    async def Invite(self, request: pb.InviteRequest, context: Any) -> pb.InviteResponse:
        by = current().actor
        sent = await self._invitations.invite(request.room, roles=list(request.roles), zone=request.zone, by=by)
        invitation = sent.invitation
        return pb.InviteResponse(
            title=invitation.title,
            starts=stamp(invitation.starts),
            ends=stamp(invitation.ends),
            password=invitation.password,
            links=map(link, invitation.links),
            text_fr=sent.text["fr"],
            text_en=sent.text["en"],
            calendar=sent.calendar.decode(),
            guide=invitation.guide,
        )

    async def GetCalendar(self, request: pb.GetCalendarRequest, context: Any) -> pb.GetCalendarResponse:
        made = self._invitations.again(request.room, request.url, zone=request.zone, cancelled=request.cancel)
        return pb.GetCalendarResponse(calendar=made.decode())
