"""Chat: limits, repetition and hiding."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.chat.rules import Hide, MessageHidden, MessagePosted, Say
from node.ports import Actor
from tests.features.stage import OPERATOR, Stage, of


def say(stage: Stage, participant: str, text: str = "bonjour", key: str = "") -> MessagePosted | None:
    return next(iter(of(stage.do(Say(participant, text, f"<p>{text}</p>", key)), MessagePosted)), None)


def test_ids_rise() -> None:
    stage = Stage()
    amina = stage.enter()
    ids = [posted.message for n in range(3) if (posted := say(stage, amina, str(n)))]
    assert ids == sorted(ids)
    assert len(set(ids)) == 3


def test_a_repeated_key_repeats_nothing() -> None:
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    assert say(stage, amina, key="k1")
    assert say(stage, amina, key="k1") is None
    assert say(stage, bruno, key="k1")  # keys are each person's own


@pytest.mark.parametrize(
    ("text", "code", "current"),
    [("", "MESSAGE_EMPTY", "0"), (" \n\t ", "MESSAGE_EMPTY", "0"), ("x" * 2001, "MESSAGE_TOO_LONG", "2001")],
)
def test_what_will_not_do(text: str, code: str, current: str) -> None:
    stage = Stage()
    amina = stage.enter()
    with pytest.raises(Refused) as refused:
        say(stage, amina, text)
    assert (refused.value.code, refused.value.current) == (code, current)


def test_two_thousand_characters_will_do() -> None:
    stage = Stage()
    assert say(stage, stage.enter(), "é" * 2000)


def test_ten_at_once_then_one_a_second() -> None:
    stage = Stage()
    amina = stage.enter()
    for n in range(10):
        say(stage, amina, str(n))
    with pytest.raises(Refused) as fast:
        say(stage, amina)
    assert fast.value.code == "TOO_FAST"
    stage.wait(1)
    assert say(stage, amina)
    with pytest.raises(Refused):
        say(stage, amina)


def test_a_clock_that_steps_back_silences_nobody() -> None:
    """H28."""
    stage = Stage()
    amina = stage.enter()
    assert say(stage, amina)
    stage.wait(-3600)
    assert say(stage, amina)


def test_hiding_takes_it_from_newcomers_too() -> None:
    stage = Stage()
    amina = stage.enter()
    posted = say(stage, amina)
    assert posted is not None
    assert of(stage.do(Hide(posted.message, OPERATOR)), MessageHidden)
    assert stage.room.chat.recent() == ()
    assert stage.do(Hide(posted.message, OPERATOR)) == []
    (message,) = stage.room.chat.view()
    assert (message.hidden, message.hidden_by) == (True, "olga")


def test_a_participant_may_not_hide() -> None:
    """H18 (Galène 0.8.3: an ordinary user clears the chat)."""
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    posted = say(stage, amina)
    assert posted is not None
    with pytest.raises(Refused) as refused:
        stage.do(Hide(posted.message, Actor("participant", bruno, "host")))
    assert refused.value.code == "NOT_ALLOWED"


def test_memory_is_bounded() -> None:
    stage = Stage()
    amina = stage.enter()
    for n in range(700):
        say(stage, amina, str(n), key=f"k{n}")
        stage.wait(1)
    assert len(stage.room.chat.view()) == 500
    assert stage.room.chat.posted_with(amina, "k0") is None
