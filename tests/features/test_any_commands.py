"""Property (R102, R145 – R148, R187 – R190, R194, D1, H18): any sequence of commands, by anybody, keeps the invariants
of a room, which are written in `invariants.py`; and nobody does what their role has no right to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.errors import Refused
from node.features.flags.rules import SetFlags
from node.features.hands.rules import Lower, Raise
from node.features.join.rules import Admit, Knock
from node.features.layout.showing import Show, View
from node.features.lobby.rules import LetIn, SetLobby, TurnAway, WaiterHere
from node.features.mute.rules import Block, BlockTracks, Unblock
from node.features.participants.rules import Attach, Detach, Leave, Publish, Remove, Role, Tick
from node.features.rooms.rights import RIGHTS
from node.features.types.rules import Right
from node.ports import Actor, Event, Shape, Source
from tests.features.invariants import check
from tests.features.stage import OPERATOR
from tests.features.test_lobby import Hall

PLACES = 4
FLAGS = ("webcams_only_for_moderators", "mute_on_start", "lock_camera", "lock_microphone")
SOURCES = (Source.MICROPHONE, Source.CAMERA, Source.SCREEN)
ROLES = (Role.PARTICIPANT, Role.SPEAKER, Role.HOST)


class Anything(Hall):
    """A room, and a plane that believes what it is told."""

    def __init__(self, type_: str) -> None:
        self.dropped: dict[str, bool] = {}
        super().__init__(on=False, capacity=PLACES, type=type_)
        self.known: list[str] = []
        self.roles = [role for role in ROLES if role in self.room.type.roles]
        self.had_to_wait: set[str] = set()
        self.admitted: set[str] = set()
        self.fixed: set[str] = set()
        for role in (Role.HOST, Role.PARTICIPANT, Role.PARTICIPANT):
            self.known.append(self.enter("x", f"{role}-ticket"))

    def do(self, command: msgspec.Struct) -> list[Event]:
        """Whoever acts in their own name must have the right to, at this moment."""
        by = getattr(command, "by", None)
        may = True
        if isinstance(by, Actor) and by.kind == "host":
            person = self.room.people.find(by.id)
            may = person is not None and self.room.type.may(person.role, RIGHTS[type(command)])
        if isinstance(command, Admit):
            self.dropped.update({f"{command.transport}/{source}": True for source in command.muted})
        events = super().do(command)
        assert may, f"3: {type(command).__name__} by somebody who may not"
        for event in events:
            if isinstance(event, BlockTracks):
                self.dropped.update(event.changes)
        return events

    def admit(self, knock: Knock, muted: frozenset[Source] = frozenset()) -> list[Event]:
        """As a join does: what must not come through is dropped from the first packet."""
        return super().admit(knock, muted | self.room.must_block(knock.participant))

    def who(self, n: int) -> str:
        return self.known[n % len(self.known)]

    def by(self, n: int) -> Actor:
        """An operator, or one of those who ever came."""
        return OPERATOR if n % 3 == 0 else self.host(self.who(n // 3))

    def comes(self, n: int) -> None:
        """By the page, which waits where it must; as an encoder or a player straight to the door."""
        role = self.roles[n % len(self.roles)]
        ticket = f"{role}-ticket"
        if n % 5 == 0:
            self.known.append(self.enter("x", ticket, (Shape.WHIP, Shape.WHEP)[n % 2]))
        elif self.room.lobby.must_wait(role, self.now):
            with pytest.raises(Refused):
                self.enter("x", ticket)
            who = self.waits("x", ticket)
            self.had_to_wait.add(who)
            self.known.append(who)
        else:
            hosts = any(one.role is Role.HOST and one.client is Shape.PAGE for one in self.room.people)
            prepares = self.room.type.may(role, Right.PREPARE)
            assert not self.room.lobby.on or role is Role.HOST or (prepares and hosts), "2: nobody lets them in"
            self.known.append(self.enter("x", ticket))

    def sets_flag(self, n: int, by: Actor) -> None:
        name, on = FLAGS[n % 4], n % 3 != 1
        self.do(SetFlags(by, **{name: on}))
        if by is OPERATOR:
            (self.fixed.add if on else self.fixed.discard)(name)

    def waits_for(self, n: int) -> None:
        self.wait((1.0, 31.0, 61.0)[n % 3])
        if (deadline := self.room.deadline) is not None and deadline <= self.now:
            self.do(Tick())

    def kept(self) -> None:
        self.admitted |= {view.participant for view in self.room.lobby.queue(self.now) if not view.why}
        check(
            self.room,
            self.now,
            places=PLACES,
            dropped=self.dropped,
            had_to_wait=self.had_to_wait,
            admitted=self.admitted,
            fixed=self.fixed,
        )


# A verb: the room, three numbers by chance.
VERBS: dict[str, Callable[[Anything, int, int, int], object]] = {
    "comes": lambda room, a, b, c: room.comes(a),
    "comes too": lambda room, a, b, c: room.comes(b),
    "sits": lambda room, a, b, c: room.sit(room.who(a)),
    "comes back": lambda room, a, b, c: room.come_back(room.who(a), f"{room.room.people.get(room.who(a)).role}-ticket"),
    "sends": lambda room, a, b, c: room.do(Publish(room.who(a), SOURCES[b % 3], c % 4 != 0)),
    "raises": lambda room, a, b, c: room.do(Raise(room.who(a), b % 3 != 0)),
    "lowers": lambda room, a, b, c: room.do(Lower(room.who(a), room.by(b))),
    "flag": lambda room, a, b, c: room.sets_flag(a, room.by(b)),
    "block": lambda room, a, b, c: room.do(Block(room.who(a), frozenset({SOURCES[c % 3]}), room.by(b))),
    "unblock": lambda room, a, b, c: room.do(Unblock(room.who(a), frozenset({SOURCES[c % 3]}), room.by(b))),
    "show": lambda room, a, b, c: room.do(Show(room.by(b), list(View)[c % 5], (room.who(a),))),
    "lobby": lambda room, a, b, c: room.do(SetLobby(room.by(b), on=c % 2 == 0)),
    "lets in": lambda room, a, b, c: room.do(LetIn(room.who(a), room.by(b))),
    "turns away": lambda room, a, b, c: room.do(TurnAway((room.who(a),), room.by(b))),
    "removes": lambda room, a, b, c: room.do(Remove(room.who(a), room.by(b))),
    "leaves": lambda room, a, b, c: room.do(Leave(room.who(a))),
    "drops": lambda room, a, b, c: room.do((Attach, Detach)[b % 2](room.who(a))),
    "away": lambda room, a, b, c: room.do(WaiterHere(room.who(a), b % 2 == 0)),
    "time": lambda room, a, b, c: room.waits_for(a),
}
NUMBER = st.integers(0, 59)
OFTEN = ["comes", "comes too", "comes too", "sends", "sends", "sends", "flag", "flag"]
STEPS = st.lists(st.tuples(st.sampled_from([*sorted(VERBS), *OFTEN]), NUMBER, NUMBER, NUMBER), min_size=10, max_size=60)


@given(st.sampled_from(["meeting", "webinar"]), STEPS)
@settings(max_examples=400)
def test_any_commands_by_anybody_keep_the_invariants(type_: str, steps: list[tuple[str, int, int, int]]) -> None:
    room = Anything(type_)
    room.kept()
    for verb, a, b, c in steps:
        with contextlib.suppress(Refused):
            VERBS[verb](room, a, b, c)
        if room.room.closed is not None:
            return
        room.kept()
