"""Caps by gRPC: of the node, of a room, of a person; who may, what is said, what the plane is told, what is kept."""

from __future__ import annotations

import grpc
import pytest

from protos.participants.v1 import participants_pb2
from protos.quality.v1 import quality_pb2, quality_pb2_grpc
from protos.rates.v1 import rates_pb2, rates_pb2_grpc
from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import House, refused


async def test_of_the_node_of_a_room_and_of_a_person(house: House) -> None:
    (amina,) = await house.room("hall", ["Amina"])
    operator = await house.operator("operator", "olga")
    rates = rates_pb2_grpc.RatesServiceStub(operator.channel)
    for room, participant, rate in (("", "", 50_000_000), ("hall", "", 9_000_000), ("hall", amina, 500_000)):
        wish = rates_pb2.SetCapRequest(room=room, participant=participant, receive_bits_per_second=rate)
        cap = (await operator.ask(rates.SetCap, wish)).cap
        assert (cap.room, cap.participant, cap.receive_bits_per_second, cap.set_by) == (room, participant, rate, "olga")
        assert cap.send_bits_per_second == 0 and cap.set.seconds
    transport = house.floor.rooms["hall"].people.get(amina).transport
    told = {("node", ""): 50_000_000, ("room", "hall"): 9_000_000, ("transport", transport): 500_000}
    assert {key: receive for key, (_send, receive) in house.media.caps.items()} == told

    caps = (await operator.ask(rates.ListCaps, rates_pb2.ListCapsRequest())).caps
    assert [(cap.room, cap.participant) for cap in caps] == [("", ""), ("hall", ""), ("hall", amina)]
    in_hall = (await operator.ask(rates.ListCaps, rates_pb2.ListCapsRequest(room="hall"))).caps
    assert len(in_hall) == 2
    room = (await operator.ask(operator.rooms.GetRoom, rooms_pb2.GetRoomRequest(room="hall"))).room
    assert room.receive_cap_bits_per_second == 9_000_000

    lift = rates_pb2.SetCapRequest(room="hall", receive_bits_per_second=0)
    await operator.ask(rates.SetCap, lift)
    assert house.media.caps[("room", "hall")] == (0, 0)
    assert len((await operator.ask(rates.ListCaps, rates_pb2.ListCapsRequest(room="hall"))).caps) == 1


async def test_moderators_may_look_and_not_touch(house: House) -> None:
    moderator = await house.operator("moderator")
    rates = rates_pb2_grpc.RatesServiceStub(moderator.channel)
    said = await refused(moderator.ask(rates.SetCap, rates_pb2.SetCapRequest(send_bits_per_second=1_000_000)))
    assert said.code is grpc.StatusCode.PERMISSION_DENIED and said.refusal.limit == "operator"
    assert not (await moderator.ask(rates.ListCaps, rates_pb2.ListCapsRequest())).caps


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (rates_pb2.SetCapRequest(send_bits_per_second=100), "RATE_OUT_OF_RANGE"),
        (rates_pb2.SetCapRequest(receive_bits_per_second=2**63), "RATE_OUT_OF_RANGE"),
        (rates_pb2.SetCapRequest(), "BAD_REQUEST"),
        (rates_pb2.SetCapRequest(participant="p", send_bits_per_second=100_000), "BAD_REQUEST"),
        (rates_pb2.SetCapRequest(room="nowhere", send_bits_per_second=100_000), "ROOM_UNKNOWN"),
        (rates_pb2.SetCapRequest(room="hall", participant="p_x", send_bits_per_second=100_000), "PARTICIPANT_UNKNOWN"),
    ],
)
async def test_what_cannot_be_is_refused_in_both_languages(
    house: House, wish: rates_pb2.SetCapRequest, code: str
) -> None:
    await house.room("hall", ["Amina"])
    operator = await house.operator("operator")
    rates = rates_pb2_grpc.RatesServiceStub(operator.channel)
    said = await refused(operator.ask(rates.SetCap, wish))
    assert said.reason == code and said.refusal.message["fr"] and said.refusal.next_step["en"]
    assert house.media.caps == {}


async def test_repeating_is_harmless(house: House) -> None:
    """A repetition that comes late must not set a cap that was lifted since."""
    operator = await house.operator("operator")
    rates = rates_pb2_grpc.RatesServiceStub(operator.channel)
    wish = rates_pb2.SetCapRequest(send_bits_per_second=1_000_000, request_id="c-1")
    first = await operator.ask(rates.SetCap, wish)
    await operator.ask(rates.SetCap, rates_pb2.SetCapRequest(send_bits_per_second=0, request_id="c-2"))
    assert await operator.ask(rates.SetCap, wish) == first
    assert house.media.caps[("node", "")] == (0, 0)


async def test_quality_of_one_person_and_of_nobody(house: House) -> None:
    (amina,) = await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")
    quality = quality_pb2_grpc.QualityServiceStub(viewer.channel)
    request = quality_pb2.GetQualityRequest(room="hall", participant=amina)
    answer = await viewer.ask(quality.GetQuality, request)
    assert answer.quality.grade == participants_pb2.Quality.GRADE_UNSPECIFIED and not answer.history
    request.participant = "p_nobody"
    assert (await refused(viewer.ask(quality.GetQuality, request))).reason == "PARTICIPANT_UNKNOWN"
