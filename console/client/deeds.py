"""Deeds that are one call each: what is asked of which service, for whom, and what was so before. One table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from console.client import convert
from console.client.calls import DEADLINE, Stubs, call, request_id
from console.model import Ack, Context, Key
from console.text import clean
from protos.chat.v1 import chat_pb2
from protos.flags.v1 import flags_pb2
from protos.hands.v1 import hands_pb2
from protos.lobby.v1 import lobby_pb2
from protos.moderation.v1 import moderation_pb2
from protos.mute.v1 import mute_pb2
from protos.nodes.v1 import nodes_pb2
from protos.participants.v1 import participants_pb2
from protos.quota.v1 import quota_pb2
from protos.recordings.v1 import recordings_pb2
from protos.rooms.v1 import rooms_pb2

Values = Mapping[str, Any]
LINK: Final = 400  # characters of an address that are shown


@dataclass(frozen=True, slots=True)
class Call:
    """`whom` names the target in the request. `before`: the call, the request and the field that say what was so.
    `deadline`: seconds."""

    service: str
    method: str
    request: type[Any]
    whom: Callable[[Key], dict[str, Any]]
    fixed: Values = field(default_factory=dict)
    before: tuple[str, type[Any], str] | None = None
    answer: str = ""  # field of the reply that the operator is told
    deadline: float = DEADLINE


def _room(key: Key) -> dict[str, Any]:
    return {"room": key[1]}


def _person(key: Key) -> dict[str, Any]:
    return {"room": key[1], "participant": key[2]}


def _item(key: Key) -> dict[str, Any]:
    return {"room": key[1], "item": key[3]}


def _node(key: Key) -> dict[str, Any]:
    return {}


def _waiter(key: Key) -> dict[str, Any]:
    """Of the wall: who waits before the door."""
    return {"room": key[1], "participants": [key[3]]}


def _seats(key: Key) -> dict[str, Any]:
    return {"scope": "room", "name": key[1], "what": "people"}


def _verdict(verdict: str) -> Call:
    return Call("moderation", "DecideItem", moderation_pb2.DecideItemRequest, _item, {"verdict": verdict})


def _restrain(how: str) -> Call:
    request = moderation_pb2.RestrainParticipantRequest
    return Call("moderation", "RestrainParticipant", request, _person, {"how": how})


def _recording(key: Key) -> dict[str, Any]:
    return {"recording": key[2]}


def _record(verb: str, whom: Callable[[Key], dict[str, Any]] = _recording, **values: Any) -> Call:
    return Call("recordings", f"{verb}Recording", getattr(recordings_pb2, f"{verb}RecordingRequest"), whom, **values)


READS_ALL: Final = 120.0
"""Seconds: every byte of a recording is read, or removed."""


_FLAGS: Final = ("GetFlags", flags_pb2.GetFlagsRequest, "flags")


def _door(locked: bool) -> Call:
    return Call("flags", "SetFlags", flags_pb2.SetFlagsRequest, _room, {"lock_door": locked}, before=_FLAGS)


_SETTINGS: Final = ("GetSettings", moderation_pb2.GetSettingsRequest, "settings")

CALLS: Final[dict[str, Call]] = {
    "lower": Call("hands", "LowerHand", hands_pb2.LowerHandRequest, _person),
    "hold": _restrain("hold"),
    "chatmute": _restrain("mute"),
    "free": _restrain(""),
    "restrain": Call("moderation", "RestrainParticipant", moderation_pb2.RestrainParticipantRequest, _person),
    "claim": Call("moderation", "ClaimItem", moderation_pb2.ClaimItemRequest, _item),
    "release": Call("moderation", "ReleaseItem", moderation_pb2.ReleaseItemRequest, _item),
    "approve": _verdict("approve"),
    "decline": _verdict("decline"),
    "hide": _verdict("hide"),
    "dismiss": _verdict("dismiss"),
    "flags": Call("flags", "SetFlags", flags_pb2.SetFlagsRequest, _room, before=_FLAGS),
    "chat": Call("moderation", "SetSettings", moderation_pb2.SetSettingsRequest, _room, before=_SETTINGS),
    "lock": _door(True),
    "unlock": _door(False),
    "announce": Call("chat", "AnnounceMessage", chat_pb2.AnnounceMessageRequest, _room),
    "lobby": Call(
        "lobby", "SetLobby", lobby_pb2.SetLobbyRequest, _room, before=("GetLobby", lobby_pb2.GetLobbyRequest, "lobby")
    ),
    "let_in": Call("lobby", "AdmitWaiters", lobby_pb2.AdmitWaitersRequest, _room),
    "refuse": Call("lobby", "RefuseWaiters", lobby_pb2.RefuseWaitersRequest, _room),
    "let_one_in": Call("lobby", "AdmitWaiters", lobby_pb2.AdmitWaitersRequest, _waiter),
    "turn_away": Call("lobby", "RefuseWaiters", lobby_pb2.RefuseWaitersRequest, _waiter),
    "to_lobby": Call("lobby", "SendToLobby", lobby_pb2.SendToLobbyRequest, _person),
    "ban": Call("participants", "BanParticipant", participants_pb2.BanParticipantRequest, _person),
    "unban": Call("participants", "LiftBan", participants_pb2.LiftBanRequest, _person),
    "seats": Call(
        "quota",
        "SetQuota",
        quota_pb2.SetQuotaRequest,
        _seats,
        before=("GetQuota", quota_pb2.GetQuotaRequest, "quota"),
    ),
    "admit": Call("lobby", "AdmitWaiters", lobby_pb2.AdmitWaitersRequest, _room, {"all": True}, answer="participants"),
    "unmute_room": Call("mute", "UnmuteRoom", mute_pb2.UnmuteRoomRequest, _room),
    "close": Call("rooms", "CloseRoom", rooms_pb2.CloseRoomRequest, _room),
    "drain": Call("nodes", "StartDrain", nodes_pb2.StartDrainRequest, _node),
    "undrain": Call("nodes", "AbortDrain", nodes_pb2.AbortDrainRequest, _node),
    "extend": Call("rooms", "ExtendRoom", rooms_pb2.ExtendRoomRequest, _room),
    "record": _record("Start", _room),
    "hold_record": _record("Pause", _room),
    "go_on_record": _record("Resume", _room),
    "stop_record": _record("Stop", _room),
    "verify_record": _record("Verify", answer="damaged", deadline=READS_ALL),
    "remake": _record("Remake"),
    "cancel_record": _record("Cancel"),
    "publish": _record("Publish", fixed={"withdraw": False}),
    "withdraw": _record("Publish", fixed={"withdraw": True}),
    "erase": _record("Delete", deadline=READS_ALL),
    "link": _record("Link", answer="url"),
    "end": Call("rooms", "EndRoom", rooms_pb2.EndRoomRequest, _room),
}


async def do(context: Context, stubs: Stubs, deed: str, target: Key, values: Values, reason: str) -> Ack:
    """Raises Failure. `Ack.before`: the values that would take it back, where the node can say them."""
    one = CALLS[deed]
    service = getattr(stubs, one.service)
    before: dict[str, Any] = {}
    if one.before is not None:
        method, request, field = one.before
        was, _ = await call(context, getattr(service, method), request(**one.whom(target)))
        before = {name: getattr(getattr(was, field), name) for name in {**one.fixed, **values}}
    known = {"request_id": request_id(), "reason": reason}
    taken = {name: value for name, value in known.items() if name in one.request.DESCRIPTOR.fields_by_name}
    asked = one.request(**one.whom(target), **one.fixed, **values, **taken)
    reply, ms = await call(context, getattr(service, one.method), asked, one.deadline)
    return _ack(context, target, one, reply, ms, before)


def _ack(context: Context, target: Key, one: Call, reply: Any, ms: float, before: Values) -> Ack:
    if hasattr(reply, "before_s"):
        before = {"how": reply.before, "for_s": reply.before_s}
    row = convert.recording(context.name, reply.recording) if hasattr(reply, "recording") else None
    if not one.answer:
        return Ack(target[-1:], ms, before, row)
    said = getattr(reply, one.answer)
    words = [said] if isinstance(said, str) else said
    until = convert.seconds(reply.until) if hasattr(reply, "until") else 0.0
    return Ack(tuple(clean(word, LINK) for word in words), ms, before, row, until)
