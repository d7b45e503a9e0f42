"""What an operator typed and the node will not take: said with the value, and with what is allowed (D2)."""

from __future__ import annotations

from node.ports import Actor
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
    await house.room("hall")
    await house.quota.set("node", "", "rooms", 1, by=Actor("operator", "olga", "operator"))
    said = await refused(operator.ask(operator.rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="One too many")))
    assert said.reason == "ROOMS_FULL"
    assert "regie quotas set node rooms" in said.refusal.next_step["en"] and "room" in said.refusal.message["en"]


async def test_an_id_that_is_taken_is_named(house: House) -> None:
    operator = await house.operator("operator")
    wish = rooms_pb2.CreateRoomRequest(title="Monday", room="monday")
    await operator.ask(operator.rooms.CreateRoom, wish)
    said = await refused(operator.ask(operator.rooms.CreateRoom, wish))
    assert "“monday”" in said.refusal.message["en"]
    assert said.reason == "ROOM_EXISTS"
