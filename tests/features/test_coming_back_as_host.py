"""Coming back by the host's link: it begins what waits for a host, and only once the negotiation has succeeded."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.join.rules import Admit, GiveUp, Return
from node.features.mute.rules import BlockTracks
from node.features.participants.rules import PersonMoved, Role
from node.features.quota.rules import SetRoomQuota, What
from node.features.schedule.rules import Plan, SittingStarted
from node.ports import Shape
from tests.features.stage import OPERATOR, Stage, negotiated, of


def returning(stage: Stage, participant: str, transport: str, name: str = "") -> None:
    stage.do(Return(f"session-{participant}", transport, "host-ticket", name))


def test_a_host_who_prepared_as_a_speaker_begins_the_webinar_by_coming_back() -> None:
    """R171: whoever has the right to start starts, by whichever door they come."""
    stage = Stage(type="webinar", plan=Plan(minutes=120))
    sacha = stage.enter("Sacha", "speaker-ticket")
    assert stage.room.schedule.started is None
    returning(stage, sacha, "t9")
    assert stage.room.schedule.started is None
    events = stage.do(Admit(sacha, "t9", *negotiated("t9", Shape.PAGE, stage.video_slots)))
    assert of(events, SittingStarted)
    stage.enter("Amina")


def test_a_negotiation_that_fails_changes_nobody() -> None:
    """H18: neither name nor role are anybody's before the node has answered."""
    stage = Stage(type="webinar", plan=Plan(minutes=120))
    stage.enter("Hélène", "host-ticket")
    amina = stage.enter("Amina")
    returning(stage, amina, "t9", "Reine")
    before = stage.see(amina)
    assert (before.name, before.role) == ("Amina", Role.PARTICIPANT)
    with pytest.raises(Refused):
        stage.do(Admit(amina, "t8", *negotiated("t8", Shape.PAGE, stage.video_slots)))
    stage.do(GiveUp(amina, "t9"))
    stage.come_back(amina)
    after = stage.see(amina)
    assert (after.name, after.role) == ("Amina", Role.PARTICIPANT)


def test_of_two_negotiations_the_later_one_says_who_it_is() -> None:
    stage = Stage()
    amina = stage.enter("Amina")
    returning(stage, amina, "t8", "Reine")
    stage.do(Return(f"session-{amina}", "t9", "ticket", "Amina B."))
    (moved,) = of(stage.do(Admit(amina, "t9", *negotiated("t9", Shape.PAGE, stage.video_slots))), PersonMoved)
    assert (moved.name, moved.role) == ("Amina B.", Role.PARTICIPANT)


def test_who_becomes_a_host_may_send_at_once() -> None:
    """What was opened as for the audience is let through by the admission."""
    stage = Stage(type="webinar", plan=Plan(minutes=120))
    stage.enter("Hélène", "host-ticket")
    amina = stage.enter("Amina")
    returning(stage, amina, "t9")
    muted = stage.room.must_block(amina)
    events = stage.do(Admit(amina, "t9", *negotiated("t9", Shape.PAGE, stage.video_slots), muted))
    (lifted,) = of(events, BlockTracks)
    assert {blocked for _track, blocked in lifted.changes} == {False}


def test_the_place_of_a_publisher_is_theirs_while_they_negotiate() -> None:
    """D1: no limit is exceeded by one, whoever is on the way back."""
    stage = Stage(type="webinar", plan=Plan(minutes=120))
    stage.enter("Hélène", "host-ticket")
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    stage.do(SetRoomQuota(What.PUBLISHERS, 2, OPERATOR))
    returning(stage, amina, "t8")
    with pytest.raises(Refused, match="PUBLISHERS_FULL"):
        returning(stage, bruno, "t9")
    stage.do(GiveUp(amina, "t8"))
    returning(stage, bruno, "t9")
