"""R183, R184: what the hosts show everybody, and who is told whom they hear."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.layout.showing import Show, Showing, ShowingChanged, View
from node.features.layout.voices import Listen, VoicesChanged
from node.features.participants.rules import Leave, Measured
from node.ports import Actor, SlotFigures, SlotShows, Source, TransportFigures
from tests.features.stage import Stage, of
from tests.features.test_layout import with_cameras


def put_forward(stage: Stage, host: str, *people: str) -> None:
    stage.do(Show(stage.host(host), spotlight=people))


def hears(stage: Stage, participant: str, **tracks: str) -> Measured:
    slots = tuple(SlotFigures(int(slot.removeprefix("slot")), track, "", 0, 0.0, 0) for slot, track in tracks.items())
    figures = TransportFigures(stage.transport(participant), 0, 0, 0, 0.0, 0.0, connected=True, slots=slots)
    return Measured((figures,), ())


def test_who_is_put_forward_is_in_a_slot_of_everybody_else() -> None:
    stage = Stage(video_slots=2)
    host = stage.enter("Hélène", "host-ticket")
    people = with_cameras(stage, 6)
    last = people[-1]
    put_forward(stage, host, last)
    for person in people[:-1]:
        assert f"{last} camera" in stage.shown(person)
    assert f"{last} camera" not in stage.shown(last)
    stage.publish(people[0], Source.SCREEN)
    assert f"{people[0]} screen" in stage.shown(people[1]), "a shared screen goes before"
    put_forward(stage, host)
    assert f"{last} camera" not in stage.shown(people[1])[:1]


def test_a_participant_shows_nobody_anything() -> None:
    stage = Stage()
    amina = stage.enter("Amina")
    with pytest.raises(Refused) as refused:
        stage.do(Show(Actor("host", amina, "participant"), View.SPEAKER))
    assert refused.value.code == "NOT_ALLOWED"
    assert stage.room.layout.showing == Showing()


def test_what_is_not_named_stays_and_nothing_new_is_not_told() -> None:
    stage = Stage()
    host, amina = stage.enter("Hélène", "host-ticket"), stage.enter("Amina")
    stage.do(Show(stage.host(host), View.PRESENTATION))
    put_forward(stage, host, amina, amina)
    assert stage.room.layout.showing == Showing(View.PRESENTATION, (amina,))
    assert stage.do(Show(stage.host(host), View.PRESENTATION, (amina,))) == []


def test_a_stage_is_no_gallery_and_strangers_are_not_on_it() -> None:
    stage = Stage()
    host = stage.enter("Hélène", "host-ticket")
    people = [stage.enter(f"P{n}") for n in range(7)]
    for spotlight, code in ((people, "VALUE_INVALID"), (["p_stranger"], "PARTICIPANT_UNKNOWN")):
        with pytest.raises(Refused) as refused:
            put_forward(stage, host, *spotlight)
        assert refused.value.code == code
    assert stage.room.layout.showing.spotlight == ()


def test_who_leaves_is_not_put_forward_any_more() -> None:
    stage = Stage()
    host, amina, bruno = stage.enter("Hélène", "host-ticket"), stage.enter("Amina"), stage.enter("Bruno")
    put_forward(stage, host, amina, bruno)
    told = of(stage.do(Leave(amina)), ShowingChanged)
    assert [event.showing.spotlight for event in told] == [(bruno,)]


def test_who_asks_is_told_whom_they_hear_and_nobody_else_is() -> None:
    stage = Stage()
    amina, bruno, chloe = stage.enter("Amina"), stage.enter("Bruno"), stage.enter("Chloé")
    voices = {"slot0": f"{stage.transport(bruno)}/microphone", "slot3": f"{stage.transport(chloe)}/camera"}
    assert of(stage.do(hears(stage, amina, **voices)), VoicesChanged) == []
    stage.do(Listen(amina, on=True))
    told = of(stage.do(hears(stage, amina, **voices)), VoicesChanged)
    assert told == [VoicesChanged("salle", amina, ((0, bruno),))], "of audio slots only"
    assert of(stage.do(hears(stage, amina, **voices)), VoicesChanged) == [], "once"
    moved = SlotShows(stage.transport(amina), 0, f"{stage.transport(chloe)}/microphone")
    assert of(stage.do(moved), VoicesChanged) == [VoicesChanged("salle", amina, ((0, chloe),))]
    stage.do(Listen(amina, on=False))
    assert of(stage.do(hears(stage, amina, **voices)), VoicesChanged) == []
