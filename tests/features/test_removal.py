"""Removing somebody: who may, and that it lasts (H18, H19)."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.join.rules import Admit, Return
from node.features.participants.rules import Cause, CloseTransport, Leave, PersonGone, Remove
from node.ports import Actor, Shape
from tests.features.stage import OPERATOR, Stage, negotiated, of


def test_the_media_ends_and_the_session_is_dead() -> None:
    """H19: kick, then replay the session."""
    stage = Stage()
    amina = stage.enter()
    transport = stage.transport(amina)
    events = stage.do(Remove(amina, OPERATOR, "bruit"))
    assert CloseTransport(transport) in events
    (gone,) = of(events, PersonGone)
    assert (gone.cause, gone.by, gone.reason) == (Cause.REMOVED, "olga", "bruit")
    with pytest.raises(Refused) as refused:
        stage.do(Return(f"session-{amina}", "t99", "ticket"))
    assert refused.value.code == "REMOVED"


def test_a_negotiation_under_way_does_not_bring_them_back() -> None:
    stage = Stage()
    amina = stage.enter()
    stage.do(Return(f"session-{amina}", "t99", "ticket"))
    stage.do(Remove(amina, OPERATOR))
    tracks, slots = negotiated("t99", Shape.PAGE, 4)
    with pytest.raises(Refused) as refused:
        stage.do(Admit(amina, "t99", tracks, slots))
    assert refused.value.code == "SESSION_UNKNOWN"


def test_who_left_by_themselves_is_not_barred() -> None:
    stage = Stage()
    amina = stage.enter()
    stage.do(Leave(amina))
    assert stage.room.door.holder(f"session-{amina}") is None


@pytest.mark.parametrize("kind", ["host", "participant"])
def test_a_participant_may_not_remove_by_calling_themselves_a_host(kind: str) -> None:
    """H18: the role that counts is the room's, not the one that is claimed."""
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    liar = Actor(kind, amina, "host")  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        stage.do(Remove(bruno, liar))
    assert (refused.value.code, refused.value.limit, refused.value.current) == ("NOT_ALLOWED", "host", "participant")
    assert stage.see(bruno)


def test_a_host_of_another_room_is_nobody_here() -> None:
    stage = Stage()
    bruno = stage.enter("Bruno")
    with pytest.raises(Refused) as refused:
        stage.do(Remove(bruno, Actor("host", "p_elsewhere", "host")))
    assert refused.value.code == "NOT_ALLOWED"


def test_a_host_may() -> None:
    stage = Stage()
    host, bruno = stage.enter("Hélène", "host-ticket"), stage.enter("Bruno")
    assert of(stage.do(Remove(bruno, stage.host(host))), PersonGone)
