"""Links, tickets and the password of a room, as operators see to them. Secrets are shown once, when they are made."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Final

from node.errors import Refused
from node.features.access.passwords import Passwords
from node.features.access.rules import AccessView, Issue, Link, Mode, Renew, Revoke, SetAccess, TicketView
from node.features.join.names import clean_name
from node.features.participants.rules import Role
from node.features.quota.rules import TICKET_HOURS_MAX, Limits
from node.features.rooms.floor import Floor, digest
from node.features.rooms.rules import Room
from node.features.rooms.service import join_link
from node.features.rooms.view import JoinLink
from node.ports import Actor

MOST_AT_ONCE: Final = 500
LETTERS: Final = "bcdfghjkmnpqrstvwxz23456789"


class Access:
    """Raises `Refused` as each method says; ROOM_UNKNOWN, ROOM_CLOSED, FENCED."""

    def __init__(self, floor: Floor, limits: Limits, passwords: Passwords, web_url: Callable[[], str]) -> None:
        self._floor = floor
        self._limits = limits
        self._passwords = passwords
        self._web_url = web_url

    def get(self, room_id: str) -> AccessView:
        return self._floor.room(room_id).access.view()

    def tickets(self, room_id: str) -> list[TicketView]:
        """Those with a name, ended ones included."""
        return self._floor.room(room_id).access.tickets()

    async def set(self, room_id: str, mode: Mode, password: str = "", *, by: Actor) -> tuple[AccessView, str]:
        """How who does not moderate comes in. Who is here stays. The password, where one was made here: with the mode
        `password` and none given, and none there before.

        Raises:
            Refused: VALUE_INVALID, TOO_FAST.
        """
        room = self._floor.room(room_id)
        made = ""
        if mode is Mode.PASSWORD and not password and not room.access.password:
            password = made = new_password()
        kept = await self._passwords.made(password) if password and mode is Mode.PASSWORD else ""
        await self._floor.decide(room_id, SetAccess(mode, by, kept)).done()
        return room.access.view(), made

    async def renew(
        self, room_id: str, role: str, *, hours: int = 0, recheck: bool = False, by: Actor
    ) -> tuple[JoinLink, int]:
        """A new link for one role; the older ones are dead for whoever comes from now on (R123 … R125). With it, how
        many people were put out.

        Raises:
            Refused: VALUE_INVALID.
        """
        room = self._floor.room(room_id)
        made = self._made(room, self._role(room, role), hours)
        before = len(room.people)
        await self._floor.decide(room_id, Renew(_kept(made), by, recheck)).done()
        return made, max(0, before - len(room.people))

    async def add_links(self, room_id: str, roles: Sequence[str], *, by: Actor) -> list[JoinLink]:
        """One more link for each of these roles, beside those that there are; renewing ends all of a role.

        Raises:
            Refused: VALUE_INVALID, LINKS_FULL.
        """
        room = self._floor.room(room_id)
        made = [self._made(room, self._role(room, role), 0) for role in dict.fromkeys(roles)]
        await self._floor.decide(room_id, Issue(tuple(_kept(one) for one in made))).done()
        return made

    async def invite(
        self, room_id: str, names: Sequence[str], *, role: str = "", hours: int = 0, by: Actor
    ) -> list[tuple[str, str, JoinLink]]:
        """A ticket for each of these people: (ticket, name, link).

        Raises:
            Refused: VALUE_INVALID, NAME_INVALID, TICKETS_FULL.
        """
        room = self._floor.room(room_id)
        if not 1 <= len(names) <= MOST_AT_ONCE:
            raise Refused("VALUE_INVALID", limit=f"1 … {MOST_AT_ONCE}", current=f"names: {len(names)}")
        as_ = self._role(room, role or (Role.PARTICIPANT if Role.PARTICIPANT in room.type.roles else ""))
        found = [(_new_id(), clean_name(name), self._made(room, as_, hours)) for name in names]
        await self._floor.decide(room_id, Issue(tuple(_kept(made, id_, name) for id_, name, made in found))).done()
        return found

    async def revoke(
        self, room_id: str, ticket: str, *, replace: bool = False, recheck: bool = False, by: Actor
    ) -> tuple[str, str, JoinLink] | None:
        """End one person's ticket. With `replace`, what they are given instead.

        Raises:
            Refused: TICKET_UNKNOWN.
        """
        room = self._floor.room(room_id)
        known = next((view for view in room.access.tickets() if view.ticket == ticket), None)
        if known is None:
            raise Refused("TICKET_UNKNOWN", current=ticket[:64])
        instead = (_new_id(), known.name, self._made(room, known.role, 0)) if replace else None
        kept = _kept(instead[2], instead[0], instead[1]) if instead is not None else None
        await self._floor.decide(room_id, Revoke(ticket, by, kept, recheck)).done()
        return instead

    def _role(self, room: Room, asked: str) -> Role:
        roles = room.type.roles
        if asked not in roles:
            raise Refused("VALUE_INVALID", limit=", ".join(roles), current=f"role = {asked[:40]!r}", set_by="type")
        return Role(asked)

    def _made(self, room: Room, role: Role, hours: int) -> JoinLink:
        hours = hours or self._limits.ticket_hours
        if not 1 <= hours <= TICKET_HOURS_MAX:
            raise Refused("VALUE_INVALID", limit=f"1 … {TICKET_HOURS_MAX}", current=f"ticket_hours = {hours}")
        now = self._floor.clock.now()
        until = now + hours * 3600.0
        if room.schedule.cut is not None:  # links of a scheduled room hold until it is over
            until = max(until, room.schedule.cut)
        return join_link(self._web_url(), room.id, role, until)


def new_password() -> str:
    """Easy to read aloud, and 56 random bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _kept(made: JoinLink, id: str = "", name: str = "") -> Link:
    return Link(digest(made.ticket), made.role, made.expires, id, name)


def _new_id() -> str:
    return "k_" + secrets.token_hex(8)
