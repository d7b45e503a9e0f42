"""Making a room by `regie rooms create`: what would not be enough is said at once, and whose room it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rpc.house import ROLES, House
from tests.rpc.test_moderation_cli import Terminal


@pytest.mark.timeout(180)
async def test_whoever_plans_is_warned(house: House, tmp_path: Path) -> None:
    """R049, R092, the room's side: too few to moderate, or fewer places than people, is said when the room is made and
    when it is changed. The room is at once among those of whoever made it: the list that a home page will show."""
    _, token = await house.operators.create("olga", ROLES["operator"])
    terminal = Terminal(house, tmp_path, token)
    made = await terminal.read("rooms", "create", "Conseil", "--id", "conseil", "--expected", "99", "--moderators", "2")
    assert made["risks"] == ["moderators", "places"] and made["owner"] == "olga"
    assert "Too few people to moderate" in terminal.complaint and "raise --max" in terminal.complaint
    form = await terminal.read("rooms", "set", "conseil", "--moderators", "3", "--max", "102")
    assert (form["expected"], form["moderators"]) == (99, 3)
    mine = await terminal.read("rooms", "list", "-f", "owner=olga")
    assert [room["room"] for room in mine] == ["conseil"] and not mine[0].get("risks")
    assert await terminal.read("rooms", "list", "-f", "owner=pia") == []
