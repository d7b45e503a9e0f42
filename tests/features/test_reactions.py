"""Reactions: counted together, and at a pace."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.reactions.rules import NAMED, React, Reaction, Tally
from tests.features.stage import Stage


def test_what_a_crowd_gives_is_one_tally() -> None:
    stage = Stage(capacity=1000)
    crowd = [stage.enter(f"P{n}") for n in range(200)]
    for who in crowd:
        stage.do(React(who, Reaction.CLAP))
    stage.do(React(crowd[0], Reaction.HEART))
    assert stage.room.reactions.gathered() == (
        Tally(Reaction.CLAP, 200, tuple(crowd[:NAMED])),
        Tally(Reaction.HEART, 1, (crowd[0],)),
    )
    assert stage.room.reactions.gathered() == ()
    assert stage.room.view().reactions == 201


def test_five_at_once_then_one_a_second() -> None:
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    for _ in range(5):
        stage.do(React(amina, Reaction.YES))
    with pytest.raises(Refused) as fast:
        stage.do(React(amina, Reaction.YES))
    assert fast.value.code == "TOO_FAST"
    stage.do(React(bruno, Reaction.YES))
    stage.wait(-3600)  # H28
    stage.wait(3601)
    stage.do(React(amina, Reaction.YES))
    (tally,) = stage.room.reactions.gathered()
    assert (tally.count, tally.people) == (7, (amina, bruno))


def test_nobody_reacts_from_outside() -> None:
    stage = Stage()
    with pytest.raises(Refused) as refused:
        stage.do(React("p_nobody", Reaction.CLAP))
    assert refused.value.code == "PARTICIPANT_UNKNOWN"
