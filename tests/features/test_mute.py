"""Mute is the node's: it holds whatever the person does, and lifting it switches nothing on."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.join.rules import Admit, Return
from node.features.mute.rules import (
    Block,
    BlockChanged,
    BlockRoom,
    BlockTracks,
    RoomMuted,
    SourceBlocked,
    Unblock,
    UnblockRoom,
)
from node.features.participants.rules import MediaConnected
from node.ports import Actor, Shape, Source
from tests.features.stage import OPERATOR, Stage, negotiated, of

MICROPHONE = frozenset({Source.MICROPHONE})


def blocked(stage: Stage, participant: str) -> dict[str, str]:
    return {track.source: track.muted_by for track in stage.see(participant).tracks if track.muted}


def test_the_plane_is_told_and_the_person_too() -> None:
    stage = Stage()
    amina = stage.enter()
    events = stage.do(Block(amina, frozenset(), OPERATOR, "larsen"))
    assert of(events, BlockTracks) == [BlockTracks(((f"{stage.transport(amina)}/microphone", True),))]
    assert of(events, BlockChanged) == [BlockChanged("salle", amina, Source.MICROPHONE, True, "operator")]
    assert blocked(stage, amina) == {"microphone": "olga"}


def test_muting_twice_changes_nothing() -> None:
    stage = Stage()
    amina = stage.enter()
    stage.do(Block(amina, MICROPHONE, OPERATOR))
    assert stage.do(Block(amina, MICROPHONE, OPERATOR)) == []


def test_unmuting_lifts_the_block_and_switches_nothing_on() -> None:
    stage = Stage()
    amina = stage.enter()
    stage.do(Block(amina, frozenset({Source.MICROPHONE, Source.CAMERA}), OPERATOR))
    events = stage.do(Unblock(amina, frozenset(), OPERATOR))
    assert {change for effect in of(events, BlockTracks) for change in effect.changes} == {
        (f"{stage.transport(amina)}/microphone", False),
        (f"{stage.transport(amina)}/camera", False),
    }
    assert not any(track.on for track in stage.see(amina).tracks)


def test_a_mute_outlives_a_reload() -> None:
    stage = Stage()
    amina = stage.enter()
    stage.do(Block(amina, MICROPHONE, OPERATOR))
    assert stage.room.must_block(amina) == MICROPHONE
    stage.come_back(amina)
    assert blocked(stage, amina) == {"microphone": "olga"}


def test_a_mute_decided_during_a_negotiation_reaches_the_new_transport() -> None:
    """The race: the transport was opened before the mute, and admitted after it."""
    stage = Stage()
    amina = stage.enter()
    stage.do(Return(f"session-{amina}", "t99", "ticket"))
    opened_with = stage.room.must_block(amina)
    stage.do(Block(amina, MICROPHONE, OPERATOR))
    tracks, slots = negotiated("t99", Shape.PAGE, 4)
    events = stage.do(Admit(amina, "t99", tracks, slots, opened_with))
    assert BlockTracks((("t99/microphone", True),)) in events


def test_mute_all_spares_the_hosts() -> None:
    stage = Stage()
    host, amina, bruno = stage.enter("Hélène", "host-ticket"), stage.enter("Amina"), stage.enter("Bruno")
    events = stage.do(BlockRoom(OPERATOR))
    assert [event.participant for event in of(events, SourceBlocked)] == [amina, bruno]
    assert blocked(stage, host) == {}


def test_mute_all_holds_late_joiners() -> None:
    stage = Stage()
    stage.do(BlockRoom(OPERATOR))
    late = stage.knock("Chloé")
    assert stage.room.must_block(late.participant) == MICROPHONE  # before the first packet
    events = stage.admit(late, stage.room.must_block(late.participant))
    assert of(events, BlockTracks) == []  # the transport was opened that way
    stage.do(MediaConnected(late.transport))
    assert blocked(stage, late.participant) == {"microphone": "olga"}
    host = stage.knock("Hélène", "host-ticket")
    assert stage.room.must_block(host.participant) == frozenset()


def test_one_late_joiner_can_be_let_speak() -> None:
    stage = Stage()
    stage.do(BlockRoom(OPERATOR))
    chloe, david = stage.enter("Chloé"), stage.enter("David")
    stage.do(Unblock(chloe, MICROPHONE, OPERATOR))
    assert blocked(stage, chloe) == {}
    assert blocked(stage, david) == {"microphone": "olga"}
    stage.come_back(chloe)  # a reload does not mute her again
    assert blocked(stage, chloe) == {}


def test_lifting_the_rooms_mute_keeps_who_was_muted_by_name() -> None:
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    stage.do(BlockRoom(OPERATOR))
    stage.do(Block(bruno, MICROPHONE, OPERATOR))
    events = stage.do(UnblockRoom(OPERATOR))
    assert [event.on for event in of(events, RoomMuted)] == [False]
    assert blocked(stage, amina) == {}
    assert blocked(stage, bruno) == {"microphone": "olga"}
    assert blocked(stage, stage.enter("Chloé")) == {}


def test_mute_all_of_another_number_than_expected_is_refused() -> None:
    stage = Stage()
    stage.enter("Amina")
    with pytest.raises(Refused) as refused:
        stage.do(BlockRoom(OPERATOR, expected=2))
    assert (refused.value.code, refused.value.limit, refused.value.current) == ("COUNT_CHANGED", "2", "1")
    assert not stage.room.view().muted


def test_a_player_has_nothing_to_mute() -> None:
    stage = Stage()
    stage.enter("Écran du hall", client=Shape.WHEP)
    assert stage.room.mute.would_block() == []


def test_a_participant_may_not_mute() -> None:
    """H18."""
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    with pytest.raises(Refused) as refused:
        stage.do(Block(bruno, MICROPHONE, Actor("host", amina, "host")))
    assert refused.value.code == "NOT_ALLOWED"
    assert blocked(stage, bruno) == {}


def test_a_host_lifts_what_a_host_blocked() -> None:
    stage = Stage()
    host, amina = stage.enter("Hélène", "host-ticket"), stage.enter("Amina")
    stage.do(Block(amina, MICROPHONE, stage.host(host)))
    stage.do(Unblock(amina, MICROPHONE, stage.host(host)))
    assert blocked(stage, amina) == {}


@pytest.mark.parametrize("whom", ["Amina", "Hélène"])
def test_a_host_does_not_lift_what_an_operator_blocked(whom: str) -> None:
    """H18: neither for somebody else nor for themselves."""
    stage = Stage()
    people = {"Hélène": stage.enter("Hélène", "host-ticket"), "Amina": stage.enter("Amina")}
    by = stage.host(people["Hélène"])
    stage.do(Block(people[whom], MICROPHONE, OPERATOR))
    with pytest.raises(Refused) as refused:
        stage.do(Unblock(people[whom], frozenset(), by))
    assert (refused.value.code, refused.value.limit, refused.value.current) == ("NOT_ALLOWED", "operator", "host")
    stage.do(Block(people[whom], MICROPHONE, by))  # making it one's own first is no way round
    with pytest.raises(Refused):
        stage.do(Unblock(people[whom], MICROPHONE, by))
    assert blocked(stage, people[whom]) == {"microphone": "olga"}
    stage.do(Unblock(people[whom], MICROPHONE, OPERATOR))
    assert blocked(stage, people[whom]) == {}


def test_an_operators_block_takes_the_place_of_a_hosts() -> None:
    stage = Stage()
    host, amina = stage.enter("Hélène", "host-ticket"), stage.enter("Amina")
    stage.do(Block(amina, MICROPHONE, stage.host(host)))
    stage.do(Block(amina, MICROPHONE, OPERATOR))
    with pytest.raises(Refused):
        stage.do(Unblock(amina, MICROPHONE, stage.host(host)))
    assert blocked(stage, amina) == {"microphone": "olga"}


def test_a_host_lifts_mute_all_only_where_hosts_made_it() -> None:
    """An operator's mute-all, also one over a host's, stays, for those who are here and those who come."""
    stage = Stage()
    host, amina, bruno = stage.enter("Hélène", "host-ticket"), stage.enter("Amina"), stage.enter("Bruno")
    stage.do(BlockRoom(stage.host(host)))
    stage.do(UnblockRoom(stage.host(host)))
    assert blocked(stage, amina) == {}

    stage.do(Block(bruno, MICROPHONE, stage.host(host)))
    stage.do(BlockRoom(stage.host(host)))
    stage.do(BlockRoom(OPERATOR))
    assert stage.do(UnblockRoom(stage.host(host))) == []
    for person in (amina, bruno):
        with pytest.raises(Refused):
            stage.do(Unblock(person, MICROPHONE, stage.host(host)))
    assert blocked(stage, amina) == {"microphone": "olga"}
    assert blocked(stage, stage.enter("Chloé")) == {"microphone": "olga"}
    stage.do(UnblockRoom(OPERATOR))
    assert blocked(stage, amina) == {}
    assert blocked(stage, bruno) == {"microphone": host}
