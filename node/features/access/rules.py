"""Who may knock at a room: its links, its tickets, its password. Pure.

A link is the ticket of a role: whoever has it comes in with that role. A ticket with a name is one person's. Only
digests (SHA-256) are known here: a ticket has more random bits than anybody can try. A password has not, so it is kept
as scrypt makes it; it is checked outside, and a knock brings what was matched as its proof.

    open        a role's link is enough
    password    who does not moderate needs the password as well
    token       who does not moderate needs a ticket with a name; one live session each

What has ended is remembered, so that whoever bore it is told why; who never had any learns nothing (R120, R125).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from node.errors import Refused
from node.features.participants.rules import STAFF, Cause, People, PersonGone, PersonJoined, PersonMoved, Role
from node.ports import Actor, Event, Fact

MAX_TICKETS: Final = 5000
"""With a name, in one room, the ended ones included."""
MAX_LINKS: Final = 50
"""Of one role, alive."""
MAX_ENDED_LINKS: Final = 100
"""Of one role, remembered."""

Ending = Literal["renewed", "revoked", "removed"]


class Mode(enum.StrEnum):
    OPEN = "open"
    PASSWORD = "password"
    TOKEN = "token"


class Link(msgspec.Struct, frozen=True):
    """A ticket as the room keeps it. `secret`: SHA-256, hexadecimal. `expires`: seconds since the epoch. `id` and
    `name`: of a ticket that is one person's. `ended`: why it is dead, "" while it is not."""

    secret: str
    role: Role
    expires: float
    id: str = ""
    name: str = ""
    ended: str = ""


class AccessView(msgspec.Struct, frozen=True):
    """`links`: the live one of each role. `tickets`: with a name, alive."""

    mode: Mode
    has_password: bool
    links: tuple[Link, ...]
    tickets: int


class TicketView(msgspec.Struct, frozen=True):
    """`participant`: who is here with it."""

    ticket: str
    name: str
    role: Role
    expires: float
    ended: str
    participant: str


# ---------------------------------------------------------------- what is asked


class Issue(msgspec.Struct, frozen=True):
    """Give out tickets."""

    links: tuple[Link, ...]


class Renew(msgspec.Struct, frozen=True):
    """A new link for its role; every older one is dead from now on. `recheck`: who came by one of those is put out, and
    must come again by the new one (R125)."""

    link: Link
    by: Actor
    recheck: bool = False


class Revoke(msgspec.Struct, frozen=True):
    """End one person's ticket, perhaps for `instead`."""

    ticket: str
    by: Actor
    instead: Link | None = None
    recheck: bool = False


class SetAccess(msgspec.Struct, frozen=True):
    """`password`: as scrypt made it; "": the one that there is stays."""

    mode: Mode
    by: Actor
    password: str = ""


# ---------------------------------------------------------------- what happened


class TicketIssued(Fact, frozen=True):
    room: str
    secret: str
    role: Role
    expires: float
    at: float
    id: str = ""
    name: str = ""


class TicketEnded(Fact, frozen=True):
    room: str
    secret: str
    cause: Ending
    at: float


class LinksProlonged(Fact, frozen=True):
    """Those that are alive and end before `until` end then."""

    room: str
    until: float
    at: float


class AccessChanged(Fact, frozen=True):
    room: str
    mode: Mode
    password: str
    by: str
    at: float


class Access:
    """Of one room."""

    def __init__(self, room: str, people: People) -> None:
        self.room = room
        self._people = people
        self._links: dict[str, Link] = {}
        self._named: dict[str, str] = {}
        """Id of a ticket with a name → its secret."""
        self._came: dict[str, str] = {}
        """Who is here → the ticket with a name that let them in."""
        self.mode = Mode.OPEN
        self.password = ""

    # ------------------------------------------------------------ reading

    def view(self) -> AccessView:
        live = [link for link in self._links.values() if not link.ended]
        return AccessView(
            mode=self.mode,
            has_password=bool(self.password),
            links=tuple(link for link in live if not link.id),
            tickets=sum(1 for link in live if link.id),
        )

    def tickets(self) -> list[TicketView]:
        """Those with a name, in the order in which they were issued."""
        here = {secret: who for who, secret in self._came.items()}
        return [
            TicketView(link.id, link.name, link.role, link.expires, link.ended, here.get(link.secret, ""))
            for link in self._links.values()
            if link.id
        ]

    def named(self) -> tuple[int, int]:
        """How many people have a ticket of their own that is alive: those who moderate, and all others."""
        live = [self._links[secret] for secret in self._named.values()]
        roles = [link.role for link in live if not link.ended]
        staff = sum(role in STAFF for role in roles)
        return staff, len(roles) - staff

    def issued(self) -> tuple[Link, ...]:
        return tuple(self._links.values())

    def link(self, ticket: str) -> Link:
        """Of a ticket that this room has issued, alive or not.

        Raises:
            Refused: TICKET_WRONG.
        """
        link = self._links.get(ticket)
        if link is None:
            raise Refused("TICKET_WRONG")
        return link

    def is_named(self, ticket: str) -> bool:
        """Whether it is one person's."""
        link = self._links.get(ticket)
        return link is not None and link.id != ""

    def lets(self, ticket: str, now: float) -> Link:
        """A ticket that opens this room now.

        Raises:
            Refused: TICKET_WRONG, LINK_RENEWED, TICKET_REVOKED, REMOVED, TICKET_EXPIRED, TICKET_NAMED.
        """
        link = self.link(ticket)
        if link.ended:
            raise Refused(ENDED[link.ended], set_by="room")
        if link.expires <= now:
            expired = datetime.fromtimestamp(link.expires, UTC).strftime("%Y-%m-%d %H:%M UTC")
            raise Refused("TICKET_EXPIRED", limit=expired, set_by="room")
        if self.mode is Mode.TOKEN and not link.id and link.role not in STAFF:
            raise Refused("TICKET_NAMED", set_by="room")
        return link

    def asks(self, link: Link) -> bool:
        """Whether who bears it needs the password as well."""
        return self.mode is Mode.PASSWORD and link.role not in STAFF

    def check(self, link: Link, proof: str) -> None:
        """`proof`: the password as it was when somebody's matched it.

        Raises:
            Refused: PASSWORD_MISSING, also when it was changed meanwhile.
        """
        if self.asks(link) and (not proof or proof != self.password):
            raise Refused("PASSWORD_MISSING", set_by="room")

    # ------------------------------------------------------------ commands

    def issue(self, command: Issue, now: float) -> list[Event]:
        """
        Raises:
            Refused: TICKETS_FULL, LINKS_FULL.
        """
        named = sum(1 for link in command.links if link.id)
        if named and len(self._named) + named > MAX_TICKETS:
            raise Refused("TICKETS_FULL", limit=MAX_TICKETS, current=len(self._named), set_by="room")
        for role in {link.role for link in command.links if not link.id}:
            live = sum(1 for link in self._links.values() if link.role is role and not link.id and not link.ended)
            if live >= MAX_LINKS:
                raise Refused("LINKS_FULL", limit=MAX_LINKS, current=live, set_by="room")
        return [self._issue(link, now) for link in command.links]

    def renew(self, command: Renew, now: float) -> list[Event]:
        """R123, R124: of one role, and of no other."""
        role = command.link.role
        old = [link for link in self._links.values() if link.role is role and not link.id]
        events: list[Event] = [self._end(link, "renewed", now) for link in old if not link.ended]
        for forgotten in old[: max(0, len(old) - MAX_ENDED_LINKS)]:
            del self._links[forgotten.secret]
        events.append(self._issue(command.link, now))
        if command.recheck:
            events += self._put_out({link.secret for link in old}, command.by, now)
        return events

    def revoke(self, command: Revoke, now: float) -> list[Event]:
        """
        Raises:
            Refused: TICKET_UNKNOWN.
        """
        link = self._links.get(self._named.get(command.ticket, ""))
        if link is None:
            raise Refused("TICKET_UNKNOWN", current=command.ticket[:64])
        events: list[Event] = [] if link.ended else [self._end(link, "revoked", now)]
        if command.instead is not None:
            events.append(self._issue(command.instead, now))
        if command.recheck:
            events += self._put_out({link.secret}, command.by, now)
        return events

    def choose(self, command: SetAccess, now: float) -> list[Event]:
        """
        Raises:
            Refused: PASSWORD_MISSING.
        """
        password = command.password or self.password
        if command.mode is Mode.PASSWORD and not password:
            raise Refused("PASSWORD_MISSING")
        if command.mode is not Mode.PASSWORD:
            password = ""  # what is not asked for is not kept
        if (command.mode, password) == (self.mode, self.password):
            return []
        self.mode, self.password = command.mode, password
        return [AccessChanged(self.room, self.mode, password, command.by.id, now)]

    def restore(self, links: tuple[Link, ...], mode: str, password: str, tickets: Mapping[str, str]) -> None:
        """As the ledger has it. `tickets`: participant → digest of the ticket that let them in."""
        for link in links:
            self._keep(link)
        self.mode, self.password = Mode(mode), password
        for participant, ticket in tickets.items():
            self._here(participant, ticket)

    # ------------------------------------------------------------ of the door

    def elsewhere(self, link: Link) -> list[str]:
        """One live session a ticket (R113): who comes with it again is the one who is here, and gives up that place."""
        return [person.id for person in self._people.with_ticket(link.secret)] if link.id else []

    # ------------------------------------------------------------ reactions

    def person_joined(self, event: PersonJoined | PersonMoved, now: float) -> list[Event]:
        self._here(event.participant, event.ticket)
        return []

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        """Who was removed does not come back with the ticket that is theirs."""
        ticket = self._came.pop(event.participant, "")
        link = self._links.get(ticket)
        if event.cause is not Cause.REMOVED or link is None or link.ended:
            return []
        return [self._end(link, "removed", now)]

    def role_given(self, ticket: str, role: Role) -> list[Event]:
        """A ticket that is one person's has the role that they were given; a link that many share keeps its own."""
        link = self._links.get(ticket)
        if link is not None and link.id:
            self._keep(msgspec.structs.replace(link, role=role))
        return []

    def prolong(self, until: float | None, now: float) -> list[Event]:
        """A room with a date keeps its links when it is put off (R089)."""
        due = [link for link in self._links.values() if not link.ended and until is not None and link.expires < until]
        for link in due:
            self._keep(msgspec.structs.replace(link, expires=until))
        return [LinksProlonged(self.room, until, now)] if due and until is not None else []

    # ------------------------------------------------------------ inside

    def _keep(self, link: Link) -> None:
        self._links[link.secret] = link
        if link.id:
            self._named[link.id] = link.secret

    def _issue(self, link: Link, now: float) -> TicketIssued:
        self._keep(link)
        return TicketIssued(self.room, link.secret, link.role, link.expires, now, link.id, link.name)

    def _end(self, link: Link, cause: Ending, now: float) -> TicketEnded:
        self._links[link.secret] = msgspec.structs.replace(link, ended=cause)
        return TicketEnded(self.room, link.secret, cause, now)

    def _here(self, participant: str, ticket: str) -> None:
        link = self._links.get(ticket)
        if link is not None and link.id:
            self._came[participant] = ticket

    def _put_out(self, tickets: set[str], by: Actor, now: float) -> list[Event]:
        """Not who asks for it: a host who leads by the very link that is renewed goes on leading."""
        people = (person.id for ticket in tickets for person in self._people.with_ticket(ticket))
        found = [who for who in people if who != by.id]
        return [event for who in found for event in self._people.drop(who, Cause.RECHECKED, by.id, now)]


ENDED: Final[dict[str, str]] = {"renewed": "LINK_RENEWED", "revoked": "TICKET_REVOKED", "removed": "REMOVED"}
"""Why a ticket is dead → the refusal that its bearer is told."""
