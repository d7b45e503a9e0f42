"""What everybody in a crowd is told is batched, not written one by one; what one person is told waits for nothing.

(Scale in one room: state changes are batched. The clock is stopped here: a beat comes when it is called for.)
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest

from node.features.participants.rules import Cause
from node.signaling import messages as m
from node.signaling import stream as told
from node.signaling.stream import Stream
from tests.features.stage import Stage


class Wire:
    """A connection that notes what is written to it, a list of messages a write."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.writes: list[list[str]] = []
        self.ended = 0

    def send(self, frame: bytes) -> None:
        self.gather(frame)
        self.flush()

    def greet(self, frame: bytes) -> None:
        self.send(frame)

    def gather(self, frame: bytes) -> None:
        self.waiting.append(frame)

    def flush(self) -> None:
        if self.waiting:
            self.writes.append(re.findall(r'"type":"(\w+)"', b"".join(self.waiting).decode("latin-1")))
            self.waiting.clear()

    def end(self, code: int) -> None:
        self.flush()
        self.ended = code


@pytest.fixture(autouse=True)
def no_beat_by_itself(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(told, "BEAT_EACH_S", 3600.0)
    yield


def crowd(people: int) -> tuple[Stage, Stream, dict[str, Wire]]:
    stage = Stage(capacity=people)
    names = [stage.enter() for _ in range(people)]
    stream = Stream(stage.room, 1000, lambda: stage.now)
    wires = {name: Wire() for name in names}
    for person in stage.room.people:
        stream.attach(person, wires[person.id], 0)
    stream.beat()
    for wire in wires.values():
        wire.writes.clear()
    return stage, stream, wires


def say(stream: Stream, text: str, to: str | None = None) -> None:
    seq = stream.next()
    stream.tell(m.Hidden(seq, text) if to is None else m.Held(seq, True), seq, to=to)


async def test_everything_of_a_beat_is_one_write_for_each() -> None:
    _stage, stream, wires = crowd(60)
    for number in range(5):
        say(stream, f"m{number}")
    stream.tell_now(m.Reactions(()))
    assert all(not wire.writes for wire in wires.values())
    stream.beat()
    assert all(wire.writes == [["hidden"] * 5 + ["reactions"]] for wire in wires.values())
    stream.beat()
    assert all(len(wire.writes) == 1 for wire in wires.values())


async def test_what_is_for_one_goes_at_once_and_after_what_was_said_before_it() -> None:
    """The numbers of what a page hears only rise: else it would miss something when it comes back."""
    _stage, stream, wires = crowd(60)
    amina, *others = wires
    say(stream, "first")
    say(stream, "", to=amina)
    say(stream, "second")
    assert wires[amina].writes == [["hidden", "held"]]
    assert all(not wires[other].writes for other in others)
    stream.beat()
    assert wires[amina].writes[1:] == [["hidden"]]
    assert all(wires[other].writes == [["hidden", "hidden"]] for other in others)


async def test_ones_own_message_is_seen_at_once() -> None:
    _stage, stream, wires = crowd(60)
    amina, bruno, *_others = wires
    seq = stream.next()
    stream.tell_but(m.Hidden(seq, "said"), seq, amina, m.Hidden(seq, "said, with its key"))
    assert wires[amina].writes == [["hidden"]]
    assert not wires[bruno].writes


async def test_who_comes_back_is_told_once_what_waited_for_the_beat() -> None:
    stage, stream, wires = crowd(60)
    amina = next(iter(wires))
    seen = stream.next()
    stream.detach(amina, wires[amina])
    say(stream, "missed")
    again = Wire()
    stream.attach(stage.room.people.get(amina), again, seen)
    stream.beat()
    assert again.writes == [["resumed", "hidden"]]


async def test_whoever_goes_hears_what_was_said_before() -> None:
    _stage, stream, wires = crowd(60)
    amina = next(iter(wires))
    say(stream, "farewell")
    stream.end(amina, "removed", told.Refusal("REMOVED"))
    stream.gone(amina, Cause.REMOVED)
    assert [kind for write in wires[amina].writes for kind in write] == ["hidden", "ended"]
    assert wires[amina].ended == told.ENDED


async def test_the_first_word_after_silence_waits_for_nothing_and_the_next_for_the_beat() -> None:
    _stage, stream, wires = crowd(60)
    stream._beaten = float("-inf")
    say(stream, "hello")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert all(wire.writes == [["hidden"]] for wire in wires.values())
    say(stream, "and")
    await asyncio.sleep(0.01)
    assert all(len(wire.writes) == 1 for wire in wires.values())
