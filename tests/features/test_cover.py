"""Moderator cover (D6), in virtual time: the alarm, what it changes, and that all of it goes back by itself."""

from __future__ import annotations

import random

import pytest

from node.errors import Refused
from node.features.chat.rules import MessagePosted, Say
from node.features.cover.rules import ACTIVE_S, PATIENCE_S, Active, CoverChanged
from node.features.cover.rules import Stage as Cover
from node.features.moderation.rules import COVER_SLOW_S, ItemOpened, Regulate
from node.features.participants.rules import Attach, Detach, Leave, Tick
from node.ports import Shape
from tests.features.stage import OPERATOR, Stage, of


class Hall(Stage):
    """A large room; everybody's page is open."""

    def __init__(self, people: int, moderators: int, type: str = "meeting", ticket: str = "ticket") -> None:
        super().__init__(capacity=1000, type=type)
        self.hosts = [self.arrive("host-ticket") for _ in range(moderators)]
        self.people = [self.arrive(ticket) for _ in range(people)]

    def arrive(self, ticket: str) -> str:
        who = self.enter("P", ticket)
        self.do(Attach(who))
        return who

    def pass_(self, seconds: float) -> None:
        """Time goes by as on a node: the room is asked when it said that it wants to be, and no moderator sleeps."""
        end = self.now + seconds
        while (due := self.room.deadline) is not None and due <= end:
            assert due > self.now - 1e-6, "the room asks for a moment that is past"
            self.now = max(self.now, due)
            for host in self.hosts:
                self.do(Active(host))
            self.do(Tick())
        self.now = end

    @property
    def cover(self) -> Cover:
        return self.room.cover.view().stage


def test_five_look_after_two_hundred_and_four_do_not() -> None:
    """D6: 200 people with 5 moderators is green; one leaves → alarm in 60 s, mode changes, a sixth joins → back."""
    hall = Hall(200, 5)
    hall.pass_(1800)
    assert hall.cover is Cover.COVERED
    hall.do(Leave(hall.hosts.pop()))
    assert (hall.cover, hall.cover.alarm, hall.room.moderation.slow_s) == (Cover.SHORT, False, 0)
    hall.pass_(PATIENCE_S - 1)
    assert not hall.cover.alarm
    hall.pass_(1)
    assert (hall.cover, hall.cover.alarm, hall.room.moderation.slow_s) == (Cover.SLOW, True, COVER_SLOW_S)
    amina = hall.people[0]
    assert of(hall.do(Say(amina, "bonjour", "")), MessagePosted)
    with pytest.raises(Refused) as refused:
        hall.do(Say(amina, "encore", ""))
    assert (refused.value.code, refused.value.set_by) == ("SLOW_MODE", "cover")
    hall.pass_(PATIENCE_S)
    assert hall.cover is Cover.HOLD
    (held,) = of(hall.do(Say(amina, "une question", "")), ItemOpened)
    assert held.item.why == "cover"
    hall.hosts.append(hall.arrive("host-ticket"))
    assert (hall.cover, hall.room.moderation.slow_s, hall.room.moderation.strictness) == (Cover.COVERED, 0, "")
    assert of(hall.do(Say(amina, "merci", "")), MessagePosted)
    assert [item.item for item in hall.room.moderation.queue()] == [held.item.item]  # still a person's to decide


@pytest.mark.parametrize(("people", "needed"), [(0, 0), (1, 0), (39, 0), (40, 1), (41, 2), (80, 2), (81, 3)])
def test_one_for_forty_and_none_for_fewer(people: int, needed: int) -> None:
    """R049, D6: one for forty, rounded up; the ratio is computed live."""
    assert Hall(people, 0).room.cover.view().needed == needed


def test_it_is_a_setting_of_the_room() -> None:
    """R049: the ratio is settable, and 0 is none."""
    hall = Hall(50, 1)
    assert hall.cover is Cover.SHORT
    hall.do(Regulate(OPERATOR, per_moderator=50))
    assert hall.cover is Cover.COVERED
    hall.do(Regulate(OPERATOR, per_moderator=10))
    assert hall.room.cover.view().needed == 5
    hall.do(Regulate(OPERATOR, per_moderator=0))
    hall.pass_(600)
    assert hall.cover is Cover.COVERED


def test_only_who_is_really_here_and_active_counts() -> None:
    hall = Hall(40, 1)
    (host,) = hall.hosts
    hall.do(Detach(host))
    assert hall.cover is Cover.SHORT
    hall.do(Attach(host))
    assert hall.cover is Cover.COVERED
    hall.hosts = []  # from here on nobody touches that page
    hall.pass_(ACTIVE_S)
    assert hall.cover is Cover.SHORT
    hall.do(Active(host))
    assert hall.cover is Cover.COVERED
    hall.enter("OBS", "ticket", Shape.WHIP)
    assert hall.room.cover.view().people == 40  # an encoder writes nothing


def test_a_participant_who_is_active_is_no_moderator() -> None:
    hall = Hall(40, 0)
    hall.do(Active(hall.people[0]))
    assert hall.cover is Cover.SHORT


def test_a_crowd_that_grows_is_told_when_something_changes_and_not_each_time() -> None:
    hall = Hall(39, 0)
    before = len(of(hall.happened, CoverChanged))
    for _ in range(40):
        hall.arrive("ticket")
    assert len(of(hall.happened, CoverChanged)) - before == 2  # 40 need one, 41 need two


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_the_strictness_is_what_the_shortage_says(seed: int) -> None:
    """Property, D6: slow or hold only after 60 s or 120 s of shortage without a break, at once gone with it; H28: also
    when the clock steps."""
    chance = random.Random(seed)
    hall = Hall(38, 1)
    short_since: float | None = None
    for _ in range(200):
        match chance.randrange(6):
            case 0:
                hall.people.append(hall.arrive("ticket"))
            case 1 if hall.people:
                hall.do(Leave(hall.people.pop()))
            case 2 if len(hall.hosts) < 3:
                hall.hosts.append(hall.arrive("host-ticket"))
            case 3 if hall.hosts:
                hall.do(Leave(hall.hosts.pop()))
            case _:
                hall.pass_(chance.choice((1.0, 10.0, 45.0)))
        view = hall.room.cover.view()
        enough = len(hall.people) < 40 or len(hall.hosts) * 40 >= len(hall.people)
        if enough:
            short_since = None
        elif short_since is None:
            short_since = hall.now
        for_s = hall.now - short_since if short_since is not None else -1.0
        expected = "" if for_s < PATIENCE_S else "slow" if for_s < 2 * PATIENCE_S else "hold"
        assert hall.room.moderation.strictness == expected, (view, for_s)


def test_where_nobody_may_moderate_nobody_is_missed() -> None:
    """D6: a video conference has no role with the right to moderate: what waited there would wait for ever."""
    hall = Hall(55, 0, type="conference", ticket="speaker-ticket")
    hall.pass_(600)
    assert (hall.cover, hall.room.cover.view().needed) == (Cover.COVERED, 0)
    assert of(hall.do(Say(hall.people[0], "bonjour", "")), MessagePosted)
    assert Hall(55, 0).room.cover.view().needed == 2
