"""One call and out: what the command line needs of a node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from console.client import convert
from console.client.calls import Stubs, call, follow, pages, request_id, verify
from console.client.channel import open_channel
from console.client.later import later
from console.client.plain import plain
from console.model import Context, Failure, Person

if TYPE_CHECKING:
    from console.model import Cap, Chain, Denial, Item, Message, Node, Quota, Record, Room, SessionType
    from protos.access.v1 import access_pb2
    from protos.audit.v1 import audit_pb2
    from protos.chat.v1 import chat_pb2
    from protos.flags.v1 import flags_pb2
    from protos.gauge.v1 import gauge_pb2
    from protos.hands.v1 import hands_pb2
    from protos.invite.v1 import invite_pb2
    from protos.lobby.v1 import lobby_pb2
    from protos.moderation.v1 import moderation_pb2
    from protos.mute.v1 import mute_pb2
    from protos.nodes.v1 import nodes_pb2
    from protos.participants.v1 import participants_pb2
    from protos.quality.v1 import quality_pb2
    from protos.quota.v1 import quota_pb2
    from protos.rates.v1 import rates_pb2
    from protos.recordings.v1 import recordings_pb2
    from protos.rooms.v1 import rooms_pb2
    from protos.types.v1 import types_pb2

    Row = Node | Room | Person | Message | Cap | Item | SessionType | Quota | Denial | Record
else:
    access_pb2 = later("access")
    audit_pb2 = later("audit")
    chat_pb2 = later("chat")
    flags_pb2 = later("flags")
    gauge_pb2 = later("gauge")
    hands_pb2 = later("hands")
    invite_pb2 = later("invite")
    lobby_pb2 = later("lobby")
    moderation_pb2 = later("moderation")
    mute_pb2 = later("mute")
    nodes_pb2 = later("nodes")
    participants_pb2 = later("participants")
    quality_pb2 = later("quality")
    quota_pb2 = later("quota")
    rates_pb2 = later("rates")
    recordings_pb2 = later("recordings")
    rooms_pb2 = later("rooms")
    types_pb2 = later("types")

PAGE = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """A row for people and the same for programs."""

    row: Any
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of a watch. `gone` and `denials` are rows too; `token`: to come back with."""

    snapshot: bool
    quotas: list[Found]
    gone: list[Found]
    denials: list[Found]
    token: str


class Once:
    """One node for the length of one command."""

    def __init__(self, context: Context, stubs: Stubs, deadline: float) -> None:
        self.context = context
        self._stubs = stubs
        self._deadline = deadline

    async def _call(self, method: Any, request: Any) -> Any:
        reply, _ = await call(self.context, method, request, self._deadline)
        return reply

    def _found(self, row: Row, message: Any) -> Found:
        return Found(row, {"context": self.context.name, **plain(message)})

    # ------------------------------------------------------------------ reading

    async def nodes(self) -> list[Found]:
        request = nodes_pb2.ListNodesRequest(page_size=PAGE)
        found = await pages(self.context, self._stubs.nodes.ListNodes, request, lambda r: r.nodes, self._deadline)
        return [self._found(convert.node(self.context.name, one), one) for one in found]

    async def caller(self) -> tuple[str, str]:
        """Our name and role there."""
        reply = await self._call(self._stubs.nodes.GetCaller, nodes_pb2.GetCallerRequest())
        return reply.operator, convert.role(reply.role).word

    async def rooms(self, *, with_closed: bool = False) -> list[Found]:
        request = rooms_pb2.ListRoomsRequest(page_size=PAGE, with_closed=with_closed)
        found = await pages(self.context, self._stubs.rooms.ListRooms, request, lambda r: r.rooms, self._deadline)
        return [self._found(convert.room(self.context.name, one), one) for one in found]

    async def room(self, room: str) -> Found:
        reply = await self._call(self._stubs.rooms.GetRoom, rooms_pb2.GetRoomRequest(room=room))
        return self._found(convert.room(self.context.name, reply.room), reply.room)

    async def participants(self, room: str = "") -> list[Found]:
        request = participants_pb2.ListParticipantsRequest(room=room, page_size=PAGE)
        method = self._stubs.participants.ListParticipants
        found = await pages(self.context, method, request, lambda r: r.participants, self._deadline)
        return [self._found(convert.person(self.context.name, one), one) for one in found]

    async def messages(self, room: str) -> list[Found]:
        request = chat_pb2.ListMessagesRequest(room=room, page_size=PAGE)
        found = await pages(self.context, self._stubs.chat.ListMessages, request, lambda r: r.messages, self._deadline)
        return [self._found(convert.chat_message(self.context.name, one), one) for one in found]

    async def watch_messages(self, room: str, token: str = "") -> AsyncIterator[tuple[list[Found], str]]:
        """What is said and hidden, for ever, with the token to come back with; at first the latest. Raises Failure."""
        request = chat_pb2.WatchMessagesRequest(room=room, resume_token=token)
        async for message in follow(self.context, self._stubs.chat.WatchMessages, request):
            found = [self._found(convert.chat_message(self.context.name, one), one) for one in message.messages]
            yield found, message.position.resume_token

    async def quality(self, room: str, participant: str) -> Found:
        request = quality_pb2.GetQualityRequest(room=room, participant=participant)
        reply = await self._call(self._stubs.quality.GetQuality, request)
        row = convert.detail(Person(self.context.name, room, participant), reply).person
        return self._found(row, reply)

    async def types(self) -> list[Found]:
        request = types_pb2.ListTypesRequest(page_size=PAGE)
        found = await pages(self.context, self._stubs.types.ListTypes, request, lambda r: r.types, self._deadline)
        return [self._found(convert.session_type(one), one) for one in found]

    async def caps(self, room: str = "") -> list[Found]:
        request = rates_pb2.ListCapsRequest(room=room, page_size=PAGE)
        found = await pages(self.context, self._stubs.rates.ListCaps, request, lambda r: r.caps, self._deadline)
        return [self._found(convert.cap(self.context.name, one), one) for one in found]

    async def quotas(self, scope: str = "", name: str = "") -> list[Found]:
        request = quota_pb2.ListQuotasRequest(scope=scope, name=name, page_size=PAGE)
        found = await pages(self.context, self._stubs.quota.ListQuotas, request, lambda r: r.quotas, self._deadline)
        return [self._found(convert.quota(self.context.name, one), one) for one in found]

    async def quota(self, scope: str, name: str, what: str) -> Found:
        request = quota_pb2.GetQuotaRequest(scope=scope, name=name, what=what)
        reply = await self._call(self._stubs.quota.GetQuota, request)
        return self._found(convert.quota(self.context.name, reply.quota), reply.quota)

    async def watch_quotas(self, token: str = "") -> AsyncIterator[Seen]:
        """What changes, for ever; `token`: where one was. Raises Failure."""
        request = quota_pb2.WatchQuotasRequest(resume_token=token)
        async for message in follow(self.context, self._stubs.quota.WatchQuotas, request):
            name = self.context.name
            quotas = [self._found(convert.quota(name, one), one) for one in message.quotas]
            gone = [self._found(convert.quota(name, one), one) for one in message.gone]
            denials = [self._found(convert.denial(name, one), one) for one in message.denials]
            yield Seen(message.snapshot, quotas, gone, denials, message.position.resume_token)

    async def records(self, most: int) -> list[Found]:
        """The latest first."""
        found: list[Found] = []
        request = audit_pb2.ListRecordsRequest(page_size=min(most, PAGE))
        while len(found) < most:
            reply = await self._call(self._stubs.audit.ListRecords, request)
            found += [self._found(convert.record(self.context.name, one), one) for one in reply.records]
            if not reply.next_page_token:
                break
            request.page_token = reply.next_page_token
        return found[:most]

    async def watch_records(self, token: str = "") -> AsyncIterator[list[Found]]:
        """Raises Failure."""
        request = audit_pb2.WatchRecordsRequest(resume_token=token)
        async for message in follow(self.context, self._stubs.audit.WatchRecords, request):
            yield [self._found(convert.record(self.context.name, one), one) for one in message.records]

    async def verify(self, known: tuple[int, str] | None) -> Chain:
        return (await verify(self.context, self._stubs, known, self._deadline))[0]

    async def items(self, room: str = "") -> list[Found]:
        request = moderation_pb2.ListItemsRequest(room=room, page_size=PAGE)
        method = self._stubs.moderation.ListItems
        found = await pages(self.context, method, request, lambda r: r.items, self._deadline)
        return [self._found(convert.item(self.context.name, one), one) for one in found]

    async def settings(self, room: str) -> dict[str, Any]:
        reply = await self._call(self._stubs.moderation.GetSettings, moderation_pb2.GetSettingsRequest(room=room))
        return plain(reply.settings)

    async def access(self, room: str) -> dict[str, Any]:
        reply = await self._call(self._stubs.access.GetAccess, access_pb2.GetAccessRequest(room=room))
        return plain(reply.access)

    async def tickets(self, room: str) -> list[dict[str, Any]]:
        request = access_pb2.ListTicketsRequest(room=room, page_size=PAGE)
        method = self._stubs.access.ListTickets
        return [plain(one) for one in await pages(self.context, method, request, lambda r: r.tickets, self._deadline)]

    async def flags(self, room: str) -> dict[str, Any]:
        return plain((await self._call(self._stubs.flags.GetFlags, flags_pb2.GetFlagsRequest(room=room))).flags)

    async def lobby(self, room: str) -> dict[str, Any]:
        return plain((await self._call(self._stubs.lobby.GetLobby, lobby_pb2.GetLobbyRequest(room=room))).lobby)

    async def waiters(self, room: str) -> list[dict[str, Any]]:
        request = lobby_pb2.ListWaitersRequest(room=room, page_size=PAGE)
        method = self._stubs.lobby.ListWaiters
        return [plain(one) for one in await pages(self.context, method, request, lambda r: r.waiters, self._deadline)]

    async def recordings(self, room: str = "") -> list[dict[str, Any]]:
        """The oldest first."""
        request = recordings_pb2.ListRecordingsRequest(room=room, page_size=PAGE)
        method = self._stubs.recordings.ListRecordings
        found = await pages(self.context, method, request, lambda r: r.recordings, self._deadline)
        return [plain(one) for one in found]

    async def watch_recordings(self, token: str = "") -> AsyncIterator[dict[str, Any]]:
        """Raises Failure."""
        request = recordings_pb2.WatchRecordingsRequest(resume_token=token)
        async for message in follow(self.context, self._stubs.recordings.WatchRecordings, request):
            yield plain(message)

    async def record(self, what: str, **fields: Any) -> dict[str, Any]:
        """`what`: "Get", "Start" …, as the contract calls it."""
        make = getattr(recordings_pb2, f"{what}RecordingRequest")
        if "request_id" in make.DESCRIPTOR.fields_by_name:
            fields["request_id"] = request_id()
        return plain(await self._call(getattr(self._stubs.recordings, f"{what}Recording"), make(**fields)))

    async def replay(self, what: str, **fields: Any) -> dict[str, Any]:
        """What the page of a recording says, after `what`: "GetReplay" … as the contract calls it."""
        make = getattr(recordings_pb2, f"{what}Request")
        if "request_id" in make.DESCRIPTOR.fields_by_name:
            fields["request_id"] = request_id()
        return plain((await self._call(getattr(self._stubs.recordings, what), make(**fields))).replay)

    async def write_replay(self, recording: str, said: dict[str, Any], reason: str) -> dict[str, Any]:
        """`said`: context, speakers, chapters; what is not in it stays as it is."""
        now = await self.replay("GetReplay", recording=recording)
        kept = {name: said.get(name, now[name]) for name in ("context", "speakers", "chapters")}
        return await self.replay(
            "WriteReplay", recording=recording, replay=recordings_pb2.Replay(**kept), reason=reason
        )

    async def plan_drain(self, minutes: int) -> dict[str, Any]:
        return plain(await self._call(self._stubs.nodes.PlanDrain, nodes_pb2.PlanDrainRequest(minutes=minutes)))

    # ------------------------------------------------------------------ writing

    async def start_drain(self, minutes: int, reason: str) -> Found:
        request = nodes_pb2.StartDrainRequest(minutes=minutes, reason=reason, request_id=request_id())
        reply = await self._call(self._stubs.nodes.StartDrain, request)
        return self._found(convert.node(self.context.name, reply.node), reply.node)

    async def abort_drain(self, reason: str) -> Found:
        request = nodes_pb2.AbortDrainRequest(reason=reason, request_id=request_id())
        reply = await self._call(self._stubs.nodes.AbortDrain, request)
        return self._found(convert.node(self.context.name, reply.node), reply.node)

    async def set_lobby(self, room: str, changes: dict[str, Any], reason: str) -> dict[str, Any]:
        request = lobby_pb2.SetLobbyRequest(room=room, reason=reason, request_id=request_id(), **changes)
        return plain((await self._call(self._stubs.lobby.SetLobby, request)).lobby)

    async def admit(self, room: str, people: Sequence[str], reason: str) -> dict[str, Any]:
        """With nobody named, everybody for whom there is a place."""
        request = lobby_pb2.AdmitWaitersRequest(
            room=room, participants=people, all=not people, reason=reason, request_id=request_id()
        )
        return plain(await self._call(self._stubs.lobby.AdmitWaiters, request))

    async def refuse(self, room: str, people: Sequence[str], reason: str) -> int:
        request = lobby_pb2.RefuseWaitersRequest(
            room=room, participants=people, all=not people, reason=reason, request_id=request_id()
        )
        return int((await self._call(self._stubs.lobby.RefuseWaiters, request)).refused)

    async def set_access(self, room: str, mode: str, password: str, reason: str) -> tuple[dict[str, Any], str]:
        request = access_pb2.SetAccessRequest(
            room=room,
            mode=f"MODE_{mode.upper()}",
            password=password,
            reason=reason,
            request_id=request_id(),
        )
        reply = await self._call(self._stubs.access.SetAccess, request)
        return plain(reply.access), reply.password

    async def renew_link(self, room: str, role: str, hours: int, recheck: bool, reason: str) -> dict[str, Any]:
        request = access_pb2.RenewLinkRequest(
            room=room, role=role, ticket_hours=hours, recheck=recheck, reason=reason, request_id=request_id()
        )
        return plain(await self._call(self._stubs.access.RenewLink, request))

    async def issue_tickets(
        self, room: str, names: Sequence[str], role: str, hours: int, reason: str
    ) -> list[dict[str, Any]]:
        request = access_pb2.IssueTicketsRequest(
            room=room, names=names, role=role, ticket_hours=hours, reason=reason, request_id=request_id()
        )
        return [plain(one) for one in (await self._call(self._stubs.access.IssueTickets, request)).tickets]

    async def revoke_ticket(
        self, room: str, ticket: str, replace: bool, recheck: bool, reason: str
    ) -> dict[str, Any] | None:
        """What was given instead."""
        request = access_pb2.RevokeTicketRequest(
            room=room, ticket=ticket, replace=replace, recheck=recheck, reason=reason, request_id=request_id()
        )
        reply = await self._call(self._stubs.access.RevokeTicket, request)
        return plain(reply.instead) if reply.HasField("instead") else None

    async def set_flags(self, room: str, changes: dict[str, bool], reason: str) -> dict[str, Any]:
        request = flags_pb2.SetFlagsRequest(room=room, reason=reason, request_id=request_id(), **changes)
        return plain((await self._call(self._stubs.flags.SetFlags, request)).flags)

    async def set_settings(self, room: str, changes: dict[str, Any], reason: str) -> dict[str, Any]:
        request = moderation_pb2.SetSettingsRequest(room=room, reason=reason, request_id=request_id(), **changes)
        return plain((await self._call(self._stubs.moderation.SetSettings, request)).settings)

    async def claim(self, room: str, item: str) -> list[str]:
        request = moderation_pb2.ClaimItemRequest(room=room, item=item, request_id=request_id())
        await self._call(self._stubs.moderation.ClaimItem, request)
        return [item]

    async def decide(self, room: str, item: str, verdict: str, reason: str) -> list[str]:
        request = moderation_pb2.DecideItemRequest(
            room=room, item=item, verdict=verdict, reason=reason, request_id=request_id()
        )
        return [(await self._call(self._stubs.moderation.DecideItem, request)).item.verdict]

    async def restrain(self, room: str, participant: str, how: str, reason: str) -> list[str]:
        request = moderation_pb2.RestrainParticipantRequest(
            room=room, participant=participant, how=how, reason=reason, request_id=request_id()
        )
        await self._call(self._stubs.moderation.RestrainParticipant, request)
        return [how or "free"]

    async def hands(self, room: str) -> list[str]:
        """Participants, the longest waiting first."""
        reply = await self._call(self._stubs.hands.ListHands, hands_pb2.ListHandsRequest(room=room))
        return [hand.participant for hand in reply.hands]

    async def lower(self, room: str, participant: str, reason: str) -> int:
        request = hands_pb2.LowerHandRequest(room=room, participant=participant, reason=reason, request_id=request_id())
        return int((await self._call(self._stubs.hands.LowerHand, request)).lowered)

    async def set_cap(self, room: str, participant: str, send: int | None, receive: int | None, reason: str) -> Found:
        request = rates_pb2.SetCapRequest(
            room=room,
            participant=participant,
            send_bits_per_second=send,
            receive_bits_per_second=receive,
            reason=reason,
            request_id=request_id(),
        )
        reply = await self._call(self._stubs.rates.SetCap, request)
        return self._found(convert.cap(self.context.name, reply.cap), reply.cap)

    async def set_quota(self, scope: str, name: str, what: str, limit: int, reason: str) -> Found:
        request = quota_pb2.SetQuotaRequest(
            scope=scope, name=name, what=what, limit=limit, reason=reason, request_id=request_id()
        )
        reply = await self._call(self._stubs.quota.SetQuota, request)
        return self._found(convert.quota(self.context.name, reply.quota), reply.quota)

    async def create_room(
        self,
        title: str,
        room: str,
        most: int,
        hours: int,
        *,
        type: str = "",
        starts: float = 0.0,
        minutes: int | None = None,
        instant: bool = False,
        settings: dict[str, Any] | None = None,
        password: str = "",
    ) -> tuple[Found, dict[str, Any]]:
        """The room; and its links, the placeholders in its texts that stand for nothing, and a password made there."""
        request = rooms_pb2.CreateRoomRequest(
            title=title,
            room=room,
            max_participants=most,
            ticket_hours=hours,
            request_id=request_id(),
            type=type,
            minutes=minutes,
            form=rooms_pb2.Room.FORM_INSTANT if instant else rooms_pb2.Room.FORM_UNSPECIFIED,
            starts=Timestamp(seconds=int(starts)) if starts else None,
            settings=rooms_pb2.Settings(**(settings or {})),
            password=password,
        )
        reply = await self._call(self._stubs.rooms.CreateRoom, request)
        made = {
            "links": [plain(link) for link in reply.links],
            "unknown": list(reply.unknown),
            "password": reply.password,
        }
        return self._found(convert.room(self.context.name, reply.room), reply.room), made

    async def invite(self, room: str, roles: Sequence[str], zone: str, reason: str) -> dict[str, Any]:
        """Links, texts to send and a date for calendars, as text."""
        request = invite_pb2.InviteRequest(room=room, roles=roles, zone=zone, reason=reason, request_id=request_id())
        reply = await self._call(self._stubs.invite.Invite, request)
        return plain(reply)

    async def calendar(self, room: str, url: str, zone: str, cancel: bool) -> str:
        request = invite_pb2.GetCalendarRequest(room=room, url=url, zone=zone, cancel=cancel)
        found: str = (await self._call(self._stubs.invite.GetCalendar, request)).calendar
        return found

    async def gauge(self) -> dict[str, Any]:
        return plain(await self._call(self._stubs.gauge.GetGauge, gauge_pb2.GetGaugeRequest()))

    async def form(self, room: str) -> dict[str, Any]:
        reply = await self._call(self._stubs.rooms.GetSettings, rooms_pb2.GetSettingsRequest(room=room))
        return plain(reply.settings)

    async def update_room(
        self, room: str, settings: dict[str, Any], starts: float, password: str, reason: str
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """As it is now; and placeholders that stand for nothing, a password made there, and what is in danger."""
        form = rooms_pb2.Settings(**settings, starts=Timestamp(seconds=int(starts)) if starts else None)
        request = rooms_pb2.UpdateRoomRequest(
            room=room, settings=form, password=password, reason=reason, request_id=request_id()
        )
        reply = await self._call(self._stubs.rooms.UpdateRoom, request)
        return plain(reply.settings), {
            "unknown": list(reply.unknown),
            "password": reply.password,
            "risks": list(reply.room.risks),
        }

    async def extend_room(self, room: str, minutes: int, reason: str) -> Found:
        request = rooms_pb2.ExtendRoomRequest(room=room, minutes=minutes, reason=reason, request_id=request_id())
        reply = await self._call(self._stubs.rooms.ExtendRoom, request)
        return self._found(convert.room(self.context.name, reply.room), reply.room)

    async def end_room(self, room: str, reason: str) -> Found:
        request = rooms_pb2.EndRoomRequest(room=room, reason=reason, request_id=request_id())
        reply = await self._call(self._stubs.rooms.EndRoom, request)
        return self._found(convert.room(self.context.name, reply.room), reply.room)

    async def close_room(self, room: str, reason: str) -> Found:
        request = rooms_pb2.CloseRoomRequest(room=room, reason=reason, request_id=request_id())
        reply = await self._call(self._stubs.rooms.CloseRoom, request)
        return self._found(convert.room(self.context.name, reply.room), reply.room)

    async def give_role(self, room: str, participant: str, role: str, reason: str) -> list[str]:
        request = participants_pb2.SetRoleRequest(
            room=room, participant=participant, role=role, reason=reason, request_id=request_id()
        )
        await self._call(self._stubs.participants.SetRole, request)
        return [participant]

    async def rename(self, room: str, participant: str, name: str, reason: str) -> Found:
        request = participants_pb2.RenameParticipantRequest(
            room=room, participant=participant, name=name, reason=reason, request_id=request_id()
        )
        reply = await self._call(self._stubs.participants.RenameParticipant, request)
        return self._found(convert.person(self.context.name, reply.participant), reply.participant)

    async def remove(self, room: str, participant: str, reason: str) -> list[str]:
        request = participants_pb2.RemoveParticipantRequest(
            room=room, participant=participant, reason=reason, request_id=request_id()
        )
        await self._call(self._stubs.participants.RemoveParticipant, request)
        return [participant]

    async def ban(self, room: str, participant: str, reason: str) -> list[str]:
        request = participants_pb2.BanParticipantRequest(
            room=room, participant=participant, reason=reason, request_id=request_id()
        )
        await self._call(self._stubs.participants.BanParticipant, request)
        return [participant]

    async def unban(self, room: str, participant: str, reason: str) -> list[str]:
        request = participants_pb2.LiftBanRequest(
            room=room, participant=participant, reason=reason, request_id=request_id()
        )
        await self._call(self._stubs.participants.LiftBan, request)
        return [participant]

    async def bans(self, room: str) -> list[dict[str, Any]]:
        request = participants_pb2.ListBansRequest(room=room, page_size=500)
        method = self._stubs.participants.ListBans
        return [plain(one) for one in await pages(self.context, method, request, lambda r: r.bans, self._deadline)]

    async def to_lobby(self, room: str, participant: str, reason: str) -> list[str]:
        request = lobby_pb2.SendToLobbyRequest(
            room=room, participant=participant, reason=reason, request_id=request_id()
        )
        await self._call(self._stubs.lobby.SendToLobby, request)
        return [participant]

    async def mute(self, room: str, participant: str, sources: Sequence[str], reason: str) -> list[str]:
        request = mute_pb2.MuteParticipantRequest(
            room=room, participant=participant, sources=sources, reason=reason, request_id=request_id()
        )
        return list((await self._call(self._stubs.mute.MuteParticipant, request)).changed)

    async def unmute(self, room: str, participant: str, sources: Sequence[str], reason: str) -> list[str]:
        request = mute_pb2.UnmuteParticipantRequest(
            room=room, participant=participant, sources=sources, reason=reason, request_id=request_id()
        )
        return list((await self._call(self._stubs.mute.UnmuteParticipant, request)).changed)

    async def mute_room(self, room: str, *, dry_run: bool, expected: int, reason: str) -> list[str]:
        request = mute_pb2.MuteRoomRequest(
            room=room, dry_run=dry_run, expected=expected, reason=reason, request_id=request_id()
        )
        return list((await self._call(self._stubs.mute.MuteRoom, request)).participants)

    async def unmute_room(self, room: str, reason: str) -> list[str]:
        request = mute_pb2.UnmuteRoomRequest(room=room, reason=reason, request_id=request_id())
        return list((await self._call(self._stubs.mute.UnmuteRoom, request)).participants)

    async def announce(self, room: str, text: str, reason: str) -> list[str]:
        request = chat_pb2.AnnounceMessageRequest(room=room, text=text, reason=reason, request_id=request_id())
        await self._call(self._stubs.chat.AnnounceMessage, request)
        return [room]

    async def hide(self, room: str, message: str, reason: str) -> list[str]:
        request = chat_pb2.HideMessageRequest(room=room, message=message, reason=reason, request_id=request_id())
        await self._call(self._stubs.chat.HideMessage, request)
        return [message]


def run(context: Context, deadline: float, work: Callable[[Once], Awaitable[T]]) -> T:
    """Open the context, do `work`, close. Raises Failure."""

    async def main() -> T:
        channel = open_channel(context)
        try:
            return await work(Once(context, Stubs(channel), deadline))
        finally:
            await channel.close()

    return asyncio.run(main())


def run_each(
    contexts: Sequence[Context], deadline: float, work: Callable[[Once], Awaitable[T]]
) -> list[tuple[Context, T | Failure]]:
    """The same on several contexts at once; one that fails does not spoil the others."""

    async def one(context: Context) -> T | Failure:
        try:
            channel = open_channel(context)
            try:
                return await work(Once(context, Stubs(channel), deadline))
            finally:
                await channel.close()
        except Failure as failure:
            return failure

    async def main() -> list[T | Failure]:
        return await asyncio.gather(*(one(context) for context in contexts))

    return list(zip(contexts, asyncio.run(main()), strict=True))
