"""The public gauge: what it counts, and how old it may be."""

from __future__ import annotations

from node.features.gauge.rules import Reading, read
from node.features.schedule.rules import EndSitting, Plan
from tests.features.stage import NOON, Stage


def test_it_counts_webinars_that_go_on_and_everybody_in_rooms() -> None:
    """R253: a webinar that waits for its host, and a meeting, are none that run; their people are people."""
    waits, runs, meeting = (Stage(type=kind, plan=Plan(minutes=60)) for kind in ("webinar", "lecture", "meeting"))
    waits.enter("Sacha", "speaker-ticket")
    helene = runs.enter("Hélène", "host-ticket")
    runs.enter()
    meeting.enter()
    rooms = [stage.room for stage in (waits, runs, meeting)]
    assert read(rooms, 45_000, NOON) == Reading(1, 4, 45_000, NOON)
    runs.do(EndSitting(runs.host(helene)))
    assert read(rooms, 45_000, NOON).webinars == 0


def test_a_clock_that_steps_back_makes_no_figure_younger_than_now() -> None:
    """R253, H28."""
    assert Reading(0, 0, 0, NOON).age_s(NOON - 3600) == 0.0
