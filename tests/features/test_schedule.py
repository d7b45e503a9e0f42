"""When a room opens, begins and ends, in virtual time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import Refused
from node.features.participants.rules import Cause, Leave, MediaConnected, PersonGone, Tick
from node.features.rooms.rules import Close, Opening, Resume, Room, RoomClosed, SavedRoom
from node.features.schedule.rules import (
    EndSitting,
    Extend,
    Form,
    Plan,
    SittingEnded,
    SittingExtended,
    SittingStarted,
    TimeTold,
)
from node.features.types.rules import End
from node.ports import Event
from tests.features.stage import NOON, OPERATOR, Stage, of

MINUTE = 60.0


def scheduled(type: str = "conference", *, minutes: int = 60, start: float = NOON + 1800) -> Stage:
    return Stage(type=type, plan=Plan(Form.SCHEDULED, start, minutes))


def until(stage: Stage, at: float) -> list[Event]:
    """Let the time pass as the node does: each deadline is met."""
    events: list[Event] = []
    while (deadline := stage.room.deadline) is not None and deadline <= at:
        stage.now = max(stage.now, deadline)
        events += stage.do(Tick())
    stage.now = at
    return events


def test_it_opens_five_minutes_before_and_says_when() -> None:
    """R165, D2."""
    stage = scheduled()
    until(stage, NOON + 24 * MINUTE)
    with pytest.raises(Refused) as early:
        stage.knock("Amina", "speaker-ticket")
    assert (early.value.code, early.value.limit, early.value.current) == ("ROOM_EARLY", "2023-11-14 22:38 UTC", "1 min")
    until(stage, NOON + 25 * MINUTE)
    stage.enter("Amina", "speaker-ticket")


def test_it_is_cut_five_minutes_after_its_end_with_three_warnings() -> None:
    """R166, T5: everybody is out, the room is closed, and the cause is kept."""
    stage = scheduled()
    until(stage, NOON + 30 * MINUTE)
    stage.enter("Amina", "speaker-ticket"), stage.enter("Bruno", "speaker-ticket")
    end = NOON + 90 * MINUTE
    told = [(at, len(of(until(stage, at), TimeTold))) for at in (end - 6 * MINUTE, end, end + 3.9 * MINUTE)]
    assert [count for _at, count in told] == [0, 2, 0]  # ten and five minutes before the cut
    assert len(of(until(stage, end + 4.9 * MINUTE), TimeTold)) == 1
    events = until(stage, end + 5 * MINUTE)
    assert [gone.cause for gone in of(events, PersonGone)] == [Cause.CLOSED] * 2
    assert of(events, SittingEnded)[0].cause is End.TIME
    assert of(events, RoomClosed)
    assert stage.room.schedule.cause is End.TIME
    assert stage.room.deadline is None


def test_two_people_make_a_conference_begin_and_one_waits() -> None:
    """R167, T4."""
    stage = scheduled()
    until(stage, NOON + 30 * MINUTE)
    stage.enter("Amina", "speaker-ticket")
    assert stage.room.schedule.started is None
    stage.enter("Bruno", "speaker-ticket")
    assert stage.room.schedule.started == stage.now


def test_who_has_a_place_and_no_connection_begins_nothing() -> None:
    """R167: two people who are connected; one whose media never came is alone with the other."""
    stage = scheduled()
    until(stage, NOON + 30 * MINUTE)
    stage.enter("Amina", "speaker-ticket")
    knock = stage.knock("Bruno", "speaker-ticket")
    stage.admit(knock)
    assert stage.room.schedule.started is None
    stage.do(MediaConnected(knock.transport))
    assert stage.room.schedule.started == stage.now


def test_an_instant_room_that_has_not_begun_waits_for_who_left_it() -> None:
    """R088: who came alone, at the last moment, and reloads the page, finds the room; it goes when nobody comes."""
    stage = Stage(type="conference", plan=Plan(Form.INSTANT, minutes=60))
    until(stage, NOON + 14 * MINUTE)
    amina = stage.enter("Amina", "speaker-ticket")
    until(stage, NOON + 20 * MINUTE)
    stage.do(Leave(amina))
    assert not of(until(stage, NOON + 34 * MINUTE), RoomClosed)
    assert of(until(stage, NOON + 35 * MINUTE), RoomClosed)


def test_it_ends_by_itself_when_the_last_person_has_left_for_a_minute() -> None:
    """R168, T5: a reload of the last one ends nothing; the room may be used again within its time."""
    stage = scheduled()
    until(stage, NOON + 30 * MINUTE)
    amina, bruno = stage.enter("Amina", "speaker-ticket"), stage.enter("Bruno", "speaker-ticket")
    stage.do(Leave(amina)), stage.do(Leave(bruno))
    assert not of(until(stage, stage.now + 59), SittingEnded)
    chloe = stage.enter("Chloé", "speaker-ticket")
    stage.do(Leave(chloe))
    (ended,) = of(until(stage, stage.now + 60), SittingEnded)
    assert ended.cause is End.EMPTY
    assert stage.room.closed is None
    stage.enter("Amina", "speaker-ticket"), stage.enter("Bruno", "speaker-ticket")
    assert stage.room.schedule.started == stage.now


def test_only_a_host_starts_a_webinar_and_the_audience_waits() -> None:
    """R132, R171, T4: speakers and moderators may prepare, which starts nothing; the host's leaving ends nothing."""
    stage = Stage(type="webinar", plan=Plan(minutes=120))
    for ticket in ("speaker-ticket", "moderator-ticket", "technician-ticket"):
        stage.enter("Staff", ticket)
    with pytest.raises(Refused) as early:
        stage.knock("Amina")
    assert (early.value.code, early.value.limit) == ("ROOM_NOT_STARTED", "host")
    host = stage.enter("Hélène", "host-ticket")
    assert stage.room.schedule.started == stage.now
    stage.do(Leave(host))
    until(stage, stage.now + 3600 - 1)
    stage.enter("Amina")


def test_a_host_ends_it_for_everybody_and_the_links_stay() -> None:
    """R089, R171, T5."""
    stage = Stage(type="webinar", plan=Plan(minutes=120))
    host, amina = stage.enter("Hélène", "host-ticket"), stage.enter("Amina")
    with pytest.raises(Refused) as refused:
        stage.do(EndSitting(stage.host(amina)))
    assert (refused.value.code, refused.value.limit) == ("NOT_ALLOWED", "host")
    events = stage.do(EndSitting(stage.host(host)))
    assert {gone.participant: gone.cause for gone in of(events, PersonGone)} == {host: Cause.ENDED, amina: Cause.ENDED}
    assert of(events, SittingEnded)[0].cause is End.HOST
    assert stage.room.closed is None
    stage.enter("Hélène", "host-ticket")


def test_a_permanent_room_is_cut_by_its_duration_and_used_again() -> None:
    """R085, R089, R100, R101: warned before; the next session has all its time again."""
    stage = Stage(plan=Plan(minutes=280))
    stage.enter("Amina")
    began = stage.now
    assert len(of(until(stage, began + 279.5 * MINUTE), TimeTold)) == 3
    (ended,) = of(until(stage, began + 280 * MINUTE), SittingEnded)
    assert (ended.cause, ended.started) == (End.DURATION, began)
    assert stage.room.closed is None
    assert stage.room.schedule.ends is None


def test_an_instant_room_disappears_with_the_last_person_or_when_nobody_comes() -> None:
    """R086, R088."""
    stage = Stage(plan=Plan(Form.INSTANT, minutes=280))
    stage.do(Leave(stage.enter("Amina")))
    assert of(until(stage, stage.now + 60), RoomClosed)
    unused = Stage(plan=Plan(Form.INSTANT, minutes=280))
    assert not of(until(unused, NOON + 14 * MINUTE), RoomClosed)
    assert of(until(unused, NOON + 15 * MINUTE), RoomClosed)


def test_extending_moves_the_cut_within_the_limit_of_the_type() -> None:
    """R100, R164: six hours for a video conference, also as a live cut; the refusal says the limit (D2)."""
    stage = scheduled(minutes=330)
    until(stage, NOON + 30 * MINUTE)
    stage.enter("Amina", "speaker-ticket"), stage.enter("Bruno", "speaker-ticket")
    events = stage.do(Extend(30, OPERATOR))
    assert of(events, SittingExtended)[0].ends == NOON + (30 + 360) * MINUTE
    assert of(events, TimeTold)
    with pytest.raises(Refused) as refused:
        stage.do(Extend(1, OPERATOR))
    assert (refused.value.code, refused.value.limit, refused.value.set_by) == ("DURATION_OUT_OF_RANGE", "360", "type")
    assert of(until(stage, NOON + (30 + 365) * MINUTE), RoomClosed)


def test_who_has_not_the_right_extends_nothing() -> None:
    stage = Stage(plan=Plan(minutes=60))
    amina = stage.enter("Amina")
    with pytest.raises(Refused, match="NOT_ALLOWED"):
        stage.do(Extend(10, stage.host(amina)))


def test_a_room_without_an_end_has_nothing_to_extend() -> None:
    with pytest.raises(Refused, match="NOTHING_TO_EXTEND"):
        Stage().do(Extend(10, OPERATOR))


def test_closing_is_an_end_too() -> None:
    """T5: the operator is the fifth cause."""
    stage = Stage()
    stage.enter("Amina")
    events = stage.do(Close(OPERATOR, "maintenance"))
    assert [(ended.cause, ended.by, ended.reason) for ended in of(events, SittingEnded)] == [
        (End.OPERATOR, "olga", "maintenance")
    ]


def test_a_date_on_which_nobody_came_is_no_session() -> None:
    """T5: the room is closed at its cut, and nothing says that a session ended that never began."""
    stage = scheduled()
    events = until(stage, NOON + 95 * MINUTE)
    assert of(events, RoomClosed) and not of(events, SittingEnded)
    assert (stage.room.schedule.cause, stage.room.closed_reason) == (None, End.TIME)


def test_how_the_last_session_of_a_date_ended_stays_when_its_time_is_over() -> None:
    """T5: all had left long before; who asks is not told that the clock ended it."""
    stage = scheduled()
    until(stage, NOON + 30 * MINUTE)
    stage.do(Leave(stage.enter("Amina", "speaker-ticket")))
    amina, bruno = stage.enter("Amina", "speaker-ticket"), stage.enter("Bruno", "speaker-ticket")
    stage.do(Leave(amina)), stage.do(Leave(bruno))
    events = until(stage, NOON + 95 * MINUTE)
    assert [ended.cause for ended in of(events, SittingEnded)] == [End.EMPTY]
    assert of(events, RoomClosed) and stage.room.schedule.cause is End.EMPTY


def test_how_long_an_empty_room_waits_is_set() -> None:
    """R168"""
    stage = scheduled()
    stage.room.schedule.grace_s = 300.0
    until(stage, NOON + 30 * MINUTE)
    amina, bruno = stage.enter("Amina", "speaker-ticket"), stage.enter("Bruno", "speaker-ticket")
    stage.do(Leave(amina)), stage.do(Leave(bruno))
    assert not of(until(stage, stage.now + 299), SittingEnded)
    assert of(until(stage, stage.now + 1), SittingEnded)


@given(st.lists(st.sampled_from(["enter", "leave", "minute", "hour", "extend", "end"]), max_size=40), st.integers(0, 2))
def test_whatever_happens_every_start_has_one_end_and_nobody_is_left_inside(steps: list[str], form: int) -> None:
    """T5, R166: starts and ends alternate; after the cut the room is empty; a restart finds the same schedule."""
    plan = (Plan(minutes=90), Plan(Form.SCHEDULED, NOON + 600, 90), Plan(Form.INSTANT, minutes=90))[form]
    stage = Stage(type="meeting", plan=plan)
    here: list[str] = []
    for step in steps:
        if stage.room.closed is not None:
            break
        try:
            match step:
                case "enter":
                    here.append(stage.enter("Amina", "host-ticket"))
                case "leave" if here:
                    stage.do(Leave(here.pop()))
                case "extend":
                    stage.do(Extend(30, OPERATOR))
                case "end":
                    stage.do(EndSitting(OPERATOR))
                case "minute" | "hour":
                    until(stage, stage.now + (MINUTE if step == "minute" else 3600))
        except Refused as refused:
            assert refused.code in {
                "ROOM_EARLY", "TICKET_EXPIRED", "NOTHING_TO_EXTEND", "ROOM_NOT_STARTED", "DURATION_OUT_OF_RANGE"
            }  # fmt: skip
        here = [id_ for id_ in here if stage.room.people.find(id_) is not None]
        sittings = [type(e) for e in stage.happened if isinstance(e, (SittingStarted, SittingEnded))]
        assert all(a is not b for a, b in pairwise(sittings))
        cut = stage.room.schedule.cut
        assert cut is None or stage.now < cut or not here
        _same_after_a_restart(stage)


def _same_after_a_restart(stage: Stage) -> None:
    room, schedule = stage.room, stage.room.schedule
    if room.closed is not None or any(room.people):
        return
    opening = Opening(
        "salle", "Salle", 100, NOON, type=room.type.key, plan=schedule.plan, sitting=schedule.view().sitting
    )
    again = Room.restore(SavedRoom(opening, (), (), (), (), None, (), 0), {}, stage.now)
    again.handle(Resume(frozenset()), stage.now)
    assert again.schedule.view() == schedule.view()
