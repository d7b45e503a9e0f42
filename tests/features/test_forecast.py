"""Before a session: whether those who moderate, and the places, are enough for who is expected (R049, T2).

This is the room's side of planning: what whoever makes the room says, and tickets with a name, which whatever registers
people will give out. The console says it when the room is made (`tests/rpc/test_forecast.py`), the page to hosts."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.access.rules import Issue, Link, Revoke
from node.features.moderation.rules import Regulate
from node.features.participants.rules import Role
from node.features.quota.rules import SetRoomQuota, What
from node.features.texts.rules import PEOPLE_MOST, SetTexts
from tests.features.stage import NOON, OPERATOR, Stage


def planned(stage: Stage, *also: str, **said: int) -> tuple[str, ...]:
    stage.do(SetTexts(OPERATOR, **said))
    return tuple(risk for risk in stage.room.view().risks if risk in ("moderators", "places", *also))


def test_the_seeds_own_case() -> None:
    """R049: five moderators cover two hundred participants, four do not; a crowd that nobody announced is no risk."""
    stage = Stage(capacity=300)
    assert planned(stage) == ()
    assert planned(stage, expected=200) == ("moderators",)
    assert planned(stage, moderators=4) == ("moderators",)
    assert planned(stage, moderators=5) == ()
    assert planned(stage, expected=201) == ("moderators",)
    assert planned(stage, expected=39, moderators=0) == (), (
        "a small room looks after itself, as it does when it is live"
    )


def test_the_ratio_is_the_rooms_own() -> None:
    """R049: settable, and 0 is none, as in the live count."""
    stage = Stage(capacity=300)
    assert planned(stage, expected=100, moderators=2) == ("moderators",)
    stage.do(Regulate(OPERATOR, per_moderator=50))
    assert planned(stage) == ()
    stage.do(Regulate(OPERATOR, per_moderator=10))
    assert planned(stage) == ("moderators",)
    stage.do(Regulate(OPERATOR, per_moderator=0))
    assert planned(stage) == ()


def test_who_has_a_ticket_is_registered() -> None:
    """R049: people with tickets of their own are expected, whatever was said; those who moderate count as such; a
    ticket that is revoked counts no more."""
    stage = Stage(capacity=300)
    guests = tuple(Link(f"g{n}", Role.PARTICIPANT, NOON + 3600, f"k_{n}", f"Guest {n}") for n in range(40))
    stage.do(Issue(guests))
    assert planned(stage) == ("moderators",)
    stage.do(Issue((Link("m", Role.HOST, NOON + 3600, "k_m", "Hélène"),)))
    assert planned(stage) == ()
    stage.do(Revoke("k_m", OPERATOR))
    assert planned(stage) == ("moderators",)


def test_more_than_fit_in_are_expected() -> None:
    """T2, R098: moderators take places too."""
    stage = Stage(capacity=100)
    assert planned(stage, expected=97, moderators=3) == ()
    assert planned(stage, expected=98) == ("places",)
    stage.do(SetRoomQuota(What.PEOPLE, 120, OPERATOR))
    assert planned(stage) == ()


def test_more_places_than_are_comfortable() -> None:
    """R098: a meeting is advised for 250, a webinar has no such number."""
    stage = Stage(capacity=250)
    assert planned(stage, "comfort") == ()
    stage.do(SetRoomQuota(What.PEOPLE, 251, OPERATOR))
    assert planned(stage, "comfort") == ("comfort",)
    assert planned(Stage(capacity=900, type="webinar"), "comfort") == ()


def test_it_is_no_forecast_any_more_when_it_goes_on() -> None:
    """R049: live, those who are there are counted."""
    stage = Stage(capacity=300)
    stage.do(SetTexts(OPERATOR, expected=200))
    stage.enter("Hélène", "host-ticket")
    assert planned(stage) == ()


def test_nobody_moderates_the_chat_of_a_video_conference() -> None:
    assert planned(Stage(capacity=55, type="conference"), expected=50) == ()


@pytest.mark.parametrize("count", [-1, PEOPLE_MOST + 1])
def test_numbers_that_cannot_be(count: int) -> None:
    """D2."""
    with pytest.raises(Refused, match="VALUE_INVALID"):
        planned(Stage(), expected=count)
