"""gRPC: regie.access.v1."""

from __future__ import annotations

from typing import Any, Final

from node.errors import Refused
from node.features.access.rules import AccessView, Mode, TicketView
from node.features.access.service import Access
from node.features.rooms.view import JoinLink
from node.rpc.call import current
from node.rpc.convert import page, stamp
from protos.access.v1 import access_pb2 as pb
from protos.access.v1 import access_pb2_grpc
from protos.rooms.v1 import rooms_pb2

MODES: Final = {Mode.OPEN: pb.MODE_OPEN, Mode.PASSWORD: pb.MODE_PASSWORD, Mode.TOKEN: pb.MODE_TOKEN}


class AccessServicer(access_pb2_grpc.AccessServiceServicer):
    def __init__(self, access: Access) -> None:
        self._access = access

    async def GetAccess(self, request: pb.GetAccessRequest, context: Any) -> pb.GetAccessResponse:
        return pb.GetAccessResponse(access=access(request.room, self._access.get(request.room)))

    async def SetAccess(self, request: pb.SetAccessRequest, context: Any) -> pb.SetAccessResponse:
        mode = {wire: mode for mode, wire in MODES.items()}.get(request.mode)
        if mode is None:
            raise Refused("VALUE_INVALID", limit=", ".join(Mode), current="mode")
        view, made = await self._access.set(request.room, mode, request.password, by=current().actor)
        return pb.SetAccessResponse(access=access(request.room, view), password=made)

    async def RenewLink(self, request: pb.RenewLinkRequest, context: Any) -> pb.RenewLinkResponse:
        made, out = await self._access.renew(
            request.room,
            request.role,
            hours=request.ticket_hours,
            recheck=request.recheck,
            by=current().actor,
        )
        return pb.RenewLinkResponse(link=link(made), put_out=out)

    async def ListTickets(self, request: pb.ListTicketsRequest, context: Any) -> pb.ListTicketsResponse:
        views = sorted(self._access.tickets(request.room), key=lambda view: view.ticket)
        some, after = page(views, lambda view: view.ticket, size=request.page_size, token=request.page_token)
        return pb.ListTicketsResponse(tickets=map(ticket, some), next_page_token=after)

    async def IssueTickets(self, request: pb.IssueTicketsRequest, context: Any) -> pb.IssueTicketsResponse:
        made = await self._access.invite(
            request.room,
            list(request.names),
            role=request.role,
            hours=request.ticket_hours,
            by=current().actor,
        )
        return pb.IssueTicketsResponse(tickets=[issued(*one) for one in made])

    async def RevokeTicket(self, request: pb.RevokeTicketRequest, context: Any) -> pb.RevokeTicketResponse:
        instead = await self._access.revoke(
            request.room,
            request.ticket,
            replace=request.replace,
            recheck=request.recheck,
            by=current().actor,
        )
        return pb.RevokeTicketResponse(instead=issued(*instead) if instead is not None else None)


def access(room: str, view: AccessView) -> pb.Access:
    links = [pb.Link(role=link.role, expires=stamp(link.expires)) for link in view.links]
    return pb.Access(room=room, mode=MODES[view.mode], links=links, tickets=view.tickets)


def ticket(view: TicketView) -> pb.Ticket:
    return pb.Ticket(
        ticket=view.ticket,
        name=view.name,
        role=view.role,
        expires=stamp(view.expires),
        ended=view.ended,
        participant=view.participant,
    )


def link(made: JoinLink) -> rooms_pb2.JoinLink:
    return rooms_pb2.JoinLink(role=made.role, url=made.url, ticket=made.ticket, expires=stamp(made.expires))


def issued(id_: str, name: str, made: JoinLink) -> pb.Issued:
    shown = pb.Ticket(ticket=id_, name=name, role=made.role, expires=stamp(made.expires))
    return pb.Issued(ticket=shown, link=link(made))
