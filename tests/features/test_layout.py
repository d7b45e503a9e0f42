"""Who is in which video slot: the screen first, then the pinned person, recent speakers, others; and no tile moves
without need."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.features.layout.rules import Arrange, FillSlots, SlotsChanged
from node.features.mute.rules import Block
from node.features.participants.rules import Heard, Leave, MediaLost, PlaneLost
from node.ports import Assignment, Shape, Source
from tests.features.stage import OPERATOR, Stage, of


def with_cameras(stage: Stage, count: int) -> list[str]:
    people = [stage.enter(f"Personne {n}") for n in range(count)]
    for person in people:
        stage.publish(person, Source.CAMERA)
    return people


def speak(stage: Stage, participant: str, seconds: float = 1.0) -> None:
    for _ in range(int(seconds * 10)):
        stage.do(Heard((stage.microphone(participant),)))
        stage.wait(0.1)
    stage.do(Heard(()))
    stage.wait(2)


def test_nobody_receives_themselves() -> None:
    stage = Stage()
    amina, bruno = with_cameras(stage, 2)
    assert stage.shown(amina) == [f"{bruno} camera", "", "", ""]
    assert stage.shown(bruno) == [f"{amina} camera", "", "", ""]


def test_a_camera_off_empties_its_tile() -> None:
    stage = Stage()
    amina, bruno = with_cameras(stage, 2)
    stage.happened.clear()
    stage.publish(bruno, Source.CAMERA, on=False)
    assert of(stage.happened, SlotsChanged) == [SlotsChanged("salle", amina, ((3, None, None),))]
    assert of(stage.happened, FillSlots) == [FillSlots((Assignment(stage.transport(amina), 3, None),))]


def test_a_blocked_camera_is_not_shown() -> None:
    stage = Stage()
    amina, bruno = with_cameras(stage, 2)
    stage.do(Block(bruno, frozenset({Source.CAMERA}), OPERATOR))
    assert stage.shown(amina) == ["", "", "", ""]


def test_the_screen_comes_first() -> None:
    stage = Stage(video_slots=2)
    amina, bruno, chloe, david = with_cameras(stage, 4)
    assert stage.shown(david) == [f"{amina} camera", f"{bruno} camera"]
    stage.publish(chloe, Source.SCREEN)
    assert f"{chloe} screen" in stage.shown(david)
    assert f"{amina} camera" in stage.shown(david)  # only one tile made room


def test_who_speaks_takes_the_place_of_who_does_not() -> None:
    stage = Stage(video_slots=2)
    amina, bruno, chloe, david = with_cameras(stage, 4)
    speak(stage, chloe)
    assert set(stage.shown(david)) == {f"{amina} camera", f"{chloe} camera"}
    assert stage.shown(david)[0] == f"{amina} camera"  # she did not move
    assert bruno


def test_a_cough_is_not_a_speaker() -> None:
    stage = Stage(video_slots=2)
    *_, chloe, david = with_cameras(stage, 4)
    before = stage.shown(david)
    stage.do(Heard((stage.microphone(chloe),)))
    stage.wait(0.1)
    stage.do(Heard(()))
    assert stage.shown(david) == before


def test_a_speaker_who_is_on_the_screen_already_moves_nothing() -> None:
    stage = Stage(video_slots=2)
    amina, _bruno, _chloe, david = with_cameras(stage, 4)
    stage.happened.clear()
    speak(stage, amina)
    assert [change for change in of(stage.happened, SlotsChanged) if change.participant == david] == []


def test_the_pinned_person_stays() -> None:
    stage = Stage(video_slots=2)
    amina, bruno, chloe, david = with_cameras(stage, 4)
    stage.do(Arrange(david, tiles=1, pinned=chloe))
    assert sorted(stage.shown(david)) == ["", f"{chloe} camera"]
    speak(stage, bruno)
    assert sorted(stage.shown(david)) == ["", f"{chloe} camera"]
    stage.do(Arrange(david, tiles=1, pinned=None))
    assert sorted(stage.shown(david)) == ["", f"{bruno} camera"]
    assert amina


def test_a_small_window_shows_less() -> None:
    stage = Stage()
    amina, *_ = with_cameras(stage, 5)
    assert stage.shown(amina).count("") == 0
    stage.do(Arrange(amina, tiles=1))
    assert stage.shown(amina).count("") == 3
    stage.do(Arrange(amina, tiles=0))
    assert stage.shown(amina) == ["", "", "", ""]
    stage.do(Arrange(amina, tiles=99))
    assert stage.shown(amina).count("") == 0


def test_who_leaves_makes_room_for_the_next() -> None:
    stage = Stage(video_slots=1)
    amina, bruno, chloe = with_cameras(stage, 3)
    assert stage.shown(chloe) == [f"{amina} camera"]
    stage.do(Leave(amina))
    assert stage.shown(chloe) == [f"{bruno} camera"]


def test_after_a_reload_the_new_transport_is_filled_and_shown() -> None:
    stage = Stage()
    amina, bruno = with_cameras(stage, 2)
    stage.come_back(amina)
    assert stage.shown(amina) == [f"{bruno} camera", "", "", ""]
    assert stage.shown(bruno) == ["", "", "", ""]  # a new page starts with its camera off
    stage.happened.clear()
    stage.publish(amina, Source.CAMERA)
    assert of(stage.happened, FillSlots) == [
        FillSlots((Assignment(stage.transport(bruno), 3, f"{stage.transport(amina)}/camera"),))
    ]


def test_lost_media_empties_the_tile() -> None:
    stage = Stage()
    amina, bruno = with_cameras(stage, 2)
    stage.do(MediaLost(stage.transport(bruno)))
    assert stage.shown(amina) == ["", "", "", ""]


def test_a_player_shows_what_comes_first_and_an_encoder_nothing() -> None:
    stage = Stage(video_slots=1)
    hall = stage.enter("Écran du hall", client=Shape.WHEP)
    obs = stage.enter("OBS", client=Shape.WHIP)
    assert stage.shown(hall) == [f"{obs} camera"]
    assert stage.shown(obs) == []


Step = st.tuples(
    st.sampled_from(["camera", "screen", "speak", "pin", "tiles", "leave", "enter", "reload"]),
    st.integers(0, 5),
    st.integers(0, 5),
)


@given(st.lists(Step, max_size=40))
def test_whatever_happens_the_slots_agree_with_what_was_told(steps: list[tuple[str, int, int]]) -> None:
    """Assignments and notices, summed up, are the seats; no slot shows oneself, twice the same, or somebody gone."""
    stage = Stage(video_slots=3)
    people = [stage.enter(f"Personne {n}") for n in range(4)]
    for step, one, other in steps:
        if step == "enter":
            people.append(stage.enter("Encore une"))
        if not people:
            continue
        person, second = people[one % len(people)], people[other % len(people)]
        match step:
            case "camera":
                stage.publish(person, Source.CAMERA, on=bool(other % 2))
            case "screen":
                stage.publish(person, Source.SCREEN, on=bool(other % 2))
            case "speak":
                speak(stage, person, 0.8)
            case "pin":
                stage.do(Arrange(person, 3, second))
            case "tiles":
                stage.do(Arrange(person, other))
            case "leave":
                stage.do(Leave(person))
                people.remove(person)
            case "reload":
                stage.come_back(person)
    told: dict[tuple[str, int], str | None] = {}
    for effect in of(stage.happened, FillSlots):
        for change in effect.assignments:
            told[(change.transport, change.slot)] = change.track
    for person in people:
        shown = [(who, source) for _slot, who, source in stage.room.layout.view(person) if who]
        assert person not in {who for who, _source in shown}
        assert len(shown) == len(set(shown))
        assert {who for who, _source in shown} <= set(people)
        for slot, who, source in stage.room.layout.view(person):
            expected = f"{stage.transport(who)}/{source}" if who else None
            assert told.get((stage.transport(person), slot)) == expected


def believed(stage: Stage, participant: str) -> list[str]:
    """What the person's page thinks is in its slots, from all that it was told."""
    slots: dict[int, str] = {}
    for event in of(stage.happened, SlotsChanged):
        if event.participant == participant:
            slots.update({slot: f"{who} {source}" if who else "" for slot, who, source in event.slots})
    return [slots.get(slot, "") for slot, _who, _source in stage.room.layout.view(participant)]


def test_a_page_that_comes_back_forgets_what_its_old_transport_showed() -> None:
    """A tile must not be looked for in a slot that shows it no more."""
    stage = Stage()
    amina, bruno, chloe, david = with_cameras(stage, 4)
    stage.publish(bruno, Source.CAMERA, on=False)
    assert believed(stage, david) == stage.shown(david) != ["", "", "", ""]
    stage.come_back(david)
    assert believed(stage, david) == stage.shown(david)

    stage.do(PlaneLost(back=False))
    stage.do(PlaneLost(back=True))
    for person in (david, chloe, amina, bruno):
        stage.come_back(person)
        stage.publish(person, Source.CAMERA)
        for page in (amina, bruno, chloe, david):
            assert believed(stage, page) == stage.shown(page)
