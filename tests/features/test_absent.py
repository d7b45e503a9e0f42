"""Leaving and coming again by the same link: what held for a person holds until the session is over."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Refused
from node.features.access.rules import Issue, Link
from node.features.chat.rules import MessagePosted, Say
from node.features.join.rules import Admit
from node.features.lobby.rules import LetIn, SetLobby, StopWaiting, TakeSeat, Wait
from node.features.moderation.absent import KEPT, Absent, Mark
from node.features.moderation.rules import HELD_EACH, ItemOpened, Regulate, Restrain, RestraintMoved
from node.features.mute.rules import Block, BlockTracks, Unblock
from node.features.participants.rules import Leave, Role
from node.features.schedule.rules import EndSitting, Plan
from node.ports import Shape, Source
from tests.features.stage import NOON, OPERATOR, Stage, negotiated, of


class Door(Stage):
    def refused(self, who: str, text: str = "bonjour") -> str:
        with pytest.raises(Refused) as refused:
            self.do(Say(who, text, ""))
        return refused.value.code


@pytest.mark.parametrize("name", ["Mallory", "  MALLORY ", "Mallôry"])
def test_a_mute_in_the_chat_does_not_end_by_leaving(name: str) -> None:
    """R102: a host's decision holds; moderators and the person are told that it does."""
    stage = Door()
    mallory = stage.enter("Mallory")
    stage.do(Restrain(mallory, "mute", OPERATOR))
    stage.do(Leave(mallory))
    again = stage.enter(name)
    assert stage.refused(again) == "CHAT_MUTED"
    (moved,) = of(stage.happened, RestraintMoved)
    assert (moved.before, moved.participant, moved.how) == (mallory, again, "mute")
    stage.do(Restrain(again, "", OPERATOR))
    stage.do(Leave(again))
    assert of(stage.do(Say(stage.enter("Mallory"), "bonjour", "")), MessagePosted)


def test_nobody_else_is_held_for_it() -> None:
    stage = Door()
    mallory = stage.enter("Mallory")
    stage.do(Restrain(mallory, "mute", OPERATOR))
    namesake = stage.enter("Mallory")  # while the first is still here: somebody else
    assert of(stage.do(Say(namesake, "bonjour", "")), MessagePosted)
    stage.do(Leave(mallory))
    for name, ticket in (("Amina", "ticket"), ("Mallory", "host-ticket")):
        assert of(stage.do(Say(stage.enter(name, ticket), "bonjour", "")), MessagePosted)


def test_of_two_namesakes_who_left_neither_frees_the_other() -> None:
    """H19: what the second leaves behind takes nothing from the first; each is held again, whoever comes first."""
    stage = Door()
    first, second = stage.enter("Mallory"), stage.enter("Mallory")
    for mallory in (first, second):
        stage.do(Block(mallory, frozenset({Source.CAMERA}), OPERATOR))
    stage.do(Restrain(first, "mute", OPERATOR))
    stage.do(Say(second, "bonjour", ""))
    stage.do(Leave(first))
    stage.do(Leave(second))
    again = stage.enter("Mallory")
    assert stage.refused(again) == "CHAT_MUTED"
    assert stage.room.must_block(again) == {Source.CAMERA}
    stage.do(Unblock(again, frozenset(), OPERATOR))
    assert stage.room.must_block(stage.enter("Mallory")) == {Source.CAMERA}
    assert stage.room.must_block(stage.enter("Mallory")) == frozenset()


def test_a_ticket_with_a_name_ties_its_bearer_down() -> None:
    """R113: whatever they call themselves."""
    stage = Door()
    stage.do(Issue((Link("hers", Role.PARTICIPANT, NOON + 3600, id="k_1", name="Mallory"),)))
    mallory = stage.enter("Mallory", "hers")
    stage.do(Restrain(mallory, "hold", OPERATOR))
    stage.do(Leave(mallory))
    again = stage.enter("Somebody else", "hers")
    assert of(stage.do(Say(again, "bonjour", "")), ItemOpened)[0].item.why == "person"


def test_what_a_host_blocked_does_not_end_by_leaving() -> None:
    """R102, H19: leaving and coming again opens no camera, until somebody lifts it."""
    stage = Door()
    hosts = stage.host(stage.enter("Hélène", "host-ticket"))
    mallory = stage.enter("Mallory")
    stage.do(Block(mallory, frozenset({Source.CAMERA, Source.MICROPHONE}), hosts))
    stage.do(Unblock(mallory, frozenset({Source.MICROPHONE}), hosts))
    stage.do(Leave(mallory))
    again = stage.enter("Mallory")
    assert stage.room.must_block(again) == {Source.CAMERA}
    assert stage.room.must_block(stage.enter("Amina")) == frozenset()
    stage.do(Unblock(again, frozenset(), hosts))
    stage.do(Leave(again))
    assert stage.room.must_block(stage.enter("Mallory")) == frozenset()


def test_the_lobby_washes_nobody_clean() -> None:
    """R102, R147: whatever name they wait under, their browser brings along who they were; a host lets in a person with
    the restraints that they had."""
    stage = Door()
    mallory = stage.enter("Mallory")
    stage.do(Restrain(mallory, "mute", OPERATOR))
    stage.do(Block(mallory, frozenset({Source.CAMERA}), OPERATOR))
    stage.do(SetLobby(OPERATOR, on=True))
    stage.do(Leave(mallory))
    former = stage.room.door.former(f"session-{mallory}")
    stage.do(Wait("p_given_up", "Quiet", "fr", "ticket", "s_given_up", former=former))
    stage.do(StopWaiting("p_given_up"))
    stage.do(Wait("p_again", "Somebody else", "fr", "ticket", "s_again", former=former))
    stage.do(LetIn("p_again", OPERATOR))
    stage.do(TakeSeat("s_again", "t_again"))
    tracks, slots = negotiated("t_again", Shape.PAGE, 4)
    stage.do(Admit("p_again", "t_again", tracks, slots, frozenset()))
    assert stage.refused("p_again") == "CHAT_MUTED"
    assert stage.room.must_block("p_again") == {Source.CAMERA}
    assert ("t_again/camera", True) in [
        change for blocks in of(stage.happened, BlockTracks) for change in blocks.changes
    ]


def test_slow_mode_goes_on_and_nobody_gets_another_share_of_the_queue() -> None:
    stage = Door()
    stage.do(Regulate(OPERATOR, slow_s=60))
    amina = stage.enter("Amina")
    stage.do(Say(amina, "un", ""))
    stage.do(Leave(amina))
    stage.wait(30)
    amina = stage.enter("Amina")
    assert stage.refused(amina, "deux") == "SLOW_MODE"
    stage.do(Regulate(OPERATOR, slow_s=0, hold=True))
    for n in range(HELD_EACH):
        stage.wait(1)
        stage.do(Say(amina, f"question {n}", ""))
        if n % 4 == 3:
            stage.do(Leave(amina))
            amina = stage.enter("Amina")
    assert stage.refused(amina, "encore une") == "TOO_MANY_WAITING"


def test_the_next_session_begins_without_it() -> None:
    stage = Door(plan=Plan(minutes=60))
    mallory = stage.enter("Mallory")
    stage.do(Restrain(mallory, "mute", OPERATOR))
    stage.do(EndSitting(OPERATOR))
    assert of(stage.do(Say(stage.enter("Mallory"), "bonjour", "")), MessagePosted)


def test_those_who_were_restrained_are_remembered_longest() -> None:
    absent: Absent[Any] = Absent()
    absent.remember("m", Mark("t", "mallory"), "muted", matters=True)
    for n in range(KEPT + 10):
        absent.remember(f"p{n}", Mark("t", f"p{n}"), "slow", matters=False)
    assert absent.back("x", Mark("t", "mallory")) == "muted"
    assert absent.back("x", Mark("t", "p0")) is None
    assert absent.back("x", Mark("t", f"p{KEPT}")) == "slow"
