"""R253: what is wrong with which node, why, and the page that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.alerts import RULES, Watch
from console.model import Context, Node, Quota, Room
from console.state import DOWN_AFTER, STALE_AFTER, Store
from tests.console.conftest import Node as Start
from tests.console.desk import console
from tests.console.test_away import Clock

RUNBOOKS = Path(__file__).parents[2] / "ops" / "runbooks"


def store(**values: object) -> Store:
    """One node that has just spoken."""
    one = Store([Context("waw-01", "127.0.0.1:1")], 100.0)
    one.heartbeat("waw-01", [Node("waw-01", "waw-01", **values)], 100.0, 1000.0)  # type: ignore[arg-type]
    return one


def raised(one: Store, *times: float) -> list[str]:
    """The causes that stand at the last of `times`."""
    watch = Watch()
    return sorted([alert.cause for now in times for alert in watch.look(one, now) if now == times[-1]])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.cause)
def test_every_rule_has_its_page(rule: object) -> None:
    assert (RUNBOOKS / f"{rule.name}.md").is_file()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"state": "plane_down"}, "alert.plane"),
        ({"plane_restarts": 2}, "alert.restarts"),
        ({"lag_ms": 21.0}, "alert.lag"),
        ({"loss": 5.1, "people": 3}, "alert.loss"),
        ({"database_away": True}, "alert.database"),
        ({"control_lag_ms": 251.0}, "alert.loop"),
        ({"cpu": 90.0}, "alert.hot"),
        ({"max_people": 100, "people": 90}, "alert.full"),
        ({"state": "draining", "drain_deadline": 999.0}, "alert.drain"),
    ],
)
def test_a_figure_beyond_its_threshold_raises_it(values: dict[str, object], cause: str) -> None:
    assert raised(store(**values), 100.0, 400.0) == [cause]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"lag_ms": 20.0, "control_lag_ms": 250.0, "loss": 5.0, "people": 3, "cpu": 89.9, "plane_restarts": 1},
        {"loss": 50.0},  # of nobody
        {"state": "draining", "drain_deadline": 1001.0},
    ],
)
def test_a_node_that_is_well_raises_nothing(values: dict[str, object]) -> None:
    assert raised(store(**values), 100.0, 400.0) == []


def test_it_is_raised_when_it_has_held_and_goes_when_it_does_not() -> None:
    one, watch = store(lag_ms=30.0), Watch()
    assert watch.look(one, 100.0) == [] == watch.look(one, 104.9)
    assert [alert.since for alert in watch.look(one, 105.0)] == [100.0]
    one.nodes.rows["waw-01", "waw-01"].lag_ms = 1.0
    assert watch.look(one, 106.0) == []
    one.nodes.rows["waw-01", "waw-01"].lag_ms = 30.0
    assert watch.look(one, 107.0) == []


def test_silence_is_a_warning_and_then_critical() -> None:
    one = store()
    one.tick(100.0 + STALE_AFTER, 1003.0)
    assert raised(one, 103.0) == ["alert.silent"]
    one.tick(100.0 + DOWN_AFTER, 1010.0)
    assert raised(one, 110.0) == ["alert.down"]


def test_rooms_without_moderators_and_a_full_node_by_its_limit() -> None:
    one = store(people=9)
    one.rooms.put(Room("waw-01", "hall", cover="slow"))
    one.rooms.put(Room("waw-01", "fine", cover="covered"))
    one.quotas.put(Quota("waw-01", "node", "", "people", limit=10))
    assert raised(one, 100.0, 110.0) == ["alert.cover", "alert.full"]


async def test_the_screen_says_cause_and_page_and_leads_to_the_rooms(node: Start) -> None:
    clock = Clock()
    well, ill = await node("par-01"), await node("waw-01")
    await ill.open_room("daily")
    ill.load.lag_p99_ms = 80
    async with console(well, ill, size=(140, 30), clock=clock) as c:
        clock.ahead += 1
        await c.waits(lambda: bool(c.store._alerts._since), "seen once")
        clock.ahead += 2.5
        await c.press("5")
        await c.waits(lambda: c.desk.alerts_pane.table.point_at(("waw-01", "RegiePlaneLagging")), "raised")
        await c.sees("RegiePlaneLagging", "/usr/share/doc/regie/runbooks/RegiePlaneLagging.md", "waw-01")
        await c.press("enter")
        await c.sees("[2 Rooms waw-01]", "daily")
