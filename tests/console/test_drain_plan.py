"""D3: the plan of a drain, on the screen before anybody is told anything: what ends by itself and when, what the
deadline would cut.
"""

from __future__ import annotations

from console import i18n
from console.model import DrainPlan, PlannedEnd
from console.screens.plan import plan_lines


def test_a_node_is_empty_with_its_last_end_or_at_the_deadline() -> None:
    ends = PlannedEnd("ends", 3, 700.0, cut=False)
    assert DrainPlan("n", 30, 1800.0, (ends,)).empty_at == 700.0
    assert DrainPlan("n", 30, 1800.0, (ends, PlannedEnd("goes-on", 1, 0.0, cut=True))).empty_at == 1800.0


def test_a_node_without_anything_is_said_to_be_empty() -> None:
    i18n.use("en")
    lines = plan_lines(DrainPlan("n", 30, 1800.0), 0.0, 90)
    assert "the node is empty" in "".join(text for line in lines for text, _ in line)


def test_what_is_cut_comes_first_with_its_people_and_the_rest_with_its_end() -> None:
    i18n.use("en")
    plan = DrainPlan(
        "n", 45, 2700.0, (PlannedEnd("ends", 3, 700.0, cut=False), PlannedEnd("goes-on", 1, 0.0, cut=True))
    )
    lines = ["".join(text for text, _ in line) for line in plan_lines(plan, 100.0, 90)]
    assert lines[:3] == [
        "Drained within 45 min: deadline 00:45:00Z",
        "● ends by itself: 1 room  empty at 00:45:00Z",
        "✗ cut at the deadline: 1 room, 1 person",
    ]
    assert [line.split()[0] for line in lines[-2:]] == ["goes-on", "ends"]
    assert "00:11:40Z in 10m" in lines[-1] and lines[-2].endswith("✗ cut")


def test_of_no_room_that_ends_by_itself_nothing_good_is_said() -> None:
    plan = DrainPlan("n", 30, 1800.0, (PlannedEnd("goes-on", 1, 0.0, cut=True),))
    lines = plan_lines(plan, 100.0, 90)
    assert [text for line in lines for text, tone in line if tone == "good"] == []
    assert lines[1][0] == ("✗ cut at the deadline: 1 room, 1 person", "bad")
