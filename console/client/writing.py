"""What the command line lets a node do. Each has a request id: the same one again does nothing a second time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from google.protobuf.timestamp_pb2 import Timestamp

from console.client import convert
from console.client.asking import Asking, Found
from console.client.calls import request_id
from console.client.later import later
from console.client.plain import plain

if TYPE_CHECKING:
    from protos.access.v1 import access_pb2
    from protos.chat.v1 import chat_pb2
    from protos.flags.v1 import flags_pb2
    from protos.hands.v1 import hands_pb2
    from protos.invite.v1 import invite_pb2
    from protos.lobby.v1 import lobby_pb2
    from protos.moderation.v1 import moderation_pb2
    from protos.mute.v1 import mute_pb2
    from protos.nodes.v1 import nodes_pb2
    from protos.participants.v1 import participants_pb2
    from protos.quota.v1 import quota_pb2
    from protos.rates.v1 import rates_pb2
    from protos.recordings.v1 import recordings_pb2
    from protos.rooms.v1 import rooms_pb2
else:
    access_pb2 = later("access")
    chat_pb2 = later("chat")
    flags_pb2 = later("flags")
    hands_pb2 = later("hands")
    invite_pb2 = later("invite")
    lobby_pb2 = later("lobby")
    moderation_pb2 = later("moderation")
    mute_pb2 = later("mute")
    nodes_pb2 = later("nodes")
    participants_pb2 = later("participants")
    quota_pb2 = later("quota")
    rates_pb2 = later("rates")
    recordings_pb2 = later("recordings")
    rooms_pb2 = later("rooms")


class Writing(Asking):
    """Each raises Failure."""

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

    async def restrain(self, room: str, participant: str, how: str, reason: str, for_s: int = 0) -> list[str]:
        request = moderation_pb2.RestrainParticipantRequest(
            room=room, participant=participant, how=how, reason=reason, request_id=request_id(), for_s=for_s
        )
        await self._call(self._stubs.moderation.RestrainParticipant, request)
        return [how or "free"]

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
