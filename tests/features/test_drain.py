"""D3: a room of a node that is drained, in virtual time, and what a drain would mean."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.nodes.rules import PlannedEnd, planned
from node.features.participants.rules import Cause, PersonGone
from node.features.rooms.rules import RoomClosed
from node.features.schedule.rules import DrainRoom, Extend, SittingEnded, TimeTold
from node.features.types.rules import End
from tests.features.stage import NOON, OPERATOR, Stage, of
from tests.features.test_schedule import MINUTE, scheduled, until


def drain(stage: Stage, minutes: float | None) -> list[object]:
    at = None if minutes is None else stage.now + minutes * MINUTE
    return list(stage.do(DrainRoom(at, OPERATOR, "new version")))


def test_people_are_told_at_once_and_are_out_at_the_deadline() -> None:
    stage = Stage()
    stage.enter("Amina"), stage.enter("Bruno")
    assert len(of(drain(stage, 30), TimeTold)) == 1  # type: ignore[arg-type]
    assert stage.room.schedule.left(stage.now) == 30 * MINUTE
    assert not of(until(stage, NOON + 30 * MINUTE - 1), PersonGone)
    events = until(stage, NOON + 30 * MINUTE)
    assert [gone.cause for gone in of(events, PersonGone)] == [Cause.ENDED] * 2
    ended = of(events, SittingEnded)
    assert [(one.cause, one.by, one.reason) for one in ended] == [(End.OPERATOR, "olga", "new version")]
    assert not of(events, RoomClosed)
    assert len(stage.room.people) == 0


def test_nothing_begins_in_it_any_more_and_who_is_in_may_have_company_until_then() -> None:
    stage = Stage()
    drain(stage, 30)
    with pytest.raises(Refused) as no:
        stage.knock("Amina")
    assert no.value.code == "NODE_DRAINING"
    other = Stage()
    other.enter("Amina")
    drain(other, 30)
    other.enter("Bruno")
    until(other, NOON + 30 * MINUTE)
    with pytest.raises(Refused) as no:
        other.knock("Chloé")
    assert no.value.code == "NODE_DRAINING"


def test_no_extension_moves_the_deadline() -> None:
    stage = scheduled(minutes=60, start=NOON)
    stage.enter("Amina", "speaker-ticket"), stage.enter("Bruno", "speaker-ticket")
    drain(stage, 20)
    stage.do(Extend(60, OPERATOR))
    assert stage.room.schedule.cut == NOON + 20 * MINUTE
    assert of(until(stage, NOON + 20 * MINUTE), SittingEnded)


def test_what_ends_before_ends_as_it_would() -> None:
    stage = scheduled(minutes=60, start=NOON)
    stage.enter("Amina", "speaker-ticket"), stage.enter("Bruno", "speaker-ticket")
    drain(stage, 120)
    assert stage.room.schedule.cut == NOON + 65 * MINUTE
    assert of(until(stage, NOON + 65 * MINUTE), SittingEnded)[0].cause is End.TIME


def test_a_room_of_another_day_is_not_touched() -> None:
    stage = scheduled(minutes=60, start=NOON + 600 * MINUTE)
    drain(stage, 30)
    assert not until(stage, NOON + 60 * MINUTE)
    assert stage.room.closed is None


def test_an_abort_lets_everything_go_on() -> None:
    stage = Stage()
    stage.enter("Amina")
    drain(stage, 30)
    assert len(of(drain(stage, None), TimeTold)) == 1  # type: ignore[arg-type]
    assert not of(until(stage, NOON + 31 * MINUTE), SittingEnded)
    stage.enter("Bruno")


def test_a_plan_names_what_ends_by_itself_and_what_is_cut() -> None:
    rooms = [("empty", 0, None), ("soon", 3, NOON + 60), ("late", 2, NOON + 900), ("for-ever", 9, None)]
    assert planned(rooms, NOON + 600) == [
        PlannedEnd("for-ever", 9, None, True),
        PlannedEnd("late", 2, NOON + 900, True),
        PlannedEnd("soon", 3, NOON + 60, False),
    ]
