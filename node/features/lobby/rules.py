"""The lobby: who waits before the door of a room, for what, and who is let in. Pure.

    (nobody) ──wait──▸ waiting ──let in──▸ admitted ──joins──▸ in the room
                          │                    │
                          └── turned away, gone, or their ticket has ended

With the lobby on, who lets people in comes straight in; who prepares does too, as long as somebody is in the room who
could let them in, and waits for such a person otherwise; everybody else is let in by somebody (R147).

Who waits has no place in the room, no media and sees nobody: an agenda and a message, which may be changed meanwhile.
Who is admitted has a place, lent until they have joined; the caps of the room are asked then and not before. One waits
for the hour of a scheduled room (`early`), for the start of the session (`start`), for somebody to let them in
(`lobby`), or, let in by all of these, for a place (`full`). Whoever waits for nothing more is let in by itself.

What must hold after whatever was asked, in any order (`check`):

    1. nobody is in the room who had to wait and was not admitted, and the node itself admits nobody who has to wait;
    2. each person who waits is in the queue once, by participant, by session and by ticket with a name;
    3. who is admitted has exactly one place, who waits has none, and no place is kept for anybody else;
    4. nobody has two places by one ticket with a name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from node.errors import Refused
from node.features.access.rules import Access, TicketEnded
from node.features.chat.markup import clean_text, to_html
from node.features.join.names import clean_name
from node.features.participants.rules import (
    AWAY_S,
    LEASE_S,
    Cause,
    People,
    Person,
    PersonJoined,
    PlaceFreed,
    Role,
    Tick,
)
from node.features.schedule.rules import Schedule
from node.features.types.rules import Right, SessionType, Start, Waiting
from node.ports import Actor, Event, Fact, Notice, Shape

MOST: Final = 5000
"""Who wait in one room."""
TEXT_MOST: Final = 4000
"""Characters of the agenda, and of the message."""

Why = Literal["", "early", "start", "lobby", "full"]
Gone = Literal["in", "left", "lost", "turned_away", "ended", "closed"]


@dataclass(slots=True, eq=False)
class Waiter:
    """Only `Lobby` changes it. `session` and `ticket`: SHA-256. `lease`: until when the place in the queue is kept."""

    id: str
    name: str
    role: Role
    language: str
    session: str
    ticket: str
    since: float
    admitted: bool = False
    attached: bool = False
    lease: float | None = None
    sent: str = ""
    """As whom they were in the room, when they were sent back from it: they wait until somebody lets them in."""


class LobbyView(msgspec.Struct, frozen=True):
    """`agenda`, `message`: as they were written."""

    on: bool
    agenda: str
    message: str
    waiting: int


class WaiterView(msgspec.Struct, frozen=True):
    """`since`: seconds since the epoch. `why`: what they wait for; "": they are admitted, and on their way."""

    participant: str
    name: str
    role: Role
    since: float
    why: Why


class SavedWaiter(msgspec.Struct, frozen=True):
    """As the ledger has it."""

    participant: str
    name: str
    role: Role
    language: str
    session: str
    ticket: str
    since: float
    admitted: bool
    sent: str = ""


class SavedLobby(msgspec.Struct, frozen=True):
    """`on` None: as the type has it."""

    on: bool | None = None
    agenda: str = ""
    message: str = ""
    waiters: tuple[SavedWaiter, ...] = ()
    turned_away: tuple[tuple[str, str], ...] = ()
    """(session, participant)."""


# ---------------------------------------------------------------- what is asked


class Wait(msgspec.Struct, frozen=True):
    """`participant` and `session` are made by the caller; `proof` and `former` as for a knock."""

    participant: str
    name: str
    language: str
    ticket: str
    session: str
    proof: str = ""
    former: str = ""


class LetIn(msgspec.Struct, frozen=True):
    """One who waits is given a place."""

    participant: str
    by: Actor


class TurnAway(msgspec.Struct, frozen=True):
    """These, or everybody who waits."""

    participants: tuple[str, ...]
    by: Actor


class SetLobby(msgspec.Struct, frozen=True):
    """None: stays as it is."""

    by: Actor
    on: bool | None = None
    agenda: str | None = None
    message: str | None = None


class TakeSeat(msgspec.Struct, frozen=True):
    """Who was admitted joins, on this transport."""

    session: str
    transport: str


class WaiterHere(msgspec.Struct, frozen=True):
    """Their WebSocket is there, or gone; `away`: the page said that it goes."""

    participant: str
    here: bool
    away: bool = False


class StopWaiting(msgspec.Struct, frozen=True):
    participant: str


# ---------------------------------------------------------------- what happened


class WaiterCame(Fact, frozen=True):
    room: str
    participant: str
    name: str
    role: Role
    language: str
    session: str
    ticket: str
    at: float
    sent: str = ""


class WaiterAdmitted(Fact, frozen=True):
    """`sent`: as whom they were in the room, when they were sent back from it."""

    room: str
    participant: str
    by: str
    at: float
    sent: str = ""


class WaiterGone(Fact, frozen=True):
    """Waits no more. `code`: the refusal that they are told, "" for none."""

    room: str
    participant: str
    session: str
    cause: Gone
    by: str
    at: float
    code: str = ""


class LobbyChanged(Fact, frozen=True):
    room: str
    on: bool
    agenda: str
    message: str
    by: str
    at: float


class LobbyOpened(Notice, frozen=True):
    """The hour has come: who waited for it waits for it no more."""

    room: str


class LobbyModerated(Notice, frozen=True):
    """Somebody who lets people in has come, or the last of them has gone, while others wait."""

    room: str
    present: bool


class Lobby:
    """Of one room."""

    def __init__(self, room: str, people: People, access: Access, schedule: Schedule, type_: SessionType) -> None:
        self.room = room
        self._people = people
        self._access = access
        self._schedule = schedule
        self._type = type_
        self._waiters: dict[str, Waiter] = {}
        """In the order in which they came."""
        self._sessions: dict[str, str] = {}
        self._turned_away: set[str] = set()
        self._opened = False
        self.on = type_.lobby is Waiting.ON
        self.agenda = self.message = ""
        self.agenda_html = self.message_html = ""

    # ------------------------------------------------------------ reading

    def __len__(self) -> int:
        """Who waits, those who were admitted and have not joined included."""
        return len(self._waiters)

    def view(self) -> LobbyView:
        return LobbyView(self.on, self.agenda, self.message, len(self._waiters))

    def find(self, participant: str) -> Waiter | None:
        return self._waiters.get(participant)

    def of_session(self, session: str) -> Waiter | None:
        """
        Raises:
            Refused: TURNED_AWAY.
        """
        if session in self._turned_away:
            raise Refused("TURNED_AWAY", set_by="room")
        return self._waiters.get(self._sessions.get(session, ""))

    def waiters(self) -> list[Waiter]:
        return list(self._waiters.values())

    def queue(self, now: float) -> list[WaiterView]:
        moderated = self._moderated()
        return [self._view(waiter, now, moderated) for waiter in self._waiters.values()]

    def see(self, participant: str, now: float) -> WaiterView | None:
        waiter = self._waiters.get(participant)
        return self._view(waiter, now) if waiter is not None else None

    def _view(self, waiter: Waiter, now: float, moderated: bool | None = None) -> WaiterView:
        return WaiterView(waiter.id, waiter.name, waiter.role, waiter.since, self.why(waiter, now, moderated))

    def _moderated(self) -> bool:
        """Whether somebody is in the room, by the page, who lets people in; also while their line is interrupted."""
        return any(person.client is Shape.PAGE and self._type.may(person.role, Right.ADMIT) for person in self._people)

    def _spares(self, role: Role, moderated: bool | None) -> bool:
        """Whether nobody has to let them in, with the lobby on (R147)."""
        if self._type.may(role, Right.ADMIT) or not self._type.may(role, Right.PREPARE):
            return self._type.may(role, Right.ADMIT)
        return self._moderated() if moderated is None else moderated

    def must_wait(self, role: Role, now: float, *, sent: bool = False, moderated: bool | None = None) -> Why:
        """For what somebody of this role waits, whoever they are: being early, or coming again, is no way round it.
        `sent`: they were sent back from the room. `moderated`: where many are looked at at once."""
        schedule, prepares = self._schedule, self._type.may(role, Right.PREPARE)
        if schedule.opens is not None and now < schedule.opens:
            return "early"
        if self._type.start is Start.HOST and not prepares and schedule.started is None:
            return "start"
        return "lobby" if sent or (self.on and not self._spares(role, moderated)) else ""

    def why(self, waiter: Waiter, now: float, moderated: bool | None = None) -> Why:
        if waiter.admitted:
            return ""
        return self.must_wait(waiter.role, now, sent=waiter.sent != "", moderated=moderated) or "full"

    def free(self, now: float) -> list[str]:
        """Who waits for a place and nothing else, in their order."""
        moderated = self._moderated()
        return [w.id for w in self._waiters.values() if not w.admitted and self.why(w, now, moderated) == "full"]

    def bar(self, role: Role, now: float, *, sent: bool = False) -> None:
        """
        Raises:
            Refused: LOBBY, where somebody of this role is let in by somebody, and for who was sent back.
        """
        if self.must_wait(role, now, sent=sent) == "lobby":
            raise Refused("LOBBY", set_by="room")

    @property
    def deadline(self) -> float | None:
        if not self._waiters:
            return None
        due = [w.lease for w in self._waiters.values() if w.lease is not None and not w.attached]
        if (opens := self._schedule.opens) is not None and not self._opened:
            due.append(opens)
        return min(due, default=None)

    # ------------------------------------------------------------ commands

    def may_send(self) -> None:
        """
        Raises:
            Refused: NO_LOBBY.
        """
        if self._type.lobby is Waiting.NEVER:
            raise Refused("NO_LOBBY", current=self._type.key, set_by="type")

    def wait(self, command: Wait, now: float, sent: str = "") -> list[Event]:
        """
        Raises:
            Refused: as the ticket and the password are refused; NAME_INVALID, LOBBY_FULL.
        """
        link = self._access.lets(command.ticket, now)
        self._access.check(link, command.proof)
        name = clean_name(command.name)
        events: list[Event] = []
        if link.id:  # one person, one place in the queue
            for other in [w for w in self._waiters.values() if w.ticket == command.ticket]:
                events += self._gone(other, "left", "", now)
        if len(self._waiters) >= MOST:
            raise Refused("LOBBY_FULL", limit=MOST, current=len(self._waiters), set_by="room")
        waiter = Waiter(
            command.participant, name, link.role, command.language, command.session, command.ticket, now
        )  # fmt: skip
        waiter.lease, waiter.sent = now + LEASE_S, sent
        self._keep(waiter)
        came = WaiterCame(
            self.room, waiter.id, name, link.role, waiter.language, waiter.session, waiter.ticket, now, sent
        )  # fmt: skip
        return [*events, came]

    def let_in(self, command: LetIn, now: float) -> list[Event]:
        """A place, lent until they have joined; the room has looked whether there is one.

        Raises:
            Refused: PARTICIPANT_UNKNOWN, ROOM_EARLY, ROOM_NOT_STARTED; LOBBY, by the node itself, for who waits for
                somebody to let them in.
        """
        waiter = self._waiter(command.participant)
        if waiter.admitted:
            return []
        self._schedule.may_enter(waiter.role, now)
        if command.by.kind == "node":  # who could let them in may have gone since it was looked at
            self.bar(waiter.role, now, sent=waiter.sent != "")
        waiter.admitted, waiter.lease = True, None
        person = Person(
            id=waiter.id,
            name=waiter.name,
            role=waiter.role,
            client=Shape.PAGE,
            language=waiter.language,
            session=waiter.session,
            joined=now,
            ticket=waiter.ticket,
        )
        self._people.reserve(person, "", now)
        return [WaiterAdmitted(self.room, waiter.id, command.by.id, now, waiter.sent)]

    def turn_away(self, command: TurnAway, now: float) -> list[Event]:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN.
        """
        chosen = [self._waiter(who) for who in command.participants] or list(self._waiters.values())
        return [event for w in chosen for event in self._gone(w, "turned_away", command.by.id, now, "TURNED_AWAY")]

    def set(self, command: SetLobby, now: float) -> list[Event]:
        """
        Raises:
            Refused: NO_LOBBY, MESSAGE_TOO_LONG.
        """
        on = self.on if command.on is None else command.on
        if on:
            self.may_send()
        agenda = self.agenda if command.agenda is None else _text(command.agenda)
        message = self.message if command.message is None else _text(command.message)
        if (on, agenda, message) == (self.on, self.agenda, self.message):
            return []
        self._write(on, agenda, message)
        return [LobbyChanged(self.room, on, agenda, message, command.by.id, now)]

    def take_seat(self, command: TakeSeat, now: float) -> list[Event]:
        """
        Raises:
            Refused: SESSION_UNKNOWN, TURNED_AWAY, LOBBY.
        """
        waiter = self.of_session(command.session)
        if waiter is None:
            raise Refused("SESSION_UNKNOWN")
        if not waiter.admitted:
            raise Refused("LOBBY", set_by="room")
        self._people.reserve(self._people.place_of(waiter.id), command.transport, now)
        return []

    def here(self, command: WaiterHere, now: float) -> list[Event]:
        waiter = self._waiters.get(command.participant)
        if waiter is None:
            return []
        if command.away:
            waiter.lease = None if waiter.admitted else now + AWAY_S
            return []
        waiter.attached = command.here
        waiter.lease = None if command.here or waiter.admitted else min(waiter.lease or now + LEASE_S, now + LEASE_S)
        return []

    def stop(self, command: StopWaiting, now: float) -> list[Event]:
        return self._gone(self._waiter(command.participant), "left", "", now)

    def tick(self, command: Tick, now: float) -> list[Event]:
        events: list[Event] = []
        if not self._opened and (opens := self._schedule.opens) is not None and opens <= now:
            self._opened = True
            events.append(LobbyOpened(self.room))
        due = [w for w in self._waiters.values() if w.lease is not None and w.lease <= now and not w.attached]
        return events + [event for w in due for event in self._gone(w, "lost", "", now)]

    def clear(self, now: float, code: str) -> list[Event]:
        """The room closes."""
        return [event for w in list(self._waiters.values()) for event in self._gone(w, "closed", "", now, code)]

    # ------------------------------------------------------------ reactions

    def person_joined(self, event: PersonJoined, now: float) -> list[Event]:
        waiter = self._waiters.get(event.participant)
        gone = self._gone(waiter, "in", "", now) if waiter is not None else []
        return [*gone, *self.moderator_came(event.role)]

    def moderator_came(self, role: Role) -> list[Event]:
        """Somebody of this role is in now."""
        lets_in = self.on and self._waiters and self._type.may(role, Right.ADMIT)
        return [LobbyModerated(self.room, True)] if lets_in and self._moderated() else []

    def moderator_gone(self) -> list[Event]:
        """Somebody is not in any more, or lets nobody in any more."""
        return [LobbyModerated(self.room, False)] if self.on and self._waiters and not self._moderated() else []

    def role_given(self, before: Role, role: Role) -> list[Event]:
        return [*self.moderator_came(role), *(self.moderator_gone() if self._type.may(before, Right.ADMIT) else [])]

    def place_freed(self, event: PlaceFreed, now: float) -> list[Event]:
        """Admitted, and did not come in time."""
        waiter = self._waiters.get(event.participant)
        return self._gone(waiter, "lost", "", now) if waiter is not None else []

    def ticket_ended(self, event: TicketEnded, now: float) -> list[Event]:
        """R125: who has not come in yet does not come in by it."""
        found = [w for w in self._waiters.values() if w.ticket == event.secret]
        code = "LINK_RENEWED" if event.cause == "renewed" else "TICKET_REVOKED"
        return [gone for w in found for gone in self._gone(w, "ended", "", now, code)]

    def restore(self, saved: SavedLobby, now: float) -> None:
        """After a restart everybody has all the time again to come back, and who was admitted has a place."""
        self._write(self.on if saved.on is None else saved.on, saved.agenda, saved.message)
        self._turned_away.update(session for session, _participant in saved.turned_away)
        for one in saved.waiters:
            waiter = Waiter(
                one.participant, one.name, one.role, one.language, one.session, one.ticket, one.since, one.admitted
            )  # fmt: skip
            waiter.sent = one.sent
            self._keep(waiter)
            if not waiter.admitted:
                waiter.lease = now + LEASE_S
                continue
            person = Person(
                waiter.id, waiter.name, waiter.role, Shape.PAGE, waiter.language, waiter.session, now, waiter.ticket
            )  # fmt: skip
            self._people.reserve(person, "", now)

    # ------------------------------------------------------------ inside

    def _waiter(self, participant: str) -> Waiter:
        waiter = self._waiters.get(participant)
        if waiter is None:
            raise Refused("PARTICIPANT_UNKNOWN", current=participant[:64])
        return waiter

    def _keep(self, waiter: Waiter) -> None:
        self._waiters[waiter.id] = waiter
        self._sessions[waiter.session] = waiter.id

    def _gone(self, waiter: Waiter, cause: Gone, by: str, now: float, code: str = "") -> list[Event]:
        del self._waiters[waiter.id]
        del self._sessions[waiter.session]
        if cause == "turned_away":
            self._turned_away.add(waiter.session)
        events: list[Event] = [WaiterGone(self.room, waiter.id, waiter.session, cause, by, now, code)]
        if waiter.admitted and cause != "in" and self._people.holds(waiter.id):
            events += self._people.drop(waiter.id, Cause.LOST, by, now)
        return events

    def _write(self, on: bool, agenda: str, message: str) -> None:
        self.on, self.agenda, self.message = on, agenda, message
        self.agenda_html = to_html(agenda) if agenda else ""
        self.message_html = to_html(message) if message else ""


def _text(raw: str) -> str:
    text = clean_text(raw).strip()
    if len(text) > TEXT_MOST:
        raise Refused("MESSAGE_TOO_LONG", limit=TEXT_MOST, current=len(text))
    return text


def check(
    lobby: Lobby, people: People, access: Access, inside: Iterable[str], admitted: Collection[str], now: float
) -> None:
    """The invariants, of the head of this file. `admitted`: whoever was ever admitted; `inside`: who is in the room and
    came while they had to wait.

    Raises:
        AssertionError: what does not hold.
    """
    for who in inside:
        assert who in admitted, f"1: {who} is in and was never admitted"
    waiting = lobby.queue(now)
    ids = [waiter.participant for waiter in waiting]
    found = [w for w in map(lobby.find, ids) if w is not None]
    assert len(set(ids)) == len(ids) == len(found) == len({w.session for w in found}), "2: once in the queue"
    named = {link.secret for link in access.issued() if link.id}
    queued = [w.ticket for w in found if w.ticket in named]
    assert len(set(queued)) == len(queued), "2: once in the queue, by ticket"
    placed = [person.ticket for person in people.places() if person.ticket in named]
    assert len(set(placed)) == len(placed), "4: one place a ticket"
    for person in people.places():
        lent = not person.admitted and not person.opening
        assert not lent or person.id in ids, f"3: a place for {person.id}, whom nobody let in"
    for waiter in found:
        assert people.find(waiter.id) is None, f"2: {waiter.id} waits and is in the room"
        assert people.holds(waiter.id) == waiter.admitted, f"3: {waiter.id} and their place"
