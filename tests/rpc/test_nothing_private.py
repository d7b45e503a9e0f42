"""D5: no RPC of the contracts gives an operator media or a private text, whatever the operator's role, however asked.

Every method is found in the descriptors, not in a list: one that is added is asked too, and fails until somebody has
thought of it.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from node.features.operators.rules import Role
from node.rpc.methods import METHODS
from tests.rpc.house import Caller, House

PROTOS = Path(__file__).parents[2] / "protos"
PRIVATE = "rendez-vous-au-café"
STAFF = "seulement-pour-l’animation"
ICE = "ice-pwd-d5f1c2"
GIVEN_ONCE = {
    "regie.access.v1.SetAccessResponse.password",
    "regie.recordings.v1.LinkRecordingResponse.url",
    "regie.invite.v1.InviteResponse.calendar",
    "regie.invite.v1.InviteResponse.text_en",
    "regie.invite.v1.InviteResponse.text_fr",
    "regie.rooms.v1.CreateRoomResponse.password",
    "regie.rooms.v1.UpdateRoomResponse.password",
    "regie.rooms.v1.JoinLink.ticket",
    "regie.rooms.v1.JoinLink.url",
}
SECRETS = {
    "Invite",
    "CreateRoom",
    "UpdateRoom",
    "RenewLink",
    "IssueTickets",
    "LinkRecording",
    "RevokeTicket",
    "SetAccess",
}
"""Whoever makes a room, a link or a password is given it, once. With it one comes in by the front door, seen by all."""

PERSONAL = {
    "regie.access.v1.Ticket.name",
    "regie.audit.v1.Record.operator",
    "regie.audit.v1.Record.reason",
    "regie.chat.v1.Message.name",
    "regie.chat.v1.Message.text",
    "regie.lobby.v1.Waiter.name",
    "regie.moderation.v1.Item.name",
    "regie.moderation.v1.Item.text",
    "regie.recordings.v1.Replay.Speaker.about",
    "regie.recordings.v1.Replay.Speaker.name",
    "regie.moderation.v1.Item.why",
    "regie.participants.v1.Ban.name",
    "regie.participants.v1.Ban.reason",
    "regie.participants.v1.Participant.name",
}
"""What people wrote or are called, of all that operators are given: names, the chat that everybody reads, what waits
for a moderator in it, and operators' own words. A new one is a decision."""

MEDIA = ("sdp", "candidate", "fingerprint", "payload", "packet_data", "frame_data", "picture_data", "ufrag", "session")


def methods() -> list[MethodDescriptor]:
    """Of every service in `protos/` that operators may call; the plane's socket is the node's own."""
    found = []
    for file in sorted(PROTOS.rglob("*_pb2.py")):
        module = ".".join(("protos", *file.relative_to(PROTOS).with_suffix("").parts))
        if not module.startswith("protos.plane."):
            services = importlib.import_module(module).DESCRIPTOR.services_by_name.values()
            found += [method for service in services for method in service.methods]
    return found


def path(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


def fields(message: Descriptor, seen: frozenset[str] = frozenset()) -> Iterator[FieldDescriptor]:
    """All that can be in a message, however deep."""
    if message.full_name in seen:
        return
    for field in message.fields:
        yield field
        if field.message_type is not None:
            yield from fields(field.message_type, seen | {message.full_name})


def test_every_method_of_the_contracts_is_known() -> None:
    assert {path(method) for method in methods()} == {name for name in METHODS if name.startswith("/regie.")}
    assert not any(method.client_streaming for method in methods())


@pytest.mark.parametrize("method", methods(), ids=lambda method: method.name)
def test_no_answer_has_a_place_for_media(method: MethodDescriptor) -> None:
    """No bytes at all, and nothing by which media could be had."""
    for field in fields(method.output_type):
        assert field.type != FieldDescriptor.TYPE_BYTES, field.full_name
        assert not [word for word in MEDIA if word in field.name], field.full_name


def test_what_people_wrote_is_in_known_places_only() -> None:
    """`debug_redact` marks it in the contracts."""
    assert {field.full_name for method in methods() for field in marked(method)} == GIVEN_ONCE | PERSONAL
    giving = [method for method in methods() if GIVEN_ONCE & {field.full_name for field in marked(method)}]
    assert {method.name for method in giving} == SECRETS
    for method in giving:  # told to those who may make rooms, and always recorded
        row = METHODS[path(method)]
        assert row.mutation and row.role is not None and row.role >= Role.OPERATOR


def marked(method: MethodDescriptor) -> list[FieldDescriptor]:
    return [field for field in fields(method.output_type) if field.GetOptions().debug_redact]


class Room:
    """A room in which things are said that are not for everybody."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.canaries: list[str] = [PRIVATE, STAFF, ICE]
        self.ids: dict[str, Any] = {}

    async def fill(self) -> None:
        house = self.house
        opened = house.media.open

        async def with_ice(**values: Any) -> Any:
            answer = await opened(**values)
            return type(answer)(answer.transport, f"v=0\r\na=ice-pwd:{ICE}\r\n", answer.tracks, answer.slots)

        house.media.open = with_ice  # type: ignore[method-assign]
        amina, bruno = await house.room("hall", ["Amina", "Bruno"])
        house.chat.post("hall", amina, PRIVATE, to=bruno)
        house.chat.post("hall", amina, f"{STAFF} ?", to="staff")
        await house.chat.complain("hall", bruno, "m_000000001", "regardez")
        (item,) = house.floor.rooms["hall"].moderation.queue()
        assert item.text == PRIVATE  # it is there, for hosts
        self.ids = {
            "room": "hall",
            "participant": amina,
            "message": "m_000000001",
            "item": item.item,
            "node": "here",
            "verdict": "dismiss",
            "sources": ["microphone"],
            "scope": "room",
            "name": "hall",
            "what": "people",
            "limit": 50,
            "minutes": 5,
            "title": "Another",
            "role": "participant",
            "names": ["Chloé"],
            "reason": "to see what comes back",
        }

    def request(self, method: MethodDescriptor) -> Any:
        """Filled with everything that it has a place for, so that it gives as much as it can."""
        made = message_factory.GetMessageClass(method.input_type)()
        for field in method.input_type.fields:
            known = self.ids.get(field.name)
            if known is None or field.message_type is not None or field.enum_type is not None:
                continue
            if field.is_repeated:
                getattr(made, field.name).extend(known if isinstance(known, list) else [known])
            elif isinstance(known, str) == (field.type == FieldDescriptor.TYPE_STRING):
                setattr(made, field.name, known)
        if method.name == "CreateRoom":
            made.room = "another"
        return made


async def answers(caller: Caller, method: MethodDescriptor, request: Any) -> bytes:
    """Everything that comes back, refusals and their details too."""
    how: dict[str, Any] = {"request_serializer": type(request).SerializeToString, "response_deserializer": bytes}
    try:
        if method.server_streaming:
            call = caller.channel.unary_stream(path(method), **how)(request, metadata=caller.metadata)
            try:
                first = await asyncio.wait_for(call.read(), 30)
                return bytes(first)
            finally:
                call.cancel()
        return bytes(
            await caller.channel.unary_unary(path(method), **how)(request, metadata=caller.metadata, timeout=30)
        )
    except grpc.aio.AioRpcError as error:
        return f"{error.details()} {error.trailing_metadata()}".encode()


def weight(method: MethodDescriptor) -> tuple[bool, bool]:
    """Reads first; what ends the room last."""
    ends = method.name in ("CloseRoom", "EndRoom", "RemoveParticipant")
    return METHODS[path(method)].mutation, ends


@pytest.mark.parametrize("role", ["viewer", "admin"])
async def test_no_answer_says_what_was_private(house: House, role: str) -> None:
    """Asked of a real server, by the least and by the most powerful, also after the private message was acted on."""
    room = Room(house)
    await room.fill()
    operator = await house.operator(role)
    every = sorted(methods(), key=weight)
    answered = 0
    for method in [*every, *(one for one in every if not METHODS[path(one)].mutation)]:
        answer = await answers(operator, method, room.request(method))
        answered += b"NOT_ALLOWED" not in answer and b"BAD_REQUEST" not in answer
        for canary in room.canaries:
            assert canary.encode() not in answer, (path(method), canary)
    assert answered >= (20 if role == "viewer" else 50)  # it did ask, and was answered
