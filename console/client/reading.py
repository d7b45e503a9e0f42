"""What the command line asks a node: lists, one thing, and what the node tells for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from console.client import convert
from console.client.asking import PAGE, Asking, Found
from console.client.calls import follow, pages, verify
from console.client.later import later
from console.client.plain import plain
from console.model import Person

if TYPE_CHECKING:
    from console.model import Chain
    from protos.access.v1 import access_pb2
    from protos.audit.v1 import audit_pb2
    from protos.chat.v1 import chat_pb2
    from protos.flags.v1 import flags_pb2
    from protos.gauge.v1 import gauge_pb2
    from protos.hands.v1 import hands_pb2
    from protos.invite.v1 import invite_pb2
    from protos.lobby.v1 import lobby_pb2
    from protos.moderation.v1 import moderation_pb2
    from protos.nodes.v1 import nodes_pb2
    from protos.participants.v1 import participants_pb2
    from protos.quality.v1 import quality_pb2
    from protos.quota.v1 import quota_pb2
    from protos.rates.v1 import rates_pb2
    from protos.recordings.v1 import recordings_pb2
    from protos.rooms.v1 import rooms_pb2
    from protos.types.v1 import types_pb2
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
    nodes_pb2 = later("nodes")
    participants_pb2 = later("participants")
    quality_pb2 = later("quality")
    quota_pb2 = later("quota")
    rates_pb2 = later("rates")
    recordings_pb2 = later("recordings")
    rooms_pb2 = later("rooms")
    types_pb2 = later("types")


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of a watch. `gone` and `denials` are rows too; `token`: to come back with."""

    snapshot: bool
    quotas: list[Found]
    gone: list[Found]
    denials: list[Found]
    token: str


class Reading(Asking):
    """Each raises Failure."""

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

    async def watch_records(self, token: str = "") -> AsyncIterator[tuple[list[Found], str]]:
        """What is recorded, for ever, with the token to come back with; at first the latest. Raises Failure."""
        request = audit_pb2.WatchRecordsRequest(resume_token=token)
        async for message in follow(self.context, self._stubs.audit.WatchRecords, request):
            found = [self._found(convert.record(self.context.name, one), one) for one in message.records]
            yield found, message.position.resume_token

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

    async def recordings(self, room: str = "") -> list[Found]:
        """The oldest first."""
        request = recordings_pb2.ListRecordingsRequest(room=room, page_size=PAGE)
        method = self._stubs.recordings.ListRecordings
        found = await pages(self.context, method, request, lambda r: r.recordings, self._deadline)
        return [self._found(convert.recording(self.context.name, one), one) for one in found]

    async def watch_recordings(self, token: str = "") -> AsyncIterator[dict[str, Any]]:
        """Raises Failure."""
        request = recordings_pb2.WatchRecordingsRequest(resume_token=token)
        async for message in follow(self.context, self._stubs.recordings.WatchRecordings, request):
            yield plain(message)

    async def plan_drain(self, minutes: int) -> dict[str, Any]:
        return plain(await self._call(self._stubs.nodes.PlanDrain, nodes_pb2.PlanDrainRequest(minutes=minutes)))

    async def gauge(self) -> dict[str, Any]:
        return plain(await self._call(self._stubs.gauge.GetGauge, gauge_pb2.GetGaugeRequest()))

    async def form(self, room: str) -> dict[str, Any]:
        reply = await self._call(self._stubs.rooms.GetSettings, rooms_pb2.GetSettingsRequest(room=room))
        return plain(reply.settings)

    async def calendar(self, room: str, url: str, zone: str, cancel: bool) -> str:
        request = invite_pb2.GetCalendarRequest(room=room, url=url, zone=zone, cancel=cancel)
        found: str = (await self._call(self._stubs.invite.GetCalendar, request)).calendar
        return found

    async def hands(self, room: str) -> list[str]:
        """Participants, the longest waiting first."""
        reply = await self._call(self._stubs.hands.ListHands, hands_pb2.ListHandsRequest(room=room))
        return [hand.participant for hand in reply.hands]

    async def bans(self, room: str) -> list[dict[str, Any]]:
        request = participants_pb2.ListBansRequest(room=room, page_size=500)
        method = self._stubs.participants.ListBans
        return [plain(one) for one in await pages(self.context, method, request, lambda r: r.bans, self._deadline)]
