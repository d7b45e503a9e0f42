"""Deeds that are one call each: what is asked of which service, for whom, and what was so before. One table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from console.client.calls import Stubs, call, request_id
from console.model import Ack, Context, Key
from protos.flags.v1 import flags_pb2
from protos.hands.v1 import hands_pb2
from protos.lobby.v1 import lobby_pb2
from protos.moderation.v1 import moderation_pb2
from protos.nodes.v1 import nodes_pb2
from protos.rooms.v1 import rooms_pb2

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """`whom` names the target in the request. `before`: the call, the request and the field that say what was so."""

    service: str
    method: str
    request: type[Any]
    whom: Callable[[Key], dict[str, Any]]
    fixed: Values = field(default_factory=dict)
    before: tuple[str, type[Any], str] | None = None


def _room(key: Key) -> dict[str, Any]:
    return {"room": key[1]}


def _person(key: Key) -> dict[str, Any]:
    return {"room": key[1], "participant": key[2]}


def _item(key: Key) -> dict[str, Any]:
    return {"room": key[1], "item": key[3]}


def _node(key: Key) -> dict[str, Any]:
    return {}


def _verdict(verdict: str) -> Call:
    return Call("moderation", "DecideItem", moderation_pb2.DecideItemRequest, _item, {"verdict": verdict})


def _restrain(how: str) -> Call:
    request = moderation_pb2.RestrainParticipantRequest
    return Call("moderation", "RestrainParticipant", request, _person, {"how": how})


_SETTINGS: Final = ("GetSettings", moderation_pb2.GetSettingsRequest, "settings")

CALLS: Final[dict[str, Call]] = {
    "lower": Call("hands", "LowerHand", hands_pb2.LowerHandRequest, _person),
    "hold": _restrain("hold"),
    "chatmute": _restrain("mute"),
    "free": _restrain(""),
    "claim": Call("moderation", "ClaimItem", moderation_pb2.ClaimItemRequest, _item),
    "release": Call("moderation", "ReleaseItem", moderation_pb2.ReleaseItemRequest, _item),
    "approve": _verdict("approve"),
    "decline": _verdict("decline"),
    "hide": _verdict("hide"),
    "dismiss": _verdict("dismiss"),
    "flags": Call(
        "flags", "SetFlags", flags_pb2.SetFlagsRequest, _room, before=("GetFlags", flags_pb2.GetFlagsRequest, "flags")
    ),
    "chat": Call("moderation", "SetSettings", moderation_pb2.SetSettingsRequest, _room, before=_SETTINGS),
    "lobby": Call(
        "lobby", "SetLobby", lobby_pb2.SetLobbyRequest, _room, before=("GetLobby", lobby_pb2.GetLobbyRequest, "lobby")
    ),
    "let_in": Call("lobby", "AdmitWaiters", lobby_pb2.AdmitWaitersRequest, _room),
    "refuse": Call("lobby", "RefuseWaiters", lobby_pb2.RefuseWaitersRequest, _room),
    "drain": Call("nodes", "StartDrain", nodes_pb2.StartDrainRequest, _node),
    "undrain": Call("nodes", "AbortDrain", nodes_pb2.AbortDrainRequest, _node),
    "extend": Call("rooms", "ExtendRoom", rooms_pb2.ExtendRoomRequest, _room),
    "end": Call("rooms", "EndRoom", rooms_pb2.EndRoomRequest, _room),
}


async def do(context: Context, stubs: Stubs, deed: str, target: Key, values: Values, reason: str) -> Ack:
    """Raises Failure. `Ack.before`: the values that would take it back, where the node can say them."""
    one = CALLS[deed]
    service = getattr(stubs, one.service)
    before: dict[str, Any] = {}
    if one.before is not None:
        method, request, field = one.before
        known, _ = await call(context, getattr(service, method), request(**one.whom(target)))
        before = {name: getattr(getattr(known, field), name) for name in values}
    asked = {**one.whom(target), **one.fixed, **values, "request_id": request_id()}
    if "reason" in one.request.DESCRIPTOR.fields_by_name:
        asked["reason"] = reason
    _, ms = await call(context, getattr(service, one.method), one.request(**asked))
    return Ack(target[-1:], ms, before)
