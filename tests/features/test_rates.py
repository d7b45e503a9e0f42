"""Caps of a person and of a room: who may be asked for what, and to whom they are said again (rules, virtual time)."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.participants.rules import Leave
from node.features.rates.rules import LEAST, MOST, CapsChanged, LimitRates, PersonCapSet, RoomCapSet, SetCap
from node.features.rooms.rules import Resume
from node.ports import Cap
from tests.features.stage import OPERATOR, Stage, of


def cap(participant: str | None = None, *, send: int | None = None, receive: int | None = None) -> SetCap:
    return SetCap(participant, send, receive, OPERATOR)


def limits(events: list[object]) -> list[Cap]:
    return [event.cap for event in events if isinstance(event, LimitRates)]


def test_a_persons_cap_goes_to_their_transport_and_is_kept() -> None:
    stage = Stage()
    amina = stage.enter("Amina")
    events = stage.do(cap(amina, receive=500_000))
    assert limits(events) == [Cap("transport", stage.transport(amina), 0, 500_000)]
    (kept,) = of(events, PersonCapSet)
    assert (kept.participant, kept.cap.receive_bps, kept.cap.set_by, kept.cap.set) == (
        amina,
        500_000,
        "olga",
        stage.now,
    )


def test_what_is_not_named_stays_and_zero_lifts() -> None:
    stage = Stage()
    amina = stage.enter("Amina")
    stage.do(cap(amina, send=200_000, receive=500_000))
    assert limits(stage.do(cap(amina, receive=0))) == [Cap("transport", stage.transport(amina), 200_000, 0)]
    assert limits(stage.do(cap(amina, send=0))) == [Cap("transport", stage.transport(amina), 0, 0)]
    assert stage.room.rates.caps() == []


def test_who_comes_back_is_capped_as_before() -> None:
    """A reload must not be a way around a cap."""
    stage = Stage()
    amina = stage.enter("Amina")
    stage.do(cap(amina, send=200_000))
    before = len(stage.happened)
    transport = stage.come_back(amina)
    assert limits(stage.happened[before:]) == [Cap("transport", transport, 200_000, 0)]


def test_a_rooms_cap_is_said_again_with_every_transport_that_comes() -> None:
    """The plane forgets it with the last transport of the room."""
    stage = Stage()
    events = stage.do(cap(send=5_000_000))
    assert limits(events) == [Cap("room", "salle", 5_000_000, 0)] and of(events, RoomCapSet) and of(events, CapsChanged)
    before = len(stage.happened)
    stage.enter("Amina")
    assert limits(stage.happened[before:]) == [Cap("room", "salle", 5_000_000, 0)]
    assert stage.room.view().send_cap_bps == 5_000_000


def test_after_a_restart_everything_is_said_again() -> None:
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    stage.do(cap(receive=9_000_000))
    stage.do(cap(bruno, send=100_000))
    said = limits(stage.do(Resume(frozenset())))
    assert said == [Cap("room", "salle", 0, 9_000_000), Cap("transport", stage.transport(bruno), 100_000, 0)]
    assert amina not in [view.participant for view in stage.room.rates.caps()]


def test_the_cap_of_who_has_left_is_forgotten() -> None:
    stage = Stage()
    amina = stage.enter("Amina")
    stage.do(cap(amina, send=200_000))
    stage.do(Leave(amina))
    assert stage.room.rates.caps() == []
    with pytest.raises(Refused, match="PARTICIPANT_UNKNOWN"):
        stage.do(cap(amina, send=200_000))


@pytest.mark.parametrize("asked", [1, LEAST - 1, MOST + 1])
def test_a_cap_that_nobody_can_mean_is_refused_and_changes_nothing(asked: int) -> None:
    stage = Stage()
    stage.do(cap(send=LEAST))
    with pytest.raises(Refused) as refused:
        stage.do(cap(send=asked))
    refusal = refused.value.refusal()
    assert (refusal.code, refusal.rule) == ("RATE_OUT_OF_RANGE", "rates.range")
    assert refusal.limit and str(asked) in refusal.current
    assert all(refusal.message[language] and refusal.next_step[language] for language in ("fr", "en"))
    assert stage.room.rates.cap.send_bps == LEAST


def test_a_change_that_names_no_rate_is_refused() -> None:
    with pytest.raises(Refused, match="BAD_REQUEST"):
        Stage().do(cap())
