"""D1 inside one room: a thousand seeded schedules of joins, failures, crashes, returns and changes of the cap. It
is never exceeded by one, no place is refused that is free, and none is lost for longer than its lease (R099, R163)."""

from __future__ import annotations

import random

from node.errors import Refused
from node.features.join.rules import GiveUp, Knock
from node.features.participants.rules import (
    LEASE_S,
    NEGOTIATION_S,
    Attach,
    Detach,
    Leave,
    MediaConnected,
    MediaLost,
    Remove,
    Tick,
)
from node.features.quota.rules import SetRoomQuota, What
from tests.features.stage import OPERATOR, Stage

SCHEDULES = 1000
STEPS = 60
FOREVER = float("inf")


class Model:
    """What must be true, told in the simplest way: who holds a place, and until when at the latest."""

    def __init__(self, seed: int, type: str) -> None:
        self.chance = random.Random(seed)
        self.cap = self.chance.randint(1, 6)
        self.before = 0
        self.stage = Stage(capacity=self.cap, type=type)
        self.negotiating: dict[str, Knock] = {}
        self.here: list[str] = []
        self.until: dict[str, float] = {}

    def step(self) -> None:
        name = self.chance.choice(
            ("knock", "knock", "admit", "admit", "fail", "lost", "back", "leave", "remove", "wait", "limit")
        )
        getattr(self, name)()
        self.check()

    def check(self) -> None:
        held = len(self.stage.room.people)
        assert held == len(self.until) <= max(self.cap, self.before)
        self.before = held

    def knock(self) -> None:
        try:
            knock = self.stage.knock("Amina", self.chance.choice(("host-ticket", "speaker-ticket")))
        except Refused as refused:
            here = len(self.until)
            assert (refused.code, refused.limit, refused.current) == ("ROOM_FULL", str(self.cap), str(here))
            assert here >= self.cap
            return
        self.negotiating[knock.participant] = knock
        self.until[knock.participant] = self.stage.now + NEGOTIATION_S  # whoever asked may be dead already

    def admit(self) -> None:
        if self.negotiating:
            knock = self.negotiating.pop(self.chance.choice(list(self.negotiating)))
            self.stage.admit(knock)
            self.until[knock.participant] = self.stage.now + LEASE_S
            if self.chance.random() < 0.8:  # the others never connect
                self.stage.do(MediaConnected(knock.transport))
                self.here.append(knock.participant)
                self.until[knock.participant] = FOREVER

    def fail(self) -> None:
        if self.negotiating:
            knock = self.negotiating.pop(self.chance.choice(list(self.negotiating)))
            self.stage.do(GiveUp(knock.participant, knock.transport))
            del self.until[knock.participant]

    def lost(self) -> None:
        """A crash: the media is gone, sometimes the WebSocket a moment later."""
        if self.here:
            who = self.here.pop(self.chance.randrange(len(self.here)))
            if self.chance.random() < 0.5:
                self.stage.do(Attach(who))
            self.stage.do(MediaLost(self.stage.transport(who)))
            self.stage.do(Detach(who))
            self.until[who] = self.stage.now + LEASE_S

    def back(self) -> None:
        """Somebody whose place is still kept comes back to it: that takes no second one."""
        crashed = [who for who in self.until if who not in self.here and who not in self.negotiating]
        if crashed:
            who = self.chance.choice(crashed)
            self.stage.do(MediaConnected(self.stage.come_back(who)))
            self.here.append(who)
            self.until[who] = FOREVER

    def leave(self) -> None:
        if self.here:
            who = self.here.pop(self.chance.randrange(len(self.here)))
            self.stage.do(Leave(who))
            del self.until[who]

    def remove(self) -> None:
        if self.here:
            who = self.here.pop()
            self.stage.do(Remove(who, OPERATOR))
            del self.until[who]

    def limit(self) -> None:
        """Also below what is taken: nobody has to leave, and nobody comes in until enough have."""
        self.cap = self.chance.randint(1, 6)
        self.stage.do(SetRoomQuota(What.PEOPLE, self.cap, OPERATOR))

    def wait(self) -> None:
        self.stage.wait(self.chance.choice((1.0, 7.0, 29.0, 31.0, 61.0)))
        deadline = self.stage.room.people.deadline
        if deadline is not None and deadline <= self.stage.now:
            self.stage.do(Tick())
        for who in [who for who, until in self.until.items() if until <= self.stage.now]:
            del self.until[who]
            self.negotiating.pop(who, None)


def test_a_thousand_schedules_never_exceed_the_cap_nor_lose_a_place() -> None:
    for seed in range(SCHEDULES):
        model = Model(seed, ("meeting", "conference", "webinar")[seed % 3])
        for _ in range(STEPS):
            model.step()
        model.stage.wait(NEGOTIATION_S)
        model.stage.do(Tick())
        assert len(model.stage.room.people) == len(model.here), f"seed {seed}"
