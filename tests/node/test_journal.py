"""The journal: each thing that changed since, once; or a reset when that cannot be known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node import journal as journals
from node.features.chat.rules import MessageView
from node.journal import Journal, MessageChanged, ParticipantChanged, ParticipantGone
from tests.features.stage import Stage

TOPICS = ("rooms", "participants", "messages", "nodes")


def changed(stage: Stage, participant: str) -> ParticipantChanged:
    return ParticipantChanged(stage.see(participant))


def message(n: int) -> MessageChanged:
    return MessageChanged(MessageView(f"m_{n}", "salle", "p1", "Amina", "", "", 0.0))


def test_the_first_time_is_a_reset() -> None:
    journal = Journal("run1")
    assert journal.since(None, TOPICS).reset
    assert journal.since("", TOPICS).reset


def test_each_thing_once_in_the_order_of_its_latest_change() -> None:
    stage, journal = Stage(), Journal("run1")
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    position = journal.position()
    for participant in (amina, bruno, amina, amina):
        journal.publish(changed(stage, participant))
    batch = journal.since(position, TOPICS)
    assert [change.key[2] for change in batch.changes] == [bruno, amina]
    assert journal.since(batch.position, TOPICS).changes == ()


def test_only_what_was_asked_for() -> None:
    journal = Journal("run1")
    position = journal.position()
    journal.publish(message(1))
    assert journal.since(position, ("rooms",)).changes == ()
    assert len(journal.since(position, ("messages",)).changes) == 1


def test_gone_takes_the_place_of_what_was() -> None:
    stage, journal = Stage(), Journal("run1")
    amina = stage.enter()
    position = journal.position()
    journal.publish(changed(stage, amina))
    journal.publish(ParticipantGone("salle", amina))
    assert journal.since(position, TOPICS).changes == (ParticipantGone("salle", amina),)


@pytest.mark.parametrize(
    "position", ["run0:0", "run1:9", "run1:-1", "run1:x", "run1", ":", "x" * 500, "run1:" + "9" * 30]
)
def test_positions_that_are_not_ours_are_a_reset(position: str) -> None:
    assert Journal("run1").since(position, TOPICS).reset


def test_what_is_forgotten_is_a_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "KEPT", 10)
    journal = Journal("run1")
    old = journal.position()
    journal.publish(message(0))
    recent = journal.position()
    for n in range(1, 11):
        journal.publish(message(n))
    assert journal.since(old, TOPICS).reset
    assert len(journal.since(recent, TOPICS).changes) == 10


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=60), st.integers(0, 60))
def test_a_subscriber_that_comes_back_ends_up_with_the_truth(steps: list[tuple[int, bool]], cut: int) -> None:
    """Snapshot at any moment, then everything since: the same as having watched all along."""
    stage, journal = Stage(), Journal("run1")
    people = [stage.enter(str(n)) for n in range(6)]
    truth: set[str] = set()
    seen: set[str] = set()
    position = journal.position()
    for n, (one, here) in enumerate(steps):
        if n == cut:
            seen, position = set(truth), journal.position()
        person = people[one]
        if here:
            truth.add(person)
            journal.publish(changed(stage, person))
        else:
            truth.discard(person)
            journal.publish(ParticipantGone("salle", person))
    batch = journal.since(position, TOPICS)
    assert not batch.reset
    for change in batch.changes:
        (seen.add if isinstance(change, ParticipantChanged) else seen.discard)(change.key[2])
    assert seen == truth
