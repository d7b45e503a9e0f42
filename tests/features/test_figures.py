"""What operators see of people and rooms: grades, levels, rates; and what the room itself is not told."""

from __future__ import annotations

import pytest

from node.features.participants.rules import (
    Heard,
    Measured,
    PersonChanged,
    PersonMeasured,
    SpeakersChanged,
)
from node.features.quality.rules import Grade, Reported
from node.features.quality.watched import Report
from node.ports import Level, Shape, Source, TrackFigures, TransportFigures
from tests.features.stage import Stage, of


def measured(stage: Stage, participant: str, *, loss: float = 0.0, rtt: float = 20.0, **tracks: bool) -> Measured:
    transport = stage.transport(participant)
    figures = TransportFigures(transport, 1_000, 500_000, 100, rtt, loss, True)
    sent = tuple(TrackFigures(f"{transport}/{name}", 64_000, 0.01, 40, on, False) for name, on in tracks.items())
    return Measured((figures,), sent)


@pytest.mark.parametrize(
    ("loss", "rtt", "grade"),
    [
        (0.0, 20, Grade.GOOD),
        (0.019, 199, Grade.GOOD),
        (0.02, 20, Grade.FAIR),
        (0.0, 200, Grade.FAIR),
        (0.079, 399, Grade.FAIR),
        (0.08, 20, Grade.POOR),
        (0.0, 400, Grade.POOR),
    ],
)
def test_grades(loss: float, rtt: float, grade: Grade) -> None:
    stage = Stage()
    amina = stage.enter()
    assert stage.see(amina).quality.grade is Grade.UNKNOWN
    stage.do(measured(stage, amina, loss=loss, rtt=rtt))
    assert stage.see(amina).quality.grade is grade
    assert stage.see(amina).quality.loss_percent == pytest.approx(loss * 100)


def test_the_worse_of_both_ends_counts() -> None:
    stage = Stage()
    amina = stage.enter()
    stage.do(Report(amina, Reported(video_lost=0.1)))
    stage.do(measured(stage, amina, loss=0.0))
    assert stage.see(amina).quality.grade is Grade.POOR


def test_figures_are_for_operators_only() -> None:
    stage = Stage()
    amina = stage.enter()
    events = stage.do(measured(stage, amina, microphone=True))
    assert of(events, PersonMeasured)
    assert not of(events, PersonChanged)
    (microphone, *_) = stage.see(amina).tracks
    assert (microphone.bits_per_second, microphone.loss_percent, microphone.on) == (64_000, 1.0, False)


def test_an_encoder_that_stops_sending_is_seen_to() -> None:
    stage = Stage()
    obs = stage.enter("OBS", client=Shape.WHIP)
    watcher = stage.enter("Amina")
    assert stage.shown(watcher)[0] == f"{obs} camera"
    stage.do(measured(stage, obs, camera=False, microphone=True))
    assert stage.shown(watcher)[0] == ""
    stage.do(measured(stage, obs, camera=True, microphone=True))
    assert stage.shown(watcher)[0] == f"{obs} camera"


def test_the_room_sums_up() -> None:
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    stage.publish(amina, Source.CAMERA, Source.SCREEN)
    stage.do(Heard((stage.microphone(amina, 20),)))
    stage.do(measured(stage, amina, loss=0.0))
    stage.do(measured(stage, bruno, loss=0.1))
    view = stage.room.view()
    assert (view.people, view.cameras, view.speaking, view.screen) == (2, 1, 1, True)
    assert view.bits_out_per_second == 1_000_000
    assert view.loss_percent == pytest.approx(5.0)
    assert view.opened == stage.now


def test_silence_is_said_once() -> None:
    stage = Stage()
    amina = stage.enter()
    (change,) = of(stage.do(Heard((stage.microphone(amina, 20),))), SpeakersChanged)
    assert change.levels == ((amina, 20),)
    assert stage.see(amina).speaking
    (change,) = of(stage.do(Heard(())), SpeakersChanged)
    assert (change.levels, change.silent) == ((), (amina,))
    assert (stage.see(amina).speaking, stage.see(amina).level) == (False, 127)
    assert stage.do(Heard(())) == []


def test_levels_of_tracks_that_nobody_knows_are_nothing() -> None:
    stage = Stage()
    stage.enter()
    assert stage.do(Heard((Level("elsewhere/microphone", 3),))) == []
