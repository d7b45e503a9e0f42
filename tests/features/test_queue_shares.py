"""What waits for a moderator: a place for everybody, and nobody takes them all."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.chat.rules import Say
from node.features.moderation.rules import HELD_EACH, Decide, ItemOpened, Regulate
from tests.features.stage import OPERATOR, Stage, of


def test_one_person_fills_no_queue() -> None:
    """R185: beyond ten of one's own that wait more is refused, and says why; others still ask."""
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    stage.do(Regulate(OPERATOR, hold=True))
    held = []
    for n in range(HELD_EACH):
        stage.wait(1)
        held += of(stage.do(Say(amina, f"question {n}", "")), ItemOpened)
    stage.wait(1)
    with pytest.raises(Refused) as refused:
        stage.do(Say(amina, "encore une", ""))
    assert (refused.value.code, refused.value.limit) == ("TOO_MANY_WAITING", str(HELD_EACH))
    assert of(stage.do(Say(bruno, "une question", "")), ItemOpened)
    stage.do(Decide(held[0].item.item, "decline", OPERATOR))
    assert of(stage.do(Say(amina, "encore une", "")), ItemOpened)
