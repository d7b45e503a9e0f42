"""D3's plan view in the console: what of a node ends by itself and when, what would have to move before the deadline;
the drain begun from it, counted by the node, and aborted.
"""

from __future__ import annotations

from collections.abc import Callable

import grpc
import pytest

from console import i18n
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import NOON, FakeNode, refusal
from tests.console.test_pictures import SIZES, Still, language, same
from tests.console.test_without_colour import coloured

__all__ = ["language"]

IDS = [f"{width}x{height}" for width, height in SIZES]
NOW = NOON + 245.0


def at_noon() -> float:
    return NOW


async def busy(node: Node, wall: Callable[[], float] = at_noon) -> FakeNode:
    """Two rooms that end by themselves, one that nothing ends, one that ends too late; and one with nobody."""
    fra = await node("fra-01", tick=0.1, wall=wall)
    for name, minutes, people in (
        ("standup", 5, 2),
        ("review", 20, 3),
        ("town-hall", 90, 2),
        ("daily", 0, 1),
        ("empty", 0, 0),
    ):
        await fra.open_room(name)
        if minutes:
            fra.rooms[name].cut.FromSeconds(int(NOW) + 60 * minutes)
        for number in range(people):
            await fra.enter(name, f"{name}-{number}", f"Guest {number}")
    return fra


async def asks(c: Console) -> None:
    """The plan of the node under the cursor, which has said its name."""
    await c.waits(lambda: (row := c.desk.nodes_pane.table.cursor_row) is not None and row.name == "fra-01", "its row")
    await c.press("i")


async def plan(c: Console) -> None:
    await asks(c)
    await c.sees("Drain plan — fra-01", "Drained within 30 min")


@pytest.mark.parametrize("size", SIZES, ids=IDS)
async def test_what_ends_by_itself_and_what_would_have_to_move(node: Node, size: tuple[int, int]) -> None:
    fra = await busy(node)
    async with console(fra, size=size, wall=at_noon) as c:
        await plan(c)
        await c.sees("deadline 12:34:05Z", "● ends by itself: 2 rooms  empty at 12:34:05Z")
        await c.sees("✗ cut at the deadline: 2 rooms, 3 people")
        lines = [line for line in c.lines() if any(word in line for word in ("● ends", "✗ cut")) and "Z in" in line]
        assert ["town-hall" in lines[0], "standup" in lines[1], "review" in lines[2]] == [True] * 3
        await c.sees("12:09:05Z in 5m", "12:24:05Z in 20m", "13:34:05Z in 90m")
        assert "empty" not in [line.strip("│ ").split()[0] for line in c.lines() if line.strip("│ ")]
        assert fra.calls == []  # nobody has been told anything


@pytest.mark.parametrize("size", SIZES, ids=IDS)
async def test_another_deadline_is_asked_of_the_node(node: Node, size: tuple[int, int]) -> None:
    fra = await busy(node)
    async with console(fra, size=size, wall=at_noon) as c:
        await plan(c)
        await c.press("minus")
        await c.sees("Drained within 15 min: deadline 12:19:05Z", "● ends by itself: 1 room ", "3 rooms, 6 people")
        await c.press(*["plus"] * 6)
        await c.sees("Drained within 105 min", "● ends by itself: 3 rooms", "1 room, 1 person")
        await c.press(*["minus"] * 9)
        await c.sees("Drained within 0 min: deadline 12:04:05Z", "4 rooms, 8 people")


async def test_the_plan_is_of_now(node: Node) -> None:
    fra = await busy(node)
    async with console(fra, size=(80, 24), wall=at_noon) as c:
        await plan(c)
        await c.sees("2 rooms, 3 people")
        await fra.leave("daily", "daily-0")
        await c.sees("✗ cut at the deadline: 1 room, 2 people")


@pytest.mark.parametrize("size", SIZES, ids=IDS)
async def test_a_drain_is_begun_from_it_counted_by_the_node_and_aborted(node: Node, size: tuple[int, int]) -> None:
    """D3: the node's name is typed, and a reason; the deadline is the one that was looked at."""
    fra = await busy(node)
    async with console(fra, size=size, wall=at_noon) as c:
        await plan(c)
        await c.press("plus")
        await c.sees("Drained within 45 min")
        await c.press("D")
        await c.sees("Drain fra-01: 5 rooms, 8 people.", "over in 45", "type fra-01 then Enter")
        await c.type("fra-02")
        await c.press("enter")
        await c.sees("type exactly: fra-01")
        assert fra.calls == []
        await c.press(*["backspace"] * 6)
        await c.type("fra-01")
        await c.press("enter")
        await c.sees("reason (kept in the audit)")
        await c.press("enter")
        await c.sees("a reason is needed")
        assert fra.calls == []
        await c.type("new version")
        await c.press("enter")
        await c.settle()
        ((method, request),) = fra.calls
        assert (method, request.minutes, request.reason) == ("StartDrain", 45, "new version")
        await c.sees("↓ draining")
        await c.press("i")
        await c.sees("draining: 8 people, 5 rooms left; over 12:49:05Z", "begun by anna", "D stop draining")
        await fra.close("review")
        await c.sees("draining: 5 people, 4 rooms left; over 12:49:05Z")
        await c.press("D")
        await c.sees("Stop draining fra-01?", "type fra-01 then Enter")
        await c.type("fra-01")
        await c.press("enter")
        await c.type("not today")
        await c.press("enter")
        await c.settle()
        assert [name for name, _ in fra.calls] == ["StartDrain", "AbortDrain"]
        await c.waits(lambda: "● ok" in c.lines()[3], "no longer draining")
        await c.press("i")
        await c.sees("Drain plan", "D drain")
        assert "begun by" not in c.text()


async def test_a_deadline_that_has_passed_is_said_until_the_node_is_empty(node: Node) -> None:
    still = Still()
    fra = await busy(node)
    still.now = NOW
    async with console(fra, size=(80, 24), wall=still) as c:
        c.desk.command("drain fra-01 10 -r update")
        await c.sees("over in 10")
        await c.type("fra-01")
        await c.press("enter")
        await c.settle()
        await c.sees("↓ draining")
        await plan(c)
        assert "the deadline has passed" not in c.text()
        still.now += 601
        await c.sees("✗ the deadline has passed")
        for room in ("standup", "review", "town-hall", "daily", "empty"):
            await fra.close(room)
        await c.sees("draining: 0 people, 0 rooms left", "the node is empty")


async def test_what_another_operator_began_meanwhile_is_what_the_key_is_about(node: Node) -> None:
    """Else a second drain would be asked for, with another deadline than people were told."""
    from protos.nodes.v1 import nodes_pb2

    fra = await busy(node)
    async with console(fra, size=(80, 24), wall=at_noon) as c:
        await plan(c)
        fra.drain = nodes_pb2.Drain(by="bruno", reason="update")
        fra.drain.deadline.FromSeconds(int(NOW) + 600)
        await c.sees("begun by bruno", "D stop draining")
        await c.press("D")
        await c.sees("Stop draining fra-01?")
        await c.press("escape")
        await c.settle()
        assert fra.calls == []


@pytest.mark.parametrize("key", ["q", "escape", "i", "enter", "backspace"])
async def test_keys_close_it_and_do_nothing_else(node: Node, key: str) -> None:
    fra = await busy(node)
    async with console(fra, size=(80, 24), wall=at_noon) as c:
        await plan(c)
        await c.press("m", "K", "X", "4", "colon")  # of the list behind it
        assert "Drain plan — fra-01" in c.text()
        await c.press(key)
        assert "Drain plan" not in c.text()
        assert c.desk.pane is c.desk.nodes_pane and not c.desk.bar.is_open
        assert fra.calls == []


async def test_a_long_plan_scrolls(node: Node) -> None:
    fra = await busy(node)
    for number in range(40):
        await fra.open_room(f"class-{number:02d}")
        await fra.enter(f"class-{number:02d}", f"p{number}", "Guest")
    async with console(fra, size=(80, 24), wall=at_noon) as c:
        await plan(c)
        await c.sees("class-00")
        assert "review" not in c.text()
        await c.press(*["j"] * 40)
        await c.sees("review")


async def test_whoever_may_only_look_sees_the_plan_and_begins_nothing(node: Node) -> None:
    fra = await busy(node)
    fra.role = "viewer"
    async with console(fra, size=(80, 24), wall=at_noon) as c:
        await plan(c)
        await c.press("D")
        await c.sees("This needs the role operator")
        assert fra.calls == []


async def test_a_node_that_refuses_says_why_in_the_plan(node: Node) -> None:
    fra = await busy(node)
    fra.refuse["PlanDrain"] = (grpc.StatusCode.RESOURCE_EXHAUSTED, refusal("TOO_BUSY"))
    async with console(fra, size=(80, 24), wall=at_noon) as c:
        await asks(c)
        await c.sees("Drain plan — fra-01", "[TOO_BUSY]")
        fra.refuse.clear()
        await c.sees("Drained within 30 min")
        assert "TOO_BUSY" not in c.text()


async def test_without_colour_it_says_the_same(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    fra = await busy(node)
    async with console(fra, size=(80, 24), wall=at_noon) as c:
        await plan(c)
        await c.sees("● ends by itself", "✗ cut at the deadline")
        assert list(coloured(c)) == []


@pytest.mark.parametrize("size", SIZES, ids=IDS)
async def test_it_looks_as_it_did(node: Node, size: tuple[int, int], language: i18n.Language) -> None:
    still, tag = Still(), f"{size[0]}x{size[1]}-{language}"
    fra = await busy(node)
    async with console(fra, size=size, clock=still, wall=at_noon) as c:
        await c.waits(lambda: len(c.store.rooms) == 5, "rooms")
        c.store.look_anew()
        await c.quiet(still)
        await asks(c)
        await c.sees("town-hall", "13:34:05Z")
        await c.quiet(still)
        same(c, f"plan-{tag}")
        await c.press("D")
        c.desk.bar.entry.cursor_blink = False  # else the picture is of one half second or the other
        await c.quiet(still)
        same(c, f"plan-typed-{tag}")
        await c.type("fra-01")
        await c.press("enter")
        await c.quiet(still)
        same(c, f"plan-reason-{tag}")
        await c.type("new version")
        await c.press("enter")
        await c.settle()
        await c.waits(lambda: next(iter(c.store.nodes.rows.values())).state == "draining", "it drains")
        await c.press("i")
        await c.sees("13:34:05Z")
        await c.quiet(still)
        same(c, f"plan-draining-{tag}")
