"""The part of a played node in which people wait: for a moderator, for a word, for the door; and a room's rules."""

from __future__ import annotations

from typing import Any

import grpc

from node.demo.fleet.refusing import refusal, refuse
from protos.common.v1 import common_pb2
from protos.flags.v1 import flags_pb2, flags_pb2_grpc
from protos.hands.v1 import hands_pb2, hands_pb2_grpc
from protos.lobby.v1 import lobby_pb2, lobby_pb2_grpc
from protos.moderation.v1 import moderation_pb2, moderation_pb2_grpc

_RULES = ("public", "private", "to_staff", "slow_s", "hold", "words", "per_moderator")
_FLAGS = ("webcams_only_for_moderators", "mute_on_start", "lock_camera", "lock_microphone", "lock_door")


class Queues(
    moderation_pb2_grpc.ModerationServiceServicer,
    hands_pb2_grpc.HandsServiceServicer,
    lobby_pb2_grpc.LobbyServiceServicer,
    flags_pb2_grpc.FlagsServiceServicer,
):
    """Mixed into the servicer, which checks roles and remembers what was asked."""

    _node: Any
    _check: Any
    _did: Any
    _present: Any

    # ------------------------------------------------------------------ what waits for a moderator

    async def ListItems(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListItems", "moderator")
        items = [one for one in self._node.items.values() if not one.verdict and request.room in ("", one.room)]
        return moderation_pb2.ListItemsResponse(items=items)

    async def WatchItems(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchItems", "moderator")
        async for snapshot, changes, token in self._node.follow("item", request.room, request.resume_token):
            told = [one for one in self._node.items.values() if request.room in ("", one.room)] if snapshot else changes
            yield moderation_pb2.WatchItemsResponse(
                snapshot=snapshot,
                items=[one for one in told if not one.verdict],
                gone=[moderation_pb2.ItemKey(room=one.room, item=one.item) for one in told if one.verdict],
                position=common_pb2.Position(resume_token=token),
            )

    async def ClaimItem(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "ClaimItem", "moderator", request):
            return again
        item = await self._item(request, context)
        item.claimed_by = "anna"
        await self._node.tell("item", item.room, item)
        return self._did(request, moderation_pb2.ClaimItemResponse(item=item))

    async def ReleaseItem(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "ReleaseItem", "moderator", request):
            return again
        item = await self._item(request, context)
        item.claimed_by = ""
        await self._node.tell("item", item.room, item)
        return self._did(request, moderation_pb2.ReleaseItemResponse(item=item))

    async def DecideItem(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "DecideItem", "moderator", request):
            return again
        item = await self._item(request, context)
        item.verdict, item.decided_by = request.verdict, "anna"
        if request.verdict == "approve":
            await self._node.say(item.room, item.name, item.text, item.participant)
        await self._node.decided(item)
        return self._did(request, moderation_pb2.DecideItemResponse(item=item))

    async def _item(self, request: Any, context: Any) -> moderation_pb2.Item:
        """One that nobody else has: two operators never decide the same."""
        item: moderation_pb2.Item | None = self._node.items.get((request.room, request.item))
        if item is None:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("ITEM_UNKNOWN"))
            raise AssertionError
        if item.verdict:
            detail = refusal("ITEM_DECIDED", limit=item.verdict, current=item.decided_by)
            await refuse(context, grpc.StatusCode.FAILED_PRECONDITION, detail)
        if item.claimed_by not in ("", "anna"):
            await refuse(context, grpc.StatusCode.FAILED_PRECONDITION, refusal("ITEM_CLAIMED", current=item.claimed_by))
        return item

    async def RestrainParticipant(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "RestrainParticipant", "moderator", request):
            return again
        person = await self._present(request, context)
        reply = moderation_pb2.RestrainParticipantResponse(before=person.restraint)
        if person.HasField("restrained_until"):
            reply.before_s = max(10, person.restrained_until.seconds - int(self._node.wall()))
        if request.for_s and not 10 <= request.for_s <= 7 * 86_400:
            detail = refusal("VALUE_INVALID", limit="0, 10 … 604800 s", current=f"for_s = {request.for_s}")
            await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, detail)
        await self._node.restrain((request.room, request.participant), request.how, request.for_s)
        if person.HasField("restrained_until"):
            reply.until.CopyFrom(person.restrained_until)
        return self._did(request, reply)

    async def GetSettings(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetSettings", "viewer")
        return moderation_pb2.GetSettingsResponse(settings=self._settings(request.room))

    async def SetSettings(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "SetSettings", "moderator", request):
            return again
        settings = self._settings(request.room)
        _change(settings, request, _RULES)
        return self._did(request, moderation_pb2.SetSettingsResponse(settings=settings))

    def _settings(self, room: str) -> moderation_pb2.Settings:
        default = moderation_pb2.Settings(public=True, private=True, to_staff=True, words="hold")
        settings: moderation_pb2.Settings = self._node.settings.setdefault(room, default)
        return settings

    # ------------------------------------------------------------------ hands, flags

    async def ListHands(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListHands", "viewer")
        up = [p for p in self._node.people.values() if p.room == request.room and p.HasField("hand")]
        up.sort(key=lambda person: person.hand.seconds)
        return hands_pb2.ListHandsResponse(hands=[hands_pb2.Hand(participant=p.participant, since=p.hand) for p in up])

    async def LowerHand(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "LowerHand", "moderator", request):
            return again
        lowered = 0
        for person in [p for p in self._node.people.values() if p.room == request.room]:
            if request.participant in ("", person.participant) and person.HasField("hand"):
                person.ClearField("hand")
                lowered += 1
                await self._node.changed(person)
        await self._node.count_queues(request.room)
        return self._did(request, hands_pb2.LowerHandResponse(lowered=lowered))

    async def GetFlags(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetFlags", "viewer")
        return flags_pb2.GetFlagsResponse(flags=self._node.flags.get(request.room))

    async def SetFlags(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "SetFlags", "moderator", request):
            return again
        if request.room not in self._node.rooms:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("ROOM_UNKNOWN"))
        flags = self._node.flags.setdefault(request.room, flags_pb2.Flags())
        _change(flags, request, _FLAGS)
        return self._did(request, flags_pb2.SetFlagsResponse(flags=flags))

    # ------------------------------------------------------------------ the door

    async def GetLobby(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetLobby", "viewer")
        room = self._node.rooms[request.room]
        return lobby_pb2.GetLobbyResponse(lobby=lobby_pb2.Lobby(room=request.room, on=room.lobby, waiting=room.waiters))

    async def SetLobby(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "SetLobby", "moderator", request):
            return again
        room = self._node.rooms[request.room]
        if request.HasField("on"):
            room.lobby = request.on
            await self._node.tell("room", room.room, room)
        return self._did(request, lobby_pb2.SetLobbyResponse(lobby=lobby_pb2.Lobby(room=room.room, on=room.lobby)))

    async def ListWaiters(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListWaiters", "viewer")
        waiters = [one for key, one in self._node.waiters.items() if key[0] == request.room]
        return lobby_pb2.ListWaitersResponse(waiters=waiters)

    async def WatchWaiters(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchWaiters", "viewer")
        async for snapshot, changes, token in self._node.follow("waiter", request.room, request.resume_token):
            here = [one for key, one in self._node.waiters.items() if request.room in ("", key[0])]
            yield lobby_pb2.WatchWaitersResponse(
                snapshot=snapshot,
                waiters=here if snapshot else [one for one in changes if isinstance(one, lobby_pb2.Waiter)],
                gone=[one for one in changes if isinstance(one, lobby_pb2.WaiterKey)],
                position=common_pb2.Position(resume_token=token),
            )

    async def SendToLobby(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "SendToLobby", "moderator", request):
            return again
        person = await self._present(request, context)
        await self._node.leave(request.room, request.participant)
        await self._node.knock(request.room, f"w_{request.participant}", person.name)
        return self._did(request, lobby_pb2.SendToLobbyResponse(participant=request.participant))

    async def AdmitWaiters(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "AdmitWaiters", "moderator", request):
            return again
        room = self._node.rooms[request.room]
        known = self._named(request)
        admitted = known or [f"p_{number}" for number in range(room.waiters) if request.all]
        for participant in known:
            waiter = await self._node.waits_no_more(request.room, participant)
            await self._node.enter(request.room, participant, waiter.name)
        room.waiters = max(0, room.waiters - len(admitted))
        await self._node.tell("room", room.room, room)
        return self._did(request, lobby_pb2.AdmitWaitersResponse(participants=admitted))

    async def RefuseWaiters(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "RefuseWaiters", "moderator", request):
            return again
        room = self._node.rooms[request.room]
        known = self._named(request)
        for participant in known:
            await self._node.waits_no_more(request.room, participant)
        room.waiters = max(0, room.waiters - len(known))
        await self._node.tell("room", room.room, room)
        return self._did(request, lobby_pb2.RefuseWaitersResponse(refused=len(known)))

    def _named(self, request: Any) -> list[str]:
        """Those of the request who wait."""
        here = [participant for room, participant in self._node.waiters if room == request.room]
        return [one for one in here if request.all or one in request.participants]


def _change(settings: Any, request: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if request.HasField(name):
            setattr(settings, name, getattr(request, name))
