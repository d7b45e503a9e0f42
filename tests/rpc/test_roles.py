"""Roles are checked by the node for every method, whatever the console shows (H18, CVE-2022-41962)."""

from __future__ import annotations

import re
from pathlib import Path

import grpc
import pytest

from node.rpc.methods import METHODS
from protos.mute.v1 import mute_pb2
from protos.nodes.v1 import nodes_pb2
from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import House, refused

PROTOS = Path(__file__).parents[2] / "protos"


async def test_a_viewer_looks_and_changes_nothing(house: House) -> None:
    await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")

    listed = await viewer.ask(viewer.rooms.ListRooms, rooms_pb2.ListRoomsRequest())
    assert [room.room for room in listed.rooms] == ["hall"]

    said = await refused(viewer.ask(viewer.mute.MuteRoom, mute_pb2.MuteRoomRequest(room="hall")))
    assert (said.code, said.reason, said.domain) == (grpc.StatusCode.PERMISSION_DENIED, "NOT_ALLOWED", "regie")
    assert (said.refusal.limit, said.refusal.current) == ("moderator", "viewer")
    assert set(said.refusal.message) == set(said.refusal.next_step) == {"fr", "en"}
    assert house.media.muted == {}


async def test_a_moderator_mutes_but_does_not_close(house: House) -> None:
    await house.room("hall", ["Amina"])
    moderator = await house.operator("moderator")

    await moderator.ask(moderator.mute.MuteRoom, mute_pb2.MuteRoomRequest(room="hall"))
    assert list(house.media.muted.values()) == [True]

    said = await refused(moderator.ask(moderator.rooms.CloseRoom, rooms_pb2.CloseRoomRequest(room="hall")))
    assert said.reason == "NOT_ALLOWED"
    assert "hall" in house.floor.rooms


async def test_whoever_has_no_token_is_told_so(house: House) -> None:
    nobody = house.connect()
    said = await refused(nobody.ask(nobody.nodes.GetCaller, nodes_pb2.GetCallerRequest()))
    assert (said.code, said.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


@pytest.mark.parametrize("token", ["rgo_" + "A" * 43, "rgo_", "x", "rgo_" + "A" * 5000, "é"])
async def test_a_wrong_token_is_nobody(house: House, token: str) -> None:
    caller = house.connect()
    metadata = (("authorization", f"Bearer {token}".encode("ascii", "replace").decode()),)
    said = await refused(caller.nodes.GetCaller(nodes_pb2.GetCallerRequest(), metadata=metadata, timeout=30))
    assert said.reason == "TOKEN_WRONG"


async def test_the_caller_is_who_the_token_says_not_what_metadata_claims(house: House) -> None:
    viewer = await house.operator("viewer", "Vera")
    metadata = (*viewer.metadata, ("x-operator", "root"), ("role", "admin"))
    answer = await viewer.nodes.GetCaller(nodes_pb2.GetCallerRequest(), metadata=metadata, timeout=30)
    assert (answer.operator, answer.role) == ("Vera", 1)


def test_the_contracts_say_the_role_that_is_checked() -> None:
    """The comment beside each rpc is the row of the table, and every rpc has a row."""
    seen = {}
    for path in PROTOS.rglob("*.proto"):
        text = path.read_text("utf-8")
        package = re.search(r"^package (.*);", text, re.M)
        assert package is not None
        for service, body in re.findall(r"^service (\w+) \{(.*?)^\}", text, re.M | re.S):
            for method, role in re.findall(r"rpc (\w+)\([^;]*;\s*// (\w+)", body):
                seen[f"/{package[1]}.{service}/{method}"] = role
            assert len(re.findall(r"\brpc ", body)) == len([m for m in seen if f".{service}/" in m])
    table = {name: row.role.word for name, row in METHODS.items() if name.startswith("/regie.") and row.role}
    assert seen == table
