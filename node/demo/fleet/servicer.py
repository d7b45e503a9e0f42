"""The contracts, answered from the state of a played node."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import grpc
import grpc.aio

from node.demo.fleet.ledger import Ledger
from node.demo.fleet.queues import Queues
from node.demo.fleet.recordings import Recordings
from node.demo.fleet.refusing import ROLES, refusal, refuse
from protos.audit.v1 import audit_pb2_grpc
from protos.chat.v1 import chat_pb2, chat_pb2_grpc
from protos.common.v1 import common_pb2
from protos.flags.v1 import flags_pb2_grpc
from protos.hands.v1 import hands_pb2_grpc
from protos.lobby.v1 import lobby_pb2_grpc
from protos.moderation.v1 import moderation_pb2_grpc
from protos.mute.v1 import mute_pb2, mute_pb2_grpc
from protos.nodes.v1 import nodes_pb2, nodes_pb2_grpc
from protos.participants.v1 import participants_pb2, participants_pb2_grpc
from protos.quality.v1 import quality_pb2, quality_pb2_grpc
from protos.quota.v1 import quota_pb2_grpc
from protos.rates.v1 import rates_pb2, rates_pb2_grpc
from protos.recordings.v1 import recordings_pb2_grpc
from protos.rooms.v1 import rooms_pb2, rooms_pb2_grpc

if TYPE_CHECKING:
    from node.demo.fleet.node import FakeNode


def serve(node: FakeNode, server: grpc.aio.Server) -> None:
    """Every service of the contracts that the console speaks to."""
    servicer = Servicer(node)
    for add in (
        nodes_pb2_grpc.add_NodesServiceServicer_to_server,
        rooms_pb2_grpc.add_RoomsServiceServicer_to_server,
        participants_pb2_grpc.add_ParticipantsServiceServicer_to_server,
        mute_pb2_grpc.add_MuteServiceServicer_to_server,
        chat_pb2_grpc.add_ChatServiceServicer_to_server,
        quality_pb2_grpc.add_QualityServiceServicer_to_server,
        audit_pb2_grpc.add_AuditServiceServicer_to_server,
        quota_pb2_grpc.add_QuotaServiceServicer_to_server,
        lobby_pb2_grpc.add_LobbyServiceServicer_to_server,
        rates_pb2_grpc.add_RatesServiceServicer_to_server,
        moderation_pb2_grpc.add_ModerationServiceServicer_to_server,
        hands_pb2_grpc.add_HandsServiceServicer_to_server,
        flags_pb2_grpc.add_FlagsServiceServicer_to_server,
        recordings_pb2_grpc.add_RecordingsServiceServicer_to_server,
    ):
        add(servicer, server)


class Servicer(
    nodes_pb2_grpc.NodesServiceServicer,
    rooms_pb2_grpc.RoomsServiceServicer,
    participants_pb2_grpc.ParticipantsServiceServicer,
    mute_pb2_grpc.MuteServiceServicer,
    chat_pb2_grpc.ChatServiceServicer,
    quality_pb2_grpc.QualityServiceServicer,
    rates_pb2_grpc.RatesServiceServicer,
    Ledger,
    Queues,
    Recordings,
):
    """The contracts, over a FakeNode. Roles are checked here as the real node checks them."""

    def __init__(self, node: FakeNode) -> None:
        self._node: FakeNode = node

    async def _check(self, context: Any, method: str, needed: str, request: Any = None) -> Any:
        node = self._node
        metadata = dict(context.invocation_metadata() or ())
        if metadata.get("authorization") != f"Bearer {node.token}":
            await refuse(context, grpc.StatusCode.UNAUTHENTICATED, refusal("TOKEN_WRONG"))
        if ROLES[node.role] < ROLES[needed]:
            detail = refusal("NOT_ALLOWED", limit=needed, current=node.role)
            await refuse(context, grpc.StatusCode.PERMISSION_DENIED, detail)
        if request is not None:
            again = node.seen.get(request.request_id)
            if again is not None:
                return again
            node.calls.append((method, request))
        if method in node.delay:
            await asyncio.sleep(node.delay[method])
        if method in node.refuse:
            await refuse(context, *node.refuse[method])
        return None

    def _person(self, request: Any) -> participants_pb2.Participant | None:
        person: participants_pb2.Participant | None = self._node.people.get((request.room, request.participant))
        return person

    # nodes

    async def ListNodes(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListNodes", "viewer")
        return nodes_pb2.ListNodesResponse(nodes=[self._node.node()])

    async def GetCaller(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetCaller", "viewer")
        return nodes_pb2.GetCallerResponse(operator="anna", role=ROLES[self._node.role])

    async def PlanDrain(self, request: Any, context: Any) -> Any:
        await self._check(context, "PlanDrain", "viewer")
        deadline = int(self._node.wall()) + 60 * request.minutes
        planned = []
        for room in self._node.rooms.values():
            if room.people:
                end = nodes_pb2.PlannedEnd(room=room.room, people=room.people, cut=not 0 < room.cut.seconds <= deadline)
                if room.HasField("cut"):
                    end.ends.CopyFrom(room.cut)
                planned.append(end)
        reply = nodes_pb2.PlanDrainResponse(rooms=planned)
        reply.deadline.FromSeconds(deadline)
        return reply

    async def StartDrain(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "StartDrain", "operator", request):
            return again
        drain = nodes_pb2.Drain(by="anna", reason=request.reason)
        drain.started.FromSeconds(int(self._node.wall()))
        drain.deadline.FromSeconds(int(self._node.wall()) + 60 * request.minutes)
        self._node.drain = drain
        return self._did(request, nodes_pb2.StartDrainResponse(node=self._node.node()))

    async def AbortDrain(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "AbortDrain", "operator", request):
            return again
        self._node.drain = None
        return self._did(request, nodes_pb2.AbortDrainResponse(node=self._node.node()))

    async def WatchNodes(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchNodes", "viewer")
        async for _, _, token in self._node.follow("node", "", ""):
            yield nodes_pb2.WatchNodesResponse(
                nodes=[self._node.node()], position=common_pb2.Position(resume_token=token)
            )

    async def GetNode(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetNode", "viewer")
        return nodes_pb2.GetNodeResponse(node=self._node.node())

    # rooms

    async def ListRooms(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListRooms", "viewer")
        rooms = [
            room for room in self._node.rooms.values() if request.with_closed or room.state == rooms_pb2.Room.STATE_OPEN
        ]
        start = int(request.page_token or 0)
        size = request.page_size or 100
        more = str(start + size) if start + size < len(rooms) else ""
        return rooms_pb2.ListRoomsResponse(rooms=rooms[start : start + size], next_page_token=more)

    async def GetRoom(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetRoom", "viewer")
        room = self._node.rooms.get(request.room)
        if room is None:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("ROOM_UNKNOWN"))
        return rooms_pb2.GetRoomResponse(room=room)

    async def CreateRoom(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "CreateRoom", "operator", request):
            return again
        room = request.room or "quiet-river"
        await self._node.open_room(room, request.title, max_participants=request.max_participants)
        links = [
            rooms_pb2.JoinLink(role=role, url=f"https://demo.example/r/{room}#{role}-ticket", ticket=f"{role}-ticket")
            for role in ("host", "participant")
        ]
        return self._did(request, rooms_pb2.CreateRoomResponse(room=self._node.rooms[room], links=links))

    async def GetSettings(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetSettings", "viewer")
        room = await self._room(request, context)
        return rooms_pb2.GetSettingsResponse(settings=_settings(room))

    async def UpdateRoom(self, request: Any, context: Any) -> Any:
        """A played room has a title and a size; nothing else of its form is kept."""
        if again := await self._check(context, "UpdateRoom", "operator", request):
            return again
        room = await self._room(request, context)
        room.title = request.settings.title or room.title
        room.max_participants = request.settings.max_participants or room.max_participants
        await self._node.tell("room", room.room, room)
        return self._did(request, rooms_pb2.UpdateRoomResponse(room=room, settings=_settings(room)))

    async def WatchRooms(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchRooms", "viewer")
        async for snapshot, changes, token in self._node.follow("room", "", request.resume_token):
            rooms = [room for room in self._node.rooms.values() if room.state == rooms_pb2.Room.STATE_OPEN]
            yield rooms_pb2.WatchRoomsResponse(
                snapshot=snapshot,
                rooms=rooms if snapshot else [one for one in changes if not isinstance(one, str)],
                gone=[one for one in changes if isinstance(one, str)],
                position=common_pb2.Position(resume_token=token),
            )

    async def CloseRoom(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "CloseRoom", "operator", request):
            return again
        if request.room not in self._node.rooms:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("ROOM_UNKNOWN"))
        await self._node.close(request.room)
        return self._did(request, rooms_pb2.CloseRoomResponse(room=self._node.rooms[request.room]))

    async def ExtendRoom(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "ExtendRoom", "operator", request):
            return again
        room = await self._room(request, context)
        room.minutes += request.minutes
        room.ends.FromSeconds((room.ends.seconds or int(time.time())) + 60 * request.minutes)
        await self._node.tell("room", room.room, room)
        return self._did(request, rooms_pb2.ExtendRoomResponse(room=room))

    async def EndRoom(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "EndRoom", "operator", request):
            return again
        room = await self._room(request, context)
        for key in [key for key in self._node.people if key[0] == room.room]:
            await self._node.leave(*key)
        return self._did(request, rooms_pb2.EndRoomResponse(room=room))

    async def _room(self, request: Any, context: Any) -> rooms_pb2.Room:
        room: rooms_pb2.Room | None = self._node.rooms.get(request.room)
        if room is None:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("ROOM_UNKNOWN"))
            raise AssertionError
        return room

    # participants

    async def ListParticipants(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListParticipants", "viewer")
        people = [person for key, person in self._node.people.items() if request.room in ("", key[0])]
        return participants_pb2.ListParticipantsResponse(participants=people)

    async def GetParticipant(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetParticipant", "viewer")
        person = self._person(request)
        if person is None:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("PARTICIPANT_UNKNOWN"))
        return participants_pb2.GetParticipantResponse(participant=person)

    async def WatchParticipants(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchParticipants", "viewer")
        async for snapshot, changes, token in self._node.follow("person", request.room, request.resume_token):
            people = [person for key, person in self._node.people.items() if request.room in ("", key[0])]
            yield participants_pb2.WatchParticipantsResponse(
                snapshot=snapshot,
                participants=people if snapshot else [one for one in changes if not isinstance(one, str)],
                gone=[one for one in changes if isinstance(one, str)],
                position=common_pb2.Position(resume_token=token),
            )

    async def RemoveParticipant(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "RemoveParticipant", "moderator", request):
            return again
        person = self._person(request)
        if person is None:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("PARTICIPANT_UNKNOWN"))
        await self._node.leave(request.room, request.participant)
        return self._did(request, participants_pb2.RemoveParticipantResponse(participant=person))

    async def BanParticipant(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "BanParticipant", "moderator", request):
            return again
        person = await self._present(request, context)
        self._node.bans[request.room, request.participant] = person
        await self._node.leave(request.room, request.participant)
        return self._did(request, participants_pb2.BanParticipantResponse(participant=person))

    async def LiftBan(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "LiftBan", "moderator", request):
            return again
        if self._node.bans.pop((request.room, request.participant), None) is None:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("PARTICIPANT_UNKNOWN"))
        return self._did(request, participants_pb2.LiftBanResponse())

    async def ListBans(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListBans", "moderator")
        bans = [
            participants_pb2.Ban(participant=person.participant, name=person.name, by="anna")
            for (room, _), person in self._node.bans.items()
            if room == request.room
        ]
        return participants_pb2.ListBansResponse(bans=bans)

    async def SetRole(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "SetRole", "moderator", request):
            return again
        person = await self._present(request, context)
        person.role = request.role
        await self._node.changed(person)
        return self._did(request, participants_pb2.SetRoleResponse(participant=person))

    async def RenameParticipant(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "RenameParticipant", "moderator", request):
            return again
        person = await self._present(request, context)
        person.name = request.name
        await self._node.changed(person)
        return self._did(request, participants_pb2.RenameParticipantResponse(participant=person))

    async def _present(self, request: Any, context: Any) -> participants_pb2.Participant:
        person = self._person(request)
        if person is None:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("PARTICIPANT_UNKNOWN"))
            raise AssertionError
        return person

    # mute

    async def MuteParticipant(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "MuteParticipant", "moderator", request):
            return again
        changed = await self._block(request, list(request.sources) or ["microphone"], True, context)
        return self._did(request, mute_pb2.MuteParticipantResponse(changed=changed))

    async def UnmuteParticipant(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "UnmuteParticipant", "moderator", request):
            return again
        changed = await self._block(request, list(request.sources), False, context)
        return self._did(request, mute_pb2.UnmuteParticipantResponse(changed=changed))

    async def MuteRoom(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "MuteRoom", "moderator", request):
            return again
        await self._room(request, context)
        people = [
            person
            for person in self._node.people.values()
            if person.room == request.room and person.role != "host" and not _muted(person)
        ]
        if request.expected and request.expected != len(people):
            detail = refusal("COUNT_CHANGED", limit=str(request.expected), current=str(len(people)))
            await refuse(context, grpc.StatusCode.FAILED_PRECONDITION, detail)
        if not request.dry_run:
            for person in people:
                await self._set(person, ["microphone"], True)
        return self._did(request, mute_pb2.MuteRoomResponse(participants=[person.participant for person in people]))

    async def UnmuteRoom(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "UnmuteRoom", "moderator", request):
            return again
        await self._room(request, context)
        people = [person for person in self._node.people.values() if person.room == request.room and _muted(person)]
        for person in people:
            await self._set(person, ["microphone"], False)
        return self._did(request, mute_pb2.UnmuteRoomResponse(participants=[person.participant for person in people]))

    async def _block(self, request: Any, sources: list[str], muted: bool, context: Any) -> list[str]:
        person = self._person(request)
        if person is None:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("PARTICIPANT_UNKNOWN"))
            raise AssertionError
        return await self._set(person, sources or [track.source for track in person.tracks], muted)

    async def _set(self, person: participants_pb2.Participant, sources: list[str], muted: bool) -> list[str]:
        changed = []
        for track in person.tracks:
            if track.source in sources and track.muted != muted:
                track.muted, track.muted_by = muted, "anna" if muted else ""
                changed.append(track.source)
        if changed:
            await self._node.changed(person)
        return changed

    # quality, rates

    async def GetQuality(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetQuality", "viewer")
        person = self._person(request)
        if person is None:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("PARTICIPANT_UNKNOWN"))
            raise AssertionError
        known = self._node.details.get(person.participant)
        return known or quality_pb2.GetQualityResponse(quality=person.quality)

    async def ListCaps(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListCaps", "viewer")
        caps = [cap for (room, _), cap in sorted(self._node.caps.items()) if request.room in ("", room)]
        return rates_pb2.ListCapsResponse(caps=caps)

    async def SetCap(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "SetCap", "operator", request):
            return again
        key = (request.room, request.participant)
        cap = self._node.caps.setdefault(key, rates_pb2.Cap(room=key[0], participant=key[1]))
        for name in ("send_bits_per_second", "receive_bits_per_second"):
            if request.HasField(name):
                setattr(cap, name, getattr(request, name))
        cap.set_by = "anna"
        return self._did(request, rates_pb2.SetCapResponse(cap=cap))

    # chat

    async def ListMessages(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListMessages", "viewer")
        return chat_pb2.ListMessagesResponse(messages=[m for m in self._node.messages if m.room == request.room])

    async def WatchMessages(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchMessages", "viewer")
        async for snapshot, changes, token in self._node.follow("message", request.room, request.resume_token):
            kept = [message for message in self._node.messages if message.room == request.room][-200:]
            yield chat_pb2.WatchMessagesResponse(
                snapshot=snapshot,
                messages=kept if snapshot else changes,
                position=common_pb2.Position(resume_token=token),
            )

    async def AnnounceMessage(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "AnnounceMessage", "moderator", request):
            return again
        room = await self._room(request, context)
        message = await self._node.say(room.room, "Régie", request.text, "service")
        return self._did(request, chat_pb2.AnnounceMessageResponse(message=message))

    async def HideMessage(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "HideMessage", "moderator", request):
            return again
        for message in self._node.messages:
            if (message.room, message.message) == (request.room, request.message):
                message.hidden, message.hidden_by = True, "anna"
                await self._node.tell("message", request.room, message)
                return self._did(request, chat_pb2.HideMessageResponse(message=message))
        await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("MESSAGE_UNKNOWN"))
        raise AssertionError

    def _did(self, request: Any, reply: Any) -> Any:
        self._node.seen[request.request_id] = reply
        return reply


def _muted(person: participants_pb2.Participant) -> bool:
    return any(track.source == "microphone" and track.muted for track in person.tracks)


def _settings(room: rooms_pb2.Room) -> rooms_pb2.Settings:
    return rooms_pb2.Settings(title=room.title, max_participants=room.max_participants, access="open")
