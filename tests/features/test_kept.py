"""The sums of what is kept, counted as recordings change, are those of whoever walks through all of them (D9)."""

from __future__ import annotations

import random

import msgspec
import pytest

from node.features.recordings.kept import Book
from node.features.recordings.rules import RecordingView
from node.features.recordings.states import LIVE, RUNNING, State

NOON = 1_700_000_000.0


def recording(number: int, room: str) -> RecordingView:
    return RecordingView(f"{number:032x}", room, "Salle", State.ARMED, "", "grid", "olga", NOON, None, 0.0, None, 0)


def changed(view: RecordingView, dice: random.Random, now: float) -> RecordingView:
    state = dice.choice(list(State))
    since = now - dice.randrange(100) if state in RUNNING else None
    size = 0 if state is State.DELETED else dice.randrange(10**9)
    return msgspec.structs.replace(view, state=state, since=since, spent=float(dice.randrange(9000)), bytes=size)


@pytest.mark.parametrize("seed", range(5))
def test_the_sums_are_those_of_a_walk(seed: int) -> None:
    dice, now = random.Random(seed), NOON
    rooms = ["a", "b", "c"]
    walked: dict[str, RecordingView] = {}
    book = Book()
    for step in range(500):
        now += dice.random() * 10
        view = recording(step, dice.choice(rooms)) if not walked or dice.random() < 0.2 else None
        view = view or changed(dice.choice(list(walked.values())), dice, now)
        assert book.put(view) is (walked.get(view.recording) != view)
        walked[view.recording] = view
        for room in ("", *rooms):
            mine = [one for one in walked.values() if room in ("", one.room)]
            kept = [one for one in mine if one.state is not State.DELETED]
            seconds, size = book.kept(now, room)
            assert seconds == pytest.approx(sum(one.seconds(now) for one in kept))
            assert size == sum(one.bytes for one in kept)
            assert book.of(room) == mine[::-1]
        assert {one.recording for one in book.live()} == {r for r, one in walked.items() if one.state in LIVE}
        assert book.bytes == sum(one.bytes for one in walked.values())
        assert all(book.states[state] == sum(one.state is state for one in walked.values()) for state in State)
