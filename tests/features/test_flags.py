"""Flags of a room: enforced by what the plane is told, for participants only, and at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import Refused
from node.features.flags.rules import FlagsChanged, FlagSet, SetFlags
from node.features.layout.rules import FillSlots
from node.features.lobby.rules import Wait
from node.features.mute.rules import Block, BlockChanged, BlockTracks, Unblock
from node.features.participants.rules import Publish, Role
from node.features.rooms.rules import Resume
from node.ports import Actor, Event, Shape, Source
from tests.features.stage import OPERATOR, Stage, of


def changes(events: list[Event]) -> dict[str, bool]:
    """Track → dropped, as the plane is told."""
    return {track: on for effect in of(events, BlockTracks) for track, on in effect.changes}


def test_a_locked_camera_is_dropped_by_the_plane_and_cannot_be_published() -> None:
    """R189, R102: people who are in already too; the tile goes, the page is told, the host's camera stays."""
    stage = Stage()
    host, amina = stage.enter("Hélène", "host-ticket"), stage.enter("Amina")
    stage.publish(host, Source.CAMERA)
    stage.publish(amina, Source.CAMERA, Source.MICROPHONE)
    assert f"{amina} camera" in stage.shown(host)

    events = stage.do(SetFlags(stage.host(host), lock_camera=True))

    assert of(events, FlagsChanged)[0].flags.on == ("lock_camera",)
    assert changes(events) == {f"{stage.transport(amina)}/camera": True}
    assert [(b.participant, b.source, b.blocked, b.by_kind) for b in of(events, BlockChanged)] == [
        (amina, Source.CAMERA, True, "lock")
    ]
    assert f"{amina} camera" not in stage.shown(host)
    assert f"{host} camera" in stage.shown(amina)
    with pytest.raises(Refused) as refused:
        stage.do(Publish(amina, Source.CAMERA, True))
    assert (refused.value.code, refused.value.limit) == ("SOURCE_LOCKED", "lock_camera")
    late = stage.knock("Zoé")
    assert stage.room.must_block(late.participant) == {Source.CAMERA}

    events = stage.do(SetFlags(stage.host(host), lock_camera=False))
    assert changes(events)[f"{stage.transport(amina)}/camera"] is False
    assert f"{amina} camera" in stage.shown(host)


def test_a_locked_microphone_is_dropped_and_a_block_by_name_outlives_the_lock() -> None:
    """R190: what an operator blocked by name stays when the lock goes; lifting the block does not lift the lock."""
    stage = Stage()
    amina, jean = stage.enter("Amina"), stage.enter("Jean")
    stage.do(Block(amina, frozenset({Source.MICROPHONE}), OPERATOR))

    events = stage.do(SetFlags(OPERATOR, lock_microphone=True))
    assert changes(events) == {f"{stage.transport(jean)}/microphone": True}
    assert not changes(stage.do(Unblock(amina, frozenset(), OPERATOR)))
    stage.do(Block(amina, frozenset({Source.MICROPHONE}), OPERATOR))

    events = stage.do(SetFlags(OPERATOR, lock_microphone=False))
    assert changes(events) == {f"{stage.transport(jean)}/microphone": False}
    assert stage.room.mute.is_blocked(amina, Source.MICROPHONE)


def test_participants_do_not_receive_the_cameras_of_participants() -> None:
    """R187: no slot of theirs is given one; hosts and speakers see everybody, everybody sees them and every screen."""
    stage = Stage(type="meeting")
    host, amina, jean = stage.enter("Hélène", "host-ticket"), stage.enter("Amina"), stage.enter("Jean")
    stage.publish(host, Source.CAMERA)
    stage.publish(amina, Source.CAMERA)
    stage.publish(jean, Source.CAMERA, Source.SCREEN)
    assert {f"{host} camera", f"{jean} camera", f"{jean} screen"} <= set(stage.shown(amina))

    events = stage.do(SetFlags(stage.host(host), webcams_only_for_moderators=True))

    taken = [a for effect in of(events, FillSlots) for a in effect.assignments]
    assert {a.transport for a in taken} == {stage.transport(amina), stage.transport(jean)}
    assert set(stage.shown(amina)) - {""} == {f"{host} camera", f"{jean} screen"}
    assert {f"{amina} camera", f"{jean} camera"} <= set(stage.shown(host))
    late = stage.enter("Zoé")
    assert set(stage.shown(late)) - {""} == {f"{host} camera", f"{jean} screen"}

    stage.do(SetFlags(stage.host(host), webcams_only_for_moderators=False))
    assert {f"{amina} camera", f"{jean} camera"} <= set(stage.shown(late))


def test_a_microphone_is_closed_until_its_owner_opens_it() -> None:
    """R188: the plane drops it from the first packet; a host's, and an encoder's, are open as ever."""
    stage = Stage()
    stage.do(SetFlags(OPERATOR, mute_on_start=True))
    knock = stage.knock("Amina")
    assert stage.room.must_block(knock.participant) == {Source.MICROPHONE}
    stage.admit(knock, stage.room.must_block(knock.participant))
    amina = knock.participant
    assert not stage.room.mute.is_blocked(amina, Source.MICROPHONE), "nobody muted her"

    assert changes(stage.do(Publish(amina, Source.MICROPHONE, True))) == {f"{stage.transport(amina)}/microphone": False}
    assert changes(stage.do(Publish(amina, Source.MICROPHONE, False))) == {f"{stage.transport(amina)}/microphone": True}
    assert stage.room.must_block(stage.knock("Hélène", "host-ticket").participant) == frozenset()
    assert stage.room.must_block(stage.knock("OBS", client=Shape.WHIP).participant) == frozenset()


def test_who_becomes_a_host_is_free_at_once() -> None:
    """R194: promoted by the host's link, the same person gets the right set."""
    stage = Stage()
    stage.enter("Hélène", "host-ticket")
    amina = stage.enter("Amina")
    stage.do(SetFlags(OPERATOR, lock_camera=True, lock_microphone=True))
    assert stage.room.must_block(amina) == {Source.CAMERA, Source.MICROPHONE}

    stage.come_back(amina, "host-ticket")

    assert stage.room.must_block(amina) == frozenset()
    stage.publish(amina, Source.CAMERA)


def test_only_who_moderates_sets_flags() -> None:
    """H18: the page of a participant may ask what it likes."""
    stage = Stage()
    amina = stage.enter("Amina")
    with pytest.raises(Refused) as refused:
        stage.do(SetFlags(Actor("participant", amina, "participant"), lock_camera=True))
    assert refused.value.code == "NOT_ALLOWED"


def test_a_video_conference_has_nothing_to_restrict() -> None:
    """R159: everybody is a speaker, and the node refuses to make anybody less."""
    stage = Stage(type="conference")
    with pytest.raises(Refused) as refused:
        stage.do(SetFlags(OPERATOR, lock_camera=True))
    assert refused.value.code == "FLAGS_NONE"


FLAGS = st.builds(
    SetFlags,
    by=st.just(OPERATOR),
    webcams_only_for_moderators=st.sampled_from([None, True, False]),
    mute_on_start=st.sampled_from([None, True, False]),
    lock_camera=st.sampled_from([None, True, False]),
    lock_microphone=st.sampled_from([None, True, False]),
)
STEPS = st.lists(
    st.one_of(
        FLAGS,
        st.tuples(st.just("enter"), st.sampled_from(["ticket", "host-ticket"])),
        st.tuples(st.sampled_from(["publish", "stop", "block", "unblock", "back"]), st.integers(0, 5)),
    ),
    max_size=25,
)


@given(STEPS)
def test_whatever_happens_the_plane_drops_what_is_to_be_dropped(steps: list[SetFlags | tuple[str, str | int]]) -> None:
    """Invariants of flags: what the plane was told is what a restart would tell it; no participant has another's camera
    while only moderators are to see it; nobody but participants is ever dropped by a flag."""
    stage = Stage()
    people: list[str] = []
    plane: dict[str, bool] = {}

    def told(events: list[Event]) -> None:
        plane.update(changes(events))

    for step in steps:
        if isinstance(step, SetFlags):
            told(stage.do(step))
        elif step[0] == "enter":
            knock = stage.knock("x", str(step[1]))
            muted = stage.room.must_block(knock.participant)
            plane.update({f"{knock.transport}/{source}": True for source in muted})
            told(stage.admit(knock, muted))
            people.append(knock.participant)
        elif people:
            act(stage, step[0], people[int(step[1]) % len(people)], told, plane)
    dropped = frozenset(track for track, on in plane.items() if on)
    assert not [e for e in stage.do(Resume(dropped)) if isinstance(e, BlockTracks)], "the plane agrees"
    for id_ in people:
        person = stage.room.people.get(id_)
        free = person.role is not Role.PARTICIPANT
        assert not (free and stage.room.mute.dropped(person) - set(stage.room.mute.blocked(id_)))
        if stage.room.flags.now.webcams_only_for_moderators and not free:
            seen = [who for _slot, who, source in stage.room.layout.view(id_) if who and source is Source.CAMERA]
            assert all(stage.room.people.get(who).role is not Role.PARTICIPANT for who in seen)


def act(stage: Stage, what: str, who: str, told: object, plane: dict[str, bool]) -> None:
    assert callable(told)
    both = frozenset({Source.CAMERA, Source.MICROPHONE})
    if what == "back":
        transport = stage.come_back(who)
        plane.update({f"{transport}/{source}": True for source in stage.room.must_block(who)})
    elif what in ("publish", "stop"):
        for source in both - (stage.room.flags.locked(stage.room.people.get(who).role) if what == "publish" else set()):
            told(stage.do(Publish(who, source, what == "publish")))
    else:
        told(stage.do((Block if what == "block" else Unblock)(who, both, OPERATOR)))


def test_flags_are_named_as_people_know_them() -> None:
    assert FlagSet(lock_camera=True, mute_on_start=True).on == ("mute_on_start", "lock_camera")


def test_no_notes_is_a_flag_like_the_others() -> None:
    """R193: kept and told, for whatever writes notes to ask; hosts set it, and it takes nobody's picture or sound."""
    stage = Stage()
    helene, amina = stage.enter("Hélène", "host-ticket"), stage.enter()
    (changed,) = of(stage.do(SetFlags(stage.host(helene), disable_notes=True)), FlagsChanged)
    assert changed.flags.on == ("disable_notes",)
    assert stage.room.must_block(amina) == frozenset()
    with pytest.raises(Refused, match="NOT_ALLOWED"):
        stage.do(SetFlags(stage.host(amina), disable_notes=False))


def test_what_an_operator_set_only_operators_lift() -> None:
    """R102, R194: hosts may add to it; the refusal says whose it is."""
    stage = Stage()
    helene = stage.enter("Hélène", "host-ticket")
    stage.do(SetFlags(OPERATOR, lock_camera=True))
    stage.do(SetFlags(stage.host(helene), lock_microphone=True))
    assert stage.room.flags.fixed == ("lock_camera",)
    with pytest.raises(Refused) as refused:
        stage.do(SetFlags(stage.host(helene), lock_camera=False, lock_microphone=False))
    assert (refused.value.limit, refused.value.set_by) == ("operator", "operator")
    assert stage.room.flags.now.lock_microphone, "of a refused change nothing is done"
    stage.do(SetFlags(OPERATOR, lock_camera=False))
    stage.do(SetFlags(stage.host(helene), lock_camera=True))
    stage.do(SetFlags(stage.host(helene), lock_camera=False))


def test_a_locked_door_lets_nobody_in_who_was_not_in() -> None:
    """The operator's lock of a room: participants who come are told why, hosts come in, who is in comes back."""
    stage = Stage()
    host, amina = stage.enter("Hélène", "host-ticket"), stage.enter("Amina")
    stage.do(SetFlags(OPERATOR, lock_door=True))

    with pytest.raises(Refused) as refused:
        stage.knock("Zoé")
    assert (refused.value.code, refused.value.set_by) == ("ROOM_LOCKED", "room")
    with pytest.raises(Refused) as refused:
        stage.do(Wait("p_zoe", "Zoé", "fr", "ticket", "session"))
    assert refused.value.code == "ROOM_LOCKED"
    assert stage.enter("Bruno", "host-ticket")
    assert stage.room.people.find(amina) is not None

    with pytest.raises(Refused) as refused:
        stage.do(SetFlags(stage.host(host), lock_door=False))
    assert refused.value.code == "NOT_ALLOWED", "what an operator locked, hosts do not open"
    stage.do(SetFlags(OPERATOR, lock_door=False))
    assert stage.enter("Zoé")
