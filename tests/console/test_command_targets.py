"""Commands `:` touch what they name, on the node that they name, and nothing else (R182, R185)."""

from __future__ import annotations

import pytest

from console.screens import commands
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode

REFUSED = "✗"


async def two(node: Node) -> list[FakeNode]:
    """Two nodes with two rooms each, of the same names, and a host and a guest in the first."""
    nodes = [await node(name) for name in ("fra-01", "waw-01")]
    for one in nodes:
        await one.open_room("daily")
        await one.open_room("weekly")
        await one.enter("daily", f"h-{one.name}", "Hélène", role="host")
        await one.enter("daily", f"a-{one.name}", "Amina")
    return nodes


async def typed(c: Console, line: str) -> None:
    await c.press("colon")
    await c.type(line)
    await c.press("enter")
    await c.settle()


def asked(*nodes: FakeNode) -> list[tuple[str, str, str]]:
    return [(one.name, name, getattr(request, "room", "")) for one in nodes for name, request in one.calls]


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("@waw-01 lock weekly", "SetFlags"),
        ("@waw-01 slow 5 weekly", "SetSettings"),
        ("@waw-01 extend 10 room:weekly", "ExtendRoom"),
        ("@waw-01 flags lock_camera=on room:weekly", "SetFlags"),
    ],
)
async def test_the_room_that_is_named_on_the_node_that_is_named(node: Node, line: str, call: str) -> None:
    fra, waw = await two(node)
    async with console(fra, waw) as c:
        await c.press("2")
        await typed(c, line)
        await c.waits(lambda: bool(waw.calls), "the node is asked")
        assert asked(fra, waw) == [("waw-01", call, "weekly")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("@waw-01 mute .", "not on @waw-01"),
        ("@waw-01 rates 500k", "not on @waw-01"),
        ("@waw-01 lock", "not on @waw-01"),
        ("@waw-01 pause", "on no node in particular"),
        ("lock nowhere", "unknown room: nowhere"),
        ("mute . source:kamera", "Unknown source “kamera”"),
        ("rates 500k --dry-run", "has no --dry-run"),
        ("undrain fra-01", "does not drain"),
        ("drain fra-01 99999", "not a number up to 1440"),
        ("drain fra-01 2h", "nothing here is called “2h”"),
        ("unban", "Say who"),
    ],
)
async def test_what_cannot_be_meant_is_refused_and_nothing_is_done(node: Node, line: str, why: str) -> None:
    fra, waw = await two(node)
    async with console(fra, waw, size=(160, 30)) as c:
        await c.press("2")
        await c.waits(lambda: _at_fra(c), "a row")
        await c.press("enter")
        await c.sees("Amina")
        await typed(c, line)
        await c.sees(why)
        assert asked(fra, waw) == []


def _at_fra(c: Console) -> bool:
    table = c.desk.rooms_pane.table
    key = next((key for key in table.order if key[0] == "fra-01" and key[-1] == "daily"), None)
    return key is not None and table.point_at(key)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mute * --dry-run", "mute would touch 1: Amina"),
        ("ban Amina --dry-run", "ban would touch 1: Amina"),
        ("slow 5 --dry-run", "slow would touch 1: daily"),
        ("close --dry-run", "close would touch 1: daily"),
        ("end --dry-run", "end would touch 1: daily"),
    ],
)
async def test_a_dry_run_does_nothing(node: Node, line: str, said: str) -> None:
    fra, waw = await two(node)
    async with console(fra, waw, size=(160, 30)) as c:
        await c.press("2")
        await c.waits(lambda: _at_fra(c), "a row")
        await c.press("enter")
        await c.sees("Amina")
        await typed(c, line)
        await c.sees(said)
        assert asked(fra, waw) == []


async def test_hosts_are_in_no_mass_mute_unless_each_is_marked(node: Node) -> None:
    """console.md: hosts are never in a mass mute unless they are named."""
    fra, waw = await two(node)
    async with console(fra, waw, size=(160, 30)) as c:
        await c.press("3")
        await c.sees("Amina", "Hélène")
        await c.waits(lambda: len(c.desk.participants_pane.table.order) == 4, "all are listed")
        await c.press("*", "K")
        await c.sees("2 people", "2 hosts are left out")
        await c.press("n", "m")
        await c.settle()
        await c.waits(lambda: len(fra.calls) + len(waw.calls) == 2, "both guests")
        muted = {request.participant for one in (fra, waw) for _, request in one.calls}
        assert muted == {"a-fra-01", "a-waw-01"}
        await c.press("\\")
        await c.waits(lambda: not c.desk.participants_pane.table.marks, "nothing is marked")
        host = next(key for key in c.desk.participants_pane.table.order if key[-1] == "h-fra-01")
        c.desk.participants_pane.table.point_at(host)
        await c.press("space")
        await typed(c, "mute marked")
        await c.waits(lambda: fra.calls[-1][1].participant == "h-fra-01", "who is marked by themselves")


async def test_the_node_before_a_list_narrows_it(node: Node) -> None:
    fra, waw = await two(node)
    async with console(fra, waw, size=(160, 30)) as c:
        for line in ("@waw-01 participants", "@waw-01 nodes", "@waw-01 rooms"):
            await typed(c, line)
            await c.waits(lambda: {key[0] for key in c.desk.pane.table.order} == {"waw-01"}, line)
            await c.press("escape")


def test_every_verb_that_foretells_is_one() -> None:
    assert set(commands._VERBS) >= commands.FORETELLS | commands.NOWHERE
