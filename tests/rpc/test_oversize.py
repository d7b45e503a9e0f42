"""H20: what is too large is refused with a code, and the next call is answered."""

from __future__ import annotations

import grpc
import pytest

from protos.chat.v1 import chat_pb2
from protos.nodes.v1 import nodes_pb2
from protos.participants.v1 import participants_pb2
from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import Caller, House, refused


async def still_there(caller: Caller) -> None:
    assert (await caller.ask(caller.nodes.GetNode, nodes_pb2.GetNodeRequest())).node.node == "here"


async def test_a_message_of_two_megabytes(house: House) -> None:
    operator = await house.operator("operator")
    said = await refused(operator.ask(operator.rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="x" * (2 << 20))))
    assert (said.code, said.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_LARGE")
    assert said.refusal.limit == "1048576 B"
    await still_there(operator)


async def test_a_message_of_fifty_megabytes_is_not_even_read(house: House) -> None:
    operator = await house.operator("operator")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await operator.ask(operator.rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="x" * (50 << 20)))
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    await still_there(operator)


async def test_metadata_of_half_a_megabyte(house: House) -> None:
    viewer = await house.operator("viewer")
    metadata = (*viewer.metadata, ("x-note", "x" * (512 << 10)))
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await viewer.nodes.GetNode(nodes_pb2.GetNodeRequest(), metadata=metadata, timeout=30)
    assert error.value.code() in (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE)
    await still_there(viewer)


async def test_a_page_of_a_million_is_a_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.features.chat.rpc.MOST", 4)
    (amina, *_) = await house.room("hall", [f"person {n}" for n in range(30)])
    for number in range(10):
        house.chat.post("hall", amina, f"message {number}")
    viewer = await house.operator("viewer")
    wish = chat_pb2.ListMessagesRequest(room="hall", page_size=1_000_000)
    answer = await viewer.ask(viewer.chat.ListMessages, wish)
    assert (len(answer.messages), bool(answer.next_page_token)) == (4, True)
    below = participants_pb2.ListParticipantsRequest(room="hall", page_size=-1)
    assert (await refused(viewer.ask(viewer.participants.ListParticipants, below))).reason == "BAD_REQUEST"


async def test_pages_go_on_where_the_last_one_ended(house: House) -> None:
    """Also when people come and go between two pages."""
    everybody = set(await house.room("hall", [f"person {n}" for n in range(25)]))
    viewer = await house.operator("viewer")
    seen: list[str] = []
    token = ""
    while True:
        wish = participants_pb2.ListParticipantsRequest(room="hall", page_size=10, page_token=token)
        answer = await viewer.ask(viewer.participants.ListParticipants, wish)
        seen += [person.participant for person in answer.participants]
        token = answer.next_page_token
        if not token:
            break
    assert len(seen) == 25 and set(seen) == everybody


@pytest.mark.parametrize("token", ["%%%", "é", "A" * 10_000, "/////w=="])
async def test_a_page_token_that_nobody_gave(house: House, token: str) -> None:
    await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")
    wish = participants_pb2.ListParticipantsRequest(room="hall", page_token=token)
    try:
        assert len((await viewer.ask(viewer.participants.ListParticipants, wish)).participants) <= 1
    except grpc.aio.AioRpcError as error:
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
