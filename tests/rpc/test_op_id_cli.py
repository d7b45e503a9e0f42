"""`--op-id` on a real node: the same command again does nothing a second time, whatever has changed (D5: scriptable
twin)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rpc.house import ROLES, House
from tests.rpc.test_moderation_cli import Terminal

pytestmark = pytest.mark.timeout(180)  # several processes start, also on a machine that is busy


async def terminal(house: House, folder: Path) -> Terminal:
    _, token = await house.operators.create("olga", ROLES["operator"])
    return Terminal(house, folder, token)


async def test_a_mute_that_was_lifted_since_is_not_laid_again(house: House, tmp_path: Path) -> None:
    await house.room("hall", ["Amina"])
    script = await terminal(house, tmp_path)
    first = await script.regie("mute", "participant", "hall", "Amina", "--op-id", "n7")
    await script.regie("unmute", "participant", "hall", "Amina")
    assert await script.regie("mute", "participant", "hall", "Amina", "--op-id", "n7") == first
    assert list(house.media.muted.values()) == [False]


async def test_a_whole_room_is_muted_once(house: House, tmp_path: Path) -> None:
    await house.room("hall", ["Amina", "Bruno"])
    script = await terminal(house, tmp_path)
    await script.regie("mute", "room", "hall", "--op-id", "n7")
    await script.regie("unmute", "participant", "hall", "Amina")
    await script.regie("mute", "room", "hall", "--op-id", "n7")
    assert sorted(house.media.muted.values()) == [False, True]


async def test_who_came_since_under_the_same_name_is_not_removed(house: House, tmp_path: Path) -> None:
    """A name is looked up anew by each command: the second time it may mean somebody else."""
    await house.room("hall", ["Amina", "Bruno"])
    script = await terminal(house, tmp_path)
    await script.regie("participants", "remove", "hall", "Amina", "--op-id", "n7")
    another = await house.comes("hall", "Amina")
    await script.regie("participants", "remove", "hall", "Amina", "--op-id", "n7")
    assert "done already" in script.complaint
    assert house.floor.room("hall").people.find(another) is not None
    await script.regie("participants", "remove", "hall", "Amina", "--op-id", "n8")
    assert house.floor.room("hall").people.find(another) is None


async def test_of_several_each_is_done_once_and_none_is_missing_the_second_time(house: House, tmp_path: Path) -> None:
    await house.room("hall", ["Amina", "Bruno", "Chloé"])
    script = await terminal(house, tmp_path)
    for _ in range(2):
        await script.regie("participants", "remove", "hall", "Amina", "Bruno", "--op-id", "n7")
    assert len(house.floor.room("hall").people) == 1


async def test_what_was_refused_may_be_asked_again(house: House, tmp_path: Path) -> None:
    """Nothing was done under that id."""
    await house.room("hall", [])
    script = await terminal(house, tmp_path)
    await script.regie("participants", "remove", "hall", "Amina", "--op-id", "n7", expect=1)
    amina = await house.comes("hall", "Amina")
    await script.regie("participants", "remove", "hall", "Amina", "--op-id", "n7")
    assert house.floor.room("hall").people.find(amina) is None


async def test_the_record_of_the_second_says_that_it_was_a_repetition(house: House, tmp_path: Path) -> None:
    await house.room("hall", ["Amina"])
    script = await terminal(house, tmp_path)
    for _ in range(2):
        await script.regie("mute", "participant", "hall", "Amina", "--op-id", "n7")
    _, token = await house.operators.create("ada", ROLES["admin"])
    records = await Terminal(house, tmp_path, token).read("audit", "list")
    assert sorted(one["repeated"] for one in records if "MuteParticipant" in one["method"]) == [False, True]
