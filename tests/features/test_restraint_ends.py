"""A restraint in the chat that ends by itself: when its time is over, and not before, whatever people do meanwhile."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.chat.rules import MessagePosted, Say
from node.features.moderation.ends import LONGEST_S, SHORTEST_S
from node.features.moderation.restraint import PersonRestrained, Restrain, RestraintMoved
from node.features.participants.rules import Leave, Role, Tick
from node.features.roles.rules import GiveRole
from tests.features.stage import NOON, OPERATOR, Stage, of


class Desk(Stage):
    def muted(self, who: str) -> bool:
        """Whether they may not write to everybody; says so only by asking."""
        try:
            return not of(self.do(Say(who, "bonjour", "")), MessagePosted)
        except Refused as refused:
            assert refused.code == "CHAT_MUTED"
            return True

    def passes(self, seconds: float) -> list[PersonRestrained]:
        """Time goes by, and the room is woken as the node wakes it."""
        self.wait(seconds)
        due = self.room.deadline
        return of(self.do(Tick()), PersonRestrained) if due is not None and due <= self.now else []


def test_it_is_lifted_when_its_time_is_over() -> None:
    """R185: ten minutes are ten minutes; the lifting is told as any other, and is nobody's."""
    desk = Desk()
    amina = desk.enter("Amina")
    (told,) = of(desk.do(Restrain(amina, "mute", OPERATOR, for_s=600)), PersonRestrained)
    assert (told.how, told.until) == ("mute", NOON + 600)
    assert (desk.see(amina).restraint, desk.see(amina).restrained_until) == ("mute", NOON + 600)
    assert desk.passes(599) == []
    assert desk.muted(amina)
    (lifted,) = desk.passes(1)
    assert (lifted.participant, lifted.how, lifted.by, lifted.until) == (amina, "", "", 0.0)
    assert not desk.muted(amina)
    assert (desk.see(amina).restraint, desk.see(amina).restrained_until) == ("", 0.0)
    assert desk.passes(LONGEST_S) == []


@pytest.mark.parametrize("seconds", [1, SHORTEST_S - 1, LONGEST_S + 1])
def test_a_time_that_cannot_be_changes_nothing(seconds: int) -> None:
    desk = Desk()
    amina = desk.enter("Amina")
    with pytest.raises(Refused) as refused:
        desk.do(Restrain(amina, "mute", OPERATOR, for_s=seconds))
    said = refused.value
    assert (said.code, said.limit, said.current) == ("VALUE_INVALID", "0, 10 … 604800 s", f"for_s = {seconds}")
    assert not desk.muted(amina)


@pytest.mark.parametrize("seconds", [SHORTEST_S, LONGEST_S])
def test_the_shortest_and_the_longest(seconds: int) -> None:
    desk = Desk()
    amina = desk.enter("Amina")
    desk.do(Restrain(amina, "hold", OPERATOR, for_s=seconds))
    assert desk.passes(seconds - 1) == []
    assert len(desk.passes(1)) == 1


def test_what_is_decided_anew_takes_the_end_of_before_away() -> None:
    """A new restraint has its own end, or none; what was lifted by hand is not lifted again."""
    desk = Desk()
    amina = desk.enter("Amina")
    desk.do(Restrain(amina, "hold", OPERATOR, for_s=60))
    desk.do(Restrain(amina, "mute", OPERATOR, for_s=600))
    assert desk.passes(60) == []
    assert desk.muted(amina)
    (told,) = of(desk.do(Restrain(amina, "mute", OPERATOR)), PersonRestrained)  # the same, for good
    assert told.until == 0.0
    assert desk.passes(LONGEST_S) == []
    assert desk.muted(amina)
    desk.do(Restrain(amina, "mute", OPERATOR, for_s=60))
    desk.do(Restrain(amina, "", OPERATOR))
    assert desk.passes(60) == []
    assert desk.do(Restrain(amina, "", OPERATOR, for_s=60)) == []


def test_leaving_and_coming_again_changes_nothing_of_its_end() -> None:
    """R102, H19: who comes back is told until when; time passes for who is away as for who is here."""
    desk = Desk()
    desk.enter("Igor")  # the session goes on
    amina = desk.enter("Amina")
    desk.do(Restrain(amina, "mute", OPERATOR, for_s=600))
    desk.do(Leave(amina))
    desk.wait(300)
    again = desk.enter("Amina")
    (moved,) = of(desk.happened, RestraintMoved)
    assert (moved.participant, moved.until) == (again, NOON + 600)
    assert desk.muted(again)
    desk.do(Leave(again))
    (lifted,) = desk.passes(300)
    assert (lifted.participant, lifted.how) == (again, "")
    assert not desk.muted(desk.enter("Amina"))


def test_whose_time_is_over_frees_no_namesake() -> None:
    """H19: of two who left, the one who is muted for good is who comes back; the other's end opens no door."""
    desk = Desk()
    desk.enter("Igor")  # the session goes on
    first, second = desk.enter("Mallory"), desk.enter("Mallory")
    desk.do(Restrain(first, "mute", OPERATOR))
    desk.do(Restrain(second, "mute", OPERATOR, for_s=60))
    desk.do(Leave(first))
    desk.do(Leave(second))
    assert len(desk.passes(60)) == 1
    assert desk.muted(desk.enter("Mallory"))
    assert not desk.muted(desk.enter("Mallory"))


def test_who_moderates_meanwhile_is_not_lifted_again() -> None:
    """R194."""
    desk = Desk(type="webinar")
    helene, amina = desk.enter("Hélène", "host-ticket"), desk.enter("Amina")
    desk.do(Restrain(amina, "mute", desk.host(helene), for_s=60))
    (lifted,) = of(desk.do(GiveRole(amina, Role.MODERATOR, desk.host(helene))), PersonRestrained)
    assert lifted.how == ""
    assert desk.passes(60) == []
