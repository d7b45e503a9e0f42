"""The results of a deed say what became of each target, and their title whom it was done to (D5)."""

from __future__ import annotations

import grpc

from console.model_features import DrainPlan, PlannedEnd
from console.operations import Given
from console.screens.links import link_lines
from console.screens.plan import plan_lines
from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.fleet import NOON, refusal


async def test_the_title_counts_those_it_was_done_to(node: Node) -> None:
    fra, waw = await node("fra-01"), await node("waw-01")
    for one in (fra, waw):
        await one.open_room("daily")
        await one.enter("daily", f"{one.name}-1", "Ada")
        await one.enter("daily", f"{one.name}-2", "Bob")
    waw.refuse["MuteParticipant"] = (grpc.StatusCode.FAILED_PRECONDITION, refusal("NODE_FULL"))
    async with console(fra, waw) as c:
        await c.press("3")
        await c.waits(lambda: len(c.desk.participants_pane.table.order) == 4, "everybody")
        await c.press("*", "m")
        await c.settle()
        await c.press("o")
        await c.sees("Results: microphone blocked: 2 people", "2 done, 2 refused")
        last = c.desk.operations.undos.newest()
        assert last is not None
        assert last.label == "2 people"


async def test_of_what_was_refused_to_all_the_title_says_so(node: Node) -> None:
    fra = await node("fra-01")
    await fra.open_room("daily")
    await fra.enter("daily", "p1", "Ada")
    fra.refuse["MuteParticipant"] = (grpc.StatusCode.FAILED_PRECONDITION, refusal("NODE_FULL"))
    async with console(fra) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await c.press("m")
        await c.settle()
        await c.press("o")
        await c.sees("Results: refused: Ada", "0 done, 1 refused")


def test_a_plan_in_which_nothing_ends_by_itself_says_nothing_good() -> None:
    plan = DrainPlan("fra-01", 30, NOON + 1800.0, (PlannedEnd("daily", 3, 0.0, cut=True),))
    lines = plan_lines(plan, NOON, 80)
    first, second = lines[:2]
    assert [tone for _, tone in first] == ["strong"]
    assert ("✗ cut at the deadline: 1 room, 3 people", "bad") in second
    assert not any(tone == "good" for line in lines for _, tone in line)


async def test_the_box_of_links_is_as_high_as_its_links(node: Node) -> None:
    fra = await node("fra-01")
    async with console(fra, size=(160, 45)) as c:
        given = [Given("town-hall › film", "https://fra-01.example/replay/a?t=0123456789", NOON + 60.0)]
        c.desk._show_links(given)
        await c.sees("town-hall › film", "https://fra-01.example/replay/a?t=0123456789")
        box = c.app.screen.query_one("VerticalScroll")
        assert box.size.height == len(link_lines(given, 100)) == 4
