"""Raised hands: an order of speech."""

from __future__ import annotations

import random

import pytest

from node.errors import Refused
from node.features.hands.rules import ALL, HandLowered, HandRaised, Lower, Raise
from node.features.participants.rules import Leave
from node.ports import Actor
from tests.features.stage import OPERATOR, Stage, of


def order(stage: Stage) -> list[str]:
    return [who for who, _since in stage.room.hands.view()]


def test_hands_give_an_order_of_speech() -> None:
    """R155."""
    stage = Stage()
    amina, bruno, chloe = stage.enter("Amina"), stage.enter("Bruno"), stage.enter("Chloé")
    for who in (bruno, chloe, amina):
        stage.wait(1)
        assert of(stage.do(Raise(who, True)), HandRaised)
    stage.wait(10)
    assert stage.do(Raise(bruno, True)) == []  # asking twice loses no place
    assert order(stage) == [bruno, chloe, amina]
    stage.do(Raise(bruno, False))
    stage.do(Raise(bruno, True))
    assert order(stage) == [chloe, amina, bruno]
    assert stage.see(chloe).hand == stage.now - 11 + 0.0


def test_a_host_lowers_one_or_all() -> None:
    stage = Stage()
    host, amina, bruno = stage.enter("Hélène", "host-ticket"), stage.enter("Amina"), stage.enter("Bruno")
    for who in (host, amina, bruno):
        stage.do(Raise(who, True))
    (lowered,) = of(stage.do(Lower(amina, stage.host(host))), HandLowered)
    assert (lowered.participant, lowered.by) == (amina, host)
    assert stage.do(Lower(amina, stage.host(host))) == []
    assert len(stage.do(Lower(ALL, OPERATOR))) == 2
    assert order(stage) == []


@pytest.mark.parametrize("whose", ["p1", ALL])
def test_a_participant_lowers_only_their_own(whose: str) -> None:
    """H18."""
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    stage.do(Raise(amina, True))
    with pytest.raises(Refused) as refused:
        stage.do(Lower(whose, Actor("host", bruno, "host")))
    assert refused.value.code == "NOT_ALLOWED"


@pytest.mark.parametrize("seed", range(30))
def test_the_order_is_that_of_asking_whatever_the_clock_does(seed: int) -> None:
    """Property, H28: each person once, who asked first is first, who left is not there; also after a restart, which
    sorts by time."""
    chance = random.Random(seed)
    stage = Stage()
    here = [stage.enter(f"P{n}") for n in range(8)]
    expected: list[str] = []
    for _ in range(100):
        stage.wait(chance.choice((0.0, 1.0, -30.0, 5.0)))
        who = chance.choice(here)
        if len(here) > 3 and chance.random() < 0.03:
            here.remove(who)
            stage.do(Leave(who))
            expected = [one for one in expected if one != who]
            continue
        up = chance.random() < 0.6
        stage.do(Raise(who, up))
        if up and who not in expected:
            expected.append(who)
        elif not up and who in expected:
            expected.remove(who)
        assert order(stage) == expected
        since = [at for _who, at in stage.room.hands.view()]
        assert since == sorted(since)
