"""The screen of limits: use, last refusals and their reason, and a change that holds at once (R098, R099, D1, D2)."""

from __future__ import annotations

import pytest

from console import i18n
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import NOON, FakeNode
from tests.console.test_pictures import SIZES, Still, language, same

__all__ = ["language"]

FULL = ("room", "town-hall", "people")


async def limited(node: Node) -> list[FakeNode]:
    """Two nodes; a full room, a type that is nearly full, and a limit that an operator has set."""
    nodes = [await node(name, tick=0.1) for name in ("fra-01", "waw-01")]
    one, two = nodes
    await one.open_room("town-hall", "Town hall", max_participants=55)
    await one.limit("node", "", "people", 2000, 137)
    await one.limit("node", "", "rooms", 1000, 1)
    await one.limit("node", "", "publishers", 0, 12)
    await one.limit("type", "webinar", "people", 150, 141, set_by="olga", default=0)
    await one.limit("type", "conference", "room_people", 55, 55)
    await one.limit(*FULL, 55, 55)
    await one.limit("room", "town-hall", "publishers", 0, 12)
    await two.limit("node", "", "people", 2000, 0)
    await one.deny("type", "webinar", "people", "TYPE_FULL", "daily")
    await one.deny(*FULL, "ROOM_FULL", "town-hall")
    await one.deny(*FULL, "ROOM_FULL", "town-hall")
    return nodes


async def at(c: Console, *key: str) -> None:
    """The cursor on a limit."""
    table = c.desk.quota_pane.table
    await c.waits(lambda: key in c.store.quotas.rows, f"limit {key}")
    table.reorder(c.app.look.now)
    table.point_at(key)
    await c.heard()


async def test_limits_of_all_nodes_with_use_and_reasons(node: Node) -> None:
    nodes = await limited(node)
    async with console(*nodes, size=(160, 45)) as c:
        await c.press("7")
        await c.sees("[7 Quotas]", "town-hall", "✗ FULL", "▲ 94 %", "○ none", "waw-01")
        await c.sees("last refusals", "ROOM_FULL, 55 of 55", "TYPE_FULL, 141 of 150")
        await nodes[0].limit(*FULL, 60, 55)
        await c.sees("● 91 %".replace("●", "▲"))


async def test_only_while_on_the_screen(node: Node) -> None:
    nodes = await limited(node)
    async with console(*nodes) as c:
        assert "quota" not in nodes[0].streams
        await c.press("7")
        await c.sees("town-hall")
        await c.press("1")
        assert len(c.store.quotas) == 0
        await c.press("7")
        await c.sees("town-hall")


async def test_a_change_holds_at_once_and_can_be_undone(node: Node) -> None:
    nodes = await limited(node)
    async with console(*nodes) as c:
        await c.press("7")
        await at(c, "fra-01", *FULL)
        await c.press("c")
        await c.sees("Limit of room:town-hall people (now 55)", "nobody has to leave")
        await c.type("80")
        await c.press("enter")
        await c.sees("limit changed: room:town-hall people", "ack ", "● 68 %")
        assert [(name, request.limit) for name, request in nodes[0].calls] == [("SetQuota", 80)]
        await c.press("u")
        await c.settle()
        await c.sees("✗ FULL")
        assert nodes[0].calls[-1][1].limit == 0  # it was the default


async def test_by_command_from_anywhere(node: Node) -> None:
    nodes = await limited(node)
    async with console(*nodes) as c:
        c.desk.command("quota room:town-hall people=70 -r more seats")
        await c.sees("limit changed: room:town-hall people")
        name, request = nodes[0].calls[-1]
        assert (name, request.scope, request.name, request.what) == ("SetQuota", *FULL)
        assert (request.limit, request.reason) == (70, "more seats")
        c.desk.command("quota node people=5")
        await c.sees("@fra-01 @waw-01")
        c.desk.command("quota node people")
        await c.sees("unknown scope or limit")
        c.desk.command("quotas full:yes")
        await c.sees("[7 Quotas]", "/full:yes")


async def test_a_moderator_is_told_who_may(node: Node) -> None:
    one = await node(role="moderator")
    await one.limit("node", "", "people", 10, 3)
    async with console(one) as c:
        await c.press("7")
        await at(c, "waw-01", "node", "", "people")
        await c.press("c")
        await c.sees("operator")
        assert one.calls == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_it_looks_as_it_did(node: Node, size: tuple[int, int], language: i18n.Language) -> None:
    nodes, still, tag = await limited(node), Still(), f"{size[0]}x{size[1]}-{language}"
    async with console(*nodes, size=size, clock=still, wall=lambda: NOON + 245.0) as c:
        await c.waits(lambda: len(c.store.rooms) == 1)
        await c.press("7")
        await c.waits(lambda: len(c.store.quotas) == 8 and len(c.store.denials.get("fra-01", ())) == 3)
        await at(c, "fra-01", *FULL)
        await c.quiet(still)
        same(c, f"quota-{tag}")
        await c.press("c")
        await c.sees("room:town-hall people", "55)")  # no picture: its cursor blinks
