"""What is so when somebody comes in is what was asked and holds, not what held when it was asked (R113, R125, R164,
R167, H18)."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.access.rules import Issue, Link, Renew
from node.features.flags.rules import SetFlags
from node.features.join.rules import Admit, Return, TakeOver
from node.features.participants.bans import SendToLobby
from node.features.participants.rules import Role
from node.features.quota.rules import SetRoomQuota, What
from node.features.rooms.rules import Room
from node.features.schedule.rules import Extend, Form, Plan, Replan
from node.ports import Shape
from tests.features.stage import NOON, OPERATOR, Stage, negotiated

OWN = Link("own", Role.PARTICIPANT, NOON + 36_000, "k1", "Amina")


def back(stage: Stage, who: str, transport: str) -> Room:
    tracks, slots = negotiated(transport, Shape.PAGE, 4)
    stage.do(Admit(who, transport, tracks, slots, stage.room.must_block(who)))
    return stage.room


@pytest.mark.parametrize("recheck", [True, False])
def test_a_link_that_ends_while_somebody_negotiates_makes_no_host(recheck: bool) -> None:
    """R125: they stay who they were, and their old ticket is theirs."""
    stage = Stage()
    amina = stage.enter("Amina")
    stage.do(Return(f"session-{amina}", "t77", "host-ticket"))
    stage.do(Renew(Link("new", Role.HOST, NOON + 3600), OPERATOR, recheck=recheck))
    person = back(stage, amina, "t77").people.get(amina)
    assert (person.role, person.ticket) == (Role.PARTICIPANT, "ticket")


@pytest.mark.parametrize(("name", "code"), [("Amina", "ROOM_LOCKED"), (" ", "NAME_INVALID"), ("Amina", "ROOM_FULL")])
def test_who_is_refused_a_second_place_keeps_the_first(name: str, code: str) -> None:
    """R113: another browser, while the door is locked, under no name, or when the room takes fewer than it has."""
    stage = Stage()
    stage.do(Issue((OWN,)))
    amina = stage.enter("Amina", "own")
    if code == "ROOM_LOCKED":
        stage.do(SetFlags(OPERATOR, lock_door=True))
    if code == "ROOM_FULL":
        stage.enter("Bruno")
        stage.do(SetRoomQuota(What.PEOPLE, 1, OPERATOR))
    with pytest.raises(Refused, match=code):
        stage.do(TakeOver("own", name, Shape.PAGE))
    assert stage.see(amina)


def test_one_ticket_has_one_place_also_for_who_comes_back_with_it() -> None:
    """R113, T8: a guest who comes again by a host's own ticket is that host, who is in once."""
    stage = Stage()
    stage.do(Issue((Link("hers", Role.HOST, NOON + 3600, "k2", "Hélène"),)))
    first = stage.enter("Hélène", "hers")
    amina = stage.enter("Amina")
    stage.come_back(amina, "hers")
    assert [person.id for person in stage.room.people.with_ticket("hers")] == [amina]
    assert stage.room.people.find(first) is None
    assert stage.see(amina).role is Role.HOST


def test_six_hours_hold_wherever_the_start_is_moved_to() -> None:
    """R164, T3: and an extension after that counts from when people came."""
    stage = Stage(type="conference", plan=Plan(Form.SCHEDULED, NOON, 300))
    for name in "AB":
        stage.enter(name, "speaker-ticket")
    stage.wait(250 * 60)
    with pytest.raises(Refused, match="DURATION_OUT_OF_RANGE"):
        stage.do(Replan(OPERATOR, starts=stage.now + 60))
    stage.do(Replan(OPERATOR, starts=NOON + 30 * 60))
    with pytest.raises(Refused, match="DURATION_OUT_OF_RANGE"):
        stage.do(Extend(60, OPERATOR))
    stage.do(Extend(30, OPERATOR))
    assert stage.room.schedule.ends == NOON + 360 * 60


def test_a_player_is_no_second_person() -> None:
    """R167: a video conference begins when two are connected."""
    stage = Stage(type="conference")
    stage.enter("A", "speaker-ticket")
    stage.enter("A", "speaker-ticket", Shape.WHEP)
    assert stage.room.schedule.started is None
    stage.enter("B", "speaker-ticket")
    assert stage.room.schedule.started is not None


def test_who_lets_people_in_is_put_before_the_door_by_an_operator_alone() -> None:
    """H18: a moderator of the chat may let people in and send them back, and no host."""
    stage = Stage(type="webinar")
    helene = stage.enter("Hélène", "host-ticket")
    max_, tess = stage.enter("Max", "moderator-ticket"), stage.enter("Tess", "technician-ticket")
    with pytest.raises(Refused, match="NOT_ALLOWED"):
        stage.do(SendToLobby(helene, stage.host(max_)))
    stage.do(SendToLobby(tess, stage.host(max_)))
    stage.do(SendToLobby(helene, OPERATOR))
    assert [person.id for person in stage.room.people] == [max_]
