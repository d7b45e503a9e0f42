"""`t`: the minutes that were, of every node, a step at a time or played (D4)."""

from __future__ import annotations

from typing import Any

import pytest

from console.i18n import Language
from console.model import Context, Node
from console.screens.timeline import TimelineScreen
from console.state import Event, Store
from console.timeline import Past
from tests.console import conftest
from tests.console.desk import Console, console
from tests.console.fleet import NOON
from tests.console.test_pictures import SIZES, Still, language, same

__all__ = ["language"]

FRA, WAW = ("fra-01", "fra-01"), ("waw-01", "waw-01")


def lived() -> Past:
    """Two minutes: fra gets busier by the second; waw is silent between 40 and 70."""
    store = Store([Context(name, f"{name}:1", "", "") for name in ("fra-01", "waw-01")], 0.0)
    for second in range(120):
        at = float(second)
        store.heartbeat("fra-01", [Node("fra-01", "fra-01", cpu=at / 2, people=second)], at, NOON + at)
        if not 40 <= second < 70:
            store.heartbeat("waw-01", [Node("waw-01", "waw-01", cpu=10.0, people=7)], at, NOON + at)
        store.tick(at, NOON + at)
    return Past.of(store, NOON + 119.0)


def test_every_node_as_it_was_then_and_no_figure_of_one_that_was_silent() -> None:
    past = lived()
    assert [(one.key, one.heard, one.cpu, one.people) for one in past.moment(NOON + 30.5)] == [
        (FRA, True, 15.0, 30),
        (WAW, True, 10.0, 7),
    ]
    silent, heard = past.moment(NOON + 60.0)
    assert (silent.key, silent.heard, silent.people) == (WAW, False, 0)
    assert (heard.key, heard.cpu) == (FRA, 30.0)
    assert [past.people(NOON + at) for at in (10.0, 41.0, 60.0, 80.0)] == [17, 48, 60, 87]
    assert [one.heard for one in past.moment(NOON - 1.0)] == [False, False]
    assert (past.first, past.last) == (NOON, NOON + 119.0)


def test_what_happened_is_gone_to_one_by_one() -> None:
    past = lived()
    at, turns = past.first, []
    while at < past.last:
        at = past.following(at)
        turns.append((at - NOON, [event.word for event in past.happened(at, 1)]))
    assert turns == [
        (42.0, ["event.stale"]),
        (49.0, ["event.down"]),
        (70.0, ["event.live"]),
        (119.0, ["event.live"]),
    ]
    assert past.preceding(NOON + 50.0) == NOON + 49.0
    assert past.preceding(NOON + 10.0) == past.first


def test_of_a_long_day_ten_minutes_and_what_is_looked_at_is_not_forgotten_meanwhile() -> None:
    store = Store([Context("fra-01", "fra-01:1", "", "")], 0.0)

    def live(begin: int, end: int) -> None:
        for second in range(begin, end):
            store.heartbeat("fra-01", [Node("fra-01", "fra-01", people=second)], float(second), NOON + second)

    live(0, 2999)
    past = Past.of(store, NOON + 2998.0)
    assert (past.first, past.people(past.first)) == (NOON + 2398.0, 2398)
    live(2999, 4000)
    assert (past.people(past.first), past.people(past.last)) == (2398, 2998)


def test_before_anything_was_seen_there_is_nothing() -> None:
    past = Past.of(Store([Context("fra-01", "fra-01:1", "", "")], 0.0), NOON)
    assert (past.first, past.last, past.moment(NOON)) == (NOON, NOON, [])


def remembers(c: Console) -> None:
    """As if the console had looked on for half a minute."""
    past = c.store.history["fra-01", "fra-01"]
    for values in (past.at, past.cpu, past.people, past.bits, past.loss):
        del values[:]
    for second in range(31):
        past.add(Node("fra-01", "fra-01", cpu=float(second), people=second), NOON + 214.0 + second)


async def test_step_by_step_and_played_to_the_end(node: conftest.Node) -> None:
    one = await node("fra-01", tick=0.1)
    still = Still()
    async with console(one, size=(100, 40), clock=still, wall=lambda: NOON + 245.0) as c:
        remembers(c)
        await c.press("t")
        await c.sees("Timeline", "12:04:05Z", "as it was opened", "‖ stands")
        screen: Any = c.app.screen
        assert isinstance(screen, TimelineScreen)
        await c.press("comma")
        await c.sees("12:03:55Z", "10s before", "nodes heard: 1 of 1", "21 people")
        await c.press("g")
        await c.sees("12:03:34Z", "31s before", "0 people")
        await c.press("full_stop")
        await c.sees("12:03:44Z", "10 people")
        await c.press("space")
        await c.sees("▶ plays")
        await c.waits(lambda: not screen.playing, "it plays to the end and stops")
        await c.sees("as it was opened", "‖ stands")
        await c.press("q")
        assert c.app.screen is c.desk


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_it_looks_as_it_did(node: conftest.Node, size: tuple[int, int], language: Language) -> None:
    fra, waw = await node("fra-01", tick=0.1), await node("waw-01", tick=0.1)
    still = Still()
    async with console(fra, waw, size=size, clock=still, wall=lambda: NOON + 245.0) as c:
        c.desk.show("rooms")  # of which nothing is a figure of these minutes
        await c.quiet(still)
        remembers(c)
        del c.store.history["waw-01", "waw-01"].at[:]
        c.store.events.append(Event(NOON + 220.0, "waw-01", "event.down", True, "no answer"))
        c.app.push_screen(TimelineScreen(Past.of(c.store, NOON + 244.0)))
        await c.press("comma")
        await c.heard()
        same(c, f"timeline-{size[0]}x{size[1]}-{language}")


async def test_where_t_sends_to_the_lobby_it_has_a_command(node: conftest.Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await c.press("t")
        assert c.desk.bar.is_open
        await c.press("n")
        c.desk.command("timeline")
        await c.sees("Timeline")
