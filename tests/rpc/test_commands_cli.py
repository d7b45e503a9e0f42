"""`regie rooms`, `participants`, `mute`, `chat` and `nodes`: real commands on a real gRPC port do what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.features.join.service import JoinRequest
from tests.rpc.house import ROLES, House
from tests.rpc.test_moderation_cli import Terminal


@pytest.mark.timeout(180)  # eight processes start, also on a machine that is busy
async def test_a_room_from_its_creation_to_its_end(house: House, tmp_path: Path) -> None:
    """R: what the console does by keys, a script does by the same calls."""
    _, token = await house.operators.create("olga", ROLES["operator"])
    terminal = Terminal(house, tmp_path, token)

    made = await terminal.read("rooms", "create", "Réunion", "--id", "reunion", "--max", "5")
    assert (made["room"], house.floor.room("reunion").title) == ("reunion", "Réunion")
    ticket = next(link["url"] for link in made["links"] if link["role"] == "participant").partition("#")[2]
    amina, bruno = [
        (await house.join.join("reunion", ticket, JoinRequest(name=name, sdp="v=0"))).participant
        for name in ("Amina", "Bruno")
    ]
    assert set((await terminal.regie("participants", "list", "reunion", "-o", "id")).split()) == {amina, bruno}

    await terminal.regie("mute", "participant", "reunion", "Amina")
    assert [track for track, muted in house.media.muted.items() if muted] == [
        f"{house.floor.room('reunion').people.get(amina).transport}/microphone"
    ]
    said = house.chat.post("reunion", bruno, "publicité")
    assert said is not None
    await terminal.regie("chat", "hide", "reunion", said.message)
    assert [(message.message, message.hidden) for message in await house.chat.list("reunion")] == [(said.message, True)]
    await terminal.regie("participants", "remove", "reunion", "Bruno")
    (room,) = await terminal.read("rooms", "list")
    assert (room["room"], room["people"]) == ("reunion", 1)
    assert [node["node"] for node in await terminal.read("nodes", "list")] == ["here"]

    await terminal.regie("rooms", "close", "reunion", "--yes", "--reason", "fini")
    assert "reunion" not in house.floor.rooms


@pytest.mark.timeout(100)
async def test_who_may_not_is_told_so_and_exits_with_5(house: House, tmp_path: Path) -> None:
    """H18: the role is the node's to check; the command only reports it."""
    await house.room("hall", ["Amina"])
    _, token = await house.operators.create("vera", ROLES["viewer"])
    assert "NOT_ALLOWED" in await Terminal(house, tmp_path, token).regie("rooms", "close", "hall", "--yes", expect=5)
    assert "hall" in house.floor.rooms
