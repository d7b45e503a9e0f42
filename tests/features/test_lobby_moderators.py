"""With the lobby on and nobody in the room who lets people in, everybody waits (R147)."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.access.rules import Issue, Link
from node.features.join.rules import TakeOver
from node.features.lobby.rules import LetIn, LobbyModerated, SetLobby
from node.features.participants.rules import Detach, Leave, PlaceFreed, Role
from node.features.roles.rules import GiveRole
from node.ports import Actor, Shape
from tests.features.stage import NOON, OPERATOR, of
from tests.features.test_lobby import Hall

NODE = Actor("node", "n1", "node")
STAFF = ("speaker-ticket", "technician-ticket")


class Webinar(Hall):
    def __init__(self, **wishes: object) -> None:
        super().__init__(type="webinar", **wishes)

    def told(self) -> list[bool]:
        """Whether somebody is there who lets people in, as it changed."""
        return [event.present for event in of(self.happened, LobbyModerated)]

    def barred(self, ticket: str, client: Shape = Shape.PAGE) -> bool:
        try:
            self.knock("Samir", ticket, client)
        except Refused as refused:
            assert refused.code == "LOBBY"
            return True
        return False


@pytest.mark.parametrize("ticket", STAFF)
@pytest.mark.parametrize("client", list(Shape))
def test_who_prepares_waits_until_a_moderator_is_there(ticket: str, client: Shape) -> None:
    """By the page, as an encoder and as a player; afterwards none of them is let in by anybody."""
    hall = Webinar()
    assert hall.barred(ticket, client)
    hall.enter("Mona", "moderator-ticket")
    assert not hall.barred(ticket, client)


def test_they_come_in_by_themselves_when_one_is_there() -> None:
    hall = Webinar()
    samir, amina = hall.waits("Samir", "speaker-ticket"), hall.waits("Amina")
    assert hall.queue() == [(samir, "lobby"), (amina, "start")]
    assert hall.room.lobby.free(hall.now) == []
    hall.enter("Hélène", "host-ticket")
    assert hall.told()[-1:] == [True]
    assert hall.queue() == [(samir, "full"), (amina, "lobby")]
    assert hall.room.lobby.free(hall.now) == [samir]
    hall.do(LetIn(samir, NODE))
    hall.sit(samir)
    assert hall.see(samir).name == "Samir"


def test_with_the_last_of_them_gone_it_is_as_before_and_who_is_in_stays() -> None:
    """A line that drops is not gone: their place is kept, and they are still the one who lets people in."""
    hall = Webinar()
    mona = hall.enter("Mona", "moderator-ticket")
    tess = hall.enter("Tess", "technician-ticket")
    hall.waits("Amina")
    hall.do(Detach(mona))
    assert not hall.barred("speaker-ticket")
    hall.do(Leave(mona))
    assert hall.told() == [False]
    assert hall.barred("speaker-ticket")
    assert hall.see(tess)


def test_the_node_lets_nobody_in_by_itself_who_has_to_wait_again() -> None:
    """Between the look at who is free and their turn, the moderator may leave."""
    hall = Webinar()
    samir, amina = hall.waits("Samir", "speaker-ticket"), hall.waits("Amina")
    mona = hall.enter("Hélène", "host-ticket")
    assert hall.room.lobby.free(hall.now) == [samir]
    hall.do(Leave(mona))
    for who in (samir, amina):
        assert hall.refused(LetIn(who, NODE)) == "LOBBY"
    hall.do(LetIn(samir, OPERATOR))
    assert hall.queue()[0] == (samir, "")


def test_a_host_s_encoder_lets_nobody_in() -> None:
    hall = Webinar()
    hall.enter("Caméra", "host-ticket", Shape.WHIP)
    assert hall.barred("speaker-ticket")


def test_a_role_given_and_taken_counts_at_once() -> None:
    hall = Webinar()
    helene = hall.enter("Hélène", "host-ticket")
    tess = hall.enter("Tess", "technician-ticket")
    hall.do(GiveRole(tess, Role.MODERATOR, OPERATOR))
    hall.do(Leave(helene))
    samir = hall.waits("Samir", "speaker-ticket")
    assert hall.room.lobby.free(hall.now) == [samir]
    hall.do(GiveRole(tess, Role.TECHNICIAN, OPERATOR))
    assert hall.told()[-1] is False
    assert hall.queue() == [(samir, "lobby")]
    hall.do(GiveRole(tess, Role.MODERATOR, OPERATOR))
    assert hall.told()[-1] is True


def test_a_technician_s_place_is_not_given_up_for_one_that_would_wait() -> None:
    """R113: the same ticket again, from an encoder that starts over: the old place holds until the new one is had."""
    hall = Webinar()
    hall.do(Issue((Link("of-tess", Role.TECHNICIAN, NOON + 3600, "k1", "Tess"),)))
    helene = hall.enter("Hélène", "host-ticket")
    tess = hall.enter("Tess", "of-tess", Shape.WHIP)
    hall.do(Leave(helene))
    assert hall.refused(TakeOver("of-tess", "Tess", Shape.WHIP)) == "LOBBY"
    assert hall.see(tess)
    hall.enter("Hélène", "host-ticket")
    hall.do(TakeOver("of-tess", "Tess", Shape.WHIP))
    assert hall.enter("Tess", "of-tess", Shape.WHIP) != tess


def test_without_a_lobby_nobody_waits_for_a_moderator() -> None:
    """R148."""
    hall = Webinar(on=False)
    assert not hall.barred("speaker-ticket")
    hall = Webinar()
    samir = hall.waits("Samir", "speaker-ticket")
    hall.do(SetLobby(OPERATOR, on=False))
    assert hall.room.lobby.free(hall.now) == [samir]
    assert not of(hall.happened, PlaceFreed)
