"""Types over gRPC: the table that is shown is the table that holds; rooms of a type, their end, their extension."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from node.features.types.rules import TYPES
from protos.rooms.v1 import rooms_pb2, rooms_pb2_grpc
from protos.types.v1 import types_pb2, types_pb2_grpc
from tests.rpc.house import ROLES, Caller, House, what_it_said
from tests.rpc.test_moderation_cli import Terminal


def asked(**wishes: object) -> rooms_pb2.CreateRoomRequest:
    return rooms_pb2.CreateRoomRequest(title="x", **wishes)  # type: ignore[arg-type]


def rooms(caller: Caller) -> rooms_pb2_grpc.RoomsServiceStub:
    return rooms_pb2_grpc.RoomsServiceStub(caller.channel)


async def test_the_table_is_the_one_that_is_enforced(house: House) -> None:
    """R038, T2: one row for each type, with the smaller of its limits and the node's."""
    viewer = await house.operator("viewer")
    stub = types_pb2_grpc.TypesServiceStub(viewer.channel)
    listed = await stub.ListTypes(types_pb2.ListTypesRequest(), metadata=viewer.metadata)
    assert {row.type for row in listed.types} == set(TYPES)
    by_type = {row.type: row for row in listed.types}
    assert (by_type["conference"].max_people, by_type["conference"].max_minutes) == (55, 360)
    assert by_type["streaming"].max_people == 1000
    for row in listed.types:
        assert {role.role: set(role.rights) for role in row.roles} == TYPES[row.type].roles


async def test_a_room_of_a_type_has_a_link_for_each_of_its_roles(house: House) -> None:
    """R027, R045, R046, R047, R048."""
    operator = await house.operator("operator")
    request = rooms_pb2.CreateRoomRequest(title="Les abeilles", type="webinar")
    made = await rooms(operator).CreateRoom(request, metadata=operator.metadata)
    assert [link.role for link in made.links] == ["host", "speaker", "moderator", "technician", "participant"]
    assert len({link.ticket for link in made.links}) == 5
    assert (made.room.type, made.room.minutes, made.room.max_participants) == ("webinar", 120, 250)
    assert made.room.form == rooms_pb2.Room.FORM_PERMANENT


@pytest.mark.parametrize(
    ("request_", "code", "limit", "set_by"),
    [
        (asked(type="party"), "TYPE_UNKNOWN", "meeting, conference", "node"),
        (asked(type="conference", max_participants=56), "VALUE_INVALID", "55", "type"),
        (
            asked(type="conference", minutes=361),
            "DURATION_OUT_OF_RANGE",
            "360",
            "type",
        ),
        (
            asked(type="streaming", max_participants=1001),
            "VALUE_INVALID",
            "1000",
            "node",
        ),
    ],
)
async def test_more_than_the_type_allows_is_refused_at_creation(
    house: House, request_: rooms_pb2.CreateRoomRequest, code: str, limit: str, set_by: str
) -> None:
    """R163, R164, T2: the refusal says whose limit it is."""
    operator = await house.operator("operator")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await rooms(operator).CreateRoom(request_, metadata=operator.metadata)
    said = what_it_said(error.value)
    assert said.reason == code
    assert limit in said.refusal.limit
    assert said.refusal.set_by == set_by


async def test_a_scheduled_room_says_when_and_is_extended_by_an_operator(house: House) -> None:
    """R100, R165, R166: the change is audited with its value."""
    operator = await house.operator("operator")
    begins = int(house.clock.now()) + 3600
    request = rooms_pb2.CreateRoomRequest(title="Cours", room="cours", starts=Timestamp(seconds=begins), minutes=60)
    made = (await rooms(operator).CreateRoom(request, metadata=operator.metadata)).room
    assert (made.form, made.starts.seconds) == (rooms_pb2.Room.FORM_SCHEDULED, begins)
    assert (made.ends.seconds, made.cut.seconds) == (begins + 3600, begins + 3900)
    extend = rooms_pb2.ExtendRoomRequest(room="cours", minutes=15, reason="questions")
    longer = (await rooms(operator).ExtendRoom(extend, metadata=operator.metadata)).room
    assert longer.ends.seconds == begins + 4500
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await rooms(operator).EndRoom(rooms_pb2.EndRoomRequest(room="cours"), metadata=operator.metadata)
    assert what_it_said(error.value).reason == "ROOM_NOT_STARTED"


async def test_ending_keeps_a_permanent_room_and_says_why(house: House) -> None:
    """R089, T5."""
    operator = await house.operator("operator")
    await house.room("hall", ["Amina", "Bruno"])
    request = rooms_pb2.EndRoomRequest(room="hall", reason="fire drill")
    ended = (await rooms(operator).EndRoom(request, metadata=operator.metadata)).room
    assert ended.state == rooms_pb2.Room.STATE_OPEN
    assert (ended.people, ended.end_cause, ended.ended_by) == (0, rooms_pb2.Room.END_CAUSE_OPERATOR, "operator")


@pytest.mark.timeout(180)  # a process starts, also on a machine that is busy
async def test_the_chooser_on_the_command_line_names_the_uses(house: House, tmp_path: Path) -> None:
    """R169: of every type, where one looks before making a room."""
    _, token = await house.operators.create("olga", ROLES["operator"])
    said = await Terminal(house, tmp_path, token).regie("types", "list")
    for row in TYPES.values():
        assert any(line.startswith(f"{row.key} ") and row.use.en in line for line in said.splitlines()), row.key
