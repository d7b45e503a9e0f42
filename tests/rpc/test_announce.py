"""An operator says something to a room: everybody in it reads it from the service, whatever the chat's settings are."""

from __future__ import annotations

from pathlib import Path

from node.features.moderation.rules import Regulate
from protos.chat.v1 import chat_pb2 as pb
from tests.features.stage import OPERATOR
from tests.rpc.house import ROLES, House, refused
from tests.rpc.test_moderation_cli import Terminal


async def test_a_room_is_told_something(house: House) -> None:
    await house.room("hall", ["Amina"])
    moderator, viewer = await house.operator("moderator", "olga"), await house.operator("viewer")
    house.floor.decide("hall", Regulate(OPERATOR, public=False))
    request = pb.AnnounceMessageRequest(room="hall", text="The room is closed at <b>noon</b>.", reason="works")
    said = await moderator.ask(moderator.chat.AnnounceMessage, request)
    assert (said.message.name, said.message.participant) == ("Régie", "")
    (kept,) = house.chat.recent("hall")
    assert (kept.text, "<b>" in kept.html) == ("The room is closed at <b>noon</b>.", False)

    assert (await refused(viewer.ask(viewer.chat.AnnounceMessage, request))).reason == "NOT_ALLOWED"
    for text, code in (("  ", "MESSAGE_EMPTY"), ("x" * 2001, "MESSAGE_TOO_LONG")):
        wrong = pb.AnnounceMessageRequest(room="hall", text=text)
        assert (await refused(moderator.ask(moderator.chat.AnnounceMessage, wrong))).reason == code


async def test_by_command(house: House, tmp_path: Path) -> None:
    await house.room("hall", ["Amina"])
    _, token = await house.operators.create("olga", ROLES["moderator"])
    terminal = Terminal(house, tmp_path, token)
    assert "hall" in await terminal.regie("chat", "say", "hall", "Back at noon")
    assert [message.text for message in house.chat.recent("hall")] == ["Back at noon"]
    await terminal.regie("flags", "set", "hall", "--lock-door")
    assert house.floor.room("hall").flags.now.lock_door
