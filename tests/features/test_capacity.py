"""The cap of a room is exact, also while people negotiate (R099, D1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import Refused
from node.features.join.rules import GiveUp, Knock
from node.features.participants.rules import Leave
from tests.features.stage import Stage


def test_the_last_place_is_given_once() -> None:
    stage = Stage(capacity=2)
    stage.enter("Amina")
    stage.knock("Bruno")  # negotiates: the place is taken
    with pytest.raises(Refused) as full:
        stage.knock("Chloé")
    assert (full.value.code, full.value.limit, full.value.current) == ("ROOM_FULL", "2", "2")


def test_a_failed_negotiation_gives_the_place_back() -> None:
    stage = Stage(capacity=1)
    bruno = stage.knock("Bruno")
    stage.do(GiveUp(bruno.participant, bruno.transport))
    assert len(stage.room.people) == 0
    stage.enter("Chloé")


def test_somebody_who_comes_back_needs_no_second_place() -> None:
    """H19: refresh at capacity."""
    stage = Stage(capacity=1)
    amina = stage.enter("Amina")
    stage.come_back(amina)
    assert len(stage.room.people) == 1


def test_a_wrong_ticket_learns_nothing_about_the_room() -> None:
    stage = Stage(capacity=0)
    with pytest.raises(Refused) as wrong:
        stage.knock("Amina", ticket="guessed")
    assert wrong.value.code == "TICKET_WRONG"


def test_an_expired_ticket_says_when() -> None:
    stage = Stage()
    stage.wait(3600)
    with pytest.raises(Refused) as expired:
        stage.knock("Amina")
    assert expired.value.code == "TICKET_EXPIRED"
    assert expired.value.limit == "2023-11-14 23:13 UTC"


@given(st.lists(st.sampled_from(["knock", "admit", "give up", "leave"]), max_size=60))
def test_whatever_happens_the_cap_holds(steps: list[str]) -> None:
    """D1, inside one room: no order of joins, failures and departures exceeds the cap or loses a place."""
    stage = Stage(capacity=3)
    waiting: list[Knock] = []
    here: list[Knock] = []
    for step in steps:
        if step == "knock":
            try:
                waiting.append(stage.knock("Amina"))
            except Refused as refused:
                assert refused.code == "ROOM_FULL"
                assert len(waiting) + len(here) == 3
        elif step == "admit" and waiting:
            knock = waiting.pop(0)
            stage.admit(knock)
            here.append(knock)
        elif step == "give up" and waiting:
            knock = waiting.pop()
            stage.do(GiveUp(knock.participant, knock.transport))
        elif step == "leave" and here:
            stage.do(Leave(here.pop(0).participant))
        assert len(stage.room.people) == len(waiting) + len(here) <= 3
