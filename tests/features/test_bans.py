"""Banned until it is lifted, or sent back to the lobby until somebody lets them in (R177, D4, H19)."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.access.rules import Issue, Link
from node.features.join.rules import Knock
from node.features.lobby.rules import LetIn, TakeSeat, Wait
from node.features.participants.bans import BanLifted, BanParticipant, LiftBan, PersonBanned, SendToLobby
from node.features.participants.rules import Cause, CloseTransport, PersonGone, Role
from node.features.schedule.rules import EndSitting
from node.ports import Actor, Shape
from tests.features.stage import NOON, OPERATOR, Stage, of


def comes(stage: Stage, name: str = "Amina", ticket: str = "ticket", former: str = "") -> str:
    """What somebody at the door is told; "": come in."""
    stage._n += 1
    id_ = f"p{stage._n}"
    knock = Knock(id_, name, "fr", Shape.PAGE, ticket, f"session-{id_}", f"t{stage._n}", former=former)
    try:
        stage.do(knock)
    except Refused as refused:
        return refused.code
    stage.admit(knock)
    return ""


def waits(stage: Stage, name: str = "Amina", ticket: str = "ticket", former: str = "") -> str:
    stage._n += 1
    id_ = f"p{stage._n}"
    stage.do(Wait(id_, name, "fr", ticket, f"session-{id_}", former=former))
    return id_


def test_the_banned_are_out_at_once_and_do_not_come_in_again() -> None:
    """R177: by the same link and name however it is written, or by the browser's session under any name; others do."""
    stage = Stage()
    amina = stage.enter("Amina")
    transport = stage.transport(amina)
    events = stage.do(BanParticipant(amina, OPERATOR, "insultes"))
    assert CloseTransport(transport) in events
    assert [(e.cause, e.by, e.reason) for e in of(events, PersonGone)] == [(Cause.BANNED, "olga", "insultes")]
    assert [(e.kind, e.reason) for e in of(events, PersonBanned)] == [("ban", "insultes")]
    assert comes(stage, "AMINA ") == "BANNED"
    assert comes(stage, "Chloé", former=amina) == "BANNED"
    with pytest.raises(Refused, match="BANNED"):
        waits(stage, "amina")
    assert comes(stage, "Bruno") == ""
    assert [(ban.participant, ban.name, ban.by) for ban in stage.room.bans.views()] == [(amina, "Amina", "olga")]


def test_of_two_namesakes_who_are_banned_lifting_one_lifts_not_the_other() -> None:
    """H19, R177: and who was only sent to the lobby opens no door for the other."""
    stage = Stage()
    first, second, third = (stage.enter("Mallory") for _ in range(3))
    stage.do(BanParticipant(first, OPERATOR))
    stage.do(BanParticipant(second, OPERATOR))
    stage.do(SendToLobby(third, OPERATOR))
    assert comes(stage, "Mallory") == "BANNED"
    assert comes(stage, "Quiet", former=third) == "LOBBY"
    stage.do(LiftBan(second, OPERATOR))
    assert comes(stage, "mallory") == "BANNED"
    stage.do(LiftBan(first, OPERATOR))
    assert comes(stage, "Mallory") == "LOBBY"


def test_a_ban_that_is_lifted_is_as_if_it_had_never_been() -> None:
    """The undo of it: also for who came by a ticket of their own."""
    stage = Stage()
    stage.do(Issue((Link("mine", Role.PARTICIPANT, NOON + 3600, id="k1", name="Amina"),)))
    amina = stage.enter("Amina", "mine")
    stage.do(BanParticipant(amina, OPERATOR))
    assert comes(stage, "Another name", "mine") == "BANNED"
    assert of(stage.do(LiftBan(amina, OPERATOR)), BanLifted)
    assert (comes(stage, "Amina", "mine", former=amina), len(stage.room.bans)) == ("", 0)
    with pytest.raises(Refused, match="PARTICIPANT_UNKNOWN"):
        stage.do(LiftBan(amina, OPERATOR))


def test_who_is_sent_to_the_lobby_waits_there_until_they_are_let_in() -> None:
    """D4: also where the lobby is off, and where there is a place: not even that the lobby is off lets them through."""
    stage = Stage()
    amina = stage.enter("Amina")
    (gone,) = of(stage.do(SendToLobby(amina, OPERATOR, "micro")), PersonGone)
    assert gone.cause is Cause.LOBBY
    assert comes(stage, "Amina") == comes(stage, "Zoé", former=amina) == "LOBBY"
    waiter = waits(stage, "Zoé", former=amina)
    assert [(view.participant, view.why) for view in stage.room.lobby.queue(stage.now)] == [(waiter, "lobby")]
    assert stage.room.lobby.free(stage.now) == []
    stage.do(LetIn(waiter, OPERATOR))
    stage.do(TakeSeat(f"session-{waiter}", "t99"))
    assert (len(stage.room.bans), stage.room.bans.views()) == (0, [])
    assert comes(stage, "Amina") == ""


def test_the_lobby_is_of_a_session_and_a_ban_is_not() -> None:
    stage = Stage()
    helene = stage.enter("Hélène", "host-ticket")
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    stage.do(SendToLobby(amina, OPERATOR))
    stage.do(BanParticipant(bruno, OPERATOR))
    stage.do(EndSitting(stage.host(helene)))
    assert (comes(stage, "Amina"), comes(stage, "Bruno")) == ("", "BANNED")


def test_an_encoder_cannot_wait_and_some_rooms_have_no_lobby() -> None:
    stage = Stage()
    encoder = stage.enter("Caméra 1", "host-ticket", Shape.WHIP)
    with pytest.raises(Refused, match="PAGE_ONLY"):
        stage.do(SendToLobby(encoder, OPERATOR))
    assert stage.see(encoder)


def test_who_may_not_moderate_bans_nobody() -> None:
    """H18."""
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    for command in (BanParticipant(bruno, Actor("host", amina, "host")), SendToLobby(bruno, Actor("host", amina, ""))):
        with pytest.raises(Refused, match="NOT_ALLOWED"):
            stage.do(command)
    assert stage.see(bruno)
