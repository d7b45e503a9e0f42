"""Flags by gRPC and by `regie flags`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.features.flags.rules import FlagSet
from protos.flags.v1 import flags_pb2 as pb
from protos.flags.v1 import flags_pb2_grpc
from tests.rpc.house import ROLES, House, refused
from tests.rpc.test_moderation_cli import Terminal


async def test_a_moderator_sets_what_a_viewer_sees(house: House) -> None:
    """R187 – R190: what is not named stays as it was."""
    await house.room("hall", ["Amina"])
    moderator, viewer = await house.operator("moderator", "olga"), await house.operator("viewer")
    desk: Any = flags_pb2_grpc.FlagsServiceStub(moderator.channel)
    await moderator.ask(desk.SetFlags, pb.SetFlagsRequest(room="hall", lock_camera=True))
    made = await moderator.ask(desk.SetFlags, pb.SetFlagsRequest(room="hall", webcams_only_for_moderators=True))
    assert (made.flags.lock_camera, made.flags.webcams_only_for_moderators, made.flags.lock_microphone) == (
        True,
        True,
        False,
    )
    desk = flags_pb2_grpc.FlagsServiceStub(viewer.channel)
    assert (await viewer.ask(desk.GetFlags, pb.GetFlagsRequest(room="hall"))).flags.lock_camera
    said = await refused(viewer.ask(desk.SetFlags, pb.SetFlagsRequest(room="hall", lock_camera=False)))
    assert said.reason == "NOT_ALLOWED"


@pytest.mark.timeout(120)
async def test_by_command(house: House, tmp_path: Path) -> None:
    await house.room("hall", ["Amina"])
    _, token = await house.operators.create("olga", ROLES["moderator"])
    terminal = Terminal(house, tmp_path, token)
    made = await terminal.read("flags", "set", "hall", "--lock-microphone", "--no-lock-camera")
    assert made == {
        "webcams_only_for_moderators": False,
        "mute_on_start": False,
        "lock_camera": False,
        "lock_microphone": True,
        "disable_notes": False,
        "lock_door": False,
        "fixed": ["lock_microphone"],
    }
    assert house.floor.room("hall").flags.now == FlagSet(lock_microphone=True, fixed=("lock_microphone",))
    assert "lock_microphone" in await terminal.regie("flags", "get", "hall")
