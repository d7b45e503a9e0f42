"""The lobby: who waits for what, who is let in, and that nobody slips past (R143 … R148, D1)."""

from __future__ import annotations

import contextlib
import random

import pytest

from node.errors import Refused
from node.features.access.rules import Issue, Link, Renew
from node.features.join.rules import GiveUp
from node.features.lobby.rules import (
    LetIn,
    SetLobby,
    StopWaiting,
    TakeSeat,
    TurnAway,
    Wait,
    WaiterGone,
    WaiterHere,
    check,
)
from node.features.participants.rules import (
    AWAY_S,
    LEASE_S,
    NEGOTIATION_S,
    Leave,
    MediaConnected,
    PersonJoined,
    Remove,
    Role,
    Tick,
)
from node.features.schedule.rules import OPENS_S, Form, Plan
from node.features.types.rules import Right
from node.ports import Actor, Shape
from tests.features.stage import NOON, OPERATOR, Stage, of

SCHEDULES = 300
STEPS = 60


class Hall(Stage):
    """A room with a lobby, and who waits in it."""

    def __init__(self, *, on: bool = True, **wishes: object) -> None:
        super().__init__(**wishes)  # type: ignore[arg-type]
        if on:
            self.do(SetLobby(OPERATOR, on=True))

    def waits(self, name: str = "Amina", ticket: str = "ticket") -> str:
        self._n += 1
        id_ = f"p{self._n}"
        self.do(Wait(id_, name, "fr", ticket, f"session-{id_}"))
        self.do(WaiterHere(id_, True))
        return id_

    def let_in(self, who: str) -> None:
        self.do(LetIn(who, OPERATOR))

    def sit(self, who: str) -> None:
        """Who was admitted joins."""
        self._n += 1
        transport = f"t{self._n}"
        self.do(TakeSeat(f"session-{who}", transport))
        knock = type("Seat", (), {"participant": who, "transport": transport, "client": Shape.PAGE})
        self.admit(knock)  # type: ignore[arg-type]
        self.do(MediaConnected(transport))

    def queue(self) -> list[tuple[str, str]]:
        return [(view.participant, view.why) for view in self.room.lobby.queue(self.now)]

    def refused(self, command: object) -> str:
        with pytest.raises(Refused) as caught:
            self.do(command)  # type: ignore[arg-type]
        return caught.value.code


def test_nobody_comes_in_by_a_knock_but_who_prepares() -> None:
    """R147: by the page, as an encoder, as a player; a host is let in by nobody."""
    hall = Hall()
    for client in Shape:
        with pytest.raises(Refused, match="LOBBY"):
            hall.knock("Amina", client=client)
    hall.enter("Hélène", "host-ticket")
    assert len(hall.room.people) == 1


def test_who_waits_takes_no_seat_and_who_is_admitted_does() -> None:
    """D1: the cap is that of the room, to the last place; the others keep theirs in the queue."""
    hall = Hall(capacity=1)
    amina, bruno = hall.waits("Amina"), hall.waits("Bruno")
    assert len(hall.room.people) == 0
    hall.let_in(amina)
    assert hall.refused(LetIn(bruno, OPERATOR)) == "ROOM_FULL"
    assert hall.queue() == [(amina, ""), (bruno, "lobby")]
    hall.sit(amina)
    assert [view.participant for view in hall.room.participants()] == [amina]
    assert of(hall.happened, PersonJoined)[0].session == f"session-{amina}"
    hall.do(Leave(amina))
    hall.let_in(bruno)


def test_who_is_not_admitted_has_no_seat_to_take() -> None:
    hall = Hall()
    amina = hall.waits()
    assert hall.refused(TakeSeat(f"session-{amina}", "t1")) == "LOBBY"
    assert hall.refused(TakeSeat("session-nobody", "t1")) == "SESSION_UNKNOWN"


def test_a_websocket_that_drops_keeps_the_place_and_one_that_stays_away_loses_it() -> None:
    hall = Hall()
    amina, bruno = hall.waits("Amina"), hall.waits("Bruno")
    hall.do(WaiterHere(amina, False))
    hall.wait(LEASE_S - 1)
    hall.do(Tick())
    hall.do(WaiterHere(amina, True))
    hall.wait(LEASE_S)
    assert hall.room.deadline is None
    assert hall.queue() == [(amina, "lobby"), (bruno, "lobby")]
    hall.do(WaiterHere(amina, True, away=True))
    hall.do(WaiterHere(amina, False))
    hall.wait(AWAY_S)
    hall.do(Tick())
    assert hall.queue() == [(bruno, "lobby")]


def test_a_seat_is_lent_and_goes_back() -> None:
    """D1: admitted, and never seen again; a negotiation that fails is tried again."""
    hall = Hall(capacity=1)
    amina, bruno = hall.waits("Amina"), hall.waits("Bruno")
    hall.let_in(amina)
    hall.do(TakeSeat(f"session-{amina}", "t90"))
    hall.do(GiveUp(amina, "t90"))
    assert len(hall.room.people) == 1
    hall.wait(NEGOTIATION_S)
    hall.do(Tick())
    assert hall.queue() == [(bruno, "lobby")]
    hall.let_in(bruno)
    hall.sit(bruno)


def test_turned_away_is_for_good() -> None:
    hall = Hall()
    amina, bruno = hall.waits("Amina"), hall.waits("Bruno")
    hall.let_in(bruno)
    hall.do(TurnAway((), OPERATOR))
    assert [gone.code for gone in of(hall.happened, WaiterGone)] == ["TURNED_AWAY"] * 2
    assert len(hall.room.people) == 0
    for who in (amina, bruno):
        assert hall.refused(TakeSeat(f"session-{who}", "t1")) == "TURNED_AWAY"


def test_early_waits_for_the_hour_and_the_audience_for_the_host() -> None:
    """R144, R147: nobody lets anybody in before; then they are let in by nobody and come by themselves."""
    starts = NOON + 3600
    hall = Hall(on=False, type="webinar", plan=Plan(Form.SCHEDULED, starts, 60))
    amina = hall.waits("Amina")
    speaker = hall.waits("Samir", "speaker-ticket")
    assert hall.refused(LetIn(amina, OPERATOR)) == "ROOM_EARLY"
    assert hall.room.deadline == starts - OPENS_S
    hall.now = starts - OPENS_S
    assert "LobbyOpened" in {type(event).__name__ for event in hall.do(Tick())}
    assert hall.room.lobby.free(hall.now) == [speaker]
    assert hall.refused(LetIn(amina, OPERATOR)) == "ROOM_NOT_STARTED"
    hall.enter("Hélène", "host-ticket")
    assert hall.room.lobby.free(hall.now) == [amina, speaker]


def test_with_the_lobby_on_being_early_only_means_waiting_longer() -> None:
    hall = Hall(type="meeting", plan=Plan(Form.SCHEDULED, NOON + 3600, 60))
    amina = hall.waits()
    assert hall.queue() == [(amina, "early")]
    hall.now += 3600
    hall.do(Tick())
    assert hall.queue() == [(amina, "lobby")]
    assert hall.room.lobby.free(hall.now) == []


def test_a_link_that_is_renewed_is_dead_for_who_waits_by_it() -> None:
    """R125."""
    hall = Hall()
    amina = hall.waits()
    hall.do(Renew(Link("new", Role.PARTICIPANT, NOON + 3600), OPERATOR))
    (gone,) = of(hall.happened, WaiterGone)
    assert (gone.participant, gone.cause, gone.code) == (amina, "ended", "LINK_RENEWED")
    bruno = hall.waits("Bruno", "new")
    assert hall.queue() == [(bruno, "lobby")]


def test_one_person_waits_once() -> None:
    """R113: by one ticket with a name."""
    hall = Hall()
    hall.do(Issue((Link("of-amina", Role.PARTICIPANT, NOON + 3600, "k1", "Amina"),)))
    hall.waits("Amina", "of-amina")
    again = hall.waits("Amina", "of-amina")
    assert hall.queue() == [(again, "lobby")]


def test_who_is_let_in_on_another_device_gives_up_the_first() -> None:
    """R113, in a full room: the place is the same one."""
    hall = Hall(capacity=1, on=False)
    hall.do(Issue((Link("of-amina", Role.PARTICIPANT, NOON + 3600, "k1", "Amina"),)))
    first = hall.enter("Amina", "of-amina")
    hall.do(SetLobby(OPERATOR, on=True))
    again = hall.waits("Amina", "of-amina")
    assert hall.see(first)
    hall.let_in(again)
    hall.sit(again)
    assert [view.participant for view in hall.room.participants()] == [again]


def test_a_conference_has_no_lobby() -> None:
    """Everybody there may prepare, and nobody lets others in."""
    hall = Hall(on=False, type="conference")
    assert hall.refused(SetLobby(OPERATOR, on=True)) == "NO_LOBBY"


def test_who_has_not_the_right_lets_nobody_in() -> None:
    """H18."""
    hall = Hall(on=False)
    amina = hall.enter("Amina")
    hall.do(SetLobby(OPERATOR, on=True))
    bruno = hall.waits("Bruno")
    for command in (LetIn,):
        assert hall.refused(command(bruno, hall.host(amina))) == "NOT_ALLOWED"
    assert hall.refused(TurnAway((), hall.host(amina))) == "NOT_ALLOWED"
    assert hall.refused(SetLobby(hall.host(amina), on=False)) == "NOT_ALLOWED"
    assert hall.refused(LetIn(bruno, hall.host(bruno))) == "NOT_ALLOWED"


class Schedule:
    """Any commands in any order; after each the invariants of `rules.py` hold."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.cap = self.chance.randint(1, 5)
        kind = self.chance.choice(("meeting", "webinar"))
        plan = self.chance.choice((Plan(), Plan(Form.SCHEDULED, NOON + 900, 60)))
        self.hall = Hall(capacity=self.cap, type=kind, plan=plan, on=self.chance.random() < 0.7)
        for name in ("amina", "bruno"):
            self.hall.do(Issue((Link(f"of-{name}", Role.PARTICIPANT, NOON + 360_000, f"k-{name}", name),)))
        self.known: list[str] = []
        self.had_to_wait: set[str] = set()
        self.admitted: set[str] = set()

    def step(self) -> None:
        verb = self.chance.choice(
            ("come", "come", "knock", "let", "let", "sit", "sit", "away", "back", "turn", "quit",
             "leave", "remove", "time", "switch", "fail", "renew", "flow", "flow")
        )  # fmt: skip
        with contextlib.suppress(Refused):
            getattr(self, verb)()
        hall, room = self.hall, self.hall.room
        self.admitted |= {view.participant for view in room.lobby.queue(hall.now) if not view.why}
        inside = [person.id for person in room.people if person.id in self.had_to_wait]
        check(room.lobby, room.people, room.access, inside, self.admitted, hall.now)
        assert len(room.people) <= self.cap

    def one(self) -> str:
        return self.chance.choice(self.known) if self.known else "p0"

    def come(self) -> None:
        ticket = self.chance.choice(("ticket", "speaker-ticket", "technician-ticket", "of-amina", "of-bruno"))
        who = self.hall.waits("Amina", ticket)
        self.known.append(who)
        self.had_to_wait.add(who)

    def knock(self) -> None:
        """Straight to the door: whoever comes in this way had nothing to wait for."""
        role = self.chance.choice((Role.PARTICIPANT, Role.HOST, Role.MODERATOR, Role.SPEAKER, Role.TECHNICIAN))
        free = not self.hall.room.lobby.must_wait(role, self.hall.now)
        ticket = self.chance.choice((f"{role}-ticket", "of-bruno" if role is Role.PARTICIPANT else f"{role}-ticket"))
        who = self.hall.enter("Bruno", ticket, self.chance.choice((Shape.PAGE, Shape.WHIP, Shape.WHEP)))
        assert free, "1: in without having waited"
        self.known.append(who)

    def let(self) -> None:
        self.hall.let_in(self.one())

    def sit(self) -> None:
        self.hall.sit(self.one())

    def flow(self) -> None:
        """By the node: whoever it lets in had nothing more to wait for, by the words of the requirement."""
        who, room = self.one(), self.hall.room
        waiter = room.lobby.find(who)
        moderated = any(
            one.role in (Role.HOST, Role.MODERATOR) and one.client is Shape.PAGE
            for one in room.people if one.admitted
        )  # fmt: skip
        if waiter is None or waiter.admitted:
            return
        self.hall.do(LetIn(who, Actor("node", "n1", "node")))
        lets_in, prepares = (room.type.may(waiter.role, right) for right in (Right.ADMIT, Right.PREPARE))
        assert not room.lobby.on or lets_in or (prepares and moderated), "1: by the node, past the lobby"

    def away(self) -> None:
        self.hall.do(WaiterHere(self.one(), False, away=self.chance.random() < 0.3))

    def back(self) -> None:
        self.hall.do(WaiterHere(self.one(), True))

    def turn(self) -> None:
        self.hall.do(TurnAway((self.one(),), OPERATOR))

    def quit(self) -> None:
        self.hall.do(StopWaiting(self.one()))

    def leave(self) -> None:
        self.hall.do(Leave(self.one()))

    def remove(self) -> None:
        self.hall.do(Remove(self.one(), OPERATOR))

    def time(self) -> None:
        self.hall.wait(self.chance.choice((1.0, 10.0, 31.0, 61.0, 300.0)))
        if (deadline := self.hall.room.deadline) is not None and deadline <= self.hall.now:
            self.hall.do(Tick())

    def switch(self) -> None:
        self.hall.do(SetLobby(OPERATOR, on=self.chance.random() < 0.7))

    def fail(self) -> None:
        self.hall._n += 1
        who, transport = self.one(), f"t{self.hall._n}"
        self.hall.do(TakeSeat(f"session-{who}", transport))
        self.hall.do(GiveUp(who, transport))

    def renew(self) -> None:
        if self.chance.random() < 0.2:
            role = Role.PARTICIPANT
            secret = f"new-{self.hall._n}"
            self.hall.do(Renew(Link(secret, role, NOON + 360_000), OPERATOR))


def test_any_commands_in_any_order_keep_the_invariants() -> None:
    """D1: no seat is lost either: when everybody has had their time, the seats are those of who is in."""
    for seed in range(SCHEDULES):
        schedule = Schedule(seed)
        for _ in range(STEPS):
            schedule.step()
        hall = schedule.hall
        if hall.room.closed is None:
            for view in hall.room.lobby.queue(hall.now):
                hall.do(WaiterHere(view.participant, False))
            hall.wait(NEGOTIATION_S)
            hall.do(Tick())
            if hall.room.closed is None:
                assert len(hall.room.lobby) == 0, f"seed {seed}"
                assert len(hall.room.people) == len(list(hall.room.people)), f"seed {seed}"
