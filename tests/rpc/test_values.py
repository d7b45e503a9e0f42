"""What an operator typed and the node will not take: said with the value, and with what is allowed (D2)."""

from __future__ import annotations

import msgspec

from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import House, refused


async def test_a_room_id_that_will_not_do(house: House) -> None:
    operator = await house.operator("operator")
    wish = rooms_pb2.CreateRoomRequest(title="Monday", room="A B")
    said = await refused(operator.ask(operator.rooms.CreateRoom, wish))
    assert said.reason == "VALUE_INVALID"
    assert said.refusal.message["en"] == "room = 'A B' will not do; allowed: 3 … 40 × a-z 0-9 -."


async def test_the_number_of_rooms_is_not_the_number_of_people(house: House) -> None:
    operator = await house.operator("operator")
    house.rooms._limits = msgspec.structs.replace(house.rooms._limits, rooms=len(house.floor.rooms))
    said = await refused(operator.ask(operator.rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="One too many")))
    assert said.reason == "ROOMS_FULL"
    assert "limits.rooms" in said.refusal.next_step["en"] and "room" in said.refusal.message["en"]


async def test_an_id_that_is_taken_is_named(house: House) -> None:
    operator = await house.operator("operator")
    wish = rooms_pb2.CreateRoomRequest(title="Monday", room="monday")
    await operator.ask(operator.rooms.CreateRoom, wish)
    said = await refused(operator.ask(operator.rooms.CreateRoom, wish))
    assert "“monday”" in said.refusal.message["en"]
    assert said.reason == "ROOM_EXISTS"
