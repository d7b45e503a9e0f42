"""Links, tickets, the password and the lobby, over gRPC and in commands: a secret is told once, and never again."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.features.join.service import JoinRequest
from protos.access.v1 import access_pb2, access_pb2_grpc
from protos.lobby.v1 import lobby_pb2, lobby_pb2_grpc
from tests.rpc.house import ROLES, House, refused
from tests.rpc.test_audit import records
from tests.rpc.test_moderation_cli import Terminal


async def test_a_repeated_request_gives_the_same_link_and_the_audit_has_no_secret(house: House) -> None:
    """R123, AIP-155."""
    await house.room("hall", [])
    operator = await house.operator("operator")
    access = access_pb2_grpc.AccessServiceStub(operator.channel)
    request = access_pb2.RenewLinkRequest(room="hall", role="participant", request_id="once", reason="fuite")
    first = await access.RenewLink(request, metadata=operator.metadata)
    again = await access.RenewLink(request, metadata=operator.metadata)
    assert first.link.url == again.link.url
    assert first.link.ticket in first.link.url
    listed = await access.GetAccess(access_pb2.GetAccessRequest(room="hall"), metadata=operator.metadata)
    assert sorted(link.role for link in listed.access.links) == ["host", "participant"]
    kept = repr(await records(house))
    assert "RenewLink" in kept and "fuite" in kept
    assert first.link.ticket not in kept


async def test_who_may_and_what_is_refused(house: House) -> None:
    """H18: a moderator looks after the lobby and not after the links."""
    await house.room("hall", [])
    moderator = await house.operator("moderator")
    access = access_pb2_grpc.AccessServiceStub(moderator.channel)
    renew = access_pb2.RenewLinkRequest(room="hall", role="host")
    assert (await refused(access.RenewLink(renew, metadata=moderator.metadata))).reason == "NOT_ALLOWED"
    lobby = lobby_pb2_grpc.LobbyServiceStub(moderator.channel)
    nobody = lobby_pb2.AdmitWaitersRequest(room="hall")
    assert (await refused(lobby.AdmitWaiters(nobody, metadata=moderator.metadata))).reason == "VALUE_INVALID"
    gone = lobby_pb2.AdmitWaitersRequest(room="hall", participants=["p_x"])
    assert (await refused(lobby.AdmitWaiters(gone, metadata=moderator.metadata))).reason == "PARTICIPANT_UNKNOWN"


@pytest.mark.timeout(180)  # processes start, also on a machine that is busy
async def test_from_a_password_to_who_waits(house: House, tmp_path: Path) -> None:
    """R112, R143, R146: in commands."""
    await house.room("hall", [])
    _, token = await house.operators.create("olga", ROLES["operator"])
    terminal = Terminal(house, tmp_path, token)
    made = await terminal.read("access", "set", "hall", "password")
    assert (made["mode"], len(made["password"])) == ("password", 14)
    (ticket,) = await terminal.read("access", "invite", "hall", "Amina")
    await terminal.read("lobby", "settings", "hall", "--on", "--message", "*Bienvenue*")
    asked = JoinRequest(name="Amina", password=made["password"])
    waiting = await house.services.lobby.wait("hall", ticket["link"]["ticket"], asked)
    assert "Amina" in await terminal.regie("lobby", "list", "hall")
    done = await terminal.read("lobby", "admit", "hall", "amina")
    assert done["participants"] == [waiting.participant]
