"""Repeating a change with its request_id is harmless (AIP-155)."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from protos.mute.v1 import mute_pb2
from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import House, refused


async def test_the_first_answer_comes_again_and_nothing_is_done_twice(house: House) -> None:
    operator = await house.operator("operator")
    wish = rooms_pb2.CreateRoomRequest(title="Monday", request_id="r-1")
    first = await operator.ask(operator.rooms.CreateRoom, wish)
    again = await operator.ask(operator.rooms.CreateRoom, wish)
    assert again == first
    assert [link.ticket for link in again.links] == [link.ticket for link in first.links]
    assert len(house.floor.rooms) == 1


async def test_repeating_after_the_world_has_changed_changes_nothing(house: House) -> None:
    """A retry that comes late must not mute somebody who was unmuted since."""
    (amina,) = await house.room("hall", ["Amina"])
    moderator = await house.operator("moderator")
    mute = mute_pb2.MuteParticipantRequest(room="hall", participant=amina, request_id="m-1")
    assert (await moderator.ask(moderator.mute.MuteParticipant, mute)).changed == ["microphone"]
    lift = mute_pb2.UnmuteParticipantRequest(room="hall", participant=amina, request_id="m-2")
    await moderator.ask(moderator.mute.UnmuteParticipant, lift)

    assert (await moderator.ask(moderator.mute.MuteParticipant, mute)).changed == ["microphone"]
    assert list(house.media.muted.values()) == [False]


async def test_two_at_the_same_moment_are_one(house: House) -> None:
    operator = await house.operator("operator")
    wish = rooms_pb2.CreateRoomRequest(title="Monday", request_id="r-1")
    answers = await asyncio.gather(*(operator.ask(operator.rooms.CreateRoom, wish) for _ in range(20)))
    assert len({answer.room.room for answer in answers}) == 1
    assert len(house.floor.rooms) == 1


async def test_the_same_id_for_something_else_is_refused(house: House) -> None:
    operator = await house.operator("operator")
    await operator.ask(operator.rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="Monday", request_id="r-1"))
    other = rooms_pb2.CreateRoomRequest(title="Tuesday", request_id="r-1")
    said = await refused(operator.ask(operator.rooms.CreateRoom, other))
    assert (said.code, said.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")
    assert len(house.floor.rooms) == 1


async def test_ids_of_two_operators_do_not_meet(house: House) -> None:
    """Else one could read the links of the other's room (H18)."""
    one, two = await house.operator("operator", "one"), await house.operator("operator", "two")
    wish = rooms_pb2.CreateRoomRequest(title="Monday", request_id="r-1")
    first, second = await one.ask(one.rooms.CreateRoom, wish), await two.ask(two.rooms.CreateRoom, wish)
    assert first.room.room != second.room.room


async def test_a_refusal_is_not_an_answer_to_keep(house: House) -> None:
    moderator = await house.operator("moderator")
    mute = mute_pb2.MuteRoomRequest(room="hall", request_id="m-1")
    assert (await refused(moderator.ask(moderator.mute.MuteRoom, mute))).reason == "ROOM_UNKNOWN"
    people = await house.room("hall", ["Amina"])
    assert (await moderator.ask(moderator.mute.MuteRoom, mute)).participants == people


async def test_who_gives_up_too_early_finds_the_answer_when_asking_again(house: House) -> None:
    """The plane is slow, the caller gives up; the mute is finished all the same, once."""
    (amina,) = await house.room("hall", ["Amina"])
    moderator = await house.operator("moderator")
    go, begun, times = asyncio.Event(), asyncio.Event(), 0

    async def slowly() -> None:
        nonlocal times
        times += 1
        begun.set()
        await go.wait()

    house.media.before_mute = slowly
    mute = mute_pb2.MuteParticipantRequest(room="hall", participant=amina, request_id="m-1")
    first = asyncio.create_task(moderator.ask(moderator.mute.MuteParticipant, mute))
    await begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first

    again = asyncio.create_task(moderator.ask(moderator.mute.MuteParticipant, mute))
    go.set()
    assert (await again).changed == ["microphone"]
    assert (times, list(house.media.muted.values())) == (1, [True])


async def test_ids_have_a_length(house: House) -> None:
    operator = await house.operator("operator")
    wish = rooms_pb2.CreateRoomRequest(title="Monday", request_id="x" * 65)
    assert (await refused(operator.ask(operator.rooms.CreateRoom, wish))).reason == "BAD_REQUEST"
