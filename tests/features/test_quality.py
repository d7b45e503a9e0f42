"""R186: good, fair or poor, and whose doing it is: your network, your device, or the node. In virtual time."""

from __future__ import annotations

import itertools
import random

import pytest

from node.features.participants.rules import Leave, Measured
from node.features.quality.rules import (
    BETTER_AFTER_S,
    EVERY_S,
    JITTER_MS,
    KEPT,
    LOSS,
    QUEUE_MS,
    REPORT_AGE_S,
    RTT_MS,
    WORSE_AFTER_S,
    Grade,
    History,
    NodeReading,
    Point,
    Reported,
    Trouble,
    Verdict,
    upwards,
    verdict_of,
)
from node.features.quality.watched import GradesChanged, HeldChanged, Report, VerdictChanged
from node.ports import Event, LayerFigures, SlotFigures, TrackFigures, TransportFigures
from tests.features.stage import NOON, Stage, of


def way(**figures: object) -> TransportFigures:
    usual: dict[str, object] = {"received_bps": 900_000, "sent_bps": 2_000_000, "sent_packets": 250}
    usual |= {"rtt_ms": 30.0, "loss": 0.0, "connected": True, "transport": "t1"}
    return TransportFigures(**(usual | figures))  # type: ignore[arg-type]


def track(loss: float = 0.0, jitter: float = 5.0, packets: int = 100) -> TrackFigures:
    return TrackFigures("t1/camera", 800_000, loss, 127, True, False, jitter_ms=jitter, packets=packets)


CASES = {
    "nothing wrong": ({}, (track(),), Reported(), NodeReading(), Grade.GOOD, ""),
    "a little loss on the way down": ({"loss": 0.03}, (), None, NodeReading(), Grade.FAIR, "network_down"),
    "much loss, as only the page sees": ({}, (), Reported(video_lost=0.2), NodeReading(), Grade.POOR, "network_down"),
    "far away": ({"rtt_ms": 410.0}, (), None, NodeReading(), Grade.POOR, "network_down"),
    "a queue that stands": ({"delay_ms": 200}, (), None, NodeReading(), Grade.FAIR, "network_down"),
    "pictures held back": ({"video_held": True}, (), None, NodeReading(), Grade.POOR, "network_down"),
    "loss on the way up": ({}, (track(0.1),), None, NodeReading(), Grade.POOR, "network_up"),
    "jitter on the way up": ({}, (track(jitter=60.0),), None, NodeReading(), Grade.FAIR, "network_up"),
    "held back by its bandwidth": ({}, (), Reported(limited="bandwidth"), NodeReading(), Grade.FAIR, "network_up"),
    "held back by its processor": ({}, (), Reported(limited="cpu"), NodeReading(), Grade.FAIR, "device"),
    "frames that come too late": ({}, (), Reported(dropped=0.4), NodeReading(), Grade.POOR, "device"),
    "slow decoding": ({}, (), Reported(decode_ms=35.0), NodeReading(), Grade.FAIR, "device"),
    "a busy node": ({}, (), None, NodeReading(lag_p99_ms=30.0), Grade.FAIR, "node"),
    "a node that loses packets": ({"loss": 0.1}, (track(0.1),), None, NodeReading(5.0, 500.0), Grade.POOR, "node"),
    "the worst decides": ({"loss": 0.03}, (track(0.2),), None, NodeReading(30.0), Grade.POOR, "network_up"),
    "not connected": ({"connected": False, "loss": 1.0}, (), None, NodeReading(), Grade.UNKNOWN, ""),
}


@pytest.mark.parametrize("case", CASES)
def test_grade_and_cause(case: str) -> None:
    figures, tracks, page, node, grade, cause = CASES[case]
    assert verdict_of(way(**figures), upwards(tracks), page, node) == Verdict(grade, Trouble(cause))


def test_silent_tracks_do_not_hide_the_loss_of_those_that_speak() -> None:
    silent = TrackFigures("t1/screen", 0, 0.0, 127, False, False, jitter_ms=500.0)
    assert verdict_of(way(), upwards((silent, track(0.1))), None, NodeReading()).cause is Trouble.NETWORK_UP
    assert verdict_of(way(), upwards((silent, track())), None, NodeReading()).grade is Grade.GOOD


# ---------------------------------------------------------------- with patience


class Person:
    """Somebody whose figures come once a second."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.id = self.stage.enter("Amina")

    def second(self, *tracks: TrackFigures, node: NodeReading | None = None, **figures: object) -> list[Event]:
        self.stage.wait(1.0)
        mine = way(transport=self.stage.transport(self.id), **figures)
        return self.stage.do(Measured((mine,), tracks, node or NodeReading()))

    def seconds(self, n: float, **figures: object) -> list[Event]:
        return [event for _ in range(round(n)) for event in self.second(**figures)]

    @property
    def grade(self) -> Grade:
        return self.stage.see(self.id).quality.grade


def test_the_first_verdict_is_shown_at_once() -> None:
    amina = Person()
    assert amina.grade is Grade.UNKNOWN
    (told,) = of(amina.second(), VerdictChanged)
    assert told.verdict == Verdict(Grade.GOOD)


def test_one_bad_second_is_not_told() -> None:
    amina = Person()
    amina.second()
    assert not of([*amina.second(loss=0.5), *amina.second(), *amina.second(loss=0.5)], VerdictChanged)
    assert amina.grade is Grade.GOOD


def test_worse_is_told_after_two_seconds_and_better_after_five() -> None:
    amina = Person()
    amina.second()
    assert not of(amina.seconds(WORSE_AFTER_S, loss=0.2), VerdictChanged)
    events = amina.second(loss=0.2)
    assert of(events, VerdictChanged)[0].verdict == Verdict(Grade.POOR, Trouble.NETWORK_DOWN)
    assert of(events, GradesChanged), "and the others see it"
    assert not of(amina.seconds(BETTER_AFTER_S), VerdictChanged)
    assert of(amina.second(), VerdictChanged)[0].verdict == Verdict(Grade.GOOD)


def test_loss_that_comes_and_goes_does_not_flicker() -> None:
    """A link at the edge of fair: what is shown changes at most once in `WORSE_AFTER_S`."""
    amina, dice = Person(), random.Random(7)
    changes = [n for n in range(600) if of(amina.second(loss=dice.choice((0.0, 0.019, 0.021, 0.03))), VerdictChanged)]
    assert changes and min(b - a for a, b in itertools.pairwise(changes)) >= WORSE_AFTER_S


def test_what_a_page_said_long_ago_does_not_count() -> None:
    amina = Person()
    amina.stage.do(Report(amina.id, Reported(video_lost=0.5)))
    amina.second()
    assert amina.grade is Grade.POOR
    amina.seconds(REPORT_AGE_S + BETTER_AFTER_S + 1)
    assert amina.grade is Grade.GOOD


def test_a_control_process_that_missed_the_event_learns_of_held_pictures_from_the_figures() -> None:
    amina = Person()
    (told,) = of(amina.second(video_held=True), HeldChanged)
    assert told.held and amina.stage.see(amina.id).quality.held
    assert not of(amina.second(video_held=True), HeldChanged)
    assert not of(amina.second(), HeldChanged)[0].held


def test_who_leaves_is_nobodys_bad_connection() -> None:
    amina = Person()
    amina.second()
    amina.seconds(4, loss=0.5)
    assert amina.stage.room.quality.grades() == ((amina.id, Grade.POOR),)
    assert of(amina.stage.do(Leave(amina.id)), GradesChanged)
    assert amina.stage.room.quality.grades() == ()


# ---------------------------------------------------------------- the detail of one person


def test_the_detail_says_who_is_seen_in_which_layer_and_what_is_sent() -> None:
    amina = Person()
    bruno = amina.stage.enter("Bruno")
    theirs, mine = amina.stage.transport(bruno), amina.stage.transport(amina.id)
    layer = LayerFigures("h", 400_000, 0.01, 640, 360, 25.0, True, True)
    camera = TrackFigures(f"{mine}/camera", 400_000, 0.0, 127, True, False, layers=(layer,))
    amina.second(camera, slots=(SlotFigures(7, f"{theirs}/camera", "q", 120_000, 0.02, 3),))
    detail = amina.stage.room.quality.detail(amina.id)
    (slot,), (sent,) = detail.slots, detail.layers
    assert (slot.slot, slot.participant, slot.source, slot.rid, slot.switches) == (7, bruno, "camera", "q", 3)
    assert (sent.source, sent.rid, sent.width, sent.fps, sent.wanted) == ("camera", "h", 640, 25.0, True)
    assert detail.quality.bits_per_second == 2_000_000 and len(detail.history) == 1


def test_the_history_outlives_a_reload_but_what_was_seen_does_not() -> None:
    amina = Person()
    amina.seconds(10, loss=0.1)
    amina.stage.come_back(amina.id)
    amina.second()
    detail = amina.stage.room.quality.detail(amina.id)
    assert amina.grade is Grade.GOOD and detail.history[0].loss_down == pytest.approx(0.1)


def test_the_history_is_bounded_and_keeps_the_newest() -> None:
    history = History()
    for n in range(10_000):
        history.add(Point(NOON + n, n / 10_000, 0.0, 20.0, 1.0, 1e6, 5e5, 2e6, Grade.FAIR))
    points = list(history)
    assert len(points) == len(history) == KEPT
    assert points[-1].at >= NOON + 9_998 and points[-1].grade is Grade.FAIR
    gaps = {b.at - a.at for a, b in itertools.pairwise(points)}
    assert gaps == {EVERY_S}, "one in two seconds, the oldest first"
    assert points[0].loss_down == pytest.approx((points[0].at - NOON) / 10_000)


def test_the_short_way_to_good_says_what_the_long_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at most people costs no table: whatever is measured, it is the same verdict."""
    chance = random.Random(7)
    around = {"loss": LOSS, "rtt_ms": RTT_MS, "jitter_ms": JITTER_MS, "delay_ms": QUEUE_MS}
    said = []
    for _ in range(2000):
        figures = {name: chance.choice((0.0, bounds.fair * 0.99, bounds.fair)) for name, bounds in around.items()}
        figures |= {"delay_ms": int(figures["delay_ms"]), "video_held": chance.random() < 0.1}
        page = Reported(
            video_lost=chance.choice((0.0, 0.02)),
            dropped=chance.choice((0.0, 0.1)),
            decode_ms=chance.choice((0.0, 30.0)),
            limited=chance.choice(("", "cpu", "bandwidth")),
        )
        page = page if chance.random() < 0.3 else Reported()
        up = (chance.choice((0.0, 0.0, 0.02)), chance.choice((0.0, 0.0, 40.0)))
        node = NodeReading(chance.choice((0.0, 0.0, 20.0)), chance.choice((0.0, 0.0, 10.0)))
        said.append((way(**figures), up, page, node))
    short = [verdict_of(*one) for one in said]
    monkeypatch.setattr("node.features.quality.rules.fine", lambda *_: False)
    assert short == [verdict_of(*one) for one in said]
    assert {verdict.grade for verdict in short} >= {Grade.GOOD, Grade.FAIR, Grade.POOR}
