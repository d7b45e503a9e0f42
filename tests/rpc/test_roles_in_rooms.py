"""Promote, demote and rename by gRPC and by `regie participants`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from protos.participants.v1 import participants_pb2 as pb
from protos.participants.v1 import participants_pb2_grpc
from tests.rpc.house import ROLES, House, refused
from tests.rpc.test_moderation_cli import Terminal


async def test_a_moderator_promotes_and_a_viewer_does_not(house: House) -> None:
    """R177: it is in the audit, who was given which role."""
    (amina,) = await house.room("hall", ["Amina"])
    moderator, viewer = await house.operator("moderator", "olga"), await house.operator("viewer")
    desk: Any = participants_pb2_grpc.ParticipantsServiceStub(moderator.channel)
    made = await moderator.ask(desk.SetRole, pb.SetRoleRequest(room="hall", participant=amina, role="host"))
    assert made.participant.role == "host"
    named = await moderator.ask(
        desk.RenameParticipant, pb.RenameParticipantRequest(room="hall", participant=amina, name="Amina B.")
    )
    assert named.participant.name == "Amina B."
    said = await refused(
        moderator.ask(desk.SetRole, pb.SetRoleRequest(room="hall", participant=amina, role="technician"))
    )
    assert (said.reason, said.refusal.limit) == ("ROLE_UNKNOWN", "host, participant")
    desk = participants_pb2_grpc.ParticipantsServiceStub(viewer.channel)
    said = await refused(viewer.ask(desk.SetRole, pb.SetRoleRequest(room="hall", participant=amina, role="host")))
    assert said.reason == "NOT_ALLOWED"
    records = [record for _number, record in await house.audit.list()]
    given = next(r for r in records if r.method.endswith("SetRole") and r.outcome == "OK")
    assert (given.operator, given.targets) == ("olga", {"room": "hall", "participant": amina, "role": "host"})


@pytest.mark.timeout(120)
async def test_by_command(house: House, tmp_path: Path) -> None:
    """R177."""
    (amina,) = await house.room("hall", ["Amina"])
    _, token = await house.operators.create("olga", ROLES["moderator"])
    terminal = Terminal(house, tmp_path, token)
    people = house.floor.room("hall").people
    await terminal.regie("participants", "promote", "hall", "Amina")
    assert people.get(amina).role == "host"
    await terminal.regie("participants", "demote", "hall", "Amina")
    assert people.get(amina).role == "participant"
    await terminal.regie("participants", "rename", "hall", "Amina", "Amina Benali")
    assert people.get(amina).name == "Amina Benali"
