"""Recorders and the disk: who has a place, who keeps it, and who is told in time that there is none (D9)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import msgspec
import pytest

from node.errors import Refused
from node.features.recordings.planned import PlanRecording, RecordingPlanned, TellPlace
from node.features.recordings.reserve import (
    DAY_S,
    FILES,
    FOREVER,
    Claim,
    Rule,
    admit,
    peak,
    standing,
    to_write,
    unplaced,
)
from node.features.schedule.rules import Form, Plan
from tests.features.stage import NOON, OPERATOR, Stage, of

HOUR = 3600.0
RULE = Rule(recorders=2, floor=1000, rate=10.0)
AN_HOUR = to_write(HOUR, RULE.rate)


def running(room: str, ends: float = FOREVER, size: int = 0) -> Claim:
    return Claim(room, NOON, ends, size)


def planned(room: str, begins: float, ends: float, size: int = 0) -> Claim:
    return Claim(room, begins, ends, size, planned=True)


def refused(claims: list[Claim], wish: Claim, *, free: int | None = None, rule: Rule = RULE) -> tuple[str, int]:
    with pytest.raises(Refused) as caught:
        admit(rule, free, claims, wish, NOON)
    return caught.value.code, int(caught.value.current)


def test_what_is_planned_keeps_its_recorder_and_only_for_its_time() -> None:
    """D9: reserved with the booking. What is over before may have it, what would still run then may not."""
    claims = [running("a"), planned("b", NOON + 2 * HOUR, NOON + 3 * HOUR)]
    admit(RULE, None, claims, running("c", NOON + 2 * HOUR), NOON)
    assert refused(claims, running("c", NOON + 2 * HOUR + 1)) == ("RECORDING_FULL", 2)
    assert refused(claims, running("c")) == ("RECORDING_FULL", 2)
    assert refused(claims, planned("c", NOON + 2.5 * HOUR, NOON + 4 * HOUR)) == ("RECORDING_FULL", 2)
    admit(RULE, None, claims, planned("c", NOON + 3 * HOUR, NOON + 4 * HOUR), NOON)
    admit(RULE, None, claims, running("b"), NOON)  # its own is not in its way
    admit(msgspec.structs.replace(RULE, recorders=0), None, claims * 9, running("c"), NOON)


def test_the_disk_is_kept_for_what_runs_what_is_finished_and_what_is_planned_for_today() -> None:
    """D9: the floor, the rest of what runs, files that are still made, and sessions within a day."""
    finishing = Claim("done", NOON, NOON, to_write(0, 0, written=500))
    assert finishing.bytes == 500 * FILES and not finishing.records
    today = planned("today", NOON + HOUR, NOON + 2 * HOUR, AN_HOUR)
    claims = [running("a", NOON + HOUR, AN_HOUR), finishing, today, planned("later", NOON + 2 * DAY_S, FOREVER, 10**12)]
    wish, rule = running("c", NOON + HOUR, AN_HOUR), msgspec.structs.replace(RULE, recorders=9)
    enough = rule.floor + 3 * AN_HOUR + finishing.bytes
    admit(rule, enough, claims, wish, NOON)
    assert refused(claims, wish, free=enough - 1, rule=rule) == ("RECORDING_DISK", rule.floor + AN_HOUR - 1)
    stands = standing(rule, enough, claims, NOON)
    assert (stands.free, stands.reserved, stands.planned) == (1, 2 * AN_HOUR + finishing.bytes, 2)
    assert standing(rule, enough - 1, claims, NOON).free == 0


def test_a_plan_that_lost_its_place_is_told_of_a_day_before_and_who_begins_first_keeps_it() -> None:
    """D9: a session before it was prolonged, or the rule is another."""
    soon, after = planned("soon", NOON + HOUR, NOON + 3 * HOUR), planned("after", NOON + 2 * HOUR, NOON + 4 * HOUR)
    prolonged = running("a", NOON + 2.5 * HOUR)
    assert unplaced(RULE, None, [running("a", NOON + HOUR), after, soon], NOON) == ()
    assert unplaced(RULE, None, [prolonged, after, soon], NOON) == ("after",)
    far = planned("far", NOON + 2 * DAY_S, FOREVER)
    none = msgspec.structs.replace(RULE, recorders=1)
    assert unplaced(none, None, [running("a"), far], NOON) == ()
    assert unplaced(none, None, [running("a"), far], NOON + DAY_S + 1) == ("far",)
    assert unplaced(RULE, RULE.floor - 1, [soon], NOON) == ("soon",)


@dataclass
class Studio:
    """Rooms that plan, begin and stop as it comes, on a disk that fills as they write."""

    rule: Rule
    free: int
    dice: random.Random
    now: float = NOON
    plans: dict[str, tuple[float, float]] = field(default_factory=dict)
    runs: dict[str, tuple[float, float]] = field(default_factory=dict)
    """(since when, until when at the latest)"""
    rooms: int = 0
    refused: int = 0

    def claims(self) -> list[Claim]:
        rate = self.rule.rate
        runs = [
            Claim(room, self.now, max(self.now + 1, end), to_write(end - self.now, rate, self.written(room)))
            for room, (_since, end) in self.runs.items()
        ]
        plans = [
            planned(room, max(self.now, begins), ends, to_write(ends - begins, rate))
            for room, (begins, ends) in self.plans.items()
        ]
        return runs + plans

    def written(self, room: str) -> int:
        return round((self.now - self.runs[room][0]) * self.rule.rate)

    def ask(self, wish: Claim) -> bool:
        try:
            admit(self.rule, self.free, self.claims(), wish, self.now)
        except Refused:
            self.refused += 1
            return False
        return True

    def somebody_does_something(self) -> None:
        self.rooms += 1
        room = f"r{self.rooms}"
        lasts = self.dice.choice((1, 10, 60, 120)) * 60.0
        match self.dice.randrange(4):
            case 0:
                begins = self.now + self.dice.randrange(1, 20) * 1800.0
                if self.ask(planned(room, begins, begins + lasts, to_write(lasts, self.rule.rate))):
                    self.plans[room] = (begins, begins + lasts)
            case 1 | 2:
                if self.ask(Claim(room, self.now, self.now + lasts, to_write(lasts, self.rule.rate))):
                    self.runs[room] = (self.now, self.now + lasts)
            case _ if self.runs:
                self.stop(self.dice.choice(sorted(self.runs)))

    def stop(self, room: str) -> None:
        self.free -= self.written(room) * (FILES - 1)  # the pieces go when their files are there
        del self.runs[room]

    def pass_a_minute(self) -> None:
        self.free -= round(len(self.runs) * 60 * self.rule.rate)
        self.now += 60.0
        for room in [room for room, (_since, end) in self.runs.items() if end <= self.now]:
            self.stop(room)
        for room, (begins, ends) in list(self.plans.items()):
            if begins <= self.now:
                wish = Claim(room, self.now, ends, to_write(ends - self.now, self.rule.rate))
                assert self.ask(wish), f"{room} was promised a place"
                del self.plans[room]
                self.runs[room] = (self.now, ends)


@pytest.mark.parametrize("seed", range(10))
def test_every_promise_is_kept_whatever_others_ask_for(seed: int) -> None:
    """D9: never more at once than there are recorders, every plan begins when its time comes, and the disk never goes
    below its floor, though there is far more asked for than there is."""
    studio = Studio(Rule(recorders=3, floor=1000, rate=10.0), 4_000_000, random.Random(seed))
    began = 0
    for _minute in range(400):
        for _ in range(studio.dice.randrange(3)):
            studio.somebody_does_something()
        before = set(studio.plans)
        studio.pass_a_minute()
        began += len(before - set(studio.plans))
        assert len(studio.runs) <= studio.rule.recorders
        assert peak(studio.claims(), studio.now, FOREVER) <= studio.rule.recorders
        assert studio.free >= studio.rule.floor
        assert unplaced(studio.rule, studio.free, studio.claims(), studio.now) == ()
    assert began > 3 and studio.refused > 30, "it was crowded"


def test_the_form_of_a_room_has_its_recording() -> None:
    """R104: whether it is recorded, and how it looks; as the type allows (R160, T6), and in danger it says so."""
    stage = Stage(type="webinar", plan=Plan(Form.SCHEDULED, NOON + HOUR, 60))
    (fact,) = of(stage.do(PlanRecording(OPERATOR, True, "speaker")), RecordingPlanned)
    assert (fact.plan.on, fact.plan.arrangement, fact.by) == (True, "speaker", "olga")
    assert not of(stage.do(PlanRecording(OPERATOR, True)), RecordingPlanned)
    assert stage.room.recordings.planned.now.arrangement == "speaker"
    assert "recorder" not in stage.room.view().risks
    stage.do(TellPlace(False))
    assert "recorder" in stage.room.view().risks
    with pytest.raises(Refused) as caught:
        stage.do(PlanRecording(OPERATOR, arrangement="mosaic"))
    assert caught.value.code == "VALUE_INVALID"
    stage.do(PlanRecording(OPERATOR, False))
    assert "recorder" not in stage.room.view().risks
    with pytest.raises(Refused) as caught:
        Stage(type="conference").do(PlanRecording(OPERATOR, True))
    assert caught.value.code == "RECORDING_FORBIDDEN"
