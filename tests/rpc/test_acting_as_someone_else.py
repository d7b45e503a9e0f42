"""H18: knowing somebody's id gives nothing (CVE-2022-41960, CVE-2022-41962)."""

from __future__ import annotations

import pytest

from protos.chat.v1 import chat_pb2
from protos.mute.v1 import mute_pb2
from protos.participants.v1 import participants_pb2
from tests.rpc.house import House, refused


@pytest.mark.parametrize("token", ["", "rgo_wrong", "participant"])
async def test_who_knows_an_id_cannot_remove_mute_or_hide(house: House, token: str) -> None:
    (victim,) = await house.room("hall", ["Victim"])
    said = house.chat.post("hall", victim, "hello")
    stranger = house.connect(token)
    remove = participants_pb2.RemoveParticipantRequest(room="hall", participant=victim)
    mute = mute_pb2.MuteParticipantRequest(room="hall", participant=victim)
    hide = chat_pb2.HideMessageRequest(room="hall", message=said.message)
    for method, request in (
        (stranger.participants.RemoveParticipant, remove),
        (stranger.mute.MuteParticipant, mute),
        (stranger.chat.HideMessage, hide),
    ):
        assert (await refused(stranger.ask(method, request))).code.name == "UNAUTHENTICATED"
    assert len(house.floor.room("hall").people) == 1
    assert house.media.muted == {}
    assert not (await house.chat.list("hall"))[0].hidden


async def test_a_participants_ticket_or_session_is_no_operator_token(house: House) -> None:
    from node.features.join.service import JoinRequest
    from node.ports import Actor

    _, links = await house.rooms.create(title="Hall", room_id="hall", by=Actor("operator", "t", "admin"))
    host = next(link for link in links if link.role == "host")
    joined = await house.join.join("hall", host.ticket, JoinRequest(name="Host", sdp="v=0"))
    for secret in (host.ticket, joined.session):
        caller = house.connect(secret)
        mute = mute_pb2.MuteRoomRequest(room="hall")
        assert (await refused(caller.ask(caller.mute.MuteRoom, mute))).reason == "TOKEN_WRONG"


async def test_somebody_of_another_room_is_not_found(house: House) -> None:
    await house.room("hall", ["Amina"])
    (bob,) = await house.room("attic", ["Bob"])
    moderator = await house.operator("moderator")
    mute = mute_pb2.MuteParticipantRequest(room="hall", participant=bob)
    assert (await refused(moderator.ask(moderator.mute.MuteParticipant, mute))).reason == "PARTICIPANT_UNKNOWN"
    assert house.media.muted == {}


async def test_a_revoked_and_an_expired_token_are_nobody(house: House) -> None:
    from node.features.operators.rules import Role

    operator, token = await house.operators.create("Guest", Role.ADMIN, hours=1)
    guest = house.connect(token)
    mute = mute_pb2.MuteRoomRequest(room="hall")
    assert (await refused(guest.ask(guest.mute.MuteRoom, mute))).reason == "ROOM_UNKNOWN"
    house.clock.offset = 3601
    said = await refused(guest.ask(guest.mute.MuteRoom, mute))
    assert (said.reason, said.refusal.limit[-3:]) == ("TOKEN_EXPIRED", "UTC")
    house.clock.offset = 0
    await house.operators.revoke(operator.id)
    assert (await refused(guest.ask(guest.mute.MuteRoom, mute))).reason == "TOKEN_WRONG"
