"""Session types: what a role may do is a row of the table, and the room enforces it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import Refused
from node.features.chat.rules import Hide, MessagePosted, Say
from node.features.mute.rules import Block, BlockTracks, Unblock
from node.features.participants.rules import Publish, Remove, Role
from node.features.types.rules import RIGHT_OF, TYPES, Right, Start, type_of
from node.ports import Actor, Shape, Source
from tests.features.stage import OPERATOR, Stage, of

ALL = [Source.MICROPHONE, Source.CAMERA, Source.SCREEN]


def test_the_types_that_people_know_and_four_presets() -> None:
    """R025, R026, R033, R059: webinar and meeting among them; presets are made from a type and may differ from it."""
    assert {"meeting", "conference", "webinar", "streaming"} <= set(TYPES)
    presets = {row.key: row.base for row in TYPES.values() if row.base}
    assert presets == {"lecture": "webinar", "masterclass": "webinar", "round-table": "webinar", "workshop": "meeting"}
    assert all(row.default_minutes <= row.max_minutes for row in TYPES.values())
    assert all(not row.max_people or row.default_people <= row.max_people for row in TYPES.values())
    with pytest.raises(Refused) as unknown:
        type_of("party")
    assert unknown.value.code == "TYPE_UNKNOWN"
    assert "webinar" in unknown.value.limit


def test_a_video_conference_has_no_roles_and_no_replay() -> None:
    """R156 – R164: everyone joins as speaker and may send everything; 20 recommended, 55 at most, six hours."""
    row = TYPES["conference"]
    assert set(row.roles) == {Role.SPEAKER}
    assert not row.withheld(Role.SPEAKER)
    assert (row.recording, row.replay) == (False, False)
    assert (row.advice_people, row.max_people, row.max_minutes) == (20, 55, 360)
    assert row.start is Start.TWO


def test_the_audience_of_a_webinar_is_not_let_through() -> None:
    """R025, R045: the plane drops what a spectator sends, from the first packet; a speaker's goes through."""
    stage = Stage(type="webinar")
    stage.enter("Hélène", "host-ticket")
    knock = stage.knock("Amina")
    muted = stage.room.must_block(knock.participant)
    assert muted == frozenset(Source)
    stage.admit(knock, muted)
    for source in ALL:
        with pytest.raises(Refused) as refused:
            stage.do(Publish(knock.participant, source, True))
        assert (refused.value.code, refused.value.set_by) == ("NOT_ALLOWED", "type")
    speaker = stage.enter("Sacha", "speaker-ticket")
    assert stage.room.must_block(speaker) == frozenset()
    stage.publish(speaker, *ALL)


def test_an_encoder_with_a_spectators_ticket_shows_nothing() -> None:
    """R047: WHIP is no way around the type; with a technician's ticket it is the stage."""
    stage = Stage(type="streaming")
    stage.enter("Hélène", "host-ticket")
    intruder = stage.enter("OBS", "ticket", Shape.WHIP)
    watcher = stage.enter("Amina")
    assert stage.room.mute.is_blocked(intruder, Source.CAMERA)
    assert not [shown for shown in stage.shown(watcher) if intruder in shown]
    technician = stage.enter("OBS", "technician-ticket", Shape.WHIP)
    assert not stage.room.mute.is_blocked(technician, Source.CAMERA)


def test_lifting_a_block_never_lifts_what_the_type_withholds() -> None:
    stage = Stage(type="webinar")
    stage.enter("Hélène", "host-ticket")
    amina = stage.enter("Amina")
    stage.do(Block(amina, frozenset({Source.MICROPHONE}), OPERATOR))
    events = stage.do(Unblock(amina, frozenset(), OPERATOR))
    assert not of(events, BlockTracks)
    assert stage.room.mute.is_blocked(amina, Source.MICROPHONE)


def test_a_chat_moderator_hides_and_does_nothing_else_to_people() -> None:
    """R048, R121: separate from host and speaker."""
    stage = Stage(type="webinar")
    stage.enter("Hélène", "host-ticket")
    moderator, amina = stage.enter("Mo", "moderator-ticket"), stage.enter("Amina")
    stage.do(Say(amina, "bonjour", "k1"))
    (message,) = stage.room.chat.recent()
    with pytest.raises(Refused):
        stage.do(Hide(message.message, Actor("host", amina, "host")))
    stage.do(Hide(message.message, stage.host(moderator)))
    for command in (Remove(amina, stage.host(moderator)), Block(amina, frozenset(), stage.host(moderator))):
        with pytest.raises(Refused) as refused:
            stage.do(command)
        assert (refused.value.code, refused.value.limit, refused.value.current) == ("NOT_ALLOWED", "host", "moderator")


def test_who_may_not_write_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """R027, H18: the right to write is a column of the table like the others, whomever one writes to."""
    row = TYPES["webinar"]
    silent = msgspec.structs.replace(row, key="silent", roles={**row.roles, Role.PARTICIPANT: frozenset()})
    monkeypatch.setitem(TYPES, "silent", silent)
    stage = Stage(type="silent")
    host = stage.enter("Hélène", "host-ticket")
    amina = stage.enter("Amina")
    for to in ("", "staff", host):
        with pytest.raises(Refused) as refused:
            stage.do(Say(amina, "bonjour", "", to=to))
        assert (refused.value.code, refused.value.limit) == ("NOT_ALLOWED", "host, speaker, moderator, technician")
    assert of(stage.do(Say(host, "bonjour", "")), MessagePosted)


def test_where_nobody_moderates_nothing_is_asked_of_moderators() -> None:
    """T7: a video conference has no role that moderates, so nothing is written to moderators there."""
    stage = Stage(type="conference")
    amina, bruno = stage.enter("Amina", "speaker-ticket"), stage.enter("Bruno", "speaker-ticket")
    with pytest.raises(Refused) as refused:
        stage.do(Say(amina, "au secours", "", to="staff"))
    assert refused.value.code == "PRIVATE_CHAT_OFF"
    assert stage.do(Say(amina, "bonjour", "", to=bruno))


@given(st.sampled_from(sorted(TYPES)), st.sampled_from(list(Role)), st.sampled_from(list(Source)))
def test_what_is_published_is_exactly_what_the_table_allows(key: str, role: Role, source: Source) -> None:
    """R027, R102: for every type, role and source, the room, the plane and the table agree."""
    stage = Stage(type=key)
    for first in ("host-ticket", "speaker-ticket"):
        stage.enter("Staff", first)
    row = TYPES[key]
    try:
        someone = stage.enter("Amina", f"{role}-ticket")
    except Refused as refused:
        assert refused.code == "ROOM_NOT_STARTED"
        return
    allowed = row.may(role, RIGHT_OF[source])
    assert (source in stage.room.must_block(someone)) is not allowed
    assert stage.room.mute.is_blocked(someone, source) is not allowed
    try:
        stage.do(Publish(someone, source, True))
        assert allowed
    except Refused as refused:
        assert refused.code == "NOT_ALLOWED"
        assert not allowed
    assert Right.END not in row.roles.get(Role.PARTICIPANT, frozenset())


def test_each_type_says_what_it_is_good_for() -> None:
    """R169: the chooser names the uses, of a video conference small meetings in which everybody is seen."""
    assert all(row.use.fr and row.use.en for row in TYPES.values())
    assert len({row.use.fr for row in TYPES.values()}) == len(TYPES)
    assert "petits groupes" in TYPES["conference"].use.fr


def test_speakers_are_named_by_the_type_and_not_by_a_link_for_everybody() -> None:
    """T9, T10: a webinar has links of their own for who speaks; in a meeting the participants' link is enough."""
    webinar, meeting = TYPES["webinar"], TYPES["meeting"]
    assert {Role.HOST, Role.SPEAKER, Role.MODERATOR, Role.TECHNICIAN} < webinar.roles.keys()
    assert not webinar.may(Role.PARTICIPANT, Right.CAMERA)
    assert meeting.may(Role.PARTICIPANT, Right.CAMERA)
    assert list(TYPES["conference"].roles) == [Role.SPEAKER]
