"""`--dry-run` on a real node: what is not there is said, what is there is left as it is (D5: scriptable twin)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.rpc.house import ROLES, House
from tests.rpc.test_moderation_cli import Terminal

pytestmark = pytest.mark.timeout(180)  # several processes start, also on a machine that is busy


async def terminal(house: House, folder: Path) -> Terminal:
    _, token = await house.operators.create("olga", ROLES["operator"])
    return Terminal(house, folder, token)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("chat", "hide", "hall", "m_none"), "MESSAGE_UNKNOWN"),
        (("moderation", "approve", "hall", "i_none"), "ITEM_UNKNOWN"),
        (("participants", "unban", "hall", "p_none"), "PARTICIPANT_UNKNOWN"),
    ],
)
async def test_what_is_not_in_the_room_is_refused(
    house: House, tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    await house.room("hall", ["Amina"])
    script = await terminal(house, tmp_path)
    await script.regie(*words, "--dry-run", "-o", "json", expect=1)
    assert [one["error"] for one in json.loads(script.said)] == [code]


async def test_the_limit_of_a_room_that_is_not_there_is_refused(house: House, tmp_path: Path) -> None:
    script = await terminal(house, tmp_path)
    said = await script.regie("quotas", "set", "room:nowhere", "people", "5", "--dry-run", expect=1)
    assert "ROOM_UNKNOWN" in said


async def test_what_names_nobody_is_about_the_whole_room(house: House, tmp_path: Path) -> None:
    await house.room("hall", ["Amina"])
    script = await terminal(house, tmp_path)
    assert "LowerHand" in await script.regie("hands", "lower", "hall", "--dry-run")
    assert "SetCap" in await script.regie("rates", "set", "hall", "--send", "500k", "--dry-run")


async def test_a_message_that_is_there_is_told_and_stays(house: House, tmp_path: Path) -> None:
    (amina,) = await house.room("hall", ["Amina"])
    said = house.chat.post("hall", amina, "bonjour")
    assert said is not None
    script = await terminal(house, tmp_path)
    assert "HideMessage" in await script.regie("chat", "hide", "hall", said.message, "--dry-run")
    assert [one.hidden for one in await house.chat.list("hall")] == [False]


async def test_a_calendar_that_lies_there_is_neither_written_nor_removed(house: House, tmp_path: Path) -> None:
    script = await terminal(house, tmp_path)
    soon = datetime.fromtimestamp(house.floor.clock.now()) + timedelta(days=3)
    await script.regie("rooms", "create", "Cours", "--id", "cours", "--start", f"{soon:%Y-%m-%d %H:%M}")
    mine = tmp_path / "cours.ics"
    mine.write_text("mine")
    assert "CloseRoom" in await script.regie("rooms", "delete", "cours", "--ics", str(mine), "--dry-run")
    assert mine.read_text() == "mine"
    assert "cours" in house.floor.rooms


async def test_a_drain_is_foretold_by_the_plan_of_the_node(house: House, tmp_path: Path) -> None:
    await house.room("hall", ["Amina"])
    script = await terminal(house, tmp_path)
    plan = await script.read("nodes", "drain", "start", "--dry-run")
    assert [(one["room"], one["people"]) for one in plan["rooms"]] == [("hall", 1)]
    (node,) = await script.read("nodes", "list")
    assert node["state"] != "draining"
