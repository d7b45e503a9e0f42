"""Another time, another length: within what the type allows, and at once."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.access.rules import LinksProlonged
from node.features.participants.rules import Tick
from node.features.schedule.rules import Form, Plan, PlanChanged, Replan, SittingEnded, TimeTold, plan_of
from node.features.types.rules import TYPES
from tests.features.stage import NOON, OPERATOR, Stage, of


def scheduled(minutes: int = 60) -> Stage:
    return Stage(type="webinar", plan=Plan(Form.SCHEDULED, NOON + 1800, minutes))


def test_a_session_is_put_off_with_its_links() -> None:
    """R089, R102: who has a link comes in at the new time."""
    stage = scheduled()
    events = stage.do(Replan(OPERATOR, starts=NOON + 86_400))
    (changed,) = of(events, PlanChanged)
    assert (changed.plan.starts, changed.plan.minutes, changed.ends) == (NOON + 86_400, 60, NOON + 86_400 + 3600)
    assert of(events, LinksProlonged)
    stage.wait(86_400 - 300)
    stage.enter("Sacha", "speaker-ticket")
    with pytest.raises(Refused, match="ROOM_NOT_STARTED"):
        stage.knock("Amina")


def test_a_shorter_session_is_cut_at_its_new_end() -> None:
    """R100, R166: those who are in are told."""
    stage = scheduled(120)
    stage.wait(1800)
    stage.enter("Hélène", "host-ticket")
    stage.wait(600)
    assert of(stage.do(Replan(OPERATOR, minutes=20)), TimeTold)
    assert stage.room.schedule.cut == NOON + 1800 + 1200 + 300
    stage.wait(600 + 300)
    assert of(stage.do(Tick()), SittingEnded)


@pytest.mark.parametrize(
    ("starts", "minutes", "code"),
    [
        (NOON - 86_400, None, "VALUE_INVALID"),
        (NOON + 400 * 86_400, None, "VALUE_INVALID"),
        (None, 12 * 60 + 1, "DURATION_OUT_OF_RANGE"),
        (None, 0, "DURATION_OUT_OF_RANGE"),
    ],
)
def test_times_that_will_not_do(starts: float | None, minutes: int | None, code: str) -> None:
    """T3, D2: nothing is changed."""
    stage = scheduled()
    with pytest.raises(Refused) as refused:
        stage.do(Replan(OPERATOR, starts, minutes))
    assert refused.value.code == code
    assert stage.room.schedule.plan == Plan(Form.SCHEDULED, NOON + 1800, 60)


def test_an_end_that_is_over_is_refused() -> None:
    stage = scheduled(120)
    stage.wait(1800)
    stage.enter("Hélène", "host-ticket")
    stage.wait(3000)
    with pytest.raises(Refused, match="VALUE_INVALID"):
        stage.do(Replan(OPERATOR, minutes=30))


def test_a_room_without_a_date_is_given_none() -> None:
    with pytest.raises(Refused, match="VALUE_INVALID"):
        Stage().do(Replan(OPERATOR, starts=NOON + 3600))


def test_a_meeting_may_have_no_end() -> None:
    """R100, T3: zero minutes, where the type knows that; it is never cut."""
    stage = Stage(plan=plan_of(TYPES["meeting"], Form.PERMANENT, None, 0, NOON))
    stage.enter()
    assert (stage.room.schedule.ends, stage.room.schedule.cut) == (None, None)
    stage.do(Replan(OPERATOR, minutes=30))
    assert stage.room.schedule.cut == NOON + 1800
    stage.do(Replan(OPERATOR, minutes=0))
    assert stage.room.schedule.cut is None
    assert [key for key, row in TYPES.items() if row.endless] == ["meeting", "workshop"]


def test_each_type_has_its_usual_and_its_longest_duration() -> None:
    """T3, R101, R164: 280 minutes is what a meeting has if nothing is said, six hours the most of a video conference;
    neither is the other's."""
    assert (TYPES["meeting"].default_minutes, TYPES["conference"].max_minutes) == (280, 360)
    for row in TYPES.values():
        assert 0 < row.default_minutes <= row.max_minutes
        assert plan_of(row, Form.PERMANENT, None, None, NOON).minutes == row.default_minutes
        with pytest.raises(Refused, match="DURATION_OUT_OF_RANGE"):
            plan_of(row, Form.PERMANENT, None, row.max_minutes + 1, NOON)
