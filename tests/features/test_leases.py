"""A place is kept for 30 s after the WebSocket and the media are both gone, and not a moment less."""

from __future__ import annotations

from node.features.participants.rules import (
    Attach,
    Cause,
    CloseTransport,
    Detach,
    GoAway,
    MediaConnected,
    MediaLost,
    PersonGone,
    PlaneLost,
    RejoinWanted,
    State,
    Tick,
)
from tests.features.stage import Stage, of


def test_a_dropped_websocket_does_not_touch_the_media() -> None:
    stage = Stage()
    amina = stage.enter()
    stage.do(Attach(amina))
    stage.do(Detach(amina))
    assert stage.state(amina) is State.HERE
    assert stage.room.deadline is None


def test_the_place_is_kept_while_the_page_is_there() -> None:
    """The media is lost, the page is told to join again, and nobody takes the place meanwhile."""
    stage = Stage()
    amina = stage.enter()
    stage.do(Attach(amina))
    lost = stage.transport(amina)
    events = stage.do(MediaLost(lost))
    assert of(events, RejoinWanted) == [RejoinWanted("salle", amina, "ice")]
    assert of(events, CloseTransport) == [CloseTransport(lost)]
    assert stage.state(amina) is State.AWAY
    assert stage.room.deadline is None


def test_both_gone_for_thirty_seconds_is_lost() -> None:
    stage = Stage()
    amina = stage.enter()
    stage.do(MediaLost(stage.transport(amina)))
    deadline = stage.room.deadline
    assert deadline == stage.now + 30

    stage.wait(29.9)
    assert stage.do(Tick()) == []
    stage.wait(0.1)
    (gone,) = of(stage.do(Tick()), PersonGone)
    assert (gone.participant, gone.cause) == (amina, Cause.LOST)
    assert stage.room.people.deadline is None


def test_who_comes_back_in_time_keeps_the_place() -> None:
    stage = Stage()
    amina = stage.enter()
    stage.do(MediaLost(stage.transport(amina)))
    stage.wait(29)
    stage.come_back(amina)
    stage.wait(29)
    assert stage.do(Tick()) == []
    assert stage.state(amina) is State.HERE


def test_who_never_connects_is_lost_too() -> None:
    stage = Stage()
    knock = stage.knock("Amina")
    stage.admit(knock)
    assert stage.state(knock.participant) is State.JOINING
    stage.wait(30)
    assert of(stage.do(Tick()), PersonGone)


def test_the_plane_is_lost_and_everybody_is_called_back() -> None:
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    stage.do(Attach(amina))
    stage.do(PlaneLost(back=False))
    assert {stage.state(amina), stage.state(bruno)} == {State.AWAY}
    events = stage.do(PlaneLost(back=True))
    assert [event.participant for event in of(events, RejoinWanted)] == [amina]  # Bruno's page is not there to hear it
    assert of(stage.do(Attach(bruno)), RejoinWanted) == [RejoinWanted("salle", bruno, "plane")]


def test_the_later_of_two_negotiations_counts() -> None:
    """H19: two joins with one session at the same moment leave one transport."""
    stage = Stage()
    amina = stage.enter()
    first = stage.transport(amina)
    second = stage.come_back(amina)
    assert first != second
    assert CloseTransport(first) in stage.happened
    stage.do(MediaConnected(first))
    assert stage.transport(amina) == second


def test_a_closed_tab_is_gone_after_five_seconds() -> None:
    """The media seems to flow until consent is lost; nobody looks at a ghost for that long."""
    stage = Stage()
    amina = stage.enter()
    stage.do(Attach(amina))
    stage.do(GoAway(amina))
    assert stage.room.deadline is None  # the WebSocket is still there
    stage.wait(1)
    stage.do(Detach(amina))
    assert stage.room.deadline == stage.now + 4
    stage.wait(1)
    stage.do(MediaLost(stage.transport(amina)))  # does not make it longer
    stage.wait(3)
    (gone,) = of(stage.do(Tick()), PersonGone)
    assert (gone.participant, gone.cause) == (amina, Cause.LOST)


def test_a_reload_finds_its_place_and_has_all_the_time_again() -> None:
    stage = Stage()
    amina = stage.enter()
    stage.do(Attach(amina))
    stage.do(Detach(amina))
    stage.do(GoAway(amina))
    stage.wait(4)
    stage.come_back(amina)
    assert stage.room.deadline is None
    stage.do(MediaLost(stage.transport(amina)))
    assert stage.room.deadline == stage.now + 30


def test_a_websocket_that_says_hello_takes_the_goodbye_back() -> None:
    """A page that the browser had only put aside."""
    stage = Stage()
    amina = stage.enter()
    stage.do(GoAway(amina))
    stage.do(Attach(amina))
    stage.do(Detach(amina))
    assert stage.room.deadline is None


def test_a_late_goodbye_of_the_page_before_means_nothing() -> None:
    stage = Stage()
    amina = stage.enter()
    stage.come_back(amina)
    stage.do(Attach(amina))
    stage.do(GoAway(amina))
    stage.wait(60)
    stage.do(Detach(amina))
    assert stage.room.deadline is None
