"""The recording of a room: what is taken, between which marks, and who may ask for it."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.participants.rules import Tick
from node.features.recordings.rules import (
    AGAIN_S,
    Ceiling,
    PauseRecording,
    RecorderRead,
    RecordingMoved,
    ResumeRecording,
    StartRecording,
    StopRecording,
    StreamBegun,
    TapEnded,
    TapsHeld,
    TapTracks,
)
from node.features.recordings.states import LIVE, TRANSITIONS, Move, State, moved
from node.features.rooms.rules import Close
from node.features.schedule.rules import EndSitting
from node.ports import Actor, Event, Shape, Source
from tests.features.stage import OPERATOR, Stage, of

ID = "0123456789abcdef0123456789abcdef"
UNLIMITED = Ceiling()


def start(by: Actor = OPERATOR, ceiling: Ceiling = UNLIMITED) -> StartRecording:
    return StartRecording(ID, by, ceiling=ceiling)


class Plane:
    """What would be written now: stream → track."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @property
    def writes(self) -> dict[int, str]:
        running: dict[int, str] = {}
        for effect in of(self.stage.happened, TapTracks):
            for tap in effect.taps:
                if tap.on:
                    assert tap.stream not in running, "a number is used once"
                    running[tap.stream] = tap.track
                else:
                    running.pop(tap.stream, None)
        return running


def states(events: list[Event]) -> list[State]:
    return [event.state for event in of(events, RecordingMoved)]


def test_what_is_sent_is_taken_and_what_is_opened_later_too() -> None:
    """R180: tracks that are there at the start, a camera that is opened later, and an encoder that comes (R220)."""
    stage = Stage()
    plane = Plane(stage)
    amina = stage.enter("Amina")
    stage.publish(amina, Source.MICROPHONE)
    events = stage.do(start())
    assert [(b.participant, b.source) for b in of(events, StreamBegun)] == [(amina, Source.MICROPHONE)]

    stage.publish(amina, Source.CAMERA)
    stage.publish(amina, Source.CAMERA, on=False)
    stage.publish(amina, Source.CAMERA)
    stage.enter("OBS", client=Shape.WHIP)

    assert list(plane.writes.values()) == ["t1/microphone", "t1/camera", "t2/microphone", "t2/camera"]


def test_nothing_is_taken_between_pause_and_resume_nor_after_the_stop() -> None:
    """D9: every stream ends with the mark, and the next stretch is new streams."""
    stage = Stage()
    plane = Plane(stage)
    amina = stage.enter("Amina")
    stage.publish(amina, Source.MICROPHONE)
    stage.do(start())
    stage.wait(60)

    assert states(stage.do(PauseRecording(OPERATOR))) == [State.PAUSED]
    stage.publish(amina, Source.CAMERA)
    assert plane.writes == {}
    stage.wait(30)
    stage.do(ResumeRecording(OPERATOR))
    assert plane.writes == {2: "t1/microphone", 3: "t1/camera"}
    stage.wait(5)
    events = stage.do(StopRecording(OPERATOR))
    assert plane.writes == {}
    last = of(events, RecordingMoved)[-1]
    assert (last.state, last.spent, last.since) == (State.FINISHING, 65.0, None)
    assert stage.room.recordings.view() is None
    with pytest.raises(Refused) as refused:
        stage.do(PauseRecording(OPERATOR))
    assert refused.value.code == "RECORDING_NONE"


def test_a_video_conference_is_not_recorded_whoever_asks() -> None:
    """R160, R161, T6: one stable code, for its people and for an administrator."""
    stage = Stage(type="conference")
    amina = stage.enter("Amina", "speaker-ticket")
    for by in (OPERATOR, Actor("host", amina, "host"), Actor("participant", amina, "speaker")):
        with pytest.raises(Refused) as refused:
            stage.do(start(by))
        assert refused.value.code == "RECORDING_FORBIDDEN"
    assert not of(stage.happened, TapTracks)


def test_hosts_and_technicians_record_and_nobody_else() -> None:
    """R180, H18: the page of a participant, a speaker or a moderator may ask what it likes."""
    stage = Stage(type="webinar")
    for role in ("host", "technician"):
        stage.do(start(Actor("participant", stage.enter(role, f"{role}-ticket"), role)))
        stage.do(StopRecording(OPERATOR))
    for role in ("speaker", "moderator", "participant"):
        person = stage.enter(role, f"{role}-ticket")
        with pytest.raises(Refused) as refused:
            stage.do(start(Actor("participant", person, role)))
        assert refused.value.code == "NOT_ALLOWED"


def test_a_recording_that_is_asked_for_before_the_session_begins_with_it() -> None:
    """D9: armed, and nothing is written of those who prepare."""
    stage = Stage(type="webinar")
    plane = Plane(stage)
    speaker = stage.enter("Zoé", "speaker-ticket")
    stage.publish(speaker, Source.MICROPHONE)
    stage.do(start())
    live = stage.room.recordings.view()
    assert live is not None and live.state is State.ARMED and plane.writes == {}
    stage.enter("Hélène", "host-ticket")
    assert plane.writes == {1: "t1/microphone"}


@pytest.mark.parametrize("end", [EndSitting(OPERATOR), Close(OPERATOR)])
def test_it_ends_with_the_session_or_the_room(end: EndSitting | Close) -> None:
    stage = Stage()
    plane = Plane(stage)
    stage.publish(stage.enter("Amina"), Source.MICROPHONE)
    stage.do(start())
    assert states(stage.do(end)) == [State.FINISHING]
    assert plane.writes == {}


def test_who_comes_back_is_taken_again() -> None:
    """A reload: the old tracks are no more, the new one is another stream."""
    stage = Stage()
    plane = Plane(stage)
    amina = stage.enter("Amina")
    stage.publish(amina, Source.MICROPHONE)
    stage.do(start())
    stage.come_back(amina)
    stage.publish(amina, Source.MICROPHONE)
    assert plane.writes[2] == "t2/microphone"


def test_limits_of_minutes_and_bytes_end_it() -> None:
    stage = Stage()
    stage.publish(stage.enter("Amina"), Source.MICROPHONE)
    stage.do(start(ceiling=Ceiling(seconds=90.0, bytes=1000)))
    assert stage.room.deadline is not None and stage.room.deadline <= stage.now + 90.0
    assert not of(stage.do(RecorderRead(ID, 999, 0, "", False)), RecordingMoved)
    (ended,) = of(stage.do(RecorderRead(ID, 1000, 0, "", False)), RecordingMoved)
    assert (ended.state, ended.why) == (State.FINISHING, "bytes")


def test_a_recorder_in_trouble_is_told_once_and_goes_on() -> None:
    """H27: late, full, well again; the room goes on all the while."""
    stage = Stage()
    plane = Plane(stage)
    stage.publish(stage.enter("Amina"), Source.MICROPHONE)
    stage.do(start())
    told: list[State] = []
    for late, failing, low in (
        (0, "", False),
        (9000, "", False),
        (9000, "lagging", False),
        (0, "full", True),
        (0, "", True),
        (0, "", False),
    ):
        told += states(stage.do(RecorderRead(ID, 1, late, failing, low)))
    assert told == [State.LAGGING, State.DISK_LOW, State.RECORDING]
    assert plane.writes == {1: "t1/microphone"}


def test_a_stream_that_the_plane_could_not_write_is_taken_up_again() -> None:
    stage = Stage()
    amina = stage.enter("Amina")
    stage.publish(amina, Source.MICROPHONE)
    stage.do(start())
    assert states(stage.do(TapEnded(ID, 1, failed=True))) == [State.LAGGING]
    stage.wait(AGAIN_S)
    (begun,) = of(stage.do(Tick()), StreamBegun)
    assert (begun.stream, begun.track) == (2, "t1/microphone")


def test_after_a_restart_the_plane_and_the_room_agree() -> None:
    """H25: what runs goes on, what nobody asked for ends, what was lost is taken up as another stream."""
    stage = Stage()
    amina = stage.enter("Amina")
    stage.publish(amina, Source.MICROPHONE, Source.CAMERA)
    stage.do(start())
    events = stage.do(TapsHeld(((ID, 1, "t1/microphone"), (ID, 7, "t9/camera"))))
    off = [tap for effect in of(events, TapTracks) for tap in effect.taps if not tap.on]
    assert [(tap.stream, tap.track) for tap in off] == [(7, "t9/camera")]
    (begun,) = of(events, StreamBegun)
    assert (begun.track, begun.stream > 2) == ("t1/camera", True)


def test_the_table_of_states_has_no_way_back_from_deletion_and_no_dead_end_before() -> None:
    """D9: from every state a recording can come to its files and to its deletion; nothing leaves the last."""
    assert not TRANSITIONS[State.DELETED]
    for state in State:
        reached, todo = {state}, [state]
        while todo:
            for after in TRANSITIONS[todo.pop()].values():
                if after not in reached:
                    reached.add(after)
                    todo.append(after)
        assert State.DELETED in reached
        if state in LIVE:
            assert TRANSITIONS[state][Move.STOP] is State.FINISHING
    with pytest.raises(Refused) as refused:
        moved(State.FINISHING, Move.DELETE)
    assert refused.value.code == "RECORDING_STATE"
